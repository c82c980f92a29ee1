"""A cycle as plain Python values: words instead of codes, None instead of missing numbers.

Everything derived (tier, pack, price, destination, order) is resolved here anew from facts and
policy, on purpose not taken from `Problem`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..allocation.cycle.facts import Facts, LotStatus, Strategy
from ..allocation.policy.policy import Policy
from ..tables import NO_DAY, NO_INT, Coded, Lists, Table

OrderKey = tuple[str, str]  # ("order", its id), or ("line", the id of a line without one)
LaneKey = tuple[str, str]  # location, destination


@dataclass(frozen=True, slots=True)
class Line:
    """Order line i with everything resolved that its rules need."""

    id: str
    order: OrderKey
    product: str
    quantity: int
    customer: str
    held: bool
    channel: str
    tier: int
    destination: str
    price: int
    value: int  # of a unit: what service, lateness and the other weights multiply
    requested: int
    latest: int | None
    pack: int
    least: int
    whole: bool
    group: str
    locations: frozenset[str]
    max_sources: int
    shelf_life: int
    substitutes: bool
    previous: int
    locked: int | None
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class Lot:
    """Lot s."""

    id: str
    product: str
    location: str
    quantity: int
    available: int
    expiry: int | None
    received: int | None
    cost: int
    blocked: bool
    customer: str
    channel: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """All of a cycle. Rows that need no resolving stay dictionaries of field name to value."""

    day: int
    policy: Policy
    lines: tuple[Line, ...]
    lots: tuple[Lot, ...]
    families: dict[str, str]  # product -> family path
    tables: dict[str, list[dict[str, Any]]]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of one table as plain values."""
        return self.tables[table]

    def scope(self, row: dict[str, Any], prefix: str = "") -> list[Line]:
        """The lines a contract, quota or group covers: every selector given must match."""
        return [line for line in self.lines if self._covers(row, prefix, line)]

    def _covers(self, row: dict[str, Any], prefix: str, line: Line) -> bool:
        tier = row.get(f"{prefix}tier")
        wanted = (
            (row.get(f"{prefix}customer"), line.customer),
            (row.get(f"{prefix}channel"), line.channel),
            (tier, self.policy.tiers[line.tier].id),
            (row.get("product") if not prefix else None, line.product),
        )
        family = row.get("family")
        path = self.families.get(line.product, "")
        return all(not want or want == has for want, has in wanted) and (
            not family or path == family or path.startswith(family + "/")
        )


def read(facts: Facts, policy: Policy) -> Cycle:
    """Resolve a cycle. The facts must be valid: nothing is checked here."""
    tables = {t.NAME: list(_rows(t)) for t in facts.tables()}
    products = {r["id"]: r for r in tables["products"]}
    lots = tuple(_lot(r, products, facts.cycle_day) for r in tables["lots"])
    customers = {r["id"]: r for r in tables["customers"]}
    return Cycle(
        day=facts.cycle_day,
        policy=policy,
        lines=tuple(
            _line(r, products, customers, policy, facts.cycle_day, _value(r, products, lots))
            for r in tables["lines"]
        ),
        lots=lots,
        families={p: r["family"] for p, r in products.items()},
        tables=tables,
    )


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    names = list(table.columns())
    for i in range(len(table)):
        yield {name: _plain(getattr(table, name), i) for name in names}


def _plain(column: Any, row: int) -> Any:
    if isinstance(column, Coded):
        return column.word(row)
    if isinstance(column, Lists):
        return frozenset(column.row(row))
    value = column[row]
    if isinstance(value, str):
        return value
    number = value.item()
    return None if number in (NO_INT, NO_DAY) else number


def _line(
    row: dict[str, Any],
    products: dict[str, dict[str, Any]],
    customers: dict[str, dict[str, Any]],
    policy: Policy,
    today: int,
    value: int,
) -> Line:
    customer = customers.get(row["customer"], {})
    tier = row["tier"] or customer.get("tier") or policy.default_tier or policy.tiers[-1].id
    return Line(
        id=row["id"],
        order=("order", row["order"]) if row["order"] else ("line", row["id"]),
        product=row["product"],
        quantity=row["quantity"],
        customer=row["customer"],
        held=bool(customer.get("on_hold")),
        channel=row["channel"],
        tier=[t.id for t in policy.tiers].index(tier),
        destination=customer.get("destination") or row["customer"],
        price=row["unit_price_micros"],
        value=value,
        requested=today if row["requested_day"] is None else row["requested_day"],
        latest=row["latest_day"],
        pack=row["pack"] or products.get(row["product"], {}).get("pack", 1),
        least=math.ceil(decimal(row["min_fill_rate"]) * row["quantity"]),
        whole=row["ship_complete"],
        group=row["delivery_group"],
        locations=row["locations"],
        max_sources=row["max_sources"],
        shelf_life=row["min_shelf_life_days"],
        substitutes=row["substitutes_allowed"],
        previous=row["previous_quantity"],
        locked=row["locked_quantity"],
        strategy=Strategy(row["strategy"]),
    )


def _value(row: dict[str, Any], products: dict[str, dict[str, Any]], lots: Iterable[Lot]) -> int:
    """The first above 0 of: the line's own value, price, list price, standard cost, and the cost of
    the dearest lot of its product."""
    product = products.get(row["product"], {})
    candidates = (
        row["value_micros"],
        row["unit_price_micros"],
        product.get("list_price_micros", 0),
        product.get("standard_cost_micros", 0),
    )
    dearest = max((lot.cost for lot in lots if lot.product == row["product"]), default=0)
    return next((int(micros) for micros in candidates if micros > 0), dearest)


def _lot(row: dict[str, Any], products: dict[str, dict[str, Any]], today: int) -> Lot:
    own = row["unit_cost_micros"]
    standard = products.get(row["product"], {}).get("standard_cost_micros", 0)
    available = row["available_day"]
    return Lot(
        id=row["id"],
        product=row["product"],
        location=row["location"],
        quantity=row["quantity"],
        available=today if available is None else max(today, available),
        expiry=row["expiry_day"],
        received=row["received_day"],
        cost=standard if own is None else own,
        blocked=row["status"] == LotStatus.BLOCKED,
        customer=row["owner_customer"],
        channel=row["owner_channel"],
    )


def decimal(rate: float) -> Fraction:
    """The number a person wrote: 0.7 is seven tenths, not the nearest double."""
    return Fraction(repr(rate))
