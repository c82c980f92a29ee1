"""Limits of a cycle as plain numbers: what each allows, what the plan takes, what a line needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fairlead_solver.reference.arcs import Arc
from fairlead_solver.reference.cycle import Line
from fairlead_solver.reference.readings import Usage, floor

from .verification_context import Ground, row_of

SUPPLY, FLOOR, FAIR_SHARE, SOURCES = "supply", "contract_floor", "fair_share", "sources"
_MICROS = 1_000_000


class Unknown(LookupError):
    """The rule names no limit of this cycle; the text says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """`limit` and `use` in base units, or micro-units of a resource or of money.

    `regular`: the limit before overtime. `per_unit`: what one unit of a line takes on an arc, 0
    where the limit does not concern it. `whole_line`: it counts whatever the line gets, from any
    lot, so that a line with nothing needs room for its least quantity at once.
    `cell`: (table, key, column) of the fact that sets it; raising it by `sign` raises the limit.
    `least`: it is a limit from below. `scale`: how many make one of what a planner counts.
    """

    family: str
    limit: int
    use: int
    per_unit: Callable[[Arc], int]
    cell: tuple[str, str, str]
    sign: int = 1
    regular: int | None = None
    whole_line: bool = False
    least: bool = False
    scale: int = 1

    @property
    def slack(self) -> int:
        """What is left."""
        return self.use - self.limit if self.least else self.limit - self.use

    def step(self, ground: Ground, line: Line) -> int:
        """What the line needs here at once for one pack more; 0 where it does not count here."""
        return self._most(ground, line) * (_at_once(ground, line) if self.whole_line else line.pack)

    def need(self, ground: Ground, line: Line) -> int:
        """The most the line can need here at once, if all of it comes this way."""
        return self._most(ground, line) * _at_once(ground, line)

    def counts(self, ground: Ground, line: Line) -> bool:
        """Whether the line uses any of it."""
        return self._most(ground, line) > 0

    def _most(self, ground: Ground, line: Line) -> int:
        return max(map(self.per_unit, ground.arcs.get(line.id, [])), default=0)

    def stops(self, ground: Ground, line: Line) -> bool:
        """Whether there is no room for one pack more of the line."""
        return self.slack < self.step(ground, line)


def _at_once(ground: Ground, line: Line) -> int:
    """Units the line must take together: a pack, or its least in packs where it has nothing."""
    if ground.given[line.id]:
        return line.pack
    return -(-ground.least(line) // line.pack) * line.pack


def limit_named(ground: Ground, family: str, key: str) -> Limit | None:
    """The limit of a family by its key; None where there is none."""
    found = _OF_FAMILY.get(family)
    return found(ground, key) if found is not None else None


def _supply(ground: Ground, key: str) -> Limit | None:
    lot = ground.lots.get(key)
    if lot is None:
        return None
    return Limit(
        SUPPLY,
        lot.quantity,
        ground.taken[key],
        lambda arc: arc.ratio if arc.lot.id == key else 0,
        ("lots", key, "quantity"),
    )


def _scoped(
    ground: Ground, family: str, row: dict[str, Any], most: int, cell: tuple[str, str, str]
) -> Limit:
    scope = {line.id for line in ground.cycle.scope(row)}
    return Limit(
        family,
        max(0, most),
        sum(ground.given[i] for i in scope),
        lambda arc: 1 if arc.line.id in scope else 0,
        cell,
        whole_line=True,
    )


def _quota(ground: Ground, key: str) -> Limit | None:
    row = row_of(ground.cycle, "quotas", key)
    if row is None:
        return None
    most = row["cap_quantity"] - row["consumed_quantity"]
    return _scoped(ground, "quota", row, most, ("quotas", key, "cap_quantity"))


def _cap(ground: Ground, key: str) -> Limit | None:
    row = row_of(ground.cycle, "contracts", key)
    if row is None or row["cap_quantity"] is None:
        return None
    most = row["cap_quantity"] - row["delivered_quantity"]
    return _scoped(ground, "contract_cap", row, most, ("contracts", key, "cap_quantity"))


def _credit(ground: Ground, key: str) -> Limit | None:
    row = row_of(ground.cycle, "customers", key)
    if row is None or row["credit_micros"] is None:
        return None
    bought = {line.id: line.price for line in ground.cycle.lines if line.customer == key}
    return Limit(
        "credit",
        row["credit_micros"],
        sum(price * ground.given[i] for i, price in bought.items()),
        lambda arc: bought.get(arc.line.id, 0),
        ("customers", key, "credit_micros"),
        whole_line=True,
        scale=_MICROS,
    )


def _capacity(ground: Ground, key: str) -> Limit | None:
    usage = Usage(ground.cycle)
    for row in ground.cycle.rows("resources"):
        place, name = row["location"], row["resource"]
        if f"{place}/{name}" != key:
            continue

        def per_unit(arc: Arc, place: str = place, name: str = name) -> int:
            return usage(arc, name) * arc.ratio if arc.lot.location == place else 0

        regular = row["capacity_micros"]
        limit = regular + row["overtime_micros"]
        cell = ("resources", key, "capacity_micros")
        use = _used(ground, per_unit)
        return Limit("capacity", limit, use, per_unit, cell, regular=regular, scale=_MICROS)
    return None


def _used(ground: Ground, per_unit: Callable[[Arc], int]) -> int:
    return sum(
        per_unit(arc) * ground.flow[arc.line.id, arc.lot.id]
        for arcs in ground.arcs.values()
        for arc in arcs
        if ground.flow[arc.line.id, arc.lot.id]
    )


def _protection(ground: Ground, key: str) -> Limit | None:
    row = row_of(ground.cycle, "protections", key)
    if row is None:
        return None
    group = {line.id for line in ground.cycle.scope(row, "group_")}
    lots = {
        lot.id: lot.quantity
        for lot in ground.cycle.lots
        if lot.product == row["product"]
        and not lot.blocked
        and (not row["locations"] or lot.location in row["locations"])
    }

    def per_unit(arc: Arc) -> int:
        return arc.ratio if arc.lot.id in lots and arc.line.id not in group else 0

    limit = max(0, sum(lots.values()) - row["quantity"])
    cell = ("protections", key, "quantity")
    return Limit("protection", limit, _used(ground, per_unit), per_unit, cell, sign=-1)


def _floor(ground: Ground, key: str) -> Limit | None:
    row = row_of(ground.cycle, "contracts", key)
    if row is None:
        return None
    lines = ground.cycle.scope(row)
    scope = {line.id for line in lines}
    cell = ("contracts", key, "floor_quantity")
    given = sum(ground.given[i] for i in scope)
    return Limit(
        FLOOR, floor(row, lines), given, lambda arc: arc.line.id in scope, cell, least=True
    )


def _fair_share(ground: Ground, key: str) -> Limit | None:
    """What fair share keeps for a line, to the nearest unit."""
    if key not in ground.lines or ground.policy.fair_share.mode.name != "PROPORTIONAL":
        return None
    return Limit(
        FAIR_SHARE,
        round(ground.entitled[key]),
        ground.given[key],
        lambda arc: arc.line.id == key,
        ("lines", key, ""),
        least=True,
    )


def _sources(ground: Ground, key: str) -> Limit | None:
    """The most locations of a line, or of an order."""
    for table in ("lines", "orders"):
        row = row_of(ground.cycle, table, key)
        if row is not None and row["max_sources"]:
            own = ground.served_as(table, key)
            flow = ((line, lot) for (line, lot), packs in ground.flow.items() if packs)
            used = {ground.lots[lot].location for line, lot in flow if line in own}
            cell = (table, key, "max_sources")
            counts = partial(_is_of, own)  # whatever comes from one more location
            return Limit(SOURCES, row["max_sources"], len(used), counts, cell)
    return None


def _is_of(lines: frozenset[str], arc: Arc) -> int:
    return int(arc.line.id in lines)


_OF_FAMILY: dict[str, Callable[[Ground, str], Limit | None]] = {
    SUPPLY: _supply,
    "quota": _quota,
    "contract_cap": _cap,
    "credit": _credit,
    "capacity": _capacity,
    "protection": _protection,
    SOURCES: _sources,
    FLOOR: _floor,
    FAIR_SHARE: _fair_share,
}
