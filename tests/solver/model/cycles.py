"""Synthetic allocation-like models: the shape of the facts in the scale tests and the benchmark.

About 5 lines a product, 3 lots a product at different ones of 8 locations, 30 % of products
short, 10 % ship-complete lines, a capacity per location that binds, overtime at a price, one soft
contract floor per 500 lines. Costs are micro-units of money.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from fairlead_solver.model.program.draft import Draft, Ints, Model

LOCATIONS = 8
LOTS_PER_PRODUCT = 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is drawn. `capacity`: share of the pick time that the demand would need."""

    lines: int
    seed: int = 1
    short: float = 0.3
    ship_complete: float = 0.1
    capacity: float = 0.85
    lines_per_contract: int = 500


def cycle(recipe: Recipe) -> Model:
    """Draw a cycle and write its program."""
    rng = np.random.default_rng(recipe.seed)
    lines, products = recipe.lines, max(1, recipe.lines // 5)
    product = rng.integers(0, products, lines)
    quantity = rng.integers(1, 60, lines).astype(np.float64)
    price = rng.lognormal(2.5, 0.8, products)
    margin = rng.choice([1.0, 1.15, 1.4], lines) * rng.uniform(0.15, 0.5, lines) * price[product]
    lot_location = np.argsort(rng.random((products, LOCATIONS)), axis=1)[:, :LOTS_PER_PRODUCT]
    stock = _stock(rng, product, quantity, recipe)
    draft = Draft()
    arc_line = np.repeat(np.arange(lines), LOTS_PER_PRODUCT)
    arc_lot = product[arc_line] * LOTS_PER_PRODUCT + np.tile(np.arange(LOTS_PER_PRODUCT), lines)
    arc_location = lot_location.ravel()[arc_lot]
    lane = rng.integers(5, 60, (LOCATIONS, 50))[arc_location, (arc_line * 7919) % 50] / 100
    cost = np.rint((margin[arc_line] - lane) * 100) * 10_000
    x = draft.columns(
        "flow",
        "packs",
        arc_line,
        upper=np.minimum(quantity[arc_line], stock[arc_lot]),
        cost=cost,
        integer=True,
    )
    _rows(draft, "supply", arc_lot, x, stock)
    _rows(draft, "demand", arc_line, x, quantity)
    _ship_complete(draft, rng.random(lines) < recipe.ship_complete, arc_line, x, quantity)
    usage = rng.integers(2, 20, products)[product[arc_line]] / 20
    _capacity(draft, arc_location, x, usage, quantity, recipe.capacity)
    _contracts(draft, rng, arc_line, x, quantity, price[product], recipe)
    return draft.finish()


def _stock(rng: Generator, product: Ints, quantity: np.ndarray, recipe: Recipe) -> np.ndarray:
    products = max(1, recipe.lines // 5)
    wanted = np.bincount(product, quantity, products)
    cover = np.where(rng.random(products) < recipe.short, 0.6, 1.5) * rng.uniform(
        0.8, 1.2, products
    )
    shares = rng.dirichlet(np.ones(LOTS_PER_PRODUCT) * 2, products)
    return np.floor(wanted[:, None] * cover[:, None] * shares).ravel()


def _rows(draft: Draft, name: str, group: Ints, x: Ints, upper: np.ndarray) -> None:
    rows = draft.rows(name, name, np.arange(len(upper)), upper=upper)
    draft.entries(rows[group], x, 1.0)


def _ship_complete(
    draft: Draft, chosen: np.ndarray, arc_line: Ints, x: Ints, quantity: np.ndarray
) -> None:
    lines = np.flatnonzero(chosen)
    served = draft.columns("fill", "served", lines, upper=1.0, integer=True)
    rows = draft.rows("fill", "complete", lines, lower=0.0, upper=0.0)
    position = np.full(len(chosen), -1)
    position[lines] = np.arange(len(lines))
    mine = chosen[arc_line]
    draft.entries(rows[position[arc_line[mine]]], x[mine], 1.0)
    draft.entries(rows, served, -quantity[lines])


def _capacity(
    draft: Draft,
    location: Ints,
    x: Ints,
    usage: np.ndarray,
    quantity: np.ndarray,
    share: float,
) -> None:
    needed = float(np.sum(usage.reshape(len(quantity), -1)[:, 0] * quantity))
    room = np.floor(np.full(LOCATIONS, share * needed / LOCATIONS * 0.8))
    everywhere = np.arange(LOCATIONS)
    overtime = draft.columns("capacity", "overtime", everywhere, upper=room / 50, cost=-2_000_000.0)
    rows = draft.rows("capacity", "capacity", everywhere, upper=room, coupling=True)
    draft.entries(rows[location], x, usage)
    draft.entries(rows, overtime, -1.0)


def _contracts(
    draft: Draft,
    rng: Generator,
    arc_line: Ints,
    x: Ints,
    quantity: np.ndarray,
    price: np.ndarray,
    recipe: Recipe,
) -> None:
    count = recipe.lines // recipe.lines_per_contract
    if not count:
        return
    contract = rng.integers(0, count * 2, len(quantity))  # half of the lines are under none
    wanted = np.bincount(contract, quantity, count * 2)[:count]
    floor = np.floor(wanted * rng.uniform(0.6, 0.9, count))
    missed = draft.columns(
        "contract",
        "short",
        np.arange(count),
        upper=floor,
        cost=-np.rint(float(np.mean(price)) * rng.uniform(0.1, 0.4, count) * 100) * 10_000,
    )
    rows = draft.rows("contract", "floor", np.arange(count), lower=floor, coupling=True)
    under = contract[arc_line] < count
    draft.entries(rows[contract[arc_line[under]]], x[under], 1.0)
    draft.entries(rows, missed, 1.0)
