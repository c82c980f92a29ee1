"""What a program can bring at most, by its columns' bounds and one row of each column.

    max Σ_k c_k x_k  s.t.  Σ_k a_k x_k <= b,  0 <= x_k <= u_k      <=  b max_k (c_k / a_k)

holds for a row of positive coefficients over columns that are not negative. The rows of one block,
such as those of all lots or of all lines, cover each column once: their sum is a bound that needs
no solve, and often a small part of the bounds of the columns alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..program.draft import Bools, Floats, Model
from .engine import column_bounds


def ceilings(model: Model) -> Floats:
    """(ways, columns): each way a share of money for every column. Over the columns of a part that
    is independent of the rest the sum of any way is a true bound, without the offset."""
    box = column_bounds(model)
    return np.stack([box, *_by_blocks(model, box)])


def ceiling(ways: Floats) -> float:
    """The least bound that `ways` (ways, columns) give for all of these columns."""
    return float(ways.sum(axis=1).min(initial=np.inf))


def _by_blocks(model: Model, box: Floats) -> Iterator[Floats]:
    matrix = model.matrix
    row = np.repeat(np.arange(model.num_rows), np.diff(matrix.indptr))
    usable = _knapsacks(model, row)[row]
    edges = [(block.start, block.stop) for block in model.row_blocks] or [(0, model.num_rows)]
    for start, stop in edges:
        first, last = int(matrix.indptr[start]), int(matrix.indptr[stop])
        entry = first + np.flatnonzero(usable[first:last])
        if not len(entry):
            continue
        column, place = np.unique(matrix.indices[entry], return_index=True)
        entry = entry[place]
        money = np.maximum(model.cost[column], 0.0)
        best, own = np.zeros(stop - start), np.zeros(stop - start)
        at = row[entry] - start
        np.maximum.at(best, at, money / matrix.data[entry])
        np.add.at(own, at, np.maximum(box[column], 0.0))
        with np.errstate(invalid="ignore"):  # no money, however much of it
            most = np.where(best > 0, model.row_upper[start:stop] * best, 0.0)
        share = box.copy()
        share[column] = 0.0
        rows, leads = np.unique(at, return_index=True)
        share[column[leads]] = np.minimum(most, own)[rows]
        yield share


def _knapsacks(model: Model, row: np.ndarray) -> Bools:
    """Rows (mask) of positive coefficients, columns that are not negative and a limit."""
    matrix = model.matrix
    odd = (matrix.data <= 0) | (model.lower[matrix.indices] < 0)
    wrong = np.bincount(row, odd, model.num_rows) > 0
    knapsack: Bools = ~wrong & np.isfinite(model.row_upper) & (model.row_upper >= 0)
    return knapsack
