"""Emptied lots that short lines could use, beside those that their reasons blame.

A line that may ship from one location only, whose other stock is protected, blocked or too old, or
for which there is not enough at all, would be given more out of the lot it uses, were there more in
it. So the lot binds, whatever is told of the rest. As no reason names it, it is listed only where
loosening it was tried and is worth something.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .binding import Marginals
from .case import Case
from .shortened import Shortened, most_valuable_first


def emptied(case: Case, found: Shortened) -> Shortened:
    """Lots not in `found` with less left than short lines must take at once, with the units those
    lack in whole packs."""
    block = case.limits.model.block_rows("supply", "lots")
    if block is None:
        return found.of_rows(np.empty(0, dtype=np.int64))
    arcs, line_of = case.problem.arcs, case.problem.line
    short = case.whole - case.given
    arc = np.flatnonzero(short[arcs.line] > 0)
    row = block.start + np.searchsorted(block.keys, arcs.lot[arc])
    line = arcs.line[arc].astype(np.int64)
    at_once = np.maximum(line_of.pack, np.where(case.given > 0, 0, line_of.least))[line]
    stopped = (case.limits.bare[row] < arcs.ratio[arc] * at_once) & ~np.isin(row, found.row)
    row, line = row[stopped], line[stopped]
    return most_valuable_first(case, row, line, short[line])


def with_worth(found: Shortened, valued: Mapping[int, Marginals]) -> Shortened:
    """The rows of which one more is worth something."""
    rows = [row for row, at in valued.items() if at.up is not None and at.up.value_micros]
    return found.of_rows(np.array(rows, dtype=np.int64))


def together(case: Case, first: Shortened, then: Shortened) -> Shortened:
    """The rows of both."""
    columns = zip(
        (first.row, first.line, first.units), (then.row, then.line, then.units), strict=True
    )
    return most_valuable_first(case, *(np.concatenate(both) for both in columns))
