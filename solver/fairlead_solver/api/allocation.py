"""The solver's facade: what the converter, the service and the command may use.

    problem = intake(facts, policy)          # raises InvalidInput, everything wrong at once
    solved = solve(problem, Options())       # an answer, also when infeasible or out of time
    faults = check(problem, solved.decision.plan.packs)

Nothing here reads a clock, an environment or a file: the caller injects a `Budget`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from ..allocation.cycle.facts import Facts
from ..allocation.cycle.problem import Problem
from ..allocation.cycle.quarantine import LeftOut
from ..allocation.cycle.size import CycleSize, size_of
from ..allocation.cycle.validation import facts_digest, intake, usable_facts
from ..allocation.decision.decide import Mismatch, breaches, decide, money, write
from ..allocation.decision.decision import (
    Change,
    Decision,
    LineOutcomes,
    Outcome,
    OutcomeFlag,
    SolveRecord,
    Status,
)
from ..allocation.decision.external_plan import Foreign, solution_of
from ..allocation.decision.objective_shares import Shares, by_contract, by_tier
from ..allocation.decision.warm_start import Basis, basis_of, start_of
from ..allocation.decision.warm_start_codec import NotABasis
from ..allocation.decision.warm_start_codec import from_bytes as basis_from_bytes
from ..allocation.decision.warm_start_codec import to_bytes as basis_to_bytes
from ..allocation.decision.weight_cost import WeightCost, cost_of, weights_of
from ..allocation.explain import Again, ExplainOptions, Explanation, Solving
from ..allocation.explain import explain as explain_decision
from ..allocation.explain.narrative.line_batch import Told
from ..allocation.explain.vocabulary.values import (
    BindingConstraint,
    Conflict,
    LineStory,
    Reason,
    WaterfallKind,
)
from ..allocation.policy.policy import AgingPolicy, Policy, Step, Tier, TierMode
from ..allocation.rules.family import Breach
from ..allocation.rules.plan import Plan
from ..allocation.rules.terms import CASH_TERMS, Term, TermKind, Worth
from ..finding_collector import Faults
from ..findings import MAX_FINDINGS, Finding, InvalidInput
from ..id_rules import is_word
from ..model.decomposition.bound_check import bound_again as model_bound_again
from ..model.decomposition.cold_pass import cold_pass as model_cold_pass
from ..model.engines.budget import UNLIMITED, Budget
from ..model.engines.engine import Engine
from ..model.engines.engine_versions import engine_versions
from ..model.engines.mathopt import EngineError
from ..model.execution.executor import Crew
from ..model.execution.overrun_guard import left_behind
from ..model.execution.ray_executor import ClusterError, ClusterLost, crew_at
from ..model.monolithic import solve_whole as solve_model_whole
from ..model.program.draft import Model
from ..model.program.mps_export import to_mps
from ..model.solve import Phase, Solution, SolveOptions, Standing
from ..model.solve import solve as solve_model
from ..similar_ids import alike, folded
from ..single_thread import one_thread
from ..spelling_hints import Nearest, nearest
from ..table_checks import outside, range_rule
from ..tables import (
    MAX_DAY,
    MIN_DAY,
    NO_DAY,
    NO_INT,
    Bools,
    Coded,
    Codes,
    Column,
    ColumnKind,
    Ints,
    Lists,
    Table,
    as_column,
    default_column,
)

ENGINE_VERSION = f"ortools {version('ortools')}"

NO_ENGINE = "none"  # nothing is contested: every column is at its best bound
PROOF_NODES = 200  # a proof that takes longer is not had: the statement stays indicated
SETTLED_MICROS = 1.0  # no plan is worth more than the decision by more than this: rounding

Options = SolveOptions
OnProgress = Callable[[Standing], None]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A decision with what it was made from; explanations need all of it."""

    problem: Problem
    model: Model
    solution: Solution
    decision: Decision


@one_thread
def solve(
    problem: Problem,
    options: Options | None = None,
    budget: Budget = UNLIMITED,
    on_progress: OnProgress | None = None,
    *,
    start: Basis | None = None,
    crew: Crew | None = None,
) -> Solved:
    """Decide a cycle to the gap asked, or as far as the budget allows.

    `start`: what a similar cycle left behind (`left_of`). Status, gap and bound are proven as
    without it. `crew` does the independent pieces (threads, if none is given): the same decision.

    Raises EngineError where the engine asked for cannot solve this cycle, Mismatch where a plan
    breaks a rule in plain arithmetic (a defect of ours: nothing is returned then), ClusterError
    where a crew of a cluster cannot go on.
    """
    chosen = options or Options()
    model = write(problem)
    begin = start_of(start, problem, model) if start is not None else None
    solution = solve_model(model, chosen, budget, on_progress, start=begin, crew=crew)
    return _decided(problem, model, solution, chosen)


def left_of(solved: Solved) -> Basis | None:
    """What the solve of a similar cycle can start from; None where this one was solved without
    prices, as small cycles are: then there is nothing to save."""
    return basis_of(solved.problem, solved.model, solved.solution)


@one_thread
def solve_whole(problem: Problem, options: Options, budget: Budget = UNLIMITED) -> Solved:
    """Decide a cycle by the engine alone, on the whole model: what benchmarks compare with.

    Raises EngineError and Mismatch as `solve` does.
    """
    model = write(problem)
    return _decided(problem, model, solve_model_whole(model, options, budget), options)


def _decided(problem: Problem, model: Model, solution: Solution, options: Options) -> Solved:
    record = SolveRecord(
        engine="+".join(solution.solvers) or NO_ENGINE,
        engine_version=ENGINE_VERSION,
        seed=options.seed,
        relative_gap_asked=options.relative_gap,
        components=solution.components,
        columns=model.num_columns,
        rows=model.num_rows,
    )
    return Solved(problem, model, solution, decide(problem, model, solution, record))


def adopt(problem: Problem, foreign: Foreign) -> Solved:
    """The decision of a plan made elsewhere, e.g. by the reference: checked and priced as ours.

    Raises Mismatch where the plan breaks a rule in plain arithmetic.
    """
    model = write(problem)
    solution = solution_of(problem, model, foreign)
    record = SolveRecord(
        engine=foreign.engine,
        engine_version=foreign.engine_version,
        seed=0,
        relative_gap_asked=foreign.relative_gap,
        components=solution.components,
        columns=model.num_columns,
        rows=model.num_rows,
    )
    return Solved(problem, model, solution, decide(problem, model, solution, record))


@one_thread
def explain(
    solved: Solved,
    options: ExplainOptions | None = None,
    *,
    prove: bool = True,
    budget: Budget = UNLIMITED,
) -> Explanation:
    """Why the decision is what it is: every line's waterfall and reasons, the rules that bind.

    `prove`: solve components again, so that statements become PROVEN, limits get their value and
    fixes are tried, as far as options and budget allow; without it, only what is arithmetic.
    """
    return explain_decision(
        solved.problem,
        solved.model,
        solved.decision,
        options,
        _solving(solved, budget) if prove else None,
        [(c.columns, c.rows) for c in solved.solution.contradictions],
    )


def lines_named(problem: Problem, ids: Sequence[str], path: str) -> tuple[int, ...]:
    """The places of lines in the cycle, each once. Raises InvalidInput with every id that is none,
    at `path[i]`."""
    faults, place = Faults(), {id: i for i, id in enumerate(problem.facts.lines.id)} if ids else {}
    near = Nearest(place)
    for i, id in enumerate(ids):
        if id not in place:
            faults.add(Finding(f"{path}[{i}]", "", id, "is no line of this cycle", near.hint(id)))
    faults.stop()
    return tuple(dict.fromkeys(place[id] for id in ids))


def weigh(
    solved: Solved, options: Options | None = None, budget: Budget = UNLIMITED
) -> tuple[WeightCost, ...]:
    """What each weight of the policy cost: the cycle is decided again with it at zero.

    Empty where the decision has no plan. Raises as `solve` does.
    """
    problem, decision = solved.problem, solved.decision
    if decision.plan is None:
        return ()
    return tuple(
        cost_of(weight, decision, solve(without, options, budget).decision)
        for weight in weights_of(problem.policy)
        for without in [intake(problem.facts, weight.without)]
    )


def _solving(solved: Solved, budget: Budget) -> Solving:
    """Solving again by the engine of the whole, while the budget lasts."""
    solution = solved.solution
    settled = not solved.model.goals and solution.bound - solution.objective <= SETTLED_MICROS
    seed = solved.decision.record.seed
    again = Again(solution.engine, seed, PROOF_NODES, budget, settled=settled)
    return Solving(again, solved.decision.columns, solution.prices)


cold_pass = one_thread(model_cold_pass)


@one_thread
def bound_again(solved: Solved, engine: Engine, workers: int = 1) -> float | None:
    """The bound in micro-units, computed again from the solve's prices alone, by `engine` where an
    engine is needed; None for a solve without prices. Raises EngineError where the engine fails.
    """
    return model_bound_again(solved.model, solved.solution, engine, workers)


def export_mps(problem: Problem) -> str:
    """The cycle's program in free MPS format, with names that tell family and key."""
    return to_mps(write(problem))


def check(problem: Problem, packs: Ints) -> list[Breach]:
    """Every rule the plan `packs` (one count per arc) breaks, without a solver."""
    return breaches(Plan(problem, packs))


def objective_terms(problem: Problem, packs: Ints) -> dict[Term, int]:
    """The objective's terms of a plan in micro-units, without a solver."""
    return money(Plan(problem, packs))


__all__ = [
    "CASH_TERMS",
    "MAX_DAY",
    "MAX_FINDINGS",
    "MIN_DAY",
    "NO_DAY",
    "NO_INT",
    "UNLIMITED",
    "AgingPolicy",
    "Basis",
    "BindingConstraint",
    "Bools",
    "Breach",
    "Budget",
    "Change",
    "ClusterError",
    "ClusterLost",
    "Coded",
    "Codes",
    "Column",
    "ColumnKind",
    "Conflict",
    "CycleSize",
    "Decision",
    "Engine",
    "EngineError",
    "ExplainOptions",
    "Explanation",
    "Facts",
    "Faults",
    "Finding",
    "Foreign",
    "Ints",
    "InvalidInput",
    "LeftOut",
    "LineOutcomes",
    "LineStory",
    "Lists",
    "Mismatch",
    "Nearest",
    "NotABasis",
    "Options",
    "Outcome",
    "OutcomeFlag",
    "Phase",
    "Plan",
    "Policy",
    "Problem",
    "Reason",
    "Shares",
    "SolveRecord",
    "Solved",
    "Standing",
    "Status",
    "Step",
    "Table",
    "Term",
    "TermKind",
    "Tier",
    "TierMode",
    "Told",
    "WaterfallKind",
    "WeightCost",
    "Worth",
    "adopt",
    "alike",
    "as_column",
    "basis_from_bytes",
    "basis_to_bytes",
    "bound_again",
    "by_contract",
    "by_tier",
    "check",
    "cold_pass",
    "crew_at",
    "default_column",
    "engine_versions",
    "explain",
    "export_mps",
    "facts_digest",
    "folded",
    "intake",
    "is_word",
    "left_behind",
    "left_of",
    "lines_named",
    "nearest",
    "objective_terms",
    "outside",
    "range_rule",
    "size_of",
    "solve",
    "solve_whole",
    "usable_facts",
    "write",
]
