"""What the reference answers, and what it is asked: plain values that cross between processes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..allocation.cycle.facts import Facts
from ..allocation.policy.policy import Policy


class ReferenceStatus(Enum):
    """How the solve ended; the values are those of `allocation.decision.Status`."""

    OPTIMAL = "optimal"
    FEASIBLE_LIMIT = "feasible_limit"
    INFEASIBLE = "infeasible"
    NO_SOLUTION_LIMIT = "no_solution_limit"


class ReferenceFailed(RuntimeError):
    """The reference could not answer: no such solver, a crashed process, a broken invariant."""


class OutOfTime(ReferenceFailed):
    """The question was not answered in the time that all questions together had."""


@dataclass(frozen=True, slots=True)
class Held:
    """A line that gets at least `least` and at most `most` units (None: no limit); out of some
    lots, where `lots` names any."""

    line: str
    least: int = 0
    most: int | None = None
    lots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One cycle, the Pyomo name of a solver, the relative gap and the time it may take.

    `held`: what is forced on lines beside all rules, to try the opposite of a statement. `raised`:
    lines with the units by which their fair share is moved, which no fact sets. `cash`: of the best
    plans one of most cash (1), of least (-1), or any (0).
    """

    facts: Facts
    policy: Policy
    solver: str
    gap: float
    seconds: float | None
    held: tuple[Held, ...] = ()
    raised: tuple[tuple[str, int], ...] = ()
    cash: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """Packs on one arc, by the ids of its line and lot."""

    line: str
    lot: str
    packs: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a Question; `flows` names every arc, also the empty ones; `cash_micros` is the
    cash in the objective."""

    status: ReferenceStatus
    flows: tuple[Flow, ...]
    objective_micros: int | None
    bound_micros: float | None
    cash_micros: int | None = None
