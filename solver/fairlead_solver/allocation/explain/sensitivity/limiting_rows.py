"""Which rows shorten which lines, by how many units: what may bind.

A row is found where reasons name it, if only by its rule; where it is a lot that gives no more
while a line that could take from it is short; and where it is a floor, of a contract or of fair
share, that holds stock for a rival. Each line is counted with the units its reasons give to the
row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.tables import Ints

from ...rules.explanation import ReasonCode
from ..evidence.evidence import Case
from ..evidence.rivals import batches, rivals
from ..reasons.attribution import Reasons
from ..vocabulary.reason_catalogue import LOST_TO_OTHERS


@dataclass(frozen=True, slots=True, eq=False)
class Shortened:
    """Rows that shorten lines: triples (row, line, units), the most valuable rows first."""

    row: Ints
    line: Ints
    units: Ints

    def starts(self) -> Ints:
        """Where each row's triples begin, and the end."""
        return np.append(np.flatnonzero(np.diff(self.row, prepend=-1)), len(self.row))

    def count(self) -> int:
        """How many rows there are."""
        return len(self.starts()) - 1

    def rows(self) -> Ints:
        """Every row once, in order."""
        return self.row[self.starts()[:-1]]

    def without(self, rows: Ints) -> Shortened:
        """The triples of the other rows."""
        kept = ~np.isin(self.row, rows)
        return Shortened(self.row[kept], self.line[kept], self.units[kept])

    def of_rows(self, rows: Ints) -> Shortened:
        """The triples of some rows."""
        kept = np.isin(self.row, rows)
        return Shortened(self.row[kept], self.line[kept], self.units[kept])


def shortened(case: Case, reasons: Reasons) -> Shortened:
    """Every row at its limit with the lines it shortens."""
    by_reason = (reasons.row >= 0) & (reasons.units > 0)
    row, line, units = (
        np.concatenate(parts)
        for parts in zip(
            (reasons.row[by_reason], reasons.line[by_reason], reasons.units[by_reason]),
            _protections(case, reasons),
            _sources(case, reasons),
            _lots(case, reasons),
            _floors(case, reasons),
            strict=True,
        )
    )
    return most_valuable_first(case, row, line, units)


def most_valuable_first(case: Case, row: Ints, line: Ints, units: Ints) -> Shortened:
    """The triples by the value of the row's missing units, then by row; its lines by units."""
    value = case.problem.line.value_micros
    total = summed(row, units * value[line], case.limits.model.num_rows)
    order = np.lexsort((line, -units, row, -total[row]))
    return Shortened(row[order], line[order], units[order])


def _protections(case: Case, reasons: Reasons) -> tuple[Ints, Ints, Ints]:
    block = case.limits.model.block_rows("protection", "protections")
    chosen = (reasons.code == ReasonCode.PROTECTED_STOCK) & (reasons.units > 0)
    if block is None or not chosen.any():
        return _NONE, _NONE, _NONE
    line, units = reasons.line[chosen], reasons.units[chosen]
    row = block.start + np.searchsorted(block.keys, case.waterfall.keeper[line])
    return row, line, units


def _sources(case: Case, reasons: Reasons) -> tuple[Ints, Ints, Ints]:
    """The limit of locations that a line cannot be served beyond: its own, or its order's, or the
    cycle's, as its reason names them (`rules`)."""
    chosen = (reasons.code == ReasonCode.SPLIT_LIMIT) & (reasons.units > 0)
    if not chosen.any():
        return _NO_TRIPLES
    problem, line = case.problem, reasons.line[chosen]
    order = problem.line.order[line].astype(np.int64)
    own = problem.facts.lines.max_sources[line] > 0
    of_order = ~own & (problem.order_max_sources[order] > 0)
    row = np.full(len(line), -1)
    for family, name, which, key in (
        ("sources", "lines", own, line),
        ("sources", "orders", of_order, order),
        ("location_use", "max_locations", ~own & ~of_order, 0 * line),
    ):
        block = case.limits.model.block_rows(family, name)
        if block is not None and which.any():
            at = np.searchsorted(block.keys, key).clip(max=len(block.keys) - 1)
            row = np.where(which & (block.keys[at] == key), block.start + at, row)
    known = row >= 0
    return row[known], line[known], reasons.units[chosen][known]


def _lots(case: Case, reasons: Reasons) -> tuple[Ints, Ints, Ints]:
    """Lots that others emptied: a line's units lost to others, lot by lot in order."""
    block = case.limits.model.block_rows("supply", "lots")
    arcs = case.problem.arcs
    lost = summed(
        reasons.line,
        np.where(np.isin(reasons.code, LOST_TO_OTHERS), reasons.units, 0),
        len(case.given),
    )
    stops = case.limits.of_family("supply")
    arc = np.unique(case.limits.stop_arc[stops])
    arc = arc[(lost[arcs.line[arc]] > 0) & (case.waterfall.arcs.others[arc] > 0)]
    if block is None or not len(arc):
        return _NONE, _NONE, _NONE
    line = arcs.line[arc].astype(np.int64)
    others = case.waterfall.arcs.others[arc]
    before = np.cumsum(others) - others
    units = np.clip(lost[line] - (before - before[np.searchsorted(line, line)]), 0, others)
    some = units > 0
    row = block.start + np.searchsorted(block.keys, arcs.lot[arc])
    return row[some], line[some], units[some]


_NONE = np.empty(0, dtype=np.int64)
_NO_TRIPLES = (_NONE, _NONE, _NONE)


def _floors(case: Case, reasons: Reasons) -> tuple[Ints, Ints, Ints]:
    """Floors that hold stock for rivals: a contract's, and entitlements of fair share."""
    triples = [_NO_TRIPLES]
    for code, family, block in (
        (ReasonCode.CONTRACT_FLOOR_OTHER, "contract_floor", "contracts"),
        (ReasonCode.FAIR_SHARE_RATIONED, "fair_share", "shortfall"),
    ):
        rows = case.limits.model.block_rows(family, block)
        told = reasons.code == code
        if rows is None or not told.any():
            continue
        lost = summed(reasons.line[told], reasons.units[told], len(case.given))
        arcs = np.flatnonzero(lost[case.problem.arcs.line] > 0)
        for part in batches(case.problem, case.stakes, arcs):
            found = rivals(case.problem, case.plan, case.stakes, part)
            pairs = found.code == code
            key = _floor_of(case, found.rival) if family == "contract_floor" else found.rival
            at = np.searchsorted(rows.keys, key).clip(max=len(rows.keys) - 1)
            pairs &= rows.keys[at] == key
            line, units = found.line[pairs], found.units[pairs]
            triples.append((rows.start + at[pairs], line, np.minimum(units, lost[line])))
    row, line, units = (np.concatenate(columns) for columns in zip(*triples, strict=True))
    return _together(row, line, units)


def _floor_of(case: Case, rival: Ints) -> Ints:
    """The first floor that is not exceeded and counts the rival; -1: none."""
    floors = case.stakes.floors
    some = floors.starts[rival + 1] > floors.starts[rival]
    found: Ints = np.where(some, np.append(floors.row, -1)[floors.starts[rival]], -1)
    return found


def _together(row: Ints, line: Ints, units: Ints) -> tuple[Ints, Ints, Ints]:
    """Each pair (row, line) once, with the most units."""
    order = np.lexsort((-units, line, row))
    row, line, units = row[order], line[order], units[order]
    first = (np.diff(row, prepend=-1) != 0) | (np.diff(line, prepend=-1) != 0)
    return row[first], line[first], units[first]
