"""True bounds of copies from linear relaxations.

From any row duals y, weak duality in plain arithmetic gives a true bound of every copy at once
(`model.coupling.component_bounds`), whatever the engine claimed:

    sum over rows of sup {y_i s : s within the sides} + sum over columns of
    sup {(c - A'y)_j x : x within the bounds}

Rows may be missed there at a penalty, so that every program has a solution; the bounds are those
of the copies as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from ...model.activity import violated_rows
from ...model.coupling import component_bounds
from ...model.draft import Floats, Ints
from ...model.partition import Partition
from ...model.scaling import scaled_rows
from ..arcs import expand
from .copies import Copies
from .outcomes import Relaxed
from .relief import with_relief_bought

PENALTY = 1000.0  # times the dearest column: what a row that cannot be kept costs in a relaxation
FRACTION = 1e-7  # of a unit, within which a value is whole

Solve = Callable[[Partition], tuple[Floats, Floats]]  # x and row duals; zeros where there are none


def relaxed(copies: Copies, solve: Solve, *, may_be_empty: bool = False) -> Relaxed:
    """The linear relaxation of every copy, solved by `solve`.

    Rows that were added may be missed; where copies `may_be_empty`, so may all.
    """
    tight = _tightened(copies)
    model, parts = tight.model, tight.apart()
    missed = np.arange(model.num_rows) if may_be_empty else np.flatnonzero(tight.row < 0)
    x, duals = solve(_elastic(tight, missed).apart() if len(missed) else parts)
    duals = duals[parts.rows]
    bound = component_bounds(parts, model.cost[parts.columns], duals)
    own = x[: model.num_columns]
    odd = model.integer & (np.abs(own - np.rint(own)) > FRACTION)
    own = np.where(model.integer, np.where(odd, own, np.rint(own)), own)
    attained = np.ones(copies.count, dtype=np.bool_)
    attained[copies.part[odd]] = False
    attained[tight.row_part[violated_rows(model, own)]] = False
    worth = np.bincount(copies.part, model.cost * own, copies.count)
    attained &= bound - worth <= np.maximum(1.0, 1e-9 * np.abs(worth))
    return Relaxed(bound, own, attained, duals, parts.row_starts)


def bounds(known: Relaxed, changed: Copies, of: Ints) -> Floats:
    """(copies of `changed`,): copy p is worth no more money, by the duals of copy `of[p]` of
    `known`, from which it differs in sides and bounds; infinity where its rows are others.
    Nothing is solved."""
    parts = _tightened(changed).apart()
    sizes = np.diff(parts.row_starts)
    alike = sizes == np.diff(known.starts)[of]
    counts = np.where(alike, sizes, 0)
    duals = np.zeros(len(parts.rows))
    duals[expand(parts.row_starts[:-1], counts)] = known.duals[expand(known.starts[of], counts)]
    bound = component_bounds(parts, parts.model.cost[parts.columns], duals)
    return np.where(alike, bound, np.inf)


def _tightened(copies: Copies) -> Copies:
    """The same plans, fewer fractions: whole numbers in a row leave no room for parts of units, so
    that 267 hours of 11 each are 24 units and not 24.3."""
    bought = with_relief_bought(copies)
    return replace(bought, model=scaled_rows(bought.model))


def _elastic(copies: Copies, rows: Ints) -> Copies:
    """With columns that stand in, at a penalty, for what is missing of the least of `rows` and for
    what is above their most."""
    model = copies.model
    under = rows[np.isfinite(model.row_lower[rows])]
    over = rows[np.isfinite(model.row_upper[rows])]
    row, size = np.concatenate([under, over]), len(under) + len(over)
    sign = np.repeat([1.0, -1.0], [len(under), len(over)])
    dearest = float(np.abs(model.cost).max(initial=1.0))
    slack = sp.csr_array((sign, (row, np.arange(size))), (model.num_rows, size))
    elastic = replace(
        model,
        lower=np.concatenate([model.lower, np.zeros(size)]),
        upper=np.concatenate([model.upper, np.full(size, np.inf)]),
        cost=np.concatenate([model.cost, np.full(size, -PENALTY * dearest)]),
        integer=np.concatenate([model.integer, np.zeros(size, dtype=np.bool_)]),
        matrix=sp.csr_array(sp.hstack([model.matrix, slack])),
        goals=(),
    )
    return replace(
        copies,
        model=elastic,
        column=np.concatenate([copies.column, np.full(size, -1)]),
        part=np.concatenate([copies.part, copies.row_part[row]]),
    )
