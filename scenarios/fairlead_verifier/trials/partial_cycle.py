"""A part of the cycle as a cycle of its own: some lines free, the rest held as decided.

Lines that the free ones meet (in a lot, an order, a fair share, an open location) stay in it, held
lot by lot; the others are the rest. The reference then solves a cycle of a few lines. Every plan
of the part is a plan of the cycle; what the decision itself is worth there is asked for as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from fairlead_solver.api.allocation import Facts, Policy
from fairlead_solver.reference.process import Held, Question

from ..context.shared_sums import Limits
from ..context.verification_context import Ground
from .dependent_lines import Joined
from .remaining_facts import Rest


class Part:
    """Where statements are tried: the free lines of a cycle, beside the rest as decided."""

    def __init__(
        self,
        ground: Ground,
        limits: Limits,
        joined: Joined,
        free: frozenset[str],
        lots: frozenset[str] = frozenset(),
    ) -> None:
        """`lots`: more lots than the lines may take from as it is: those a change may open."""
        self._ground = ground
        self.free = free
        met = joined.by_stock(joined.by_share(free)) | joined.by_order(free) | joined.at(lots)
        self.lines = met.union(joined.witnesses(met))
        self._held = tuple(as_decided(ground, self.lines - free))
        self._rest = Rest(ground, limits, self.lines, lots | joined.lots(self.lines))

    @cached_property
    def own(self) -> Question:
        """The part as decided."""
        return self.question(None, None, *as_decided(self._ground, self.free))

    @cached_property
    def best(self) -> Question:
        """The part as it is, with nothing forced."""
        return self.question()

    def question(
        self,
        facts: Facts | None = None,
        policy: Policy | None = None,
        *held: Held,
        raised: tuple[tuple[str, int], ...] = (),
    ) -> Question:
        """The part of the cycle, or of a changed one, to a closed gap. Raises NotTried where the
        change leaves less than the rest was given."""
        cut = self._rest.cut_from(facts or self._ground.facts)
        return self._ground.question(cut, policy, *self._held, *held, raised=raised)


def as_decided(ground: Ground, lines: Iterable[str]) -> Iterator[Held]:
    """These lines as they were decided, lot by lot, and in all."""
    for line in sorted(lines):
        given = ground.given[line]
        yield Held(line, given, given)
        for arc in ground.arcs.get(line, []):
            units = ground.flow[line, arc.lot.id]
            yield Held(line, units, units, (arc.lot.id,))
