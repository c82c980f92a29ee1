"""Does a vector satisfy a model? Exact where everything is integer, else to a stated tolerance.

A row over integer columns with integer coefficients and sides is checked exactly. A row over
integer columns with other coefficients may miss by 1e-9 of its magnitude |a|'|x| + |side|, which
is the noise of summing doubles. A row with continuous columns may miss by 1e-6 of
max(1, |side|, max|a|), which is what the engines themselves promise. Where a plan is put
together of many answers, the side does not count (`strict`).
"""

from __future__ import annotations

import numpy as np

from .draft import Bools, Floats, Model

SUM_NOISE = 1e-9
ENGINE_TOLERANCE = 1e-6
EXACT_LIMIT = 2.0**52  # integers below are exact in a double


def rounded(model: Model, x: Floats) -> Floats:
    """`x` with its integer columns rounded and every column clipped into its bounds."""
    whole = np.where(model.integer, np.rint(x), x)
    return np.clip(whole, model.lower, model.upper)


def violated_rows(model: Model, x: Floats, *, strict: bool = False) -> Bools:
    """Which rows `x` breaks (rows,), beyond the tolerance of each row."""
    activity = model.matrix @ x
    slack = row_tolerance(model, x, strict=strict)
    broken: Bools = np.logical_or(
        activity < model.row_lower - slack, activity > model.row_upper + slack
    )
    return broken


def is_feasible(model: Model, x: Floats, *, strict: bool = False) -> bool:
    """Whether `x` keeps bounds, integrality and rows; `strict`: see `row_tolerance`."""
    if np.any(x < model.lower) or np.any(x > model.upper):
        return False
    whole = x[model.integer]
    broken = violated_rows(model, x, strict=strict)
    return bool(np.all(whole == np.rint(whole))) and not bool(np.any(broken))


def integer_rows(model: Model) -> Bools:
    """Rows whose columns and coefficients are all integer (rows,)."""
    matrix = model.matrix
    odd = ~model.integer[matrix.indices] | (matrix.data != np.rint(matrix.data))
    whole: Bools = np.equal(_count(model, odd), 0)
    return whole


def row_tolerance(model: Model, x: Floats, *, strict: bool = False) -> Floats:
    """How far each row may be missed (rows,).

    `strict`: a large side is no excuse, or the capacity of a million lines could be missed by a
    whole unit. Right for plans put together of many answers, none of which met that side.
    """
    matrix = model.matrix
    side = np.maximum(_finite(model.row_lower), _finite(model.row_upper))
    magnitude = abs(matrix) @ np.abs(x) + side
    continuous = _count(model, ~model.integer[matrix.indices]) > 0
    least = np.maximum(1.0, _largest_coefficient(model))
    slack = np.where(
        continuous,
        ENGINE_TOLERANCE * (least if strict else np.maximum(least, side)),
        SUM_NOISE * np.maximum(magnitude, SUM_NOISE),
    )
    exact = integer_rows(model) & (magnitude < EXACT_LIMIT)
    return np.where(exact, 0.0, slack)


def _largest_coefficient(model: Model) -> Floats:
    largest = np.zeros(model.num_rows)
    matrix = model.matrix
    filled = np.diff(matrix.indptr) > 0
    if filled.any():
        largest[filled] = np.maximum.reduceat(np.abs(matrix.data), matrix.indptr[:-1][filled])
    return largest


def _count(model: Model, mask: Bools) -> Floats:
    sums = np.concatenate([[0], np.cumsum(mask)])
    counts: Floats = np.diff(sums[model.matrix.indptr]).astype(np.float64)
    return counts


def _finite(side: Floats) -> Floats:
    return np.where(np.isfinite(side), np.abs(side), 0.0)
