"""Which lines depend on each other: by stock, groups, orders, and by sums that can run out.

Worked out from the facts alone. A sum (capacity, contract, quota, credit, protection) joins its
lines only if they could ever use more of it than there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from functools import cached_property

from fairlead_solver.reference.arcs import Arc
from fairlead_solver.reference.readings import share_groups

from ..context.shared_sums import Limits
from ..context.verification_context import Ground


class Joined:
    """The lines of a cycle and what joins them, by their ids."""

    def __init__(self, ground: Ground, limits: Limits) -> None:
        self._ground, self._limits = ground, limits
        self._lots_of = {i: frozenset(a.lot.id for a in arcs) for i, arcs in ground.arcs.items()}
        self._lines_at: defaultdict[str, set[str]] = defaultdict(set)
        for line, lots in self._lots_of.items():
            for lot in lots:
                self._lines_at[lot].add(line)
        self._delivered = _members((i.group, i.id) for i in ground.cycle.lines if i.group)
        self._ordered = _members((i.order, i.id) for i in ground.cycle.lines)
        self._sharing: dict[str, frozenset[str]] = {}
        if ground.policy.fair_share.mode.name != "OFF":
            for group in share_groups(ground.cycle):
                members = frozenset(line.id for line in group)
                self._sharing |= dict.fromkeys(members, members)

    def lots(self, lines: Iterable[str]) -> frozenset[str]:
        """Lots that any of the lines may take from."""
        return frozenset(lot for line in lines for lot in self._lots_of.get(line, ()))

    def at(self, lots: Iterable[str]) -> frozenset[str]:
        """Lines that may take from any of the lots."""
        return frozenset().union(*(self._lines_at.get(lot, ()) for lot in lots))

    def by_stock(self, lines: Iterable[str]) -> frozenset[str]:
        """These lines and all that could take from the same lots."""
        own = frozenset(lines)
        return own | self.at(self.lots(own))

    def by_share(self, lines: Iterable[str]) -> frozenset[str]:
        """These lines and all that share fairly with them."""
        own = frozenset(lines)
        return own.union(*(self._sharing.get(line, ()) for line in own))

    def by_delivery(self, lines: Iterable[str]) -> frozenset[str]:
        """These lines and all of their delivery groups."""
        own = frozenset(lines)
        of = self._ground.lines
        return own.union(*(self._delivered[of[i].group] for i in own if of[i].group))

    def by_order(self, lines: Iterable[str]) -> frozenset[str]:
        """These lines and those of the same orders, where an order has rules of its own."""
        own = frozenset(lines)
        orders = {self._ground.lines[i].order for i in own} & self._ruled_orders
        return own.union(*(self._ordered[order] for order in orders))

    @cached_property
    def _ruled_orders(self) -> frozenset[Hashable]:
        """Orders with a limit of sources, or with shipments that cost something."""
        rows = self._ground.cycle.rows("orders")
        ruled: set[Hashable] = {("order", r["id"]) for r in rows if r["max_sources"]}
        ruled |= {
            arc.line.order
            for arcs in self._ground.arcs.values()
            for arc in arcs
            if arc.lane and arc.lane["fixed_cost_micros"]
        }
        return frozenset(ruled)

    def component(self, line: str) -> frozenset[str]:
        """All lines that anything done to this line could ever touch."""
        return self._components[line]

    @cached_property
    def _components(self) -> dict[str, frozenset[str]]:
        found = _Found(self._ground.lines)
        for together in self._together():
            found.join(together)
        return found.sets()

    def _together(self) -> Iterator[Iterable[str]]:
        yield from self._lines_at.values()
        yield from self._delivered.values()
        yield from set(self._sharing.values())
        yield from (self._ordered[order] for order in self._ruled_orders)
        yield from (one.lines for one in self._limits.sums if one.can_run_out)
        by_place: defaultdict[str, set[str]] = defaultdict(set)
        for arc in self._arcs():
            by_place[arc.lot.location].add(arc.line.id)
        yield from (by_place[place] for place in self.opened_places & by_place.keys())
        if 0 < self._ground.policy.location_use.max_locations < len(by_place):
            yield self._ground.arcs.keys()

    @cached_property
    def opened_places(self) -> frozenset[str]:
        """Locations that cost something once used, or of which only so many may be used."""
        rows = self._ground.cycle.rows("locations")
        most = self._ground.policy.location_use.max_locations
        return frozenset(r["id"] for r in rows if most or r["fixed_cost_micros"])

    def witnesses(self, lines: frozenset[str]) -> Iterator[str]:
        """One line beside these for each location that others keep open."""
        wanted = set(self.opened_places)
        for arc in self._arcs() if wanted else ():
            used = self._ground.flow[arc.line.id, arc.lot.id]
            if used and arc.lot.location in wanted and arc.line.id not in lines:
                wanted.remove(arc.lot.location)
                yield arc.line.id

    def _arcs(self) -> Iterator[Arc]:
        return (arc for arcs in self._ground.arcs.values() for arc in arcs)


def _members(pairs: Iterable[tuple[Hashable, str]]) -> dict[Hashable, set[str]]:
    found: defaultdict[Hashable, set[str]] = defaultdict(set)
    for key, line in pairs:
        found[key].add(line)
    return found


class _Found:
    """Sets that grow together: union-find over lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._above = {line: line for line in lines}

    def _root(self, line: str) -> str:
        while self._above[line] != line:
            self._above[line] = line = self._above[self._above[line]]
        return line

    def join(self, lines: Iterable[str]) -> None:
        first = None
        for line in lines:
            root = self._root(line)
            first = first or root
            self._above[root] = first

    def sets(self) -> dict[str, frozenset[str]]:
        members: defaultdict[str, set[str]] = defaultdict(set)
        for line in self._above:
            members[self._root(line)].add(line)
        whole = {root: frozenset(lines) for root, lines in members.items()}
        return {line: whole[self._root(line)] for line in self._above}
