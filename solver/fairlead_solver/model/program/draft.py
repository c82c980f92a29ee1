"""Writes a mixed-integer program in blocks of columns and rows, and remembers who wrote them.

    maximise  c'x + offset   subject to  row_lower <= A x <= row_upper,  lower <= x <= upper,
    x_j integer for j in J;   first, in order, the `goals` (lexicographic), each g'x.

A family adds whole blocks, never one row at a time. The ledger of blocks names any row later,
lazily: family, block, and the key (an index into the table the block is about).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
INFINITY = float("inf")


class RowKind(Enum):
    """LIMIT: a rule a planner knows. LINK: bookkeeping between columns, never shown."""

    LIMIT = "limit"
    LINK = "link"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A run of rows or columns `start:stop` written at once by `family`.

    `keys[i]` says what row (column) `start + i` is about: an index into the table `about`, which is
    the family's choice (None: it has no name). `coupling` rows may be priced out (model/prices).
    """

    family: str
    name: str
    start: int
    stop: int
    keys: Ints
    kind: RowKind = RowKind.LINK
    coupling: bool = False
    about: Enum | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """An objective that comes before money: maximise `weights' x`, then hold it."""

    name: str
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A finished program. Arrays are read-only by convention; `matrix` is CSR, rows x columns.

    `subtotal` (columns,): the part of `cost` that is reported by itself. No solve reads it.
    """

    lower: Floats
    upper: Floats
    cost: Floats
    integer: Bools
    row_lower: Floats
    row_upper: Floats
    matrix: sp.csr_array
    offset: float = 0.0
    goals: tuple[Goal, ...] = ()
    column_blocks: tuple[Block, ...] = ()
    row_blocks: tuple[Block, ...] = ()
    subtotal: Floats | None = None

    @property
    def num_columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    def row_block(self, row: int) -> tuple[Block, int]:
        """The block a row was written in, and its key."""
        return _find(self.row_blocks, row)

    def column_block(self, column: int) -> tuple[Block, int]:
        """The block a column was written in, and its key."""
        return _find(self.column_blocks, column)

    def block_rows(self, family: str, name: str) -> Block | None:
        """The row block of that family and name, if it was written."""
        for block in self.row_blocks:
            if block.name == name and block.family == family:
                return block
        return None

    def coupling_rows(self) -> Bools:
        """Which rows may be priced out."""
        mask = np.zeros(self.num_rows, dtype=np.bool_)
        for block in self.row_blocks:
            mask[block.start : block.stop] = block.coupling
        return mask


def _find(blocks: Sequence[Block], index: int) -> tuple[Block, int]:
    block = blocks[bisect_right(blocks, index, key=lambda b: b.start) - 1]
    if not block.start <= index < block.stop:
        raise IndexError(index)
    return block, int(block.keys[index - block.start])


class Draft:
    """Collects blocks; `finish` assembles the Model. Empty blocks are not recorded."""

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats, Bools]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._costs: list[tuple[Ints, Floats]] = []
        self._goals: list[tuple[str, Ints, Floats]] = []
        self._column_blocks: list[Block] = []
        self._row_blocks: list[Block] = []
        self._num_columns = 0
        self._num_rows = 0

    def columns(
        self,
        family: str,
        name: str,
        keys: ArrayLike,
        *,
        upper: ArrayLike,
        lower: ArrayLike = 0.0,
        cost: ArrayLike = 0.0,
        integer: bool = False,
        about: Enum | None = None,
    ) -> Ints:
        """Add one column per key; returns their indexes (keys' length, int64).

        `about`: the table that keys index, by which another model knows the same columns.
        """
        wanted = np.asarray(keys, dtype=np.int64)
        size = len(wanted)
        start = self._num_columns
        self._columns.append(
            (_fill(lower, size), _fill(upper, size), _fill(cost, size), np.full(size, integer))
        )
        self._num_columns += size
        if size:
            self._column_blocks.append(
                Block(family, name, start, start + size, wanted, about=about)
            )
        return np.arange(start, start + size, dtype=np.int64)

    def rows(
        self,
        family: str,
        name: str,
        keys: ArrayLike,
        *,
        lower: ArrayLike = -INFINITY,
        upper: ArrayLike = INFINITY,
        kind: RowKind = RowKind.LIMIT,
        coupling: bool = False,
        about: Enum | None = None,
    ) -> Ints:
        """Add one row per key; returns their indexes (keys' length, int64). `about`: as above."""
        wanted = np.asarray(keys, dtype=np.int64)
        size = len(wanted)
        start = self._num_rows
        self._rows.append((_fill(lower, size), _fill(upper, size)))
        self._num_rows += size
        if size:
            self._row_blocks.append(
                Block(family, name, start, start + size, wanted, kind, coupling, about)
            )
        return np.arange(start, start + size, dtype=np.int64)

    def entries(self, rows: ArrayLike, columns: ArrayLike, values: ArrayLike) -> None:
        """Add coefficients A[rows, columns] += values (broadcast together)."""
        r, c, v = np.broadcast_arrays(
            np.asarray(rows, dtype=np.int64),
            np.asarray(columns, dtype=np.int64),
            np.asarray(values, dtype=np.float64),
        )
        self._entries.append((r.ravel(), c.ravel(), v.ravel()))

    def add_cost(self, columns: Ints, values: ArrayLike) -> None:
        """Add to the objective coefficients of existing columns."""
        self._costs.append((columns, _fill(values, len(columns))))

    def goal(self, name: str, columns: Ints, weights: ArrayLike) -> None:
        """Append an objective to be maximised before the ones added later and before money."""
        self._goals.append((name, columns, _fill(weights, len(columns))))

    def finish(self) -> Model:
        """Assemble the blocks."""
        lower, upper, cost, integer = (
            np.concatenate([c[i] for c in self._columns]) if self._columns else np.empty(0)
            for i in range(4)
        )
        row_lower, row_upper = (
            np.concatenate([r[i] for r in self._rows]) if self._rows else np.empty(0)
            for i in range(2)
        )
        for columns, values in self._costs:
            np.add.at(cost, columns, values)
        return Model(
            lower=lower,
            upper=upper,
            cost=cost,
            integer=integer.astype(np.bool_),
            row_lower=row_lower,
            row_upper=row_upper,
            matrix=self._matrix(),
            goals=tuple(self._goal(*g) for g in self._goals),
            column_blocks=tuple(self._column_blocks),
            row_blocks=tuple(self._row_blocks),
        )

    def _matrix(self) -> sp.csr_array:
        shape = (self._num_rows, self._num_columns)
        if not self._entries:
            return sp.csr_array(shape, dtype=np.float64)
        r, c, v = (np.concatenate([e[i] for e in self._entries]) for i in range(3))
        return sp.coo_array((v, (r, c)), shape=shape).tocsr()

    def _goal(self, name: str, columns: Ints, weights: Floats) -> Goal:
        dense = np.zeros(self._num_columns)
        np.add.at(dense, columns, weights)
        return Goal(name, dense)


def _fill(values: ArrayLike, size: int) -> Floats:
    return np.array(np.broadcast_to(np.asarray(values, dtype=np.float64), (size,)))
