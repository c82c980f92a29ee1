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
from ..families import contract_floor
from .again import Again
from .case import Case
from .change import Trial
from .changes import changes
from .least import lessened
from .ledger import Reasons
from .scope import Parts
from .sentences import fix_sentence
from .trying import Tried, tried
from .values import Fix, FixEffect, FixKind, LineQuantity, Scope


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
    more = {i: units - int(case.given[i]) for i, units in result.given.items()}
    losers = _most_first(case, {i: -units for i, units in more.items()})
    winners = _most_first(case, more | {result.trial.line: 0})
    effect = FixEffect(_waived(case, result), result.given[result.trial.line], winners)
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
        losers=losers,
        sentence=fix_sentence(result.trial.change.words, result.gain_micros, losers, effect),
        scope=scope,
        also=tuple(also),
        effect=effect,
    )


def _most_first(case: Case, units: Mapping[int, int]) -> tuple[LineQuantity, ...]:
    """Lines with more than no units, those with most first."""
    ids = case.problem.facts.lines.id
    ordered = sorted(units, key=lambda i: (-units[i], i))
    return tuple(LineQuantity(ids[i], units[i]) for i in ordered if units[i] > 0)


def _waived(case: Case, result: Tried) -> int:
    """What the floors that are waived would cost in penalties with the plan that is told."""
    rules = [step.told.rule for step in result.trial.change.steps]
    keys = {rule.key for rule in rules if rule.family == contract_floor.NAME}
    if not keys:
        return 0
    given = case.given.copy()
    given[list(result.given)] = list(result.given.values())
    due = contract_floor.penalties(case.problem, given)
    ids = case.problem.facts.contracts.id
    return sum(micros for name, micros in zip(ids, due.tolist(), strict=True) if name in keys)
