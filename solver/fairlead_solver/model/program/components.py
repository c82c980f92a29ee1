"""Splits a model into independent components and hands them out in batches.

Two columns belong together when a row joins them. Rows in `coupling` are left out of that (they
are to be priced). Components are numbered by their smallest column, so the same model always
splits the same way. The matrix is permuted once into component order; a batch of consecutive
components is then a slice, and costs nothing per component.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from .draft import Bools, Floats, Goal, Ints, Model

BATCH_COLUMNS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Components `first:last` as one model.

    `columns` and `rows` are the indexes of its columns and rows in the whole model;
    `starts` (components + 1,) delimits the components among its columns.
    """

    first: int
    last: int
    model: Model
    columns: Ints
    rows: Ints
    starts: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Components of `model`. `columns` and `rows` list whole-model indexes by component;
    `column_starts`, `row_starts` (count + 1,) delimit them; `loose_rows` join no column."""

    model: Model
    count: int
    columns: Ints
    column_starts: Ints
    rows: Ints
    row_starts: Ints
    loose_rows: Ints
    coupling: Ints
    matrix: sp.csr_array  # rows and columns in component order, coupling rows left out

    @property
    def owner(self) -> Ints:
        """The component of each column, in component order (columns,)."""
        return np.repeat(np.arange(self.count), np.diff(self.column_starts))

    @property
    def row_owner(self) -> Ints:
        """The component of each row, in component order (rows,)."""
        return np.repeat(np.arange(self.count), np.diff(self.row_starts))

    def batch(self, first: int, last: int, cost: Floats | None = None) -> Batch:
        """Components `first:last` (last exclusive), with another cost vector if given."""
        a, b = int(self.column_starts[first]), int(self.column_starts[last])
        r, s = int(self.row_starts[first]), int(self.row_starts[last])
        columns, rows = self.columns[a:b], self.rows[r:s]
        whole = self.model
        start, stop = int(self.matrix.indptr[r]), int(self.matrix.indptr[s])
        matrix = sp.csr_array(
            (
                self.matrix.data[start:stop],
                self.matrix.indices[start:stop] - a,
                self.matrix.indptr[r : s + 1] - start,
            ),
            shape=(s - r, b - a),
        )
        model = Model(
            lower=whole.lower[columns],
            upper=whole.upper[columns],
            cost=(whole.cost if cost is None else cost)[columns],
            integer=whole.integer[columns],
            row_lower=whole.row_lower[rows],
            row_upper=whole.row_upper[rows],
            matrix=matrix,
            goals=tuple(Goal(g.name, g.weights[columns]) for g in whole.goals),
        )
        return Batch(first, last, model, columns, rows, self.column_starts[first : last + 1] - a)

    def spans(self, size: int = BATCH_COLUMNS) -> Iterator[tuple[int, int]]:
        """Runs of components of about `size` columns; a larger component stands alone."""
        first = 0
        while first < self.count:
            wanted = self.column_starts[first] + size
            last = int(np.searchsorted(self.column_starts, wanted, side="right")) - 1
            last = max(last, first + 1)
            yield first, last
            first = last


def part_of(parts: Partition, components: Ints) -> Partition:
    """Some components (ascending) of a partition, as a partition of the same model."""
    columns, column_starts = _ranges(parts.column_starts, components)
    rows, row_starts = _ranges(parts.row_starts, components)
    place = np.empty(parts.model.num_columns, np.int64)
    place[columns] = np.arange(len(columns))
    matrix = parts.matrix[rows]
    return replace(
        parts,
        count=len(components),
        columns=parts.columns[columns],
        column_starts=column_starts,
        rows=parts.rows[rows],
        row_starts=row_starts,
        matrix=sp.csr_array(
            (matrix.data, place[matrix.indices], matrix.indptr), (len(rows), len(columns))
        ),
    )


def _ranges(starts: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Positions in the ranges chosen, one after the other, and where each of them starts."""
    sizes = starts[chosen + 1] - starts[chosen]
    ends = np.cumsum(sizes)
    shift = np.repeat(starts[chosen] - (ends - sizes), sizes)
    return np.arange(len(shift)) + shift, np.concatenate([[0], ends]).astype(np.int64)


def partition(model: Model, coupling: Bools | None = None) -> Partition:
    """The components of `model`, joined by every row outside `coupling` (rows, mask)."""
    skipped = np.zeros(model.num_rows, np.bool_) if coupling is None else coupling
    filled = np.diff(model.matrix.indptr) > 0
    joining = np.flatnonzero(filled & ~skipped)
    part = model.matrix[joining] if model.num_rows else model.matrix
    column_label, row_label, count = _labels(part)
    columns = np.argsort(column_label, kind="stable")
    order = np.argsort(row_label, kind="stable")
    rank = np.empty(model.num_columns, np.int64)
    rank[columns] = np.arange(model.num_columns)
    matrix = part[order] if len(order) else part
    return Partition(
        model=model,
        count=count,
        columns=columns,
        column_starts=_starts(column_label, count),
        rows=joining[order],
        row_starts=_starts(row_label, count),
        loose_rows=np.flatnonzero(~filled & ~skipped),
        coupling=np.flatnonzero(skipped),
        matrix=sp.csr_array((matrix.data, rank[matrix.indices], matrix.indptr), matrix.shape),
    )


def _labels(matrix: sp.csr_array) -> tuple[Ints, Ints, int]:
    """Component of each column and row (each row has a column), numbered by smallest column."""
    rows, columns = matrix.shape
    if not rows:
        return np.arange(columns), np.empty(0, np.int64), columns
    entry_rows = np.repeat(np.arange(rows), np.diff(matrix.indptr))
    ones = np.ones(len(entry_rows), np.int8)
    graph = sp.coo_array(
        (ones, (matrix.indices, columns + entry_rows)), shape=(columns + rows,) * 2
    )
    _, label = connected_components(graph.tocsr(), directed=False)
    _, first, inverse = np.unique(label[:columns], return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    column_label = number[inverse]
    row_label = column_label[matrix.indices[matrix.indptr[:-1]]]
    return column_label, row_label, len(first)


def _starts(labels: Ints, count: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(labels, minlength=count))]).astype(np.int64)
