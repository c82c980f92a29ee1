"""Continuous columns in units so small that they are whole: the same model for integer engines.

Take a continuous column y with coefficient 1 or -1 in its rows, and let every other column and
coefficient of those rows be whole. In units of 10^-k, with k so large that the rows' sides and the
bounds of y are whole too, y is implied to be integer: whatever whole values the others take, what
is left for it is an interval with whole ends, and with a linear objective one of the ends is best.
So nothing is lost; missed floors (k = 0) and overtime (k up to 6) are such columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from .draft import Bools, Floats, Model

MOST_DECIMALS = 6
LARGEST = 2.0**43  # beyond, a double does not tell whole numbers from others after a product
NOISE = 1e-12  # relative, of a side or bound that was divided and subtracted in doubles
MOST_NOISE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Integral:
    """`model` counts column j in units of 1 / units[j] (columns,) of the model it was made from."""

    model: Model
    units: Floats

    def in_first_units(self, x: Floats) -> Floats:
        """A vector of `model` as one of the first model."""
        return x / self.units


def integral(model: Model) -> Integral:
    """`model` with every continuous column integer that is implied to be, in some decimal unit."""
    fitting = _fitting(model)
    units = np.ones(model.num_columns)
    open_columns = fitting.copy()
    for decimals in range(MOST_DECIMALS + 1):
        units[open_columns] = 10.0**decimals
        open_columns &= ~_whole_at(model, units)
    fitting &= ~open_columns
    units[open_columns] = 1.0
    return Integral(_counted_in(model, units, fitting), units)


def _fitting(model: Model) -> Bools:
    """Continuous columns that stand alone among whole things, sides and bounds aside (columns,)."""
    matrix = model.matrix
    continuous = ~model.integer[matrix.indices]
    broken = ~continuous & (matrix.data != np.rint(matrix.data))
    alone = (_row_sums(matrix, continuous) == 1) & (_row_sums(matrix, broken) == 0)
    misfit = ~_spread(matrix, alone) | (np.abs(matrix.data) != 1)
    misfits = np.bincount(matrix.indices[misfit], minlength=model.num_columns)
    fitting: Bools = ~model.integer & (misfits == 0)
    return fitting


def _whole_at(model: Model, units: Floats) -> Bools:
    """Columns whose bounds, and the sides of whose rows, are whole in `units` (columns,)."""
    matrix = model.matrix
    row_units = _row_units(model, units)
    sides = _whole(model.row_lower * row_units) & _whole(model.row_upper * row_units)
    odd = np.bincount(matrix.indices[~_spread(matrix, sides)], minlength=model.num_columns)
    whole: Bools = _whole(model.lower * units) & _whole(model.upper * units) & (odd == 0)
    return whole


def _counted_in(model: Model, units: Floats, fitting: Bools) -> Model:
    matrix, row_units = model.matrix, _row_units(model, units)
    data = matrix.data * _spread(matrix, row_units) / units[matrix.indices]
    return replace(
        model,
        lower=np.where(fitting, np.rint(model.lower * units), model.lower),
        upper=np.where(fitting, np.rint(model.upper * units), model.upper),
        cost=model.cost / units,
        integer=model.integer | fitting,
        row_lower=_rinted(model.row_lower, row_units),
        row_upper=_rinted(model.row_upper, row_units),
        matrix=sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape),
        goals=tuple(replace(g, weights=g.weights / units) for g in model.goals),
    )


def _row_units(model: Model, units: Floats) -> Floats:
    """A row is multiplied by the unit of its one continuous column (rows,)."""
    matrix = model.matrix
    found = np.ones(model.num_rows)
    np.maximum.at(found, np.repeat(np.arange(model.num_rows), np.diff(matrix.indptr)),
                  units[matrix.indices])  # fmt: skip
    return found


def _rinted(sides: Floats, row_units: Floats) -> Floats:
    return np.where(row_units > 1, np.rint(sides * row_units), sides)


def _whole(values: Floats) -> Bools:
    """Whole numbers but for the noise of doubles, infinities too."""
    finite = np.where(np.isinf(values), 0.0, values)
    noise = np.minimum(NOISE * np.abs(finite), MOST_NOISE)
    near = np.abs(finite - np.rint(finite)) <= noise
    whole: Bools = near & (np.abs(finite) < LARGEST)
    return whole


def _spread(matrix: sp.csr_array, of_rows: np.ndarray) -> np.ndarray:
    """A value of each row, for each of its entries."""
    return np.repeat(of_rows, np.diff(matrix.indptr))


def _row_sums(matrix: sp.csr_array, mask: Bools) -> Floats:
    sums = np.concatenate([[0], np.cumsum(mask)])
    counts: Floats = np.diff(sums[matrix.indptr]).astype(np.float64)
    return counts
