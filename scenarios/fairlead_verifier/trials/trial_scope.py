"""Where a statement is tried: the whole cycle, what it depends on, or a part beside the rest.

Cycles of up to LARGE lines are solved whole. In larger ones a statement for the cycle is tried on
the component of its lines: nothing outside depends on them, so that it is the same question.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

from fairlead_solver.api.allocation import Facts, Policy
from fairlead_solver.reference.process import Held, Question

from ..context.limits import FAIR_SHARE, SOURCES, SUPPLY, Limit
from ..context.shared_sums import Limits, Sum
from ..context.verification_context import Ground
from .dependent_lines import Joined
from .partial_cycle import Part, as_decided

GIVING_WAY = 5  # lines that give way of each limit that has run out
LARGE = 500  # lines of the largest cycle that is solved whole for every statement


class Field(Protocol):
    """Lines that are free. `own`: as decided; `best`: as they are, with nothing forced."""

    @property
    def free(self) -> frozenset[str]:
        """Ids of the lines that are free."""

    @property
    def own(self) -> Question:
        """The lines as decided."""

    @property
    def best(self) -> Question:
        """The lines with nothing forced."""

    def question(
        self,
        facts: Facts | None = None,
        policy: Policy | None = None,
        *held: Held,
        raised: tuple[tuple[str, int], ...] = (),
    ) -> Question:
        """The same for a changed cycle, or with more forced. Raises NotTried."""


class Whole:
    """All of the cycle."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.free = frozenset(ground.lines)

    @cached_property
    def own(self) -> Question:
        """The decision."""
        return self._ground.question(None, None, *as_decided(self._ground, self.free))

    @cached_property
    def best(self) -> Question:
        """The cycle."""
        return self._ground.question()

    def question(
        self,
        facts: Facts | None = None,
        policy: Policy | None = None,
        *held: Held,
        raised: tuple[tuple[str, int], ...] = (),
    ) -> Question:
        """The cycle changed, or with more forced."""
        return self._ground.question(facts, policy, *held, raised=raised)


class Fields:
    """The fields of one decision, each made once."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.limits = Limits(ground)
        self.large = len(ground.lines) > LARGE
        self._joined = Joined(ground, self.limits)
        self._whole = Whole(ground)
        self._parts: dict[tuple[frozenset[str], frozenset[str]], Part] = {}

    @property
    def joined(self) -> Joined:
        """What joins the lines."""
        return self._joined

    @property
    def whole(self) -> Whole:
        """All of the cycle, however large."""
        return self._whole

    def cycle(self, lines: Iterable[str]) -> Field:
        """All that lines depend on."""
        if not self.large:
            return self._whole
        own = frozenset(lines)
        return self._part(own.union(*map(self._joined.component, own)))

    def beside(self, lines: Iterable[str], lots: Iterable[str] = ()) -> Part:
        """Lines, all that could take from the same lots, and their delivery groups. `lots`: more
        lots that a change may open to them."""
        opened = frozenset(lots)
        own = self._joined.by_delivery(lines) | self._joined.at(opened)
        return self._part(self._joined.by_stock(own), opened)

    def giving_way(self, lines: frozenset[str]) -> Part:
        """Lines beside the rest, and of the rest those lines that use what has run out for the
        least value: a change that is worth something may be worth it only once they give way."""
        own = self.beside(lines).free
        scarce = [one for one in self.limits.sums if self._stops(one, lines)]
        least = (self.limits.least_valued(one)[:GIVING_WAY] for one in scarce)
        return self._part(own.union(*least))

    def _stops(self, one: Sum, lines: frozenset[str]) -> bool:
        counted = (self.ground.lines[line] for line in sorted(lines & one.lines))
        return not one.limit.least and any(one.limit.stops(self.ground, i) for i in counted)

    def counted(self, limit: Limit) -> frozenset[str]:
        """The lines whose quantities a limit is about."""
        key = limit.cell[1]
        if limit.family == FAIR_SHARE:
            return self._joined.by_share([key])
        if limit.family == SOURCES:
            return self.ground.served_as(limit.cell[0], key)
        return self._joined.at([key]) if limit.family == SUPPLY else self.limits.sum_of(limit).lines

    def held_by(self, limit: Limit) -> frozenset[str]:
        """The lines that a limit holds stock for, or holds back from one lot."""
        one_line = limit.family in (FAIR_SHARE, SUPPLY)
        return self.counted(limit) if one_line else frozenset()

    def _part(self, free: frozenset[str], lots: frozenset[str] = frozenset()) -> Part:
        if (free, lots) not in self._parts:
            self._parts[free, lots] = Part(self.ground, self.limits, self._joined, free, lots)
        return self._parts[free, lots]
