"""What the rest of a cycle leaves to a part of it: the facts of some lines and lots alone.

The rest is held as decided. What it takes out of a lot, a capacity, a contract, a quota, a credit
or a protection is taken out of the fact, so that the rule says of the part what it says of the
cycle. Every function raises NotTried where a changed fact leaves less than the rest was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from fairlead_solver.api.allocation import NO_INT, Coded, Facts
from fairlead_solver.reference.readings import floor

from ..context.shared_sums import Limits
from ..context.verification_context import Ground
from .changed_facts import Ints, kept_rows
from .trial import NotTried

_BLOCKED = 2  # LotStatus


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """The cycle but for `lines`, which may take from `lots`."""

    ground: Ground
    limits: Limits
    lines: frozenset[str]
    lots: frozenset[str]

    def cut_from(self, facts: Facts) -> Facts:
        """The part's own facts out of those of a cycle, which may be a changed one."""
        cut = self._stock(self._rows(facts))
        for family, change in (
            ("quota", self._quotas),
            ("contract_floor", self._contracts),
            ("credit", self._credit),
            ("capacity", self._capacity),
        ):
            cut = change(cut, self._taken(family))
        return self._protections(facts, cut, self._taken("protection"))

    def _rows(self, facts: Facts) -> Facts:
        """The rows that speak of the part's lines and lots."""
        lines, lots = rows_of(facts.lines.id, self.lines), rows_of(facts.lots.id, self.lots)
        places = set(facts.lots.location.words()[lots])
        products = {*facts.lots.product.words()[lots], *facts.lines.product.words()[lines]}
        ids = {
            "products": (facts.products.id, products),
            "orders": (facts.orders.id, set(facts.lines.order.words()[lines])),
            "customers": (facts.customers.id, set(facts.lines.customer.words()[lines])),
            "quotas": (facts.quotas.id, self._taken("quota").keys()),
            "contracts": (facts.contracts.id, self._taken("contract_floor").keys()),
            "protections": (facts.protections.id, self._taken("protection").keys()),
        }
        kept = {table: rows_of(own, wanted) for table, (own, wanted) in ids.items()} | {
            "lines": lines,
            "lots": lots,
            "substitutes": _among(facts.substitutes.product, products),
            "usages": _among(facts.usages.product, products),
            "line_usages": _among(facts.line_usages.line, self.lines),
            "resources": _among(facts.resources.location, places),
            "lanes": self._lanes(facts, places, lines),
        }
        cut = facts
        for table, rows in kept.items():
            cut = kept_rows(cut, table, rows)
        return cut

    def _lanes(self, facts: Facts, places: set[str], lines: Ints) -> Ints:
        """Lanes of the part; one at least where there are any, for then every arc needs one."""
        names = facts.lines.id
        to = {self.ground.lines[names[row]].destination for row in lines.tolist()}
        here = np.intersect1d(
            _among(facts.lanes.location, places), _among(facts.lanes.destination, to)
        )
        return here if len(here) or not len(facts.lanes) else np.array([0])

    def _taken(self, family: str) -> dict[str, int]:
        """What the rest takes of every sum of a family that counts a line of the part, by key."""
        return {
            one.key: one.limit.use - one.used_by(self.ground, self.lines)
            for one in self.limits.sums
            if one.family == family and not one.lines.isdisjoint(self.lines)
        }

    def _stock(self, cut: Facts) -> Facts:
        own: Counter[str] = Counter()
        for line in self.lines:
            for arc in self.ground.arcs.get(line, []):
                own[arc.lot.id] += self.ground.flow[line, arc.lot.id] * arc.ratio
        rest = [self.ground.taken[lot] - own[lot] for lot in cut.lots.id]
        return replace(cut, lots=replace(cut.lots, quantity=_left(cut.lots.quantity, rest)))

    def _quotas(self, cut: Facts, taken: dict[str, int]) -> Facts:
        rest = _ints(taken[key] for key in cut.quotas.id)
        left = np.maximum(cut.quotas.cap_quantity - cut.quotas.consumed_quantity, 0)
        _left(left, rest)
        return replace(cut, quotas=replace(cut.quotas, cap_quantity=left, consumed_quantity=rest))

    def _contracts(self, cut: Facts, taken: dict[str, int]) -> Facts:
        """Floors as quantities: a rate counts the demand of the whole scope."""
        table = cut.contracts
        rest = _ints(taken[key] for key in table.id)
        capped = table.cap_quantity != NO_INT
        left = np.maximum(table.cap_quantity - table.delivered_quantity, 0)
        _left(left[capped], rest[capped])
        floors = _ints(self._floor(cut, row) for row in range(len(table)))
        changed = replace(
            table,
            floor_quantity=floors,
            floor_rate=np.zeros(len(table)),
            cap_quantity=np.where(capped, left, NO_INT),
            delivered_quantity=rest,
        )
        return replace(cut, contracts=changed)

    def _floor(self, cut: Facts, row: int) -> int:
        columns = ("floor_quantity", "delivered_quantity", "floor_rate")
        asked = {name: getattr(cut.contracts, name)[row].item() for name in columns}
        return floor(asked, self.limits.scope(cut.contracts.id[row]))

    def _credit(self, cut: Facts, taken: dict[str, int]) -> Facts:
        customers = cut.customers
        rest = _ints(taken.get(key, 0) for key in customers.id)
        limited = customers.credit_micros != NO_INT
        credit = customers.credit_micros.copy()
        credit[limited] = _left(credit[limited], rest[limited])
        return replace(cut, customers=replace(customers, credit_micros=credit))

    def _capacity(self, cut: Facts, taken: dict[str, int]) -> Facts:
        """Where the rest works overtime already, what is left of regular time is negative."""
        table = cut.resources
        pairs = zip(table.location.words(), table.resource.words(), strict=True)
        rest = _ints(taken.get(f"{location}/{resource}", 0) for location, resource in pairs)
        _left(table.capacity_micros + table.overtime_micros, rest)
        changed = replace(table, capacity_micros=table.capacity_micros - rest)
        return replace(cut, resources=changed)

    def _protections(self, facts: Facts, cut: Facts, taken: dict[str, int]) -> Facts:
        """Kept is what leaves to outsiders of the part what the cycle's protection leaves them."""
        table, rest = cut.protections, _ints(taken[key] for key in cut.protections.id)
        everywhere = _ints(_protected_stock(facts, cut, row) for row in range(len(table)))
        here = _ints(_protected_stock(cut, cut, row) for row in range(len(table)))
        open_ = _left(np.maximum(everywhere - table.quantity, 0), rest)
        return replace(cut, protections=replace(table, quantity=here - open_))


def rows_of(ids: tuple[str, ...], wanted: Iterable[str]) -> Ints:
    """Rows of the ids wanted, ascending."""
    wanted = frozenset(wanted)
    return _ints(row for row, name in enumerate(ids) if name in wanted)


def _among(column: Coded, wanted: Iterable[str]) -> Ints:
    """Rows with one of the words."""
    codes = _ints(code for code, name in enumerate(column.names) if name in wanted)
    return np.flatnonzero(np.isin(column.codes, codes))


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _left(there: Ints, taken: Iterable[int]) -> Ints:
    left: Ints = there - np.asarray(taken, dtype=np.int64)
    if (left < 0).any():
        raise NotTried("the change leaves the rest of the cycle less than it was given")
    return left


def _protected_stock(facts: Facts, cut: Facts, row: int) -> int:
    """Units of a cycle's lots that a protection (a row of the part's) is about."""
    lots, table = facts.lots, cut.protections
    mine = lots.product.words() == table.product.word(row)
    mine &= lots.status != _BLOCKED
    places = table.locations.row(row)
    if places:
        mine &= np.isin(lots.location.words(), places)
    return int(lots.quantity[mine].sum())
