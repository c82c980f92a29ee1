"""Limits that are used up and stop short lines, beside those that their reasons blame.

A line that may ship from one location only, whose other stock is protected, blocked or too old, or
for which there is not enough at all, would be given more out of the lot it uses, were there more in
it. So the lot binds, whatever is told of the rest; and so may a capacity, a quota, a cap, a
credit or a protection that leaves no room, where something else is told first. As no reason names
it, it is listed only where loosening it was tried and is worth something.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fairlead_solver.tables import Bools, Ints

from ...rules.explanation import Limit
from ..evidence.evidence import Case
from ..vocabulary.rule_catalogue import SHARED, limiting
from .binding_constraints import Marginals
from .limiting_rows import Shortened, most_valuable_first


def used_up(case: Case, found: Shortened) -> Shortened:
    """Rows not in `found` that have less room than short lines must take at once, with the units
    those lack in whole packs."""
    short = case.whole - case.given
    pairs = [_lots(case, short > 0), _rooms(case, short > 0)]
    row, line = (np.concatenate(columns) for columns in zip(*pairs, strict=True))
    beyond = ~np.isin(row, found.row)
    width = case.problem.num_lines
    row, line = np.divmod(np.unique(row[beyond] * width + line[beyond]), width)
    return most_valuable_first(case, row, line, short[line])


def _lots(case: Case, short: Bools) -> tuple[Ints, Ints]:
    """(row, line): lots that have less left than the line must take."""
    block = case.limits.model.block_rows("supply", "lots")
    if block is None:
        return _NONE, _NONE
    arcs, line_of = case.problem.arcs, case.problem.line
    arc = np.flatnonzero(short[arcs.line])
    line = arcs.line[arc].astype(np.int64)
    row = block.start + np.searchsorted(block.keys, arcs.lot[arc])
    grouped = case.problem.facts.lines.delivery_group.codes >= 0  # in full, or not at all
    least = np.where(grouped, line_of.quantity, line_of.least)
    at_once = np.maximum(line_of.pack, np.where(case.given > 0, 0, least))[line]
    stopped = case.limits.bare[row] < arcs.ratio[arc] * at_once
    return row[stopped], line[stopped]


def _rooms(case: Case, short: Bools) -> tuple[Ints, Ints]:
    """(row, line): capacities, quotas, caps, credits and protections that stop the line."""
    limits = case.limits
    line = case.problem.arcs.line[limits.stop_arc].astype(np.int64)
    stops = np.zeros(len(line), dtype=np.bool_)
    for family in limiting(Limit.KEPT, *SHARED):
        stops |= limits.of_family(family)
    stops &= short[line]
    return limits.stop_row[stops], line[stops]


_NONE = np.empty(0, dtype=np.int64)


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
