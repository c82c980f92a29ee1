"""Rows with their relief bought to the end, so that whole numbers may tighten a relaxation.

A capacity row holds packs and overtime:  Σ a_k n_k - o <= b,  0 <= o <= O. Whatever is bought,
Σ a_k n_k <= b + O  holds over whole numbers alone, and leaves no room for parts of units: 267 hours
of 11 each are 24 units and not 24.3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from .subproblems import Copies


def with_relief_bought(copies: Copies) -> Copies:
    """With one more row for each that joins whole columns with others, those at what loosens it
    most. It cuts no plan off."""
    model, matrix = copies.model, copies.model.matrix
    bought = ~model.integer[matrix.indices]
    if not bought.any():
        return copies
    row = np.repeat(np.arange(model.num_rows), np.diff(matrix.indptr))
    column, data = matrix.indices[bought], matrix.data[bought]
    most = data * np.where(data > 0, model.lower[column], model.upper[column])
    upper = model.row_upper - np.bincount(row[bought], most, model.num_rows)
    chosen = np.bincount(row[bought], minlength=model.num_rows) > 0
    chosen &= np.isfinite(upper)
    kept = ~bought & chosen[row]
    counts = np.bincount(row[kept], minlength=model.num_rows)[chosen]
    ends = matrix.indptr[-1] + np.cumsum(counts)
    more = np.flatnonzero(chosen)
    joined = sp.csr_array(
        (
            np.concatenate([matrix.data, matrix.data[kept]]),
            np.concatenate([matrix.indices, matrix.indices[kept]]),
            np.concatenate([matrix.indptr, ends]),
        ),
        shape=(model.num_rows + len(more), model.num_columns),
    )
    return replace(
        copies,
        model=replace(
            model,
            matrix=joined,
            row_lower=np.concatenate([model.row_lower, np.full(len(more), -np.inf)]),
            row_upper=np.concatenate([model.row_upper, upper[more]]),
        ),
        row=np.concatenate([copies.row, copies.row[more]]),
        row_part=np.concatenate([copies.row_part, copies.row_part[more]]),
    )
