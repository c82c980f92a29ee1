"""From problem to decision: write the program, solve it, price the plan in integers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np

from ...model.engines.engine import SolveStatus
from ...model.program.draft import Draft, Model
from ...model.solve import Solution
from ...tables import Ints
from ..cycle.problem import Problem
from ..rules import families
from ..rules.family import Breach, Family
from ..rules.plan import Plan
from ..rules.terms import Term
from ..rules.unit_totals import grain_micros
from .decision import Decision, SolveRecord, Status, TierGoal
from .demand_bound import money_ceiling, tier_ceilings
from .outcome import line_outcomes

ENGINE_NOISE = 1e-6  # of a bound: what an engine's tolerances may have taken off
_HASHED_TOGETHER = 100_000  # arcs: one text of a few MB


class Mismatch(RuntimeError):
    """A solved plan that breaks a rule in plain arithmetic: a defect, never an answer."""

    def __init__(self, broken: Sequence[Breach]) -> None:
        self.breaches = tuple(broken)
        super().__init__("; ".join(b.text for b in broken))


def families_of(problem: Problem) -> tuple[Family, ...]:
    """The rules that can matter in this cycle, in their registered order."""
    return problem.once(_applying)


def _applying(problem: Problem) -> tuple[Family, ...]:
    return tuple(f for f in families.FAMILIES if f.applies(problem))


def write(problem: Problem) -> Model:
    """The cycle as a mixed-integer program. Column k < len(problem.arcs): packs on arc k."""
    draft = Draft()
    for family in families_of(problem):
        family.build(problem, draft)
    return draft.finish()


def money(plan: Plan) -> dict[Term, int]:
    """Every term of the objective, recomputed from the integers."""
    terms = dict.fromkeys(Term, 0)
    terms |= plan.unit_money()
    for family in families_of(plan.problem):
        for term, micros in family.money(plan.problem, plan).items():
            terms[term] += micros
    return terms


def breaches(plan: Plan) -> list[Breach]:
    """Every rule the plan breaks."""
    problem = plan.problem
    return [b for f in families_of(problem) for b in f.check(problem, plan)]


def packs_of(problem: Problem, x: np.ndarray) -> Ints:
    """The flow of a solution vector, as integers."""
    packs: Ints = np.rint(x[: len(problem.arcs)]).astype(np.int64)
    return packs


def decide(problem: Problem, model: Model, solution: Solution, record: SolveRecord) -> Decision:
    """Price, check and describe what was solved. Raises Mismatch if the plan breaks a rule."""
    status = Status(solution.status.value)
    if solution.x is None or status is Status.NO_SOLUTION_LIMIT:
        return _without_plan(problem, model, solution, record)
    plan = Plan(problem, packs_of(problem, solution.x))
    broken = breaches(plan)
    if broken and status is Status.CANCELLED:
        return _without_plan(problem, model, solution, record)
    if broken and status is not Status.INFEASIBLE:
        raise Mismatch(broken)
    terms = money(plan)
    objective = sum(terms.values())
    return Decision(
        status=status,
        plan=plan,
        lines=line_outcomes(plan),
        terms=terms,
        objective_micros=objective,
        bound_micros=_bound(problem, model, solution, objective),
        tier_goals=_tier_goals(problem, solution, plan),
        record=record,
        input_digest=problem.digest,
        policy_digest=problem.policy_digest,
        digest=plan_digest(plan),
        warnings=problem.warnings,
        columns=solution.x,
    )


def _bound(problem: Problem, model: Model, solution: Solution, objective: int | None) -> int | None:
    """The bound, at most what demand alone allows, and never under the recomputed objective
    (engines carry tolerances)."""
    bound = min(solution.bound, money_ceiling(problem, model))
    if not math.isfinite(bound):
        return None
    return math.ceil(bound) if objective is None else max(objective, math.ceil(bound))


def _tier_goals(problem: Problem, solution: Solution, plan: Plan | None) -> tuple[TierGoal, ...]:
    """Under STRICT tiers, each tier that a line can be served in."""
    if not solution.goals:
        return ()
    found, ceilings = [], tier_ceilings(problem)
    grain = grain_micros(problem)
    values = None if plan is None else _tier_values(plan)
    ranks = {tier.id: rank for rank, tier in enumerate(problem.policy.tiers)}
    proven = True  # of a tier only where all before it are: else the best of it may be less
    for goal in solution.goals:
        rank = ranks[goal.name]
        value = None if values is None else int(values[rank])
        widened = goal.bound + ENGINE_NOISE * max(1.0, abs(goal.bound))
        bound = int(ceilings[rank])
        if widened * grain < bound:
            bound = math.floor(widened) * grain  # values are whole grains: none lies above
        if value is not None:
            bound = value if goal.proven else max(value, bound)
        proven = proven and value == bound
        found.append(TierGoal(goal.name, value, bound, proven))
    return tuple(found)


def _tier_values(plan: Plan) -> Ints:
    """Σ v·x of each tier (tiers,), in micro-units."""
    line = plan.problem.line
    values = np.zeros(len(plan.problem.policy.tiers), np.int64)
    np.add.at(values, line.tier, line.value_micros * plan.per_line())
    return values


def _without_plan(
    problem: Problem, model: Model, solution: Solution, record: SolveRecord
) -> Decision:
    infeasible = solution.status is SolveStatus.INFEASIBLE
    return Decision(
        status=Status(solution.status.value),
        plan=None,
        lines=None,
        terms={},
        objective_micros=None,
        bound_micros=None if infeasible else _bound(problem, model, solution, None),
        record=record,
        input_digest=problem.digest,
        policy_digest=problem.policy_digest,
        digest="",
        warnings=problem.warnings,
        tier_goals=() if infeasible else _tier_goals(problem, solution, None),
    )


def plan_digest(plan: Plan) -> str:
    """SHA-256 over (line id, lot id, units) of every arc used, in canonical order."""
    digest = hashlib.sha256()
    facts, arcs, units = plan.problem.facts, plan.problem.arcs, plan.units
    used = np.flatnonzero(plan.used())
    for start in range(0, len(used), _HASHED_TOGETHER):
        some = used[start : start + _HASHED_TOGETHER]
        rows = zip(
            map(facts.lines.id.__getitem__, arcs.line[some].tolist()),
            map(facts.lots.id.__getitem__, arcs.lot[some].tolist()),
            map(str, units[some].tolist()),
            strict=True,
        )
        digest.update("".join(map("%s\x1f%s\x1f%s\n".__mod__, rows)).encode())
    return digest.hexdigest()
