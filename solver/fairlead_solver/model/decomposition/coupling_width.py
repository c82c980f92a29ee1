"""Which coupling rows need a price: those that would join too much.

A contract on one product family ties together a few dozen lines; a capacity ties together
everything. A narrow row is cheaper kept inside a batch of the linear relaxation, where the simplex
finds its price, than priced from outside. So the rows are taken from the narrowest to the widest,
and each is kept where the component it makes stays small.
"""

from __future__ import annotations

import numpy as np

from ..program.components import Partition
from ..program.draft import Bools, Ints, Model

JOINED_COLUMNS = 500  # the largest component a coupling row may make


def wide_rows(parts: Partition, limit: int = JOINED_COLUMNS) -> Bools:
    """Mask (rows,) of the coupling rows of `parts` (its components are those without them) that
    would make a component of more than `limit` columns."""
    model: Model = parts.model
    wide = np.zeros(model.num_rows, np.bool_)
    size = np.diff(parts.column_starts).tolist()
    root = list(range(parts.count))
    starts, touched = _touched(parts)
    for number in np.argsort(np.diff(starts), kind="stable").tolist():
        met = {_find(root, c) for c in touched[starts[number] : starts[number + 1]].tolist()}
        total = sum(size[c] for c in met)
        if total > limit:
            wide[parts.coupling[number]] = True
            continue
        first = min(met, default=0)
        for other in met:
            root[other] = first
        if met:
            size[first] = total
    return wide


def _find(root: list[int], component: int) -> int:
    while root[component] != component:
        root[component] = root[root[component]]
        component = root[component]
    return component


def _touched(parts: Partition) -> tuple[Ints, Ints]:
    """The components each coupling row meets: starts (rows + 1,) into the list of them."""
    matrix = parts.model.matrix[parts.coupling]
    owner = np.empty(parts.model.num_columns, np.int64)
    owner[parts.columns] = parts.owner
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    pairs = np.unique(row * parts.count + owner[matrix.indices])
    starts = np.searchsorted(pairs, np.arange(matrix.shape[0] + 1) * parts.count)
    return starts, pairs % max(parts.count, 1)
