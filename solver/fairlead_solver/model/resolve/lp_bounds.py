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

from ...arrays import expand
from ..decomposition.coupling import component_bounds
from ..program.components import Partition
from ..program.draft import Floats, Ints, Model
from ..program.feasibility import violated_rows
from ..program.scaling import scaled_rows
from .outcomes import Relaxed
from .subproblems import Copies, rounding
from .tightened_rows import with_relief_bought

PENALTY = 1000.0  # times the dearest column: what a row that cannot be kept costs in a relaxation
NUDGE = 1e-3  # of a unit of a row or column: much more than an engine's tolerance, much less than 1
FRACTION = 1e-7  # of a unit, within which a value is whole

Solve = Callable[[Partition], tuple[Floats, Floats]]  # x and row duals; zeros where there are none


def relaxed(copies: Copies, solve: Solve, *, may_be_empty: bool = False) -> Relaxed:
    """The linear relaxation of every copy, solved by `solve`.

    Rows that were added may be missed; where copies `may_be_empty`, so may all.
    """
    tight, crossed = _uncrossed(_tightened(copies))
    model, parts = tight.model, tight.apart()
    missed = np.arange(model.num_rows) if may_be_empty else np.flatnonzero(tight.row < 0)
    x, duals = solve(_elastic(tight, missed).apart() if len(missed) else parts)
    bound = component_bounds(parts, model.cost[parts.columns], duals[parts.rows])
    own = x[: model.num_columns]
    odd = model.integer & (np.abs(own - np.rint(own)) > FRACTION)
    own = np.where(model.integer, np.where(odd, own, np.rint(own)), own)
    attained = np.ones(copies.count, dtype=np.bool_)
    attained[copies.part[odd]] = False
    attained[tight.row_part[violated_rows(model, own)]] = False
    worth = np.bincount(copies.part, model.cost * own, copies.count).astype(np.float64)
    attained &= bound - worth <= rounding(worth)
    least = _least_worth(copies)
    empty = bound < least - rounding(least)
    empty[crossed] = True
    return Relaxed(bound, own, attained & ~empty, empty)


def _uncrossed(copies: Copies) -> tuple[Copies, Ints]:
    """Rows whose sides leave no whole number between them given one side, and their copies."""
    model = copies.model
    crossed = np.flatnonzero(model.row_lower > model.row_upper)
    if not len(crossed):
        return copies, crossed
    upper = np.maximum(model.row_lower, model.row_upper)
    return replace(copies, model=replace(model, row_upper=upper)), copies.row_part[crossed]


def _least_worth(copies: Copies) -> Floats:
    """What the columns of every copy are worth at the least. A bound below it is one of no plan:
    a relaxation that misses at a penalty what is asked gives such."""
    model = copies.model
    at_least = np.where(model.cost > 0, model.lower, model.upper)
    worth = np.where(model.cost == 0, 0.0, model.cost * at_least)
    least: Floats = np.bincount(copies.part, worth, copies.count).astype(np.float64)
    return least


def bounds_of_looser(free: Copies, looser: Copies, of: Ints, solve: Solve) -> tuple[Floats, Floats]:
    """(copies of `free`, copies of `looser`): none is worth more money.

    Copy p of `looser` is copy `of[p]` of `free` with sides and bounds moved apart. Only `free` is
    relaxed, with its sides and bounds moved a little that way: then its duals tell what more room
    is worth, and not what less would cost, which differs at a plan of whole lots and lines.
    Infinity where rows or columns are others.
    """
    one, other = _tightened(free), _tightened(looser)
    parts, changed = one.apart(), other.apart()
    row, row_of = _alike(parts.row_starts, changed.row_starts, of)
    column, column_of = _alike(parts.column_starts, changed.column_starts, of)
    rows, columns = (
        (parts.rows[row], changed.rows[row_of]),
        (
            parts.columns[column],
            changed.columns[column_of],
        ),
    )
    nudged, _ = _uncrossed(replace(one, model=_nudged(one.model, other.model, rows, columns)))
    _, duals = solve(replace(parts, model=nudged.model))
    y = np.zeros(other.model.num_rows)
    y[rows[1]] = duals[rows[0]]
    now = component_bounds(parts, one.model.cost[parts.columns], duals[parts.rows])
    then = component_bounds(changed, other.model.cost[changed.columns], y[changed.rows])
    return now, np.where(np.diff(changed.row_starts) == np.diff(parts.row_starts)[of], then, np.inf)


def _nudged(one: Model, other: Model, rows: tuple[Ints, Ints], columns: tuple[Ints, Ints]) -> Model:
    """`one`, its rows and columns a little on the way to those of `other`, pair by pair."""
    lower, upper = one.lower.copy(), one.upper.copy()
    row_lower, row_upper = one.row_lower.copy(), one.row_upper.copy()
    for side, (mine, theirs), to in (
        (row_upper, rows, other.row_upper),
        (row_lower, rows, other.row_lower),
        (upper, columns, other.upper),
        (lower, columns, other.lower),
    ):
        moved = np.isfinite(side[mine]) & (side[mine] != to[theirs])
        mine, theirs = mine[moved], theirs[moved]
        side[mine] += NUDGE * np.sign(to[theirs] - side[mine])
    return replace(one, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)


def _alike(starts: Ints, others: Ints, of: Ints) -> tuple[Ints, Ints]:
    """Places in two lists by copy, pair by pair, of the copies that have as many in both."""
    sizes = np.diff(others)
    counts = np.where(np.diff(starts)[of] == sizes, sizes, 0)
    return expand(starts[of], counts), expand(others[:-1], counts)


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
