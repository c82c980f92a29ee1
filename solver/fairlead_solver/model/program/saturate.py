"""Raises single columns of a plan as far as its rows allow, the most valuable first.

What is left of a goal after prices and small programs: afterwards no column that serves the goal
can be raised by one with all others held, so nothing that comes later takes room the goal could
have used by itself.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from .draft import Floats, Ints, Model


def saturate(model: Model, x: Floats) -> Floats:
    """The feasible plan `x` (columns,) with integer columns of positive cost raised."""
    matrix = sp.csc_array(model.matrix)
    activity = model.matrix @ x
    room = np.maximum(model.row_upper - activity, 0.0)
    spare = np.maximum(activity - model.row_lower, 0.0)
    x = x.copy()
    paying = np.flatnonzero(model.integer & (model.cost > 0) & (x < model.upper))
    steps = _steps(matrix, paying, room, spare)
    able = paying[steps >= 1]
    for column in able[np.argsort(-model.cost[able], kind="stable")].tolist():
        more = _steps(matrix, np.array([column]), room, spare)[0]
        more = np.floor(min(more, model.upper[column] - x[column]))
        if more < 1:
            continue
        part = slice(matrix.indptr[column], matrix.indptr[column + 1])
        x[column] += more
        room[matrix.indices[part]] -= more * matrix.data[part]
        spare[matrix.indices[part]] += more * matrix.data[part]
    return x


def _steps(matrix: sp.csc_array, columns: Ints, room: Floats, spare: Floats) -> Floats:
    """How far each column can be raised before a row of it is full (columns,)."""
    chosen = sp.csc_array(matrix[:, columns])
    data, rows = chosen.data, chosen.indices
    limit = np.where(data > 0, room[rows] / np.abs(data), spare[rows] / np.abs(data))
    steps = np.full(len(columns), np.inf)
    np.minimum.at(steps, np.repeat(np.arange(len(columns)), np.diff(chosen.indptr)), limit)
    return steps
