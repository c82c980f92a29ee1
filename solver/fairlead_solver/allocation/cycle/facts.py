"""The tables of an allocation cycle, as given (design words: docs/glossary.md).

Quantities are integers in the product's base unit. `*_micros` are millionths: of the cycle's one
currency for money, of one resource unit (a pick minute, a cubic metre) for usage and capacity.
`*_day` are days since 1970-01-01 (UTC).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field, fields
from enum import IntEnum
from typing import ClassVar

from ...tables import (
    MAX_TRANSIT_DAYS,
    NO_INT,
    Bools,
    Coded,
    Days,
    Floats,
    Ints,
    Kinds,
    Lists,
    Table,
    choice,
    day,
    flag,
    integer,
    key,
    rate,
    ref,
    refs,
    text,
)


class LotStatus(IntEnum):
    """May the lot be used at all?"""

    AVAILABLE = 1
    BLOCKED = 2


class SupplyKind(IntEnum):
    """Where the lot is: on the shelf, or on its way."""

    ON_HAND = 1
    INBOUND = 2


class LineKind(IntEnum):
    """What the demand is; informative, and a selector for policies."""

    SALES = 1
    MARKETPLACE = 2
    TRANSFER = 3
    PRODUCTION = 4
    SERVICE = 5


class Strategy(IntEnum):
    """Confirmation strategy of a line: what may happen to its previous confirmation."""

    REDISTRIBUTE = 1  # free
    WIN = 2  # in full, or conflict
    GAIN = 3  # at least what was confirmed
    FILL = 4  # at most what was confirmed
    LOSE = 5  # nothing: it gives up what it had
    SKIP = 6  # exactly what was confirmed


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Products(Table):
    """Product p."""

    NAME: ClassVar[str] = "products"
    id: tuple[str, ...] = key()
    pack: Ints = integer(1, minimum=1)  # pack size: the pack multiple of lines that name none
    standard_cost_micros: Ints = integer(0)
    family: Coded = text("families")  # path a/b/c
    perishable: Bools = flag()  # a lot without expiry is suspicious
    display_name: Coded = text("product_names", later=True)  # for people; decides nothing
    list_price_micros: Ints = integer(0, later=True)  # 0: none; the value of lines without price


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Substitutes(Table):
    """Product `substitute` may stand in for `product`: `ratio` base units for one unit asked."""

    NAME: ClassVar[str] = "substitutes"
    product: Coded = ref("products", required=True)
    substitute: Coded = ref("products", required=True)
    ratio: Ints = integer(1, minimum=1)
    penalty_rate: Floats = rate(0.0, maximum=1000.0)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Usages(Table):
    """One base unit of `product` shipped uses `usage_micros` of each `resource` so named."""

    NAME: ClassVar[str] = "usages"
    product: Coded = ref("products", required=True)
    resource: Coded = text("resource_names")
    usage_micros: Ints = integer(0)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Locations(Table):
    """Location w. No channel named: it serves all. No fixed cost: 0."""

    NAME: ClassVar[str] = "locations"
    id: tuple[str, ...] = key()
    channels: Lists = refs("channels")
    handling_cost_micros: Ints = integer(0)  # per base unit shipped
    fixed_cost_micros: Ints = integer(0)  # once, if used at all


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Resources(Table):
    """Capacity C_r of a resource at a location for this cycle, with optional overtime O_r."""

    NAME: ClassVar[str] = "resources"
    location: Coded = ref("locations", required=True)
    resource: Coded = text("resource_names")
    capacity_micros: Ints = integer(0)
    overtime_micros: Ints = integer(0)
    overtime_cost_micros: Ints = integer(0)  # money per one (not micro) resource unit


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lots(Table):
    """Lot s: a quantity a_s of one product at one location."""

    NAME: ClassVar[str] = "lots"
    id: tuple[str, ...] = key()
    product: Coded = ref("products", required=True)
    location: Coded = ref("locations", required=True)
    quantity: Ints = integer(0, remedy="a lot whose stock is negative has none: leave it out")
    available_day: Days = day()  # NO_DAY: now
    expiry_day: Days = day()
    received_day: Days = day()
    unit_cost_micros: Ints = integer(NO_INT)  # NO_INT: the product's standard cost
    status: Kinds = choice(LotStatus, LotStatus.AVAILABLE)
    kind: Kinds = choice(SupplyKind, SupplyKind.ON_HAND)
    owner_customer: Coded = ref("customers")  # reserved to this customer …
    owner_channel: Coded = text("channels")  # … and to this channel


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Customers(Table):
    """Customer: its tier, its one destination (its own id if none), the money it may spend."""

    NAME: ClassVar[str] = "customers"
    id: tuple[str, ...] = key()
    tier: Coded = text("tiers")
    destination: Coded = text("destinations")
    credit_micros: Ints = integer(NO_INT)  # NO_INT: unlimited
    on_hold: Bools = flag()  # its lines are HELD: nothing is given
    display_name: Coded = text("customer_names", later=True)  # for people; decides nothing


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Orders(Table):
    """Facts of an order beyond its lines. An order without a row here has no limits of its own."""

    NAME: ClassVar[str] = "orders"
    id: tuple[str, ...] = key()
    max_sources: Ints = integer(0)  # locations that may serve the order; 0: any number


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lines(Table):
    """Order line i, the demand line."""

    NAME: ClassVar[str] = "lines"
    id: tuple[str, ...] = key()
    order: Coded = text("orders")  # none: the line is its own order
    product: Coded = ref("products", required=True)
    quantity: Ints = integer(
        0, minimum=1, required=True, remedy="a line with nothing open is left out"
    )
    customer: Coded = ref("customers")
    channel: Coded = text("channels")
    tier: Coded = text("tiers")  # none: the customer's, else the policy's default
    unit_price_micros: Ints = integer(0)
    requested_day: Days = day()  # none: the cycle's day
    latest_day: Days = day()  # latest acceptable delivery; none: no limit
    pack: Ints = integer(0)  # pack multiple m_i; 0: the product's pack size
    min_fill_rate: Floats = rate(0.0)  # phi_i: nothing, or at least this share
    ship_complete: Bools = flag()
    delivery_group: Coded = text("delivery_groups")  # all its lines in full, or none of them
    locations: Lists = refs("locations")  # allowed sources; none named: all
    max_sources: Ints = integer(0)  # 0: any number
    min_shelf_life_days: Ints = integer(0)  # MRSL at delivery
    substitutes_allowed: Bools = flag()
    previous_quantity: Ints = integer(0)  # prev_i; 0: no previous confirmation
    locked_quantity: Ints = integer(NO_INT)  # NO_INT: not locked
    kind: Kinds = choice(LineKind, LineKind.SALES)
    strategy: Kinds = choice(Strategy, Strategy.REDISTRIBUTE)
    value_micros: Ints = integer(0, later=True)  # v_i, per unit; 0: what `unit_value` finds


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LineUsages(Table):
    """Overrides the usage per base unit shipped for one line served from one location."""

    NAME: ClassVar[str] = "line_usages"
    line: Coded = ref("lines", required=True)
    location: Coded = ref("locations", required=True)
    resource: Coded = text("resource_names")
    usage_micros: Ints = integer(0)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lanes(Table):
    """Location -> destination. Where any lane is given, an arc needs one."""

    NAME: ClassVar[str] = "lanes"
    location: Coded = ref("locations", required=True)
    destination: Coded = text("destinations")
    cost_micros: Ints = integer(0)  # per base unit shipped
    fixed_cost_micros: Ints = integer(0)  # per shipment: (order, location)
    transit_days: Ints = integer(0, maximum=MAX_TRANSIT_DAYS)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Contracts(Table):
    """Contract k over a scope: every selector given must match a line for it to be in scope."""

    NAME: ClassVar[str] = "contracts"
    id: tuple[str, ...] = key()
    customer: Coded = ref("customers")
    family: Coded = text("families")  # a family path and everything below it
    product: Coded = ref("products")
    channel: Coded = text("channels")
    floor_quantity: Ints = integer(0)
    floor_rate: Floats = rate(0.0)  # floor = ceil(rate * demand in scope), this cycle only
    cap_quantity: Ints = integer(NO_INT)
    delivered_quantity: Ints = integer(0)
    penalty_micros: Ints = integer(0)  # per unit short of the floor
    hard: Bools = flag()  # the floor may not be missed


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Quotas(Table):
    """Quota (product allocation): the scope may take `cap - consumed` this cycle."""

    NAME: ClassVar[str] = "quotas"
    id: tuple[str, ...] = key()
    customer: Coded = ref("customers")
    family: Coded = text("families")
    product: Coded = ref("products")
    channel: Coded = text("channels")
    cap_quantity: Ints = integer(0)
    consumed_quantity: Ints = integer(0)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Protections(Table):
    """Keeps `quantity` of `product` at `locations` (none named: all) for the group named."""

    NAME: ClassVar[str] = "protections"
    id: tuple[str, ...] = key()
    product: Coded = ref("products", required=True)
    locations: Lists = refs("locations")
    quantity: Ints = integer(0)
    group_customer: Coded = ref("customers")
    group_channel: Coded = text("channels")
    group_tier: Coded = text("tiers")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Facts:
    """One allocation cycle as given: unchecked, in the giver's order. `intake` makes a Problem.

    A table left empty is implied by the references to it: a cycle of lines and lots alone is
    valid. A table that is given must hold every row that is referred to. (`orders` is always
    optional, row by row.)
    """

    cycle_day: int  # the day the cycle decides on
    currency: str = ""  # ISO 4217, informative
    as_of_day: int | None = None  # when the stock was counted; None: not said
    products: Products = field(default_factory=Products.of)
    substitutes: Substitutes = field(default_factory=Substitutes.of)
    usages: Usages = field(default_factory=Usages.of)
    locations: Locations = field(default_factory=Locations.of)
    resources: Resources = field(default_factory=Resources.of)
    lots: Lots = field(default_factory=Lots.of)
    customers: Customers = field(default_factory=Customers.of)
    orders: Orders = field(default_factory=Orders.of)
    lines: Lines = field(default_factory=Lines.of)
    line_usages: LineUsages = field(default_factory=LineUsages.of)
    lanes: Lanes = field(default_factory=Lanes.of)
    contracts: Contracts = field(default_factory=Contracts.of)
    quotas: Quotas = field(default_factory=Quotas.of)
    protections: Protections = field(default_factory=Protections.of)

    def tables(self) -> Iterator[Table]:
        """Every table, in contract order."""
        return (getattr(self, name) for name in _TABLES)


_TABLES = tuple(f.name for f in fields(Facts) if f.default_factory is not MISSING)
