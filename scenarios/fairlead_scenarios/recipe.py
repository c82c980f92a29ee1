"""The recipe of a cycle: a few documented parameters and a seed make a distributor's cycle.

Same parameters and seed, same cycle. All draws are NumPy columns, so that a million lines take
seconds; the result is in the contract's packed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fairlead.v1 import columns_pb2, facts_pb2, policy_pb2

from .documents import read_yaml, refuse_model
from .sugar import MICRO, as_day

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CHANNELS = ("direct", "marketplace", "store")
CENT = MICRO // 100
RESOURCE = "pick_minutes"
BEST_RATE, WORST_RATE = 9.0, 4.0  # service rates of the first and the last tier


class Recipe(BaseModel):
    """Parameters of a generated cycle. Shares are between 0 and 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0)
    lines: int = Field(default=5000, ge=1, le=5_000_000)
    lines_per_product: float = Field(default=5.0, ge=1, description="mean lines of one product")
    lines_per_order: float = Field(default=4.0, ge=1, description="mean lines of one order")
    short_share: float = Field(default=0.3, ge=0, le=1, description="of products short of stock")
    ship_complete_share: float = Field(default=0.1, ge=0, le=1, description="of lines")
    locations: int = Field(default=8, ge=1, le=1000)
    lots_per_product: float = Field(default=2.0, ge=1, description="mean lots of one product")
    capacity_tightness: float = Field(
        default=0.95, ge=0, le=10, description="capacity over the work expected; 0: unlimited"
    )
    contracts_per_line: float = Field(default=0.002, ge=0, le=1)
    lot_age_days: int = Field(default=120, ge=0, description="received up to so many days ago")
    shelf_life_days: int = Field(default=0, ge=0, description="of perishables; 0: none perish")
    tiers: int = Field(default=3, ge=1, le=26)
    cycle_date: str = "2026-11-24"

    @classmethod
    def read(cls, path: Path) -> Self:
        """A recipe file. Raises InvalidInput with every parameter that is wrong."""
        given = {k: str(v) if k == "cycle_date" else v for k, v in read_yaml(path).items()}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise refuse_model("recipe", error) from error

    def cycle(self) -> facts_pb2.Cycle:
        """The cycle, in packed columns."""
        draws = _Draws.of(self)
        cycle = facts_pb2.Cycle(cycle_day=as_day(self.cycle_date), currency="USD")
        cycle.as_of_day = cycle.cycle_day
        columns = cycle.columns
        _write_products(columns, draws)
        _write_lots(columns, draws, cycle.cycle_day)
        _write_locations(columns, draws)
        _write_customers(columns, draws)
        _write_lines(columns, draws, cycle.cycle_day)
        _write_contracts(columns, draws)
        return cycle

    def policy(self) -> policy_pb2.Policy:
        """The policy that fits the cycle: its tiers, and a little value for old stock."""
        policy = policy_pb2.Policy(id="recipe")
        rates = np.linspace(BEST_RATE, WORST_RATE, self.tiers)
        for name, rate in zip(tier_names(self.tiers), rates, strict=True):
            policy.tiers.add(id=name, service_rate=round(float(rate), 3), lateness_rate=0.01)
        if self.lot_age_days:
            policy.aging.age.add(days=self.lot_age_days // 2, rate=0.05)
            policy.aging.age.add(days=self.lot_age_days, rate=0.15)
        return policy


def tier_names(count: int) -> list[str]:
    """A, B, C, …"""
    return [chr(ord("A") + i) for i in range(count)]


@dataclass(frozen=True)
class _Draws:
    """Everything random about a cycle, each an array; codes are row numbers."""

    recipe: Recipe
    price_micros: Ints  # per product
    usage_micros: Ints  # per product
    line_product: Ints
    line_quantity: Ints
    line_discount: Floats
    line_complete: NDArray[np.bool_]
    line_order: Ints  # ascending
    line_requested: Ints  # days from the cycle's day
    order_customer: Ints
    order_channel: Ints
    customer_tier: Ints
    lot_product: Ints
    lot_location: Ints
    lot_quantity: Ints
    lot_age: Ints
    lot_life: Ints
    contract_family: Ints
    contract_channel: Ints  # -1: none

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        rng = np.random.default_rng(recipe.seed)
        lines = recipe.lines
        products = max(1, round(lines / recipe.lines_per_product))
        orders = max(1, round(lines / recipe.lines_per_order))
        customers = max(1, orders // 5)
        price = np.rint(np.exp(rng.normal(3.0, 0.9, products)) * 100).astype(np.int64) + 50
        product = rng.integers(0, products, lines)
        quantity = 1 + rng.geometric(0.05, lines)
        demand = np.bincount(product, weights=quantity, minlength=products).astype(np.int64)
        lot_product, lot_location, lot_quantity = _stock(rng, recipe, demand)
        contracts = round(lines * recipe.contracts_per_line)
        return cls(
            recipe=recipe,
            price_micros=price * CENT,
            usage_micros=rng.integers(2, 21, products) * (MICRO // 10),
            line_product=product,
            line_quantity=quantity,
            line_discount=rng.integers(0, 20, lines) / 100,
            line_complete=rng.random(lines) < recipe.ship_complete_share,
            line_order=np.sort(rng.integers(0, orders, lines)),
            line_requested=rng.integers(0, 8, lines),
            order_customer=rng.integers(0, customers, orders),
            order_channel=rng.integers(0, len(CHANNELS), orders),
            customer_tier=np.minimum(rng.geometric(0.4, customers), recipe.tiers) - 1,
            lot_product=lot_product,
            lot_location=lot_location,
            lot_quantity=lot_quantity,
            lot_age=rng.integers(0, max(1, recipe.lot_age_days), len(lot_product)),
            lot_life=rng.integers(1, max(2, recipe.shelf_life_days), len(lot_product)),
            contract_family=rng.integers(0, _families(products), contracts),
            contract_channel=rng.integers(-1, len(CHANNELS), contracts),
        )

    @cached_property
    def products(self) -> list[str]:
        return _ids("P", len(self.price_micros))

    @cached_property
    def families(self) -> list[str]:
        return [f"range{i % 10}/family{i}" for i in range(_families(len(self.price_micros)))]

    @cached_property
    def locations(self) -> list[str]:
        return _ids("DC", self.recipe.locations)

    @cached_property
    def customers(self) -> list[str]:
        return _ids("C", len(self.customer_tier))

    def work_micros(self) -> Floats:
        """Pick work expected at each location: demand that stock can meet, spread like stock."""
        products = len(self.price_micros)
        demand = np.bincount(self.line_product, weights=self.line_quantity, minlength=products)
        stock = np.bincount(self.lot_product, weights=self.lot_quantity, minlength=products)
        served = np.minimum(1.0, demand / np.maximum(stock, 1))[self.lot_product]
        work = served * self.lot_quantity * self.usage_micros[self.lot_product]
        spread = np.bincount(self.lot_location, work, minlength=self.recipe.locations)
        return spread.astype(np.float64)


def _families(products: int) -> int:
    return max(1, products // 25)


def _stock(rng: np.random.Generator, recipe: Recipe, demand: Ints) -> tuple[Ints, Ints, Ints]:
    """(product, location, quantity) of each lot: short products have 40–90 % of their demand."""
    products = len(demand)
    short = rng.random(products) < recipe.short_share
    cover = np.where(short, rng.uniform(0.4, 0.9, products), rng.uniform(1.1, 2.0, products))
    stock = np.floor(demand * cover).astype(np.int64)
    count = np.minimum(1 + rng.poisson(recipe.lots_per_product - 1, products), recipe.locations)
    product = np.repeat(np.arange(products), count)
    number = np.arange(len(product)) - np.repeat(np.cumsum(count) - count, count)
    location = (rng.integers(0, recipe.locations, products)[product] + number) % recipe.locations
    weight = rng.uniform(0.5, 1.5, len(product))
    share = weight / np.bincount(product, weight)[product]
    quantity = np.floor(stock[product] * share).astype(np.int64)
    rest = stock - np.bincount(product, quantity, minlength=products).astype(np.int64)
    quantity[number == 0] += rest
    return product, location, quantity


def _ids(prefix: str, count: int) -> list[str]:
    """Ids of equal length, so that their order as words is their order as numbers."""
    width = len(str(count))
    return [f"{prefix}{i:0{width}d}" for i in range(1, count + 1)]


def _words(names: list[str] | tuple[str, ...], codes: Ints) -> columns_pb2.StringColumn:
    return columns_pb2.StringColumn(dictionary=names, index=codes.tolist())


def _write_products(columns: columns_pb2.CycleColumns, draws: _Draws) -> None:
    count = len(draws.products)
    table = columns.products
    table.id.extend(draws.products)
    table.standard_cost_micros.extend((draws.price_micros * 6 // 10).tolist())
    table.family.CopyFrom(_words(draws.families, np.arange(count) % len(draws.families)))
    table.perishable.extend([draws.recipe.shelf_life_days > 0] * count)
    if draws.recipe.capacity_tightness:
        columns.usages.product.CopyFrom(_words(draws.products, np.arange(count)))
        columns.usages.resource.CopyFrom(_words([RESOURCE], np.zeros(count, np.int64)))
        columns.usages.usage_micros.extend(draws.usage_micros.tolist())


def _write_lots(columns: columns_pb2.CycleColumns, draws: _Draws, today: int) -> None:
    table = columns.lots
    table.id.extend(_ids("L", len(draws.lot_product)))
    table.product.CopyFrom(_words(draws.products, draws.lot_product))
    table.location.CopyFrom(_words(draws.locations, draws.lot_location))
    table.quantity.extend(draws.lot_quantity.tolist())
    if draws.recipe.lot_age_days:
        table.received_day.extend((today - draws.lot_age).tolist())
    if draws.recipe.shelf_life_days:
        table.expiry_day.extend((today + draws.lot_life).tolist())


def _write_locations(columns: columns_pb2.CycleColumns, draws: _Draws) -> None:
    columns.locations.id.extend(draws.locations)
    tightness = draws.recipe.capacity_tightness
    if not tightness:
        return
    count = len(draws.locations)
    capacity = np.floor(draws.work_micros() * tightness).astype(np.int64)
    table = columns.resources
    table.location.CopyFrom(_words(draws.locations, np.arange(count)))
    table.resource.CopyFrom(_words([RESOURCE], np.zeros(count, np.int64)))
    table.capacity_micros.extend(capacity.tolist())
    table.overtime_micros.extend((capacity // 50).tolist())
    table.overtime_cost_micros.extend([2 * MICRO] * count)


def _write_customers(columns: columns_pb2.CycleColumns, draws: _Draws) -> None:
    columns.customers.id.extend(draws.customers)
    tiers = tier_names(draws.recipe.tiers)
    columns.customers.tier.CopyFrom(_words(tiers, draws.customer_tier))


def _write_lines(columns: columns_pb2.CycleColumns, draws: _Draws, today: int) -> None:
    table = columns.lines
    order = draws.line_order
    price = draws.price_micros[draws.line_product] * (1 - draws.line_discount)
    table.id.extend(_ids("SO", len(order)))
    table.order.CopyFrom(_words(_ids("O", len(draws.order_customer)), order))
    table.product.CopyFrom(_words(draws.products, draws.line_product))
    table.quantity.extend(draws.line_quantity.tolist())
    table.customer.CopyFrom(_words(draws.customers, draws.order_customer[order]))
    table.channel.CopyFrom(_words(CHANNELS, draws.order_channel[order]))
    table.unit_price_micros.extend((np.rint(price / CENT).astype(np.int64) * CENT).tolist())
    table.requested_day.extend((today + draws.line_requested).tolist())
    table.ship_complete.extend(draws.line_complete.tolist())


def _write_contracts(columns: columns_pb2.CycleColumns, draws: _Draws) -> None:
    count = len(draws.contract_family)
    table = columns.contracts
    table.id.extend(_ids("K", count))
    table.family.CopyFrom(_words(draws.families, draws.contract_family))
    table.channel.CopyFrom(_words(CHANNELS, draws.contract_channel))
    table.floor_rate.extend([0.8] * count)
    table.penalty_micros.extend([25 * MICRO] * count)
