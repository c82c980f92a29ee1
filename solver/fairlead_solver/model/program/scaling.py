"""Puts a model into the magnitudes engines are made for, without changing what is feasible.

Rows over integer columns with integer coefficients are divided by their greatest common divisor
and their sides rounded inwards: that only cuts off fractions, and an engine's tolerance of 1e-6
then no longer hides a whole unit of a row written in millionths. Other rows, and the objective,
are scaled by powers of two, so no digit is lost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from .draft import Bools, Floats, Model
from .feasibility import EXACT_LIMIT, integer_rows

DECIMALS = tuple(10.0**k for k in range(7))


def scaled_rows(model: Model) -> Model:
    """The same feasible set, rows in sane magnitudes."""
    matrix = model.matrix
    if not matrix.nnz:
        return model
    exact = integer_rows(model) & (_largest(model) < EXACT_LIMIT)
    divisor = np.where(exact, _common_divisors(model, exact), _powers(model))
    data = matrix.data / np.repeat(divisor, np.diff(matrix.indptr))
    lower, upper = model.row_lower / divisor, model.row_upper / divisor
    return replace(
        model,
        matrix=sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape),
        row_lower=np.where(exact, np.ceil(lower - 1e-9), lower),
        row_upper=np.where(exact, np.floor(upper + 1e-9), upper),
    )


def objective_scale(cost: Floats) -> float:
    """A power of two s: cost * s has a geometric mean near 8 and no entry above 1e7."""
    sizes = np.abs(cost[cost != 0])
    if not len(sizes):
        return 1.0
    exponent = 3.0 - np.rint(np.mean(np.log2(sizes)))
    return float(2.0 ** min(exponent, np.floor(np.log2(1e7 / sizes.max()))))


def integral_rows(model: Model) -> Model | None:
    """The model with every row multiplied into integers, exactly; None where that fails."""
    matrix = model.matrix
    factor = np.ones(model.num_rows)
    open_rows = ~integer_rows(model)
    lengths = np.diff(matrix.indptr)
    for power in DECIMALS[1:]:
        if not open_rows.any():
            break
        factor[open_rows] = power
        data = matrix.data * np.repeat(factor, lengths)
        odd = np.abs(data - np.rint(data)) > 1e-9 * np.maximum(1.0, np.abs(data))
        sums = np.concatenate([[0], np.cumsum(odd)])
        open_rows = open_rows & (np.diff(sums[matrix.indptr]) > 0)
    if open_rows.any() or not model.integer.all():
        return None
    data = np.rint(matrix.data * np.repeat(factor, lengths))
    return replace(
        model,
        matrix=sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape),
        row_lower=np.ceil(model.row_lower * factor - 1e-9),
        row_upper=np.floor(model.row_upper * factor + 1e-9),
    )


def _common_divisors(model: Model, exact: Bools) -> Floats:
    matrix = model.matrix
    divisors = np.ones(model.num_rows)
    filled = np.diff(matrix.indptr) > 0
    whole = np.where(np.abs(matrix.data) < EXACT_LIMIT, np.rint(matrix.data), 1.0)
    found = np.gcd.reduceat(np.abs(whole).astype(np.int64), matrix.indptr[:-1][filled])
    divisors[filled] = np.maximum(found, 1)
    return np.where(exact, divisors, 1.0)


def _powers(model: Model) -> Floats:
    largest = _largest(model)
    return np.exp2(np.rint(np.log2(np.where(largest > 0, largest, 1.0))))


def _largest(model: Model) -> Floats:
    largest = np.zeros(model.num_rows)
    filled = np.diff(model.matrix.indptr) > 0
    starts = model.matrix.indptr[:-1][filled]
    if len(starts):
        largest[filled] = np.maximum.reduceat(np.abs(model.matrix.data), starts)
    return largest
