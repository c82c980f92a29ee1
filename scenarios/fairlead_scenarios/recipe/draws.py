"""Everything random about a cycle, drawn as NumPy columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fairlead.v1 import columns_pb2

from ..spelling.message_reader import MICRO
from .parameters import Parameters

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CHANNELS = ("direct", "marketplace", "store")
CENT = MICRO // 100
PRODUCTS_PER_FAMILY = 25


@dataclass(frozen=True)
class Draws:
    """Each field an array; codes are row numbers."""

    recipe: Parameters
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
    def of(cls, recipe: Parameters) -> Self:
        """Draw a cycle of that recipe. The order of draws is part of the recipe."""
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

    def stream(self, number: int) -> np.random.Generator:
        """Draws of one optional part: their own, so that it changes nothing else of the cycle."""
        return np.random.default_rng([self.recipe.seed, number])

    @cached_property
    def products(self) -> list[str]:
        """Ids of the products."""
        return ids("P", len(self.price_micros))

    @cached_property
    def families(self) -> list[str]:
        """Paths of the product families."""
        return [f"range{i % 10}/family{i}" for i in range(_families(len(self.price_micros)))]

    @property
    def product_family(self) -> Ints:
        """Code of each product's family."""
        return np.arange(len(self.price_micros)) % len(self.families)

    @cached_property
    def locations(self) -> list[str]:
        """Ids of the locations."""
        return ids("DC", self.recipe.locations)

    @cached_property
    def customers(self) -> list[str]:
        """Ids of the customers."""
        return ids("C", len(self.customer_tier))

    @property
    def line_customer(self) -> Ints:
        """Code of each line's customer."""
        return self.order_customer[self.line_order]

    @cached_property
    def line_price_micros(self) -> Ints:
        """Price a unit of each line, whole cents."""
        price = self.price_micros[self.line_product] * (1 - self.line_discount)
        return np.rint(price / CENT).astype(np.int64) * CENT

    def work_micros(self) -> Floats:
        """Pick work expected at each location: demand that stock can meet, spread like stock."""
        products = len(self.price_micros)
        demand = np.bincount(self.line_product, weights=self.line_quantity, minlength=products)
        stock = np.bincount(self.lot_product, weights=self.lot_quantity, minlength=products)
        served = np.minimum(1.0, demand / np.maximum(stock, 1))[self.lot_product]
        work = served * self.lot_quantity * self.usage_micros[self.lot_product]
        spread = np.bincount(self.lot_location, work, minlength=self.recipe.locations)
        return spread.astype(np.float64)


def ids(prefix: str, count: int) -> list[str]:
    """Ids of equal length, so that their order as words is their order as numbers."""
    width = len(str(count))
    return [f"{prefix}{i:0{width}d}" for i in range(1, count + 1)]


def words(names: Sequence[str], codes: Ints) -> columns_pb2.StringColumn:
    """A column of words."""
    return columns_pb2.StringColumn(dictionary=names, index=codes.tolist())


def _families(products: int) -> int:
    return max(1, products // PRODUCTS_PER_FAMILY)


def _stock(rng: np.random.Generator, recipe: Parameters, demand: Ints) -> tuple[Ints, Ints, Ints]:
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
