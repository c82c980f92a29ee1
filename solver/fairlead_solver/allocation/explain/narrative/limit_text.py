"""What is said where a limit has no room for a line: who uses it, and what else has too little.

A limit over many lines is used up by others, so the line that takes most of it is told. Where the
line were let pass here, another limit may stop some of it: what that has room for is told too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...rules.explanation import Unit
from ...rules.figure_text import amount, money
from ..evidence.evidence import Case
from ..evidence.row_slack import TOLERANCE
from ..evidence.units import MICRO, unit_of
from ..reasons.all_or_nothing import least_at_once
from ..vocabulary.rule_catalogue import SHARED, limiting


def counts_units(case: Case, row: int) -> bool:
    """Whether a row is a limit on what its lines take together."""
    return case.limits.model.row_block(row)[0].family in limiting(*SHARED)


def no_room(case: Case, line: int, row: int, words: str, *, exact: bool) -> str:
    """`words` of the row, and why that stops the line. Arithmetic says there is no room; else room
    could be bought."""
    why = "has no room for more" if exact else "what is left of it is too little or too dear"
    told = f"{words}, and {why}{'' if exact else ' for this line'}"
    users = _users(case, line, row)
    lacks = int(case.whole[line] - case.given[line])
    others = " and ".join(_rooms(case, line, lacks, row))
    return f"{told}{f': {users}' if users else ''}{f'; {others}' if others else ''}"


def _users(case: Case, line: int, row: int) -> str:
    """The line that takes most of a row, and what all others take together."""
    lines, used = case.used_by_line(row)
    lines, used = lines[lines != line], used[lines != line]
    if not used.sum() > 0:
        return ""
    first = int(np.argmax(used))
    others = np.count_nonzero(used) - 1
    told = f"{case.problem.facts.lines.id[lines[first]]} takes {_shown(case, row, used[first])}"
    if not others:
        return f"{told} of it"
    several = "lines" if others > 1 else "line"
    return f"{told} of it and {others} more {several} {_shown(case, row, used.sum() - used[first])}"


def _shown(case: Case, row: int, use: float) -> str:
    block, words = case.wording(row)
    unit, shown = unit_of(block.family, words), use / words.scale
    if unit is Unit.MONEY_MICROS:
        return money(round(shown * MICRO), case.problem.facts.currency)
    return amount(shown) if unit is Unit.RESOURCE_MICROS else str(round(shown))


def too_little_room(case: Case, line: int) -> str:
    """Of a line that has nothing what leaves less than it must take at once, on the way where most
    is left for it: "; pick of DC-1 has room for 10"."""
    own = case.problem.arcs.of_line(line)
    if case.given[line] or own.start == own.stop:
        return ""
    pack = int(case.problem.line.pack[line])
    least = -(-int(case.problem.once(least_at_once)[line]) // pack) * pack
    rooms = " and ".join(_rooms(case, line, least))
    return f"; {rooms}" if rooms else ""


def _rooms(case: Case, line: int, lacks: int, row: int = -1) -> Iterator[str]:
    """Limits other than `row` that leave less than so many units, on the way where most is left for
    the line."""
    arcs, limits = case.problem.arcs, case.limits
    own = arcs.of_line(line)
    way = own.start + int(np.argmax(case.waterfall.arcs.unused[own]))
    _, rows, used = limits.entries(slice(way, way + 1))
    for other, per_pack in zip(rows.tolist(), used.tolist(), strict=True):
        if other == row or not counts_units(case, other) or per_pack <= 0:
            continue
        packs = int(limits.room[other] / per_pack * (1 + TOLERANCE))
        units = max(0, packs) * int(case.problem.line.pack[line])
        if units < lacks:
            _, words = case.wording(other)
            name = words.looser.removeprefix("raise ").removeprefix("the ")
            yield f"{name} has room for {units or 'none'}"
