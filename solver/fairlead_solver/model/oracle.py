"""Answers prices: what every component would do, were the coupling rows sold at those prices.

At prices pi (one per coupling row) the relaxed model falls apart:

    L(pi) = offset + sum_i sup { pi_i s : row_lower_i <= s <= row_upper_i }
                   + sum_b max { (c - A'pi) x_b : rows of batch b, bounds, integrality }

is a true upper bound for any pi. Batches of components are kept warm as linear programs.
All vectors over columns are in component order (`Partition.columns`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import scipy.sparse as sp

from .draft import Floats, Ints
from .mathopt import End, Session
from .partition import Partition
from .scaling import objective_scale

T = TypeVar("T")
R = TypeVar("R")
GROUP_COLUMNS = 30  # small groups: few rounds, a large master
MAX_GROUPS = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """What the batches do at `prices`. `x` (columns,), `duals` (rows of the partition,);
    `values` (batches,) = (c - A'pi) x; `bound` = L(pi) of the linear relaxation."""

    prices: Floats
    x: Floats
    duals: Floats
    values: Floats
    bound: float


class Stuck(Exception):
    """A batch has no solution by itself, or its program failed: prices cannot help."""


class Oracle:
    """The batches of a partition, kept warm. `workers` threads, the same answers for any."""

    def __init__(self, parts: Partition, seed: int, workers: int) -> None:
        model = parts.model
        self.parts = parts
        self.seed = seed
        self.workers = workers
        self.cost = model.cost[parts.columns]
        self.coupling = sp.csr_array(model.matrix[parts.coupling][:, parts.columns])
        self.row_lower = model.row_lower[parts.coupling]
        self.row_upper = model.row_upper[parts.coupling]
        self.batches = [parts.batch(first, last) for first, last in parts.spans()]
        self.column_starts = np.array(
            [*(parts.column_starts[b.first] for b in self.batches), model.num_columns]
        )
        self.row_starts = np.array(
            [*(parts.row_starts[b.first] for b in self.batches), len(parts.rows)]
        )
        self.scale = objective_scale(model.cost)
        self._transposed = sp.csr_array(self.coupling.T)
        self._sessions = parallel(lambda b: Session(b.model, seed), self.batches, workers)
        group = max(GROUP_COLUMNS, model.num_columns // MAX_GROUPS)
        self.group_starts = np.array(
            [
                *(parts.column_starts[first] for first, _ in parts.spans(group)),
                model.num_columns,
            ]
        )
        self._pairs, self._pair_of = self._incidence()

    def reduced(self, prices: Floats) -> Floats:
        """c - A'pi (columns,)."""
        priced: Floats = self.cost - self._transposed @ prices
        return priced

    def ask(self, prices: Floats) -> Reply:
        """Solve every batch at `prices`. Raises Stuck."""
        reduced = self.reduced(prices)
        pieces = np.split(reduced, self.column_starts[1:-1])
        jobs = list(zip(self._sessions, pieces, strict=True))
        raws = parallel(lambda job: job[0].solve(job[1] * self.scale), jobs, self.workers)
        if any(raw.end is not End.OPTIMAL or raw.x is None for raw in raws):
            raise Stuck
        x = _clean(np.concatenate([raw.x for raw in raws if raw.x is not None]))
        duals = np.concatenate([raw.duals for raw in raws if raw.duals is not None]) / self.scale
        values = np.add.reduceat(reduced * x, self.column_starts[:-1])
        bound = float(values.sum()) + self.room_value(prices)
        return Reply(prices, x, duals, values, bound)

    def room_value(self, prices: Floats) -> float:
        """offset + what the coupling rows' room is worth; infinity for a price of a wrong sign."""
        side = np.where(prices > 0, self.row_upper, self.row_lower)
        paid = prices != 0
        return float(prices[paid] @ side[paid]) + self.parts.model.offset

    def usage(self, x: Floats) -> sp.csc_array:
        """What each batch uses of each coupling row (coupling rows, batches)."""
        entries = self.coupling.data * x[self.coupling.indices]
        sums = np.bincount(self._pair_of, entries, len(self._pairs))
        count = len(self.group_starts) - 1
        return sp.csc_array(
            (sums, (self._pairs // count, self._pairs % count)),
            shape=(self.coupling.shape[0], count),
        )

    def _incidence(self) -> tuple[Ints, Ints]:
        matrix = self.coupling
        row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        batch = np.searchsorted(self.group_starts, matrix.indices, side="right") - 1
        return np.unique(row * (len(self.group_starts) - 1) + batch, return_inverse=True)


def component_bounds(parts: Partition, reduced: Floats, duals: Floats) -> Floats:
    """A true upper bound of max reduced'x for each component (components,), from any row duals.

    Weak duality in plain arithmetic: sum of sup{y s} over rows and of sup{d x} over columns with
    d = reduced - A'y. Nothing is taken from an engine's word.
    """
    model = parts.model
    lower, upper = model.row_lower[parts.rows], model.row_upper[parts.rows]
    y = np.where((duals > 0) & np.isinf(upper) | (duals < 0) & np.isinf(lower), 0.0, duals)
    d = reduced - parts.matrix.T @ y
    column_part = _best(d, model.lower[parts.columns], model.upper[parts.columns])
    row_part = _best(y, lower, upper)
    return _sums(column_part, parts.column_starts) + _sums(row_part, parts.row_starts)


def parallel(work: Callable[[T], R], items: Iterable[T], workers: int) -> list[R]:
    """Map in order; engines release the interpreter's lock, so threads are enough."""
    if workers <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, items))


def _clean(x: Floats) -> Floats:
    """Whole numbers where a simplex left its rounding noise beside them."""
    whole = np.rint(x)
    return np.where(np.abs(x - whole) < 1e-7, whole, x)


def _best(weights: Floats, lower: Floats, upper: Floats) -> Floats:
    side = np.where(weights > 0, upper, lower)
    return np.where(weights == 0, 0.0, weights * np.where(weights == 0, 0.0, side))


def _sums(values: Floats, starts: Ints) -> Floats:
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    totals: Floats = np.bincount(owner, values, len(starts) - 1).astype(np.float64)
    return totals
