"""Parts of a program side by side, each free by itself while the rest of the cycle is held.

Copy p of a program with the plan x* keeps the columns C_p free and holds all others at x*:

    max c'x_C   s.t.  row_lower - A x*_rest <= A_C x_C <= row_upper - A x*_rest

Every copy is a true restriction of the program and independent of the other copies, so that any
number of them is one block-diagonal program, written with a few array operations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ...arrays import expand
from ..program.components import Partition
from ..program.draft import Block, Bools, Floats, Goal, Ints, Model
from ..program.layout import dropped, origin_of_rows

_NONE = np.empty(0, dtype=np.int64)

Worths = Floats  # (copies, goals + 1): value of every goal, then money in micro-units


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """`count` parts in one program. `column`, `row`: indexes in the whole program (-1: a row
    added); `part`, `row_part`: the copy each column and row belongs to."""

    model: Model
    count: int
    column: Ints
    part: Ints
    row: Ints
    row_part: Ints

    def with_least(self, columns: Ints, values: Floats, least: Floats) -> Copies:
        """With one more row for each copy p:  Σ values_k x_k >= least_p  over `columns`
        (positions here)."""
        model = self.model
        entries = sp.csr_array(
            (values, (self.part[columns], columns)), shape=(self.count, model.num_columns)
        )
        return replace(
            self,
            model=replace(
                model,
                matrix=sp.csr_array(sp.vstack([model.matrix, entries])),
                row_lower=np.concatenate([model.row_lower, least]),
                row_upper=np.concatenate([model.row_upper, np.full(self.count, np.inf)]),
            ),
            row=np.concatenate([self.row, np.full(self.count, -1)]),
            row_part=np.concatenate([self.row_part, np.arange(self.count)]),
        )

    def with_limits(self, rows: Ints, step: Floats) -> Copies:
        """With the limit of row `rows[p]` of the whole moved by `step[p]` in copy p: its upper
        side, or its lower one where it has no upper."""
        width = int(self.row.max(initial=0)) + 1
        at = np.searchsorted(self.row_part * width + self.row, np.arange(self.count) * width + rows)
        lower, upper = self.model.row_lower.copy(), self.model.row_upper.copy()
        above = np.isfinite(upper[at])
        upper[at] += np.where(above, step, 0.0)
        lower[at] += np.where(above, 0.0, step)
        return replace(self, model=replace(self.model, row_lower=lower, row_upper=upper))

    def with_bounds(self, columns: Ints, lower: Floats, upper: Floats) -> Copies:
        """With other bounds of `columns` (positions here)."""
        low, high = self.model.lower.copy(), self.model.upper.copy()
        low[columns], high[columns] = lower, upper
        return replace(self, model=replace(self.model, lower=low, upper=high))

    def with_sides(self, part: Ints, row: Ints, lower: Floats, upper: Floats) -> Copies:
        """With `lower[j]` and `upper[j]` added to the sides of row `row[j]` of the whole in copy
        `part[j]`, where that copy has the row."""
        width = int(max(self.row.max(initial=0), row.max(initial=0))) + 1
        known, wanted = self.row_part * width + self.row, part * width + row
        at = np.minimum(np.searchsorted(known, wanted), max(0, len(known) - 1))
        here = known[at] == wanted if len(known) else np.zeros(len(at), dtype=np.bool_)
        low, high = self.model.row_lower.copy(), self.model.row_upper.copy()
        np.add.at(low, at[here], lower[here])
        np.add.at(high, at[here], upper[here])
        return replace(self, model=replace(self.model, row_lower=low, row_upper=high))

    def with_columns(
        self, part: Ints, lower: Floats, upper: Floats, entries: sp.csr_array
    ) -> Copies:
        """With more columns, of the copies `part`, that cost nothing and need not be whole, behind
        a copy's own; `entries` (rows, columns added): what they are in the rows."""
        model, size = self.model, len(part)
        nothing = np.zeros(size)
        more = replace(
            model,
            lower=np.concatenate([model.lower, lower]),
            upper=np.concatenate([model.upper, upper]),
            cost=np.concatenate([model.cost, nothing]),
            integer=np.concatenate([model.integer, np.zeros(size, dtype=np.bool_)]),
            matrix=sp.csr_array(sp.hstack([model.matrix, entries], format="csr")),
            goals=tuple(Goal(g.name, np.append(g.weights, nothing)) for g in model.goals),
            subtotal=None,
        )
        column, owner = np.append(self.column, np.full(size, -1)), np.append(self.part, part)
        return Copies.in_order(more, self.count, column, owner, self.row, self.row_part)

    @classmethod
    def in_order(
        cls, model: Model, count: int, column: Ints, part: Ints, row: Ints, row_part: Ints
    ) -> Copies:
        """Copies of a program whose columns are in any order: sorted by copy, and else as they
        stand."""
        order = np.argsort(part, kind="stable")
        ordered = replace(
            model,
            lower=model.lower[order],
            upper=model.upper[order],
            cost=model.cost[order],
            integer=model.integer[order],
            matrix=sp.csr_array(sp.csc_array(model.matrix)[:, order]),
            goals=tuple(Goal(g.name, g.weights[order]) for g in model.goals),
            subtotal=None,
        )
        return cls(ordered, count, column[order], part[order], row, row_part)

    def for_goal(self, k: int) -> Copies:
        """With nothing to maximise but goal k; that of money comes after the last."""
        goals = self.model.goals
        cost = goals[k].weights if k < len(goals) else self.model.cost
        return replace(self, model=replace(self.model, cost=cost, goals=()))

    def with_goal(self, k: int, least: Floats) -> Copies:
        """With one more row for each copy, which holds goal k at `least` (copies,), to rounding."""
        weights = self.model.goals[k].weights
        used = np.flatnonzero(weights)
        return self.with_least(used, weights[used], least - rounding(least))

    def as_good(self, worths: Worths) -> Copies:
        """With every goal held at what `worths` (copies, goals + 1) say, so that only money is left
        to maximise."""
        held = self
        for k in range(len(self.model.goals)):
            held = held.with_goal(k, worths[:, k])
        return held.for_goal(len(self.model.goals))

    def hold_all_moved(self, before: Model, after: Model, was: Ints) -> bool:
        """Whether only rows of the copies have other limits: entitlements of fair share may move
        in parts of the cycle that are not solved again. Rows may come and go within one copy.

        `was`: the columns of the copies in the program before."""
        old = origin_of_rows(before, after)
        kept = np.flatnonzero(old >= 0)
        lower, upper = before.row_lower[old[kept]], before.row_upper[old[kept]]
        apart = kept[(lower != after.row_lower[kept]) | (upper != after.row_upper[kept])]
        if not np.isin(apart, self.row).all():
            return False
        new = np.flatnonzero(old < 0)
        gone = dropped(old, before.num_rows)
        if not len(new) and not len(gone):
            return True
        return (
            self.count == 1
            and bool(np.isin(after.matrix[new].indices, self.column).all())
            and bool(np.isin(before.matrix[gone].indices, was).all())
        )

    def without(self, whole: Model, family: str) -> Copies:
        """With a family's rules dropped and its own columns free of charge."""
        model = self.model
        columns = _within(self.column, whole.column_blocks, family)
        rows = _within(self.row, whole.row_blocks, family)
        changed = replace(
            model,
            cost=np.where(columns, 0.0, model.cost),
            row_lower=np.where(rows, -np.inf, model.row_lower),
            row_upper=np.where(rows, np.inf, model.row_upper),
        )
        return replace(self, model=changed)

    def only(self, chosen: Ints) -> Copies:
        """The copies `chosen`, in that order and as often as they are there, numbered anew."""
        model, places = self.model, np.arange(self.count + 1)
        order = np.argsort(self.row_part, kind="stable")
        starts = np.searchsorted(self.part, places)
        row_starts = np.searchsorted(self.row_part[order], places)
        counts, row_counts = np.diff(starts)[chosen], np.diff(row_starts)[chosen]
        column = expand(starts[chosen], counts)
        row = order[expand(row_starts[chosen], row_counts)]
        number = np.arange(len(chosen))
        part, row_part = np.repeat(number, counts), np.repeat(number, row_counts)
        matrix = sp.csr_array(model.matrix[row])
        shift = (np.cumsum(counts) - counts - starts[chosen])[row_part]
        indices = matrix.indices + np.repeat(shift, np.diff(matrix.indptr))
        chosen_model = Model(
            lower=model.lower[column],
            upper=model.upper[column],
            cost=model.cost[column],
            integer=model.integer[column],
            row_lower=model.row_lower[row],
            row_upper=model.row_upper[row],
            matrix=sp.csr_array((matrix.data, indices, matrix.indptr), (len(row), len(column))),
            goals=tuple(Goal(g.name, g.weights[column]) for g in model.goals),
            subtotal=None if model.subtotal is None else model.subtotal[column],
        )
        return Copies(chosen_model, len(chosen), self.column[column], part, self.row[row], row_part)

    def apart(self) -> Partition:
        """The copies as the components of their program: nothing has to be searched, as no row
        joins two of them."""
        model, matrix = self.model, self.model.matrix
        filled = np.diff(matrix.indptr) > 0
        columns = np.argsort(self.part, kind="stable")
        rows = np.argsort(self.row_part, kind="stable")
        rows = rows[filled[rows]]
        place = np.empty(model.num_columns, dtype=np.int64)
        place[columns] = np.arange(model.num_columns)
        ordered = sp.csr_array(matrix[rows])
        numbers = np.arange(self.count + 1)
        return Partition(
            model=model,
            count=self.count,
            columns=columns,
            column_starts=np.searchsorted(self.part[columns], numbers),
            rows=rows,
            row_starts=np.searchsorted(self.row_part[rows], numbers),
            loose_rows=np.flatnonzero(~filled),
            coupling=_NONE,
            matrix=sp.csr_array(
                (ordered.data, place[ordered.indices], ordered.indptr), shape=ordered.shape
            ),
        )

    def money_first(self) -> bool:
        """Whether no goal counts here before money does."""
        return not any(goal.weights.any() for goal in self.model.goals)

    def worths(self, x: Floats) -> Worths:
        """Goals and money of every copy at `x` (columns,)."""
        weights = [*(goal.weights for goal in self.model.goals), self.model.cost]
        return np.stack([np.bincount(self.part, w * x, self.count) for w in weights], axis=1)

    def subtotals(self, x: Floats) -> Floats:
        """What is reported by itself of every copy's money, at `x` (columns,)."""
        own = np.bincount(self.part, _subtotal(self.model) * x, self.count)
        return own.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """A program and a plan of it, `x` (columns,), beside which parts are freed again and again:
    its matrix by columns, and what the plan uses of every row."""

    model: Model
    x: Floats
    by_column: sp.csc_array
    use: Floats

    @classmethod
    def of(cls, model: Model, x: Floats) -> Beside:
        """What every copy is cut out of."""
        return cls(model, x, sp.csc_array(model.matrix), model.matrix @ x)


def copies(beside: Beside, column: Ints, part: Ints, count: int) -> Copies:
    """Copies of a program beside a plan: copy part[j] has column[j] free (sorted by copy)."""
    whole, x, by_column = beside.model, beside.x, beside.by_column
    lengths = np.diff(by_column.indptr).astype(np.int64)[column]
    entry = expand(by_column.indptr[column].astype(np.int64), lengths)
    at_column = np.repeat(np.arange(len(column)), lengths)
    data = by_column.data[entry]
    key = part[at_column] * whole.num_rows + by_column.indices[entry]
    keys, at_row = np.unique(key, return_inverse=True)
    row_part, row = np.divmod(keys, max(1, whole.num_rows))
    own = np.bincount(at_row, data * x[column][at_column], len(keys))
    rest = beside.use[row] - own
    matrix = sp.csr_array((data, (at_row, at_column)), shape=(len(keys), len(column)))
    model = Model(
        lower=whole.lower[column],
        upper=whole.upper[column],
        cost=whole.cost[column],
        integer=whole.integer[column],
        row_lower=whole.row_lower[row] - rest,
        row_upper=whole.row_upper[row] - rest,
        matrix=matrix,
        goals=tuple(Goal(g.name, g.weights[column]) for g in whole.goals),
        subtotal=None if whole.subtotal is None else whole.subtotal[column],
    )
    return Copies(model, count, column, part, row, row_part)


def stacked(pieces: Sequence[Copies]) -> Copies:
    """The copies of several programs side by side, numbered on. They have as many goals each."""
    models = [piece.model for piece in pieces]
    if len(models) == 1:
        return pieces[0]
    before = np.cumsum([0, *(piece.count for piece in pieces)])
    weights = [
        np.concatenate(w) for w in zip(*([g.weights for g in m.goals] for m in models), strict=True)
    ]

    def joined(column: Callable[[Model], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([column(model) for model in models])

    model = Model(
        lower=joined(lambda m: m.lower),
        upper=joined(lambda m: m.upper),
        cost=joined(lambda m: m.cost),
        integer=joined(lambda m: m.integer),
        row_lower=joined(lambda m: m.row_lower),
        row_upper=joined(lambda m: m.row_upper),
        matrix=sp.csr_array(sp.block_diag([m.matrix for m in models], format="csr")),
        goals=tuple(Goal(g.name, w) for g, w in zip(models[0].goals, weights, strict=True)),
        subtotal=None if models[0].subtotal is None else joined(_subtotal),
    )
    return Copies(
        model,
        int(before[-1]),
        np.concatenate([piece.column for piece in pieces]),
        np.concatenate([piece.part + n for piece, n in zip(pieces, before, strict=False)]),
        np.concatenate([piece.row for piece in pieces]),
        np.concatenate([piece.row_part + n for piece, n in zip(pieces, before, strict=False)]),
    )


def _subtotal(model: Model) -> Floats:
    if model.subtotal is None:
        raise ValueError("programs side by side report the same")
    return model.subtotal


def rounding(worth: Floats) -> Floats:
    """By how much worths that are the same may differ, as sums of doubles or in an engine's
    words."""
    return np.maximum(1.0, 1e-9 * np.abs(worth))


def compared(one: Worths, other: Worths) -> Ints:
    """Per copy 1 where the first is worth more beyond rounding, -1 where less, 0 where the same;
    goals come before money."""
    gap = one - other
    apart = np.abs(gap) > rounding(one)
    first = np.argmax(apart, axis=1)[:, None]
    sign = np.where(apart, np.sign(gap), 0.0)
    told: Ints = np.take_along_axis(sign, first, axis=1)[:, 0].astype(np.int64)
    return told


def _within(indexes: Ints, blocks: Sequence[Block], family: str) -> Bools:
    mask = np.zeros(len(indexes), dtype=np.bool_)
    for block in blocks:
        if block.family == family:
            mask |= (indexes >= block.start) & (indexes < block.stop)
    return mask
