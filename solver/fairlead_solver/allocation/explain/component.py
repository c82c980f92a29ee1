"""One independent component of a program, and variants of it to be solved again.

A statement about a line or a row concerns its component alone: the others do not change. The
solver itself is given from outside (`Resolve`), so nothing here knows an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ...model.draft import Block, Bools, Floats, Ints, Model
from ...model.partition import Partition, partition


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """What solving a variant again gave. `x` is None where it is infeasible or was stopped.

    `closed`: the gap is closed, or infeasibility is proven; else nothing follows from it.
    """

    x: Floats | None
    closed: bool


Resolve = Callable[[Model], Resolved]
Worth = tuple[float, ...]  # value of every goal, then money in micro-units


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A component's program; `columns` and `rows` are its indexes in the whole program."""

    model: Model
    columns: Ints
    rows: Ints

    def column(self, columns: Ints) -> Ints:
        """Positions here of columns of the whole program."""
        return _positions(self.columns, columns)

    def row(self, row: int) -> int:
        """Position here of a row of the whole program."""
        return int(_positions(self.rows, np.array([row]))[0])

    def with_row(self, columns: Ints, values: Floats, least: float) -> Component:
        """With one more row: values' x[columns] >= least (columns: positions here)."""
        entries = sp.csr_array(
            (values, (np.zeros(len(columns), dtype=np.int64), columns)),
            shape=(1, self.model.num_columns),
        )
        model = replace(
            self.model,
            matrix=sp.csr_array(sp.vstack([self.model.matrix, entries])),
            row_lower=np.append(self.model.row_lower, least),
            row_upper=np.append(self.model.row_upper, np.inf),
        )
        return replace(self, model=model)

    def with_limit(self, row: int, step: float) -> Component:
        """With the upper limit of a row (position here) moved by `step`."""
        upper = self.model.row_upper.copy()
        upper[row] += step
        return replace(self, model=replace(self.model, row_upper=upper))

    def without(self, whole: Model, family: str) -> Component:
        """With a family's rules dropped and its own columns free of charge."""
        model = self.model
        columns = _within(self.columns, whole.column_blocks, family)
        rows = _within(self.rows, whole.row_blocks, family)
        rows = np.append(rows, np.zeros(model.num_rows - len(rows), dtype=np.bool_))
        changed = replace(
            model,
            cost=np.where(columns, 0.0, model.cost),
            row_lower=np.where(rows, -np.inf, model.row_lower),
            row_upper=np.where(rows, np.inf, model.row_upper),
        )
        return replace(self, model=changed)


class Components:
    """The components of a program, cut out when asked for."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._parts: Partition = partition(model)
        self._of_column = np.empty(model.num_columns, dtype=np.int64)
        sizes = np.diff(self._parts.column_starts)
        self._of_column[self._parts.columns] = np.repeat(np.arange(self._parts.count), sizes)

    def number(self, column: int) -> int:
        """Which component a column belongs to."""
        return int(self._of_column[column])

    def number_of_row(self, row: int) -> int:
        """Which component a row (with a column) belongs to."""
        matrix = self._model.matrix
        return self.number(int(matrix.indices[matrix.indptr[row]]))

    def size(self, number: int) -> int:
        """Columns of a component."""
        return int(np.diff(self._parts.column_starts)[number])

    def cut(self, number: int) -> Component:
        """One component."""
        batch = self._parts.batch(number, number + 1)
        return Component(batch.model, batch.columns, batch.rows)


def _within(indexes: Ints, blocks: Sequence[Block], family: str) -> Bools:
    mask = np.zeros(len(indexes), dtype=np.bool_)
    for block in blocks:
        if block.family == family:
            mask |= (indexes >= block.start) & (indexes < block.stop)
    return mask


def _positions(within: Ints, wanted: Ints) -> Ints:
    order = np.argsort(within, kind="stable")
    found: Ints = order[np.searchsorted(within[order], wanted)]
    return found


def worth(model: Model, x: Floats) -> Worth:
    """Goals and money of a vector."""
    money = model.offset + float(model.cost @ x)
    return (*(float(g.weights @ x) for g in model.goals), money)


def difference(better: Worth, worse: Worth) -> tuple[bool, float]:
    """(whether the first is worth more beyond rounding, the money between them)."""
    money = better[-1] - worse[-1]
    for a, b in zip(better, worse, strict=True):
        if abs(a - b) > max(1.0, 1e-9 * abs(a)):
            return a > b, money
    return False, money
