"""A small program inside a large one: some columns free, all others held at a plan.

Rows the plan breaks may stay broken as far as they are, at a price that makes mending them worth
more than any money: so the small program always has the plan itself as a solution.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from .draft import Floats, Ints, Model

DEAR = 10.0  # times the most money any open column earns per unit of the row


def restrict(model: Model, columns: Ints, x: Floats) -> Model:
    """`model` over `columns` only, the other columns held at `x`, rows without them left out.

    Broken rows get one column more each, behind the others: the units still missing.
    """
    matrix = sp.csr_array(model.matrix[:, columns])
    rows = np.flatnonzero(np.diff(matrix.indptr) > 0)
    matrix = sp.csr_array(matrix[rows])
    held = x.copy()
    held[columns] = 0.0
    used = model.matrix @ held
    lower, upper = model.row_lower[rows] - used[rows], model.row_upper[rows] - used[rows]
    activity = matrix @ x[columns]
    missing = np.maximum(np.maximum(lower - activity, activity - upper), 0.0)
    broken = np.flatnonzero(missing > 0)
    sign = np.where(activity[broken] < lower[broken], 1.0, -1.0)
    elastic = sp.csr_array((sign, (broken, np.arange(len(broken)))), shape=(len(rows), len(broken)))
    cost = model.cost[columns]
    return replace(
        model,
        lower=np.concatenate([model.lower[columns], np.zeros(len(broken))]),
        upper=np.concatenate([model.upper[columns], missing[broken]]),
        cost=np.concatenate([cost, -DEAR * _dearest(matrix[broken], cost)]),
        integer=np.concatenate([model.integer[columns], np.zeros(len(broken), np.bool_)]),
        row_lower=lower,
        row_upper=upper,
        matrix=sp.csr_array(sp.hstack([matrix, elastic], format="csr")),
        offset=model.offset + float(model.cost @ held),
        goals=(),
        column_blocks=(),
        row_blocks=(),
    )


def _dearest(matrix: sp.csr_array, cost: Floats) -> Floats:
    """The most money per unit of each row (each has a column)."""
    if not matrix.shape[0]:
        return np.empty(0)
    per_unit = np.abs(cost[matrix.indices] / matrix.data)
    most: Floats = np.maximum.reduceat(per_unit, matrix.indptr[:-1])
    return np.maximum(most, 1.0)
