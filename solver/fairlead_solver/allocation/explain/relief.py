"""Rows with their relief bought to the end, so that whole numbers may tighten a relaxation.

A capacity row holds packs and overtime:  Σ a_k n_k - o <= b,  0 <= o <= O. Whatever is bought,
Σ a_k n_k <= b + O  holds over whole numbers alone, and leaves no room for parts of units: 267 hours
of 11 each are 24 units and not 24.3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from .copies import Copies


def with_relief_bought(copies: Copies) -> Copies:
    """With one more row for each that joins whole columns with others, those at what loosens it
    most. It cuts no plan off."""
    model = copies.model
    entries = sp.coo_array(model.matrix)
    row, column = entries.row.astype(np.int64), entries.col.astype(np.int64)
    whole = model.integer[column]
    bought = np.where(entries.data > 0, model.lower[column], model.upper[column])
    least = np.zeros(model.num_rows)
    np.add.at(least, row[~whole], entries.data[~whole] * bought[~whole])
    upper = model.row_upper - least
    joined = np.zeros(model.num_rows, dtype=np.bool_)
    joined[row[~whole]] = True
    chosen = np.flatnonzero(joined & np.isfinite(upper))
    kept = sp.csr_array((entries.data * whole, (row, column)), shape=model.matrix.shape)
    kept.eliminate_zeros()
    return replace(
        copies,
        model=replace(
            model,
            matrix=sp.csr_array(sp.vstack([model.matrix, kept[chosen]])),
            row_lower=np.concatenate([model.row_lower, np.full(len(chosen), -np.inf)]),
            row_upper=np.concatenate([model.row_upper, upper[chosen]]),
        ),
        row=np.concatenate([copies.row, copies.row[chosen]]),
        row_part=np.concatenate([copies.row_part, copies.row_part[chosen]]),
    )
