"""Which rules bind: rows at their limit that shorten lines, and what one step more is worth.

Without a re-solve a row is listed where reasons name it, or where it is a lot that gives no more
while a line that could take from it is short; each line is counted with the units its reasons
give to the row. With one, `prices` moves the limit and drops every row whose loosening changes
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...tables import Ints
from ..family import Wording
from ..totals import summed
from .case import Case
from .ledger import Reasons
from .values import (
    MAX_LINES,
    BindingConstraint,
    LineQuantity,
    Marginal,
    ReasonCode,
    Rule,
    Unit,
)

MICRO = 1_000_000
MICRO_UNITS = (Unit.RESOURCE_MICROS, Unit.MONEY_MICROS)


@dataclass(frozen=True, slots=True)
class Marginals:
    """What a row's limit is worth each way; None: not sought. `changes_nothing`: both are 0."""

    up: Marginal | None = None
    down: Marginal | None = None
    changes_nothing: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shortened:
    """Rows that shorten lines: triples (row, line, units), most shortened rows first."""

    row: Ints
    line: Ints
    units: Ints

    def starts(self) -> Ints:
        """Where each row's triples begin, and the end."""
        return np.append(np.flatnonzero(np.diff(self.row, prepend=-1)), len(self.row))


def shortened(case: Case, reasons: Reasons) -> Shortened:
    """Every row at its limit with the lines it shortens, by units, then by row and line."""
    by_reason = (reasons.row >= 0) & (reasons.units > 0)
    row, line, units = (
        np.concatenate(parts)
        for parts in zip(
            (reasons.row[by_reason], reasons.line[by_reason], reasons.units[by_reason]),
            _protections(case, reasons),
            _lots(case, reasons),
            strict=True,
        )
    )
    total = summed(row, units, case.limits.model.num_rows)
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


def _lots(case: Case, reasons: Reasons) -> tuple[Ints, Ints, Ints]:
    """Lots that others emptied: a line's units lost to others, lot by lot in order."""
    block = case.limits.model.block_rows("supply", "lots")
    arcs = case.problem.arcs
    lost = summed(
        reasons.line, np.where(np.isin(reasons.code, _LOST), reasons.units, 0), len(case.given)
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
_LOST = (
    ReasonCode.OUTRANKED_TIER,
    ReasonCode.OUTRANKED_VALUE,
    ReasonCode.FAIR_SHARE_RATIONED,
    ReasonCode.CONTRACT_FLOOR_OTHER,
    ReasonCode.TIE_BREAK,
    ReasonCode.NOT_PROVEN,
)


def binding_constraints(
    case: Case, found: Shortened, marginals: Mapping[int, Marginals], most: int
) -> tuple[BindingConstraint, ...]:
    """At most `most` rows, worded. `marginals`: of the rows that were solved again; those whose
    loosening changes nothing are left out."""
    starts = found.starts().tolist()
    listed: list[BindingConstraint] = []
    for start, stop in pairwise(starts):
        row = int(found.row[start])
        at = marginals.get(row, Marginals())
        if at.changes_nothing or len(listed) == most:
            continue
        listed.append(_binding(case, found, slice(start, stop), at))
    return tuple(listed)


def _binding(case: Case, found: Shortened, part: slice, at: Marginals) -> BindingConstraint:
    row = int(found.row[part.start])
    ids = case.problem.facts.lines.id
    block, words = case.wording(row)
    unit = unit_of(block.family, words)
    step = MICRO // words.scale if unit in MICRO_UNITS else 1
    use, slack = float(case.limits.use[row]) * step, float(case.limits.room[row]) * step
    units = found.units[part]
    return BindingConstraint(
        id=f"{block.family}/{block.name}/{words.key}",
        rule=Rule(block.family, words.key, words.leaf),
        scope=words.sentence,
        limit=round(use + slack),
        use=round(use),
        slack=round(slack),
        unit=unit,
        scale=MICRO if unit in MICRO_UNITS else 1,
        lines_shortened=tuple(
            LineQuantity(ids[line], int(short))
            for line, short in list(zip(found.line[part], units, strict=True))[:MAX_LINES]
        ),
        marginal_up=at.up,
        marginal_down=at.down,
        sentence=_sentence(words, unit, int(units.sum()), len(units), at.up),
    )


def unit_of(family: str, words: Wording) -> Unit:
    """What a row of a family counts."""
    if family == "capacity":
        return Unit.RESOURCE_MICROS
    return {"money": Unit.MONEY_MICROS, "locations": Unit.COUNT}.get(words.unit, Unit.BASE)


def _sentence(words: Wording, unit: Unit, units: int, lines: int, up: Marginal | None) -> str:
    who = "1 line" if lines == 1 else f"{lines} lines"
    said = f"{words.sentence}; {who} short by {units}"
    if up is None:
        return said + "."
    step = f"{up.step / MICRO:g}" if unit in MICRO_UNITS else str(up.step)
    return f"{said}; {step} more is worth {up.value_micros / MICRO:.2f}."
