"""A smaller model of the same kind, to guess prices from: every n-th component.

Of each coupling row a share of room is kept, as large as the sampled components' share of what
the row could be used for at most. Columns that meet coupling rows only (overtime, missed floors)
are all kept, scaled likewise. What the sample says is a guess and never a bound.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from .draft import Floats
from .partition import Partition, partition


def sample(parts: Partition, every: int) -> Partition:
    """Every `every`-th component of `parts`, as a partition of its own."""
    model = parts.model
    alone = np.diff(parts.row_starts) == 0
    chosen = alone | (np.arange(parts.count) % every == 0)
    owner = np.repeat(np.arange(parts.count), np.diff(parts.column_starts))
    row_owner = np.repeat(np.arange(parts.count), np.diff(parts.row_starts))
    columns = np.sort(parts.columns[chosen[owner]])
    rows = np.concatenate([np.sort(parts.rows[chosen[row_owner]]), parts.coupling])
    coupled = np.arange(len(rows)) >= len(rows) - len(parts.coupling)

    coupling = abs(model.matrix[parts.coupling])
    reach = np.maximum(np.abs(model.lower), np.abs(model.upper))
    reach[parts.columns[alone[owner]]] = 0.0
    mine = np.zeros(model.num_columns)
    mine[columns] = reach[columns]
    total = coupling @ reach
    share = np.divide(coupling @ mine, total, out=np.ones(len(total)), where=total > 0)

    scale = np.ones(model.num_columns)
    tied = parts.columns[alone[owner]]
    scale[tied] = _shares_of(sp.csc_array(coupling[:, tied]), share)
    factor = np.where(coupled, np.concatenate([np.ones(len(rows) - len(share)), share]), 1.0)
    small = replace(
        model,
        lower=model.lower[columns] * scale[columns],
        upper=model.upper[columns] * scale[columns],
        cost=model.cost[columns],
        integer=model.integer[columns],
        row_lower=_times(model.row_lower[rows], factor),
        row_upper=_times(model.row_upper[rows], factor),
        matrix=sp.csr_array(model.matrix[rows][:, columns]),
        goals=(),
        column_blocks=(),
        row_blocks=(),
    )
    return partition(small, coupled)


def _times(side: Floats, factor: Floats) -> Floats:
    open_side = np.isinf(side)
    return np.where(open_side, side, np.where(open_side, 0.0, side) * factor)


def _shares_of(entries: sp.csc_array, share: Floats) -> Floats:
    """For each column the mean share of the rows it meets; 1 where it meets none."""
    met = np.diff(entries.indptr)
    sums = np.bincount(np.repeat(np.arange(len(met)), met), share[entries.indices], len(met))
    return np.divide(sums, met, out=np.ones(len(met)), where=met > 0)
