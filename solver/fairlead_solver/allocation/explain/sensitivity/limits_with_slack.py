"""Limits that stop no line by themselves and may still hold one back: those that can run out.

A capacity of 10 of which nothing is used holds back a line that takes nothing, or at least 11; a
lot with room for every line alone keeps a location shut that only several of them together would
pay for. Nothing shows that but solving again: such a limit is listed only where it was loosened,
that is worth something, and a short line gets more by it (`held_back`).

A limit a'x <= b cannot run out, and holds nobody back, where all that its lines could ever take of
it together is no more than b: of every line the most that it asks for, by the way that uses most,
and no more than its lots hold.
"""

from __future__ import annotations

import numpy as np

from fairlead_solver.tables import Bools, Ints

from ...rules.explanation import Limit
from ..evidence.evidence import Case
from ..evidence.row_slack import TOLERANCE
from ..vocabulary.rule_catalogue import SHARED, limiting
from .limiting_rows import Shortened, most_valuable_first

_RUNNING_OUT = (Limit.STOCK, Limit.KEPT, *SHARED)


def with_slack(case: Case, apart: Ints, component: Ints | None = None) -> Shortened:
    """Rows not in `apart` that can run out and may hold a short line back: with the lines they
    count, and the units those lack in whole packs.

    `component` (columns,): a number for what depends on what; a row counts where it is joined to a
    short line. None: where it counts a short line.
    """
    arcs, short = case.problem.arcs, case.whole - case.given
    row, arc, used = case.limits.uses(limiting(*_RUNNING_OUT))
    first = _first_of_pairs(row, arcs.line[arc].astype(np.int64))
    if not len(first):
        return Shortened(row, row, row)
    line = arcs.line[arc[first]].astype(np.int64)
    packs = case.whole[line] // case.problem.line.pack[line]
    most = np.minimum(
        np.add.reduceat(used * arcs.max_packs[arc], first),
        np.maximum.reduceat(used, first) * packs,
    )
    rows = case.limits.model.num_rows
    there = case.limits.use + case.limits.bare
    runs_out = np.bincount(row[first], most, rows) > there * (1 + TOLERANCE) + TOLERANCE
    joined = np.zeros(rows, dtype=np.bool_)
    joined[row[_joined(case, component)[arc]]] = True
    runs_out[apart] = False
    kept = (runs_out & joined)[row[first]]
    return most_valuable_first(case, row[first][kept], line[kept], short[line[kept]])


def _first_of_pairs(row: Ints, line: Ints) -> Ints:
    """Where the entries of each pair (row, line) begin."""
    begins = (np.diff(row, prepend=-1) != 0) | (np.diff(line, prepend=-1) != 0)
    return np.flatnonzero(begins)


def _joined(case: Case, component: Ints | None) -> Bools:
    """(arcs,) whether an arc is of a short line, or of something that depends on one."""
    arcs = case.problem.arcs
    short: Bools = (case.whole > case.given)[arcs.line]
    if component is None:
        return short
    own = component[: len(arcs)]
    joined: Bools = np.isin(own, own[short])
    return joined
