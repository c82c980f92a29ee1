"""A partition whose coupling rows are sold at prices.

At prices pi (one per coupling row) the model without those rows falls apart into components:

    L(pi) = offset + sum_i sup { pi_i s : row_lower_i <= s <= row_upper_i }
                   + sum_c max { (cost - A'pi) x_c : rows of component c, bounds, integrality }

is a true upper bound for any pi. Vectors over columns are in component order
(`Partition.columns`).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ..program.components import Partition
from ..program.draft import Floats, Ints


class Coupling:
    """The coupling rows of `parts`: `matrix` (coupling rows, columns) and their sides."""

    def __init__(self, parts: Partition) -> None:
        model = parts.model
        self.parts = parts
        self.cost: Floats = model.cost[parts.columns]
        self.matrix = sp.csr_array(model.matrix[parts.coupling][:, parts.columns])
        self.row_lower: Floats = model.row_lower[parts.coupling]
        self.row_upper: Floats = model.row_upper[parts.coupling]
        self._transposed = sp.csr_array(self.matrix.T)

    def reduced(self, prices: Floats) -> Floats:
        """cost - A'pi (columns,)."""
        priced: Floats = self.cost - self._transposed @ prices
        return priced

    def room_value(self, prices: Floats) -> float:
        """offset + what the coupling rows' room is worth; infinity for a price of a wrong sign."""
        side = np.where(prices > 0, self.row_upper, self.row_lower)
        paid = prices != 0
        return float(prices[paid] @ side[paid]) + self.parts.model.offset

    def weight(self, prices: Floats) -> Floats:
        """What one unit of each column uses of the coupling rows, in money (columns,)."""
        money: Floats = abs(self._transposed) @ np.abs(prices)
        return money


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


def _best(weights: Floats, lower: Floats, upper: Floats) -> Floats:
    side = np.where(weights > 0, upper, lower)
    return np.where(weights == 0, 0.0, weights * np.where(weights == 0, 0.0, side))


def _sums(values: Floats, starts: Ints) -> Floats:
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    totals: Floats = np.bincount(owner, values, len(starts) - 1).astype(np.float64)
    return totals
