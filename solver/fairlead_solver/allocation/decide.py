"""From problem to decision: write the program, solve it, price the plan in integers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np

from ..model.draft import Draft, Model
from ..model.solve import Solution
from ..tables import Ints
from .decision import Decision, SolveRecord, Status
from .families import FAMILIES
from .family import Breach, Family
from .outcome import line_outcomes
from .plan import Plan
from .problem import Problem
from .terms import Term

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
    return tuple(f for f in FAMILIES if f.applies(problem))


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


def decide(problem: Problem, solution: Solution, record: SolveRecord) -> Decision:
    """Price, check and describe what was solved. Raises Mismatch if the plan breaks a rule."""
    status = Status(solution.status.value)
    if solution.x is None or status is Status.NO_SOLUTION_LIMIT:
        return _without_plan(problem, solution, record)
    plan = Plan(problem, packs_of(problem, solution.x))
    broken = breaches(plan)
    if broken and status is Status.CANCELLED:
        return _without_plan(problem, solution, record)
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
        bound_micros=_bound(solution, objective),
        record=record,
        input_digest=problem.digest,
        policy_digest=problem.policy_digest,
        digest=plan_digest(plan),
        warnings=problem.warnings,
        columns=solution.x,
    )


def _bound(solution: Solution, objective: int) -> int | None:
    """The bound, never under the recomputed objective (engines carry tolerances)."""
    if not math.isfinite(solution.bound):
        return None
    return max(objective, math.ceil(solution.bound))


def _without_plan(problem: Problem, solution: Solution, record: SolveRecord) -> Decision:
    return Decision(
        status=Status(solution.status.value),
        plan=None,
        lines=None,
        terms={},
        objective_micros=None,
        bound_micros=None,
        record=record,
        input_digest=problem.digest,
        policy_digest=problem.policy_digest,
        digest="",
        warnings=problem.warnings,
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
