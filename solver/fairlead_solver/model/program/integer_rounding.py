"""Continuous columns rounded to whole ones, for engines that know integers only.

Take a continuous column y >= l, l whole, in a single row that is one-sided and otherwise whole:

    a'x + s y <= S,   l <= y <= u,   s = 1 or -1        (a row ">=" is this one times -1)

Since a'x is whole, floor(S) instead of S, and floor(S + u) - floor(S) (for s = -1) or floor(u) (for
s = 1) as the upper bound of y, leave every x possible that was possible, and no other. What y may
be moves by less than one. So the best value moves by less than `slack`, the sum of |cost| over
those columns that move at all. Overtime (one grain of a resource) is such a column; missed floors
do not move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .draft import INFINITY, Bools, Floats, Ints, Model

NOISE = 1e-9  # a side this near to a whole number, relative to its size, is meant to be it


@dataclass(frozen=True, slots=True, eq=False)
class Integral:
    """`model`: with the columns that fit made integer. Its optimum and that of the model it was
    made from differ by at most `slack`."""

    model: Model
    slack: float


def integral(model: Model) -> Integral:
    """Round every column that fits; others stay continuous."""
    columns, rows, signs = _fitting(model)
    upwards = np.isfinite(model.row_lower[rows])  # rows ">=" are read times -1
    side = np.where(upwards, -model.row_lower[rows], model.row_upper[rows])
    helping = np.where(upwards, -signs, signs) < 0
    room = model.upper[columns]
    low = _floor(side)
    high = np.where(helping, _floor(side + room) - low, _floor(room))
    moves = (side != low) | (room != high)
    lower, upper, integer = model.row_lower.copy(), model.row_upper.copy(), model.integer.copy()
    lower[rows] = np.where(upwards, -low, -INFINITY)
    upper[rows] = np.where(upwards, INFINITY, low)
    most = model.upper.copy()
    most[columns], integer[columns] = high, True
    rounded = replace(model, row_lower=lower, row_upper=upper, upper=most, integer=integer)
    return Integral(rounded, float(np.abs(model.cost[columns[moves]]).sum()))


def _fitting(model: Model) -> tuple[Ints, Ints, Floats]:
    """(column, its row, its coefficient there) of the columns that can be rounded."""
    matrix = model.matrix
    row = np.repeat(np.arange(model.num_rows), np.diff(matrix.indptr))
    continuous = ~model.integer[matrix.indices]
    odd = ~continuous & (matrix.data != np.rint(matrix.data))
    fits = _count(row, continuous, model.num_rows) == 1
    fits &= _count(row, odd, model.num_rows) == 0
    fits &= np.isfinite(model.row_lower) != np.isfinite(model.row_upper)
    single = np.bincount(matrix.indices, minlength=model.num_columns) == 1
    single &= np.isfinite(model.upper) & (model.lower == np.rint(model.lower))
    chosen = continuous & fits[row] & single[matrix.indices] & (np.abs(matrix.data) == 1)
    at = np.flatnonzero(chosen)
    return matrix.indices[at].astype(np.int64), row[at], matrix.data[at]


def _count(row: Ints, mask: Bools, rows: int) -> Ints:
    counts: Ints = np.bincount(row[mask], minlength=rows)
    return counts


def _floor(values: Floats) -> Floats:
    floors: Floats = np.floor(values + NOISE * np.maximum(1.0, np.abs(values)))
    return floors
