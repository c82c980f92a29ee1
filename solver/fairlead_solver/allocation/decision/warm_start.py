"""What a cycle leaves behind for the next one: its vector and its duals, by name.

A column or row is known in another cycle by its family, its block, what it is about and, where a
block has several about the same thing, which of them it is. What the other cycle does not have is
forgotten, what is new stays unknown (NaN). A wrong match costs time only:
`model/decomposition/warm_start.py` takes nothing of it on trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from ...model.engines.solution import Solution, Start
from ...model.program.draft import Block, Model
from ...tables import Floats, Ints
from ..cycle.problem import Problem
from ..cycle.row_keys import About, names_of

NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """What is known of one block: `values[i]` of the thing `keys[i]` of the table `about`."""

    family: str
    name: str
    about: About
    keys: Ints
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The names in one table, each once; keys are indexes into it."""

    about: About
    names: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What is left of a solve. `arc_line`, `arc_lot` (arcs,): keys of lines and lots.

    `columns` hold the vector, `rows` the duals, micro-units of money per unit of the row.
    """

    tables: tuple[Names, ...]
    arc_line: Ints
    arc_lot: Ints
    columns: tuple[Values, ...]
    rows: tuple[Values, ...]


def basis_of(problem: Problem, model: Model, solution: Solution) -> Basis | None:
    """What another cycle can start from; None where no relaxation was solved: nothing is saved."""
    if solution.x is None or np.isnan(solution.duals).all():
        return None
    columns = _values(model.column_blocks, np.where(solution.decided, solution.x, np.nan))
    rows = _values(model.row_blocks, solution.duals)
    spoken_of = {values.about for values in (*columns, *rows)} | {About.LINES, About.LOTS}
    tables = [Names(a, names_of(problem, a)) for a in About if a in spoken_of - {About.ARCS}]
    arcs = problem.arcs
    line, lot = arcs.line.astype(np.int64), arcs.lot.astype(np.int64)
    return Basis(tuple(tables), line, lot, columns, rows)


def start_of(basis: Basis, problem: Problem, model: Model) -> Start:
    """The basis in the columns and rows of another cycle's model."""
    match = _Match(basis, problem)
    return Start(
        x=_carried(model.column_blocks, basis.columns, match, model.num_columns),
        duals=_carried(model.row_blocks, basis.rows, match, model.num_rows),
    )


def _values(blocks: Sequence[Block], values: Floats) -> tuple[Values, ...]:
    return tuple(
        Values(b.family, b.name, b.about, b.keys, values[b.start : b.stop])
        for b in blocks
        if isinstance(b.about, About)
    )


class _Match:
    """Where a cycle's things are in the basis: per table one key there for each here."""

    def __init__(self, basis: Basis, problem: Problem) -> None:
        self._there = [
            (table.about, _places(names_of(problem, table.about), table.names))
            for table in basis.tables
        ]
        self._there.append((About.ARCS, self._arcs(basis, problem)))

    def of(self, about: About) -> Ints | None:
        """The key in the basis of each row of a table, NOWHERE where there is none; None where
        the basis does not speak of that table."""
        return next((keys for each, keys in self._there if each is about), None)

    def _arcs(self, basis: Basis, problem: Problem) -> Ints:
        lines, lots = self.of(About.LINES), self.of(About.LOTS)
        if lines is None or lots is None:
            return np.full(len(problem.arcs), NOWHERE)
        line, lot = lines[problem.arcs.line], lots[problem.arcs.lot]
        width = int(max(basis.arc_lot.max(initial=0), lot.max(initial=0))) + 1
        found = _find(basis.arc_line * width + basis.arc_lot, line * width + lot)
        return np.where((line >= 0) & (lot >= 0), found, NOWHERE)


def _places(wanted: Sequence[str], names: Sequence[str]) -> Ints:
    """Where each name is among `names`, NOWHERE where it is not."""
    place = dict(zip(names, range(len(names)), strict=True))
    found = map(place.get, wanted, repeat(NOWHERE))
    return np.fromiter(found, dtype=np.int64, count=len(wanted))


def _find(among: Ints, wanted: Ints) -> Ints:
    """Where each wanted number is in `among`, NOWHERE where it is not; numbers are unique."""
    if not len(among):
        return np.full(len(wanted), NOWHERE)
    order = np.argsort(among, kind="stable")
    at = np.minimum(np.searchsorted(among, wanted, sorter=order), len(among) - 1)
    found: Ints = np.where(among[order[at]] == wanted, order[at], NOWHERE)
    return found


def _carried(blocks: Sequence[Block], known: Sequence[Values], match: _Match, size: int) -> Floats:
    """The known values in the places of these blocks (size,), NaN where nothing is known."""
    carried = np.full(size, np.nan)
    for block in blocks:
        old = next((v for v in known if (v.family, v.name) == (block.family, block.name)), None)
        if old is None or old.about is not block.about or not len(old.keys):
            continue
        there = match.of(old.about)
        if there is not None:
            carried[block.start : block.stop] = _of_keys(old, there[block.keys])
    return carried


def _of_keys(old: Values, keys: Ints) -> Floats:
    """The value of each key, NaN where there is none; the n-th of a key is the n-th of it there."""
    most = max(len(keys), len(old.keys))
    found = _find(old.keys * most + _turns(old.keys), keys * most + _turns(keys))
    return np.where((keys >= 0) & (found >= 0), old.values[found], np.nan)


def _turns(keys: Ints) -> Ints:
    """How many equal keys stand before each key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.append(first, len(keys)))
    turns = np.empty(len(keys), np.int64)
    turns[order] = np.arange(len(keys)) - np.repeat(first, sizes)
    return turns
