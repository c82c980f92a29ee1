"""Which components to open, so that a plan near the prices' answers becomes feasible and better.

With a plan x and prices pi, what is lost against the bound falls to components and coupling rows:

    bound - objective = sum_c (bound_c - reduced'x_c) + sum_i (sup { pi_i s } - pi_i (A x)_i)

So a row is opened where it is broken or loses much: for it, the components that can move its
activity at the least cost, until together they could move it several times as far as needed. A
component that loses much is opened itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ..program.draft import Bools, Floats, Ints
from ..program.feasibility import row_tolerance
from .coupling import Coupling

TIE = 1e-9  # of the largest money: reduced money below is that of a basic column


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to open: `reach` times the movement a row needs, by at least `fewest` components;
    rows and components until what all others lose is under `ignored` money."""

    reach: float
    fewest: int
    ignored: float


class Opening:
    """What is the same for every plan at the same prices. All in component order.

    `alone` (components,): columns that meet coupling rows only; they are always open.
    """

    def __init__(self, coupling: Coupling, prices: Floats, duals: Floats, bounds: Floats) -> None:
        parts = coupling.parts
        self._coupling = coupling
        self._prices = prices
        self._bounds = bounds
        self._reduced = coupling.reduced(prices)
        self._owner = parts.owner
        self.alone: Bools = np.equal(np.diff(parts.row_starts), 0)
        self._price_of_moving = self._cheapest(duals)
        self._row, self._component, self._movable = self._movements()

    def components(self, x: Floats, effort: Effort) -> Bools:
        """Which components (mask) to open around the plan `x` (columns,)."""
        lost = self._bounds - np.bincount(self._owner, self._reduced * x, len(self._bounds))
        missing, row_lost = self._rows(x)
        opened = self.alone | worst(lost, effort.ignored)
        wanted = (missing > 0) & (worst(row_lost, effort.ignored) | np.isinf(row_lost))
        return opened | self._for_rows(np.where(wanted, missing, 0.0), effort)

    def _rows(self, x: Floats) -> tuple[Floats, Floats]:
        """How far each coupling row is from where its price wants it, and what that loses:
        infinity where the row is broken."""
        coupling, prices = self._coupling, self._prices
        activity = coupling.matrix @ x
        below = np.maximum(coupling.row_lower - activity, 0.0)
        above = np.maximum(activity - coupling.row_upper, 0.0)
        broken = np.maximum(below, above) > _tolerance(coupling, x)
        side = np.where(prices > 0, coupling.row_upper, coupling.row_lower)
        idle = np.where(prices == 0, 0.0, np.abs(np.where(prices == 0, 0.0, side) - activity))
        missing = np.where(broken, np.maximum(below, above), idle)
        return missing, np.where(broken, np.inf, np.abs(prices) * idle)

    def _for_rows(self, missing: Floats, effort: Effort) -> Bools:
        """The cheapest components of every row with something missing."""
        opened = np.zeros(len(self._bounds), np.bool_)
        mine = missing[self._row] > 0
        row, component, movable = self._row[mine], self._component[mine], self._movable[mine]
        if not len(row):
            return opened
        first = np.flatnonzero(np.diff(row, prepend=-1))
        sizes = np.diff(first, append=len(row))
        moved = np.cumsum(movable) - movable
        moved -= np.repeat(moved[first], sizes)
        rank = np.arange(len(row)) - np.repeat(first, sizes)
        needed = (moved < effort.reach * missing[row]) | (rank < effort.fewest)
        opened[component[needed]] = True
        return opened

    def _cheapest(self, duals: Floats) -> Floats:
        """For each component the least money lost per money of coupling rows moved."""
        coupling = self._coupling
        parts = coupling.parts
        cost = np.abs(self._reduced - parts.matrix.T @ duals)
        tied = cost <= TIE * max(1.0, float(np.abs(coupling.cost).max(initial=0.0)))
        usable = parts.model.integer[parts.columns] & ~tied
        weight = np.maximum(coupling.weight(self._prices), 1e-9)
        ratio = np.where(usable, cost / weight, np.inf)
        cheapest = np.full(parts.count, np.inf)
        np.minimum.at(cheapest, self._owner, ratio)
        return cheapest

    def _movements(self) -> tuple[Ints, Ints, Floats]:
        """(row, component, the most the component moves the row), by row, the cheapest first."""
        coupling = self._coupling
        model, columns = coupling.parts.model, coupling.parts.columns
        span = (model.upper - model.lower)[columns]
        matrix = sp.coo_array(abs(coupling.matrix))
        owner = self._owner[matrix.col]
        keep = ~self.alone[owner]
        count = coupling.parts.count
        key, place = np.unique(matrix.row[keep] * count + owner[keep], return_inverse=True)
        units = (matrix.data * span[matrix.col])[keep]
        movable: Floats = np.bincount(place, units, len(key)).astype(np.float64)
        row, component = (key // count).astype(np.int64), (key % count).astype(np.int64)
        order = np.lexsort((self._price_of_moving[component], row))
        return row[order], component[order], movable[order]


def worst(lost: Floats, ignored: float) -> Bools:
    """The largest losses, until the others are under `ignored` together."""
    finite = np.where(np.isinf(lost), 0.0, np.maximum(lost, 0.0))
    order = np.argsort(-finite, kind="stable")
    left = float(finite.sum()) - (np.cumsum(finite[order]) - finite[order])
    chosen = np.zeros(len(lost), np.bool_)
    chosen[order[left > ignored]] = True
    return chosen & (finite > 0)


def _tolerance(coupling: Coupling, x: Floats) -> Floats:
    ordered = np.empty_like(x)
    ordered[coupling.parts.columns] = x
    slack = row_tolerance(coupling.parts.model, ordered, strict=True)
    tolerance: Floats = slack[coupling.parts.coupling]
    return tolerance
