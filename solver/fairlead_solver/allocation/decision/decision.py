"""The answer of a cycle, as values. Explanation values are in `explain/values.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from ...findings import Finding
from ...tables import Coded, Days, Ints, Kinds
from ..rules.plan import Plan
from ..rules.terms import Term, Worth


class Status(Enum):
    """How the solve ended. All of these are answers, none is an error."""

    OPTIMAL = "optimal"  # gap <= asked, proven
    FEASIBLE_LIMIT = "feasible_limit"  # stopped at a limit with a plan and a true bound
    INFEASIBLE = "infeasible"  # hard floors, locks, fences and strategies cannot all hold
    NO_SOLUTION_LIMIT = "no_solution_limit"  # stopped at a limit without a plan
    CANCELLED = "cancelled"


class Outcome(IntEnum):
    """What happened to a line."""

    ALLOCATED_FULL = 1
    ALLOCATED_PARTIAL = 2
    BACKORDERED = 3  # nothing now; it waits
    HELD = 4  # its customer is on hold
    CANCELLED = 5  # nothing, and its latest acceptable day is past


class OutcomeFlag(IntFlag):
    """Beside ALLOCATED_FULL and ALLOCATED_PARTIAL."""

    NONE = 0
    LATE = 1  # some of it delivered after the requested day
    SUBSTITUTE = 2  # some of it as another product
    SPLIT = 4  # from more than one location


class Change(IntEnum):
    """Against the previous confirmation."""

    KEPT = 1  # as much as before (also: nothing before, nothing now)
    GAINED = 2
    LOST = 3
    NEW = 4  # nothing before, something now


@dataclass(frozen=True, slots=True, eq=False)
class LineOutcomes:
    """One entry per line, in the order of `problem.facts.lines`."""

    outcome: Kinds  # Outcome
    flags: Kinds  # OutcomeFlag
    change: Kinds  # Change
    confirmed: Ints  # units given
    confirmed_day: Days  # last delivery day of what is given; NO_DAY: nothing given
    unit_money: Mapping[Term, Ints]  # micro-units per line, the unit terms
    ack_code: Coded  # X12 855 ACK01
    edifact_code: Coded  # EDIFACT 4221, nothing where none


@dataclass(frozen=True, slots=True)
class SolveRecord:
    """What is needed to repeat the solve."""

    engine: str
    engine_version: str
    seed: int
    relative_gap_asked: float
    components: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class TierGoal:
    """A tier's filled value Σ price·x under STRICT tiers, in micro-units of money.

    `value_micros` is recomputed from the integers; None: there is no plan. `bound_micros`: a true
    upper bound on what the best plan in the order of tiers has of it.
    """

    tier: str
    value_micros: int | None
    bound_micros: int
    proven: bool

    @property
    def relative_gap(self) -> float | None:
        """(bound - value) / max(1 unit of money, value)."""
        if self.value_micros is None:
            return None
        distance = max(0, self.bound_micros - self.value_micros)
        return distance / max(1_000_000, self.value_micros)


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The decision. `terms` add up to `objective_micros` exactly, recomputed from the integers.

    Where the status has no plan, `plan` and `lines` are None, objective and bound are None.
    """

    status: Status
    plan: Plan | None
    lines: LineOutcomes | None
    terms: Mapping[Term, int]
    objective_micros: int | None
    bound_micros: int | None  # a true upper bound
    record: SolveRecord
    input_digest: str
    policy_digest: str
    digest: str  # of the quantities decided
    warnings: tuple[Finding, ...] = ()
    tier_goals: tuple[TierGoal, ...] = ()  # under STRICT tiers, the best tier first
    columns: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    @property
    def worth(self) -> Worth | None:
        """The parts of the objective; None where there is no plan."""
        return Worth.of(self.terms) if self.objective_micros is not None else None

    @property
    def relative_gap(self) -> float | None:
        """(bound - objective) / max(1 unit of money, |objective|)."""
        if self.objective_micros is None or self.bound_micros is None:
            return None
        distance = max(0, self.bound_micros - self.objective_micros)
        return distance / max(1_000_000, abs(self.objective_micros))
