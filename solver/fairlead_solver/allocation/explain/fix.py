"""The cheapest change that fills a short line: tried, by solving the cycle again with it.

Candidates follow from the line's reasons (`changes`). All of them, for all lines, are solved side
by side (`trying`): small cycles whole, of larger ones the part around the line, the rest as
decided. Of the changes that fill the line, the one told is that of fewest things; of those one
that needs no more stock; of those the least stock, then what the objective gains most by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...tables import Floats, Ints
from .again import Again
from .case import Case
from .changes import changes
from .least import lessened
from .ledger import Reasons
from .scope import Parts
from .sentences import fix_sentence
from .trying import Trial, Tried, tried
from .values import Fix, FixKind, LineQuantity, Scope


@dataclass(frozen=True, slots=True)
class FixEffort:
    """Lines for which fixes are sought: `lines` in cycles of at most `cycle_columns`, which are
    solved whole, `lines_beside` in larger ones. Of `first` lines always."""

    lines: int
    lines_beside: int
    cycle_columns: int
    first: tuple[int, ...] = ()


def fixes(
    case: Case, reasons: Reasons, again: Again, x: Floats, parts: Parts, *, effort: FixEffort
) -> Mapping[int, Fix]:
    """Fixes by line, sought for the lines whose shortage is worth most.

    `x`: the solved vector of the whole program.
    """
    whole = parts.model.num_columns <= effort.cycle_columns
    lines = _wanted(case, effort.lines if whole else effort.lines_beside, effort.first)
    trials = [Trial(line, c) for line in lines.tolist() for c in changes(case, reasons, line)]
    attempt = partial(tried, case, again=again, x=x, parts=parts, whole=whole)
    found = sorted(attempt(trials), key=_dearness)
    scope = Scope.CYCLE if whole else Scope.PART
    told = lessened(case, attempt, found, thorough=whole)
    return {result.trial.line: _told(case, result, scope) for result in told}


def _wanted(case: Case, most: int, first: tuple[int, ...]) -> Ints:
    short = np.flatnonzero(case.given < case.whole)
    ordered = case.most_valuable_first(short, first)
    return ordered[: max(most, int(np.isin(short, first).sum()))]


def _dearness(found: Tried) -> tuple[int, bool, int, int, int]:
    steps = found.trial.change.steps
    stock = [s.told.amount for s in steps if s.told.kind is FixKind.MORE_STOCK]
    return len(steps), bool(stock), sum(stock), -found.gain_micros, steps[0].told.kind


def _told(case: Case, result: Tried, scope: Scope) -> Fix:
    lost = {i: int(case.given[i]) - units for i, units in result.given.items()}
    ids = case.problem.facts.lines.id
    losing = tuple(
        LineQuantity(ids[i], lost[i])
        for i in sorted(lost, key=lambda i: (-lost[i], i))
        if lost[i] > 0
    )
    first, *also = (step.told for step in result.trial.change.steps)
    return Fix(
        kind=first.kind,
        rule=first.rule,
        product=first.product,
        location=first.location,
        by_day=first.by_day,
        amount=first.amount,
        unit=first.unit,
        gain_micros=result.gain_micros,
        losers=losing,
        sentence=fix_sentence(result.trial.change.words, result.gain_micros, losing),
        scope=scope,
        also=tuple(also),
    )
