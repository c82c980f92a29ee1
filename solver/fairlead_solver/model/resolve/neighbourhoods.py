"""Which part of the cycle is solved again for a statement about a line.

CYCLE: the line's components of the whole program; nothing outside depends on them, so what is
found there holds for the cycle. Where components are too large for that, PART: the columns that
rows other than coupling rows join to the line, everything else held as decided; what is found
there holds beside the rest of the cycle as it was decided. Coupling rows count in either case,
with the room that the rest leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ...arrays import expand
from ..program.components import Partition, partition
from ..program.draft import Bools, Ints, Model
from .scope import Scope
from .subproblems import Beside, Copies, copies

PART_COLUMNS = 300  # a larger component is cut down to the neighbourhood of the line


@dataclass(frozen=True, slots=True)
class Effort:
    """Limits in counts: statements solved for, the largest component that is solved whole, and
    the columns of all of those together."""

    statements: int
    whole_columns: int
    columns: int


@dataclass(frozen=True, slots=True, eq=False)
class Scopes:
    """Part p has columns `column[part == p]` (sorted by part); `scope[p]` says what it is."""

    column: Ints
    part: Ints
    scope: Ints

    def copies(self, beside: Beside) -> Copies:
        """The parts as copies of a program beside a plan."""
        return copies(beside, self.column, self.part, len(self.scope))

    def only(self, chosen: Ints) -> Scopes:
        """Some of the parts, numbered anew in the order of `chosen`."""
        starts = np.searchsorted(self.part, np.arange(len(self.scope) + 1))
        counts = np.diff(starts)[chosen]
        column = self.column[expand(starts[chosen], counts)]
        return Scopes(column, np.repeat(np.arange(len(chosen)), counts), self.scope[chosen])

    def distinct(self) -> tuple[Ints, Ints]:
        """The first part of each set of columns, ascending, and for every part which of those it
        is."""
        starts = np.searchsorted(self.part, np.arange(1, len(self.scope)))
        number: dict[bytes, int] = {}
        pieces = np.split(self.column, starts) if len(self.scope) else []
        of_one = [number.setdefault(piece.tobytes(), len(number)) for piece in pieces]
        _, first = np.unique(np.array(of_one, dtype=np.int64), return_index=True)
        return first.astype(np.int64), np.array(of_one, dtype=np.int64)


class Parts:
    """The components of a program, with and without its coupling rows. Columns from `flows` on
    are no flows: they may be free beside any part whose coupling rows they are in."""

    def __init__(self, model: Model, flows: int) -> None:
        self.model = model
        self.coupling = coupling = model.coupling_rows()
        self._whole = partition(model)
        self._split = partition(model, coupling) if coupling.any() else self._whole
        self._whole_owner, self._split_owner = _owner(self._whole), _owner(self._split)
        self._beside = _beside(model, coupling, flows, self._split)

    def solved_apart(self, column: Ints, scope: Ints) -> Ints:
        """A number for each part (one column of it, and its scope); parts with different numbers
        have no column in common. Coupling rows join what is solved whole."""
        whole = self._whole_owner[column]
        joined = np.isin(whole, whole[scope == Scope.CYCLE])
        apart: Ints = np.where(joined, -1 - whole, self._split_owner[column])
        return apart

    def depends_on(self, most: int) -> Ints:
        """(columns,) a number for what each column depends on: its whole component where that has
        no more than `most` columns, else what rows other than coupling rows join to it."""
        size = np.diff(self._whole.column_starts)[self._whole_owner]
        owner: Ints = np.where(size <= most, -1 - self._whole_owner, self._split_owner)
        return owner

    def around(self, column: Ints, part: Ints, effort: Effort) -> Scopes:
        """The part around the columns of each line (`part` ascending from 0, none left out):
        whole components as far as the effort goes, in order of the parts."""
        whole = _Joined.of(self._whole, self._whole_owner[column], part)
        split = _Joined.of(self._split, self._split_owner[column], part)
        size = whole.columns()
        fits = size <= effort.whole_columns
        fits &= np.cumsum(np.where(fits, size, 0)) <= effort.columns
        small = ~fits & (split.columns() <= PART_COLUMNS)
        large = ~fits & ~small
        near = large[part]
        pieces = [
            whole.members(fits),
            self._with_beside(*split.members(small)),
            self._with_beside(*self._neighbours(column[near], part[near], len(fits))),
        ]
        columns = np.concatenate([c for c, _ in pieces])
        parts = np.concatenate([p for _, p in pieces])
        order = np.lexsort((columns, parts))
        scope = np.where(fits, Scope.CYCLE, Scope.PART).astype(np.int64)
        return Scopes(columns[order], parts[order], scope)

    def _neighbours(self, column: Ints, part: Ints, count: int) -> tuple[Ints, Ints]:
        """(column, part) of what is two rows away, or one row where two reach too far."""
        if not len(column):
            return column, part
        near = abs(sp.csr_array(self.model.matrix[~self.coupling]))
        step = sp.csr_array(near.T @ near)
        start = sp.csr_array(
            (np.ones(len(column)), (part, column)), shape=(count, self.model.num_columns)
        )
        one = sp.csr_array(start @ step)
        two = sp.csr_array(one @ step)
        far = np.diff(two.indptr) > PART_COLUMNS
        picked = [_entries(one, far), _entries(two, ~far)]
        return np.concatenate([c for c, _ in picked]), np.concatenate([p for _, p in picked])

    def _with_beside(self, column: Ints, part: Ints) -> tuple[Ints, Ints]:
        starts = self._beside.indptr.astype(np.int64)
        counts = np.diff(starts)[column]
        more = self._beside.indices[expand(starts[column], counts)].astype(np.int64)
        width = max(1, self.model.num_columns)
        keys = np.concatenate([part * width + column, np.repeat(part, counts) * width + more])
        parts, columns = np.divmod(np.unique(keys), width)
        return columns, parts


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    """Pairs (part, component of `parts`), each once, in order of part."""

    parts: Partition
    part: Ints
    component: Ints
    count: int

    @classmethod
    def of(cls, parts: Partition, component: Ints, part: Ints) -> _Joined:
        """From pairs that may come several times."""
        pairs = np.unique(part * max(1, parts.count) + component)
        found, component = np.divmod(pairs, max(1, parts.count))
        return cls(parts, found, component, int(part[-1]) + 1 if len(part) else 0)

    def columns(self) -> Ints:
        """Columns of each part's components."""
        sizes = np.diff(self.parts.column_starts)[self.component]
        total: Ints = np.bincount(self.part, sizes, self.count).astype(np.int64)
        return total

    def members(self, chosen: Bools) -> tuple[Ints, Ints]:
        """(column, part) of all columns of the parts chosen."""
        kept = chosen[self.part]
        starts = self.parts.column_starts
        component = self.component[kept]
        counts = starts[component + 1] - starts[component]
        return (
            self.parts.columns[expand(starts[component], counts)],
            np.repeat(self.part[kept], counts),
        )


def _owner(parts: Partition) -> Ints:
    """The component of every column."""
    owner = np.empty(parts.model.num_columns, dtype=np.int64)
    owner[parts.columns] = np.repeat(np.arange(parts.count), np.diff(parts.column_starts))
    return owner


def _entries(matrix: sp.csr_array, rows: Bools) -> tuple[Ints, Ints]:
    """(column, row) of the entries in the rows chosen."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    kept = rows[row]
    return matrix.indices[kept].astype(np.int64), row[kept]


def _beside(model: Model, coupling: Bools, flows: int, split: Partition) -> sp.csr_array:
    """(columns, columns): the columns, no flows and in coupling rows only (overtime, missed
    floors), that share a row with each column."""
    bare = np.flatnonzero(np.diff(split.row_starts) == 0)
    alone = split.columns[split.column_starts[bare]]
    free = np.zeros(model.num_columns)
    free[alone[alone >= flows]] = 1.0
    rows = abs(sp.csr_array(model.matrix[coupling]))
    only = sp.csr_array(rows.multiply(free[None, :]))
    only.eliminate_zeros()
    return sp.csr_array(rows.T @ only)
