"""The amounts of a change: what each step of it raises or releases, and how little may do.

Sizes are in steps of a row: base units of stock, grains of a capacity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...rules.explanation import FixKind
from ..evidence.evidence import Case
from ..vocabulary.rule_catalogue import raised
from .remedy import Change, Step, row_of
from .shortfalls import missing_of, more_stock, raised_by, released_by, use_of, uses_of


@dataclass(frozen=True, slots=True)
class Amount:
    """Of one step: its `size`; 0 where it has none. The line itself lacks `least` of it, and
    `likely` with the rivals that are worth more; a pack of the line needs one of `needs`, by the
    arc that serves it."""

    size: int
    least: int = 0
    likely: int = 0
    needs: tuple[int, ...] = (1,)


def amounts(case: Case, line: int, change: Change) -> tuple[Amount, ...]:
    """Of every step of a change that fills a line."""
    beside = sum(_worth_more(case, line, s.edits[0].row) for s in change.steps if _is_stock(s))
    alone = len(change.steps) == 1
    return tuple(_amount(case, line, step, beside, alone=alone) for step in change.steps)


def likely(case: Case, line: int, change: Change) -> Change:
    """The change by what is likely to do of every amount."""
    return resized(case, change, tuple(a.likely for a in amounts(case, line, change)))


def resized(case: Case, change: Change, sizes: tuple[int, ...]) -> Change:
    """The change by other sizes; a step is left out where nothing of it is needed."""
    steps = tuple(
        step if size == size_of(step) else _resized(case, step, size)
        for step, size in zip(change.steps, sizes, strict=True)
        if size or not size_of(step)
    )
    return Change(steps, change.everywhere)


def size_of(step: Step) -> int:
    """By how much a step raises or releases; 0: it has no amount."""
    if step.told.kind in (FixKind.MORE_STOCK, FixKind.RELEASE_PROTECTION):
        return step.told.amount
    return (
        int(step.moves[0].upper) if step.told.kind in {how.kind for how in raised().values()} else 0
    )


def _amount(case: Case, line: int, step: Step, beside: int, *, alone: bool) -> Amount:
    """`beside`: units that rivals take first."""
    size = size_of(step)
    row = row_of(case.limits.model, step.limit) if step.limit is not None else None
    if row is None:
        return Amount(size, size, size, _units_of_packs(case, line) if size else (1,))
    use, pack = use_of(case, row, line), int(case.problem.line.pack[line])

    def lacking(units: int) -> int:
        wanted = units * use / pack
        over = math.ceil(wanted - float(case.limits.room[row]) - 1e-9 * max(1.0, wanted))
        return min(size, max(over, int(alone)))

    missing = missing_of(case, line)
    needs = tuple(max(1, round(one)) for one in uses_of(case, row, line)) or (1,)
    return Amount(size, lacking(missing), lacking(missing + beside), needs)


def _units_of_packs(case: Case, line: int) -> tuple[int, ...]:
    """Base units that a pack of the line takes out of a lot, by any of its arcs."""
    arcs = case.problem.arcs
    own = arcs.of_line(line)
    taken: list[int] = np.unique(arcs.pack[own] * arcs.ratio[own]).tolist()
    return tuple(taken) or (1,)


def multiples(amount: Amount, physical: int, most: int) -> list[int]:
    """The first sizes of a step, ascending, from `physical` on and under its own, that are
    multiples of what a pack needs: of nothing, of what is physically needed, or of what the line
    itself lacks beside the plan. At most `most` of each kind."""
    first = max(1, physical)
    found: set[int] = set()
    for need in amount.needs:
        for base in (0, first, amount.least):
            start = base + need * -(-(first - base) // need)
            found.update(range(start, min(amount.size, start + most * need), need))
    return sorted(found)


def _is_stock(step: Step) -> bool:
    return step.told.kind is FixKind.MORE_STOCK


def _worth_more(case: Case, line: int, lot: int) -> int:
    """What the lines lack that could take from a lot and are worth as much there, or more: in
    units of the line."""
    arcs, value = case.problem.arcs, case.stakes.value
    on_lot = np.flatnonzero(arcs.lot == lot)
    own = arcs.line[on_lot] == line
    if not own.any():
        return 0
    first = on_lot[~own & (value[on_lot] >= value[on_lot][own].max())]
    lines, at = np.unique(arcs.line[first], return_index=True)
    stock = (case.whole - case.given)[lines] * arcs.ratio[first[at]]
    return -(-int(stock.sum()) // int(arcs.ratio[on_lot][own].max()))


def _resized(case: Case, step: Step, size: int) -> Step:
    if step.told.kind is FixKind.MORE_STOCK:
        return more_stock(case.problem, step.edits[0].row, size)
    if step.told.kind is FixKind.RELEASE_PROTECTION:
        return released_by(case.problem, step.edits[0].row, size)
    row = row_of(case.limits.model, step.moves[0])
    assert row is not None
    return raised_by(case, row, size)
