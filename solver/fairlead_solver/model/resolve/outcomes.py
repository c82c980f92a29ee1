"""What solving copies of parts again gave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ..program.draft import Bools, Floats, Ints
from .subproblems import Copies


class State(IntEnum):
    """How solving a copy again ended; the worst of its components counts."""

    CLOSED = 0
    OPEN = 1
    INFEASIBLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """`bound` (copies,): no x of a copy is worth more money. `attained` (copies,): the relaxation's
    `x` (columns,) is itself a plan, so that its worth is exact. `empty` (copies,): none has one."""

    bound: Floats
    x: Floats
    attained: Bools
    empty: Bools

    def of(self, copies: Copies, chosen: Ints) -> Relaxed:
        """That of some of the `copies` (ascending)."""
        kept = np.zeros(copies.count, dtype=np.bool_)
        kept[chosen] = True
        own = self.x[kept[copies.part]]
        return Relaxed(self.bound[chosen], own, self.attained[chosen], self.empty[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """`state` (copies,): State of each; `x` (columns,) is the best of every CLOSED one."""

    state: Ints
    x: Floats

    def closed(self, copy: int) -> bool:
        """Whether a copy was solved to the end, with a plan."""
        return bool(self.state[copy] == State.CLOSED)
