"""Takes over a plan made elsewhere, as a solution of our own program.

The flows are fixed at the plan's packs and the bookkeeping columns follow by solving the rest, so
that a plan of the reference is checked, priced and explained like one of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...model.engines.engine import Engine, SolveStatus
from ...model.engines.solution import Solution, SolveOptions, undivided
from ...model.program.draft import INFINITY, Model
from ...model.solve import solve
from ...tables import Ints
from ..cycle.problem import Problem
from ..rules.family import Breach
from ..rules.plan import Plan
from .decide import Mismatch, breaches
from .decision import Status


@dataclass(frozen=True, slots=True, eq=False)
class Foreign:
    """A plan made elsewhere, and by whom. `packs`: one count per arc, None without a plan;
    `bound_micros`: a true upper bound, None where none is known."""

    status: Status
    packs: Ints | None
    bound_micros: float | None
    engine: str
    engine_version: str
    relative_gap: float


def solution_of(problem: Problem, model: Model, foreign: Foreign) -> Solution:
    """The foreign plan as a whole vector of `model`. Raises Mismatch where it breaks a rule."""
    bound = INFINITY if foreign.bound_micros is None else foreign.bound_micros
    status = SolveStatus(foreign.status.value)
    if foreign.packs is None:
        return undivided(model, status, None, -INFINITY, bound, Engine.AUTO, 0)
    rest = solve(_fixed(model, foreign.packs), SolveOptions(relative_gap=0.0))
    if rest.x is None or rest.status is not SolveStatus.OPTIMAL:
        raise Mismatch(breaches(Plan(problem, foreign.packs)) or _unnamed())
    return replace(rest, status=status, bound=max(bound, rest.objective))


def _fixed(model: Model, packs: Ints) -> Model:
    lower, upper = model.lower.copy(), model.upper.copy()
    lower[: len(packs)] = upper[: len(packs)] = packs
    return replace(model, lower=lower, upper=upper, goals=())


def _unnamed() -> Sequence[Breach]:
    return [Breach("model", "", 0, 0, "the plan does not fit the program, but breaks no rule")]
