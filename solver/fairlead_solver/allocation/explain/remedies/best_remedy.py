"""The cheapest change that fills a short line: tried, by solving the cycle again with it.

Candidates follow from the line's reasons (`changes`). Lines are taken by value, some at a time, and
searched side by side (`least`), while the budget lasts: what one search asks for is tried in the
same programs as what the others do (`trying`). Small parts of the cycle are solved whole, of
larger ones what is around the line, the rest as decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from fairlead_solver.model.engines.budget import UNLIMITED, Budget
from fairlead_solver.model.resolve.neighbourhoods import Parts
from fairlead_solver.model.resolve.reoptimizer import Again
from fairlead_solver.model.resolve.scope import Scope
from fairlead_solver.tables import Floats, Ints

from ...rules.families import contract_floor
from ...rules.terms import Worth
from ..evidence.evidence import Case
from ..reasons.attribution import Reasons
from ..vocabulary.values import Fix, FixAmount, FixEffect, LineQuantity, LoserGroup
from .amount_bounds import Ask, lowest
from .candidates import changes
from .minimise import SOLVES, SOLVES_BESIDE, Answer, Asked, Found, search
from .remedy_text import fix_sentence
from .settled_plan import Settled, settled
from .trial_programs import Trials
from .trials import Less, Trying

AT_ONCE = 20  # lines searched side by side


@dataclass(frozen=True, slots=True)
class FixEffort:
    """Lines for which fixes are sought: `lines` in cycles of at most `cycle_columns`,
    `lines_beside` in larger ones; of `first` lines always; while the `budget` lasts. What a line
    depends on is solved whole up to `cycle_columns`."""

    lines: int
    lines_beside: int
    cycle_columns: int
    first: tuple[int, ...] = ()
    budget: Budget = UNLIMITED


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Fixes by line. `untried`: short lines for which none was sought, or not to the end."""

    of: Mapping[int, Fix] = field(default_factory=dict)
    untried: int = 0


def fixes(
    case: Case, reasons: Reasons, again: Again, x: Floats, parts: Parts, *, effort: FixEffort
) -> Fixes:
    """Fixes, sought for the lines whose shortage is worth most.

    `x`: the solved vector of the whole program.
    """
    small = parts.model.num_columns <= effort.cycle_columns
    solves = SOLVES if small else SOLVES_BESIDE
    lines = _wanted(case, effort.lines if small else effort.lines_beside, effort.first)
    trying = Trying(case, again, Trials(case, parts, x, effort.cycle_columns))
    found: list[Found] = []
    for some in np.split(lines, np.arange(AT_ONCE, len(lines), AT_ONCE)):
        found += _searched(case, trying, reasons, some, solves)
    how_much = {f.result: f.how_much for f in found}
    second = settled(trying, list(how_much))
    told = {one.result.trial.line: _told(case, one, how_much[one.result]) for one in second}
    return Fixes(told)


def _searched(
    case: Case, trying: Trying, reasons: Reasons, lines: Ints, solves: int
) -> list[Found]:
    """What the searches of some lines find, side by side."""
    open_ = {
        line: search(case, line, changes(case, reasons, line), solves) for line in lines.tolist()
    }
    answers: dict[int, Answer | None] = dict.fromkeys(open_)
    found = []
    while answers:
        asked: dict[int, Asked] = {}
        for line, answer in answers.items():
            try:
                asked[line] = open_[line].send(answer)  # type: ignore[arg-type]
            except StopIteration as end:
                found += [end.value] if end.value is not None else []
        answers = dict(_answered(trying, asked))
    return found


def _answered(trying: Trying, asked: Mapping[int, Asked]) -> Iterator[tuple[int, Answer]]:
    """What each line's search is to be told."""
    lows = {line: one for line, one in asked.items() if isinstance(one, Ask)}
    yield from zip(lows, lowest(trying, list(lows.values())), strict=True)
    less = {line: one for line, one in asked.items() if isinstance(one, Less)}
    smaller = trying.lesser(list(less.values()))
    yield from ((line, [smaller.get(one.trial, True)]) for line, one in less.items())
    tries = {line: one for line, one in asked.items() if not isinstance(one, Ask | Less)}
    came = trying.tried([trial for some in tries.values() for trial in some])
    for line, some in tries.items():
        yield line, [came[trial] or False if trial in came else True for trial in some]


def _wanted(case: Case, most: int, first: tuple[int, ...]) -> Ints:
    short = np.flatnonzero(case.given < case.whole)
    ordered = case.most_valuable_first(short, first)
    return ordered[: max(most, int(np.isin(short, first).sum()))]


def _told(case: Case, second: Settled, how_much: FixAmount | None) -> Fix:
    made, trial = second.result.made, second.result.trial
    more = {i: units - int(case.given[i]) for i, units in second.given.items()}
    losers = _most_first(case, {i: -units for i, units in more.items()})
    ids = case.problem.facts.lines.id
    effect = FixEffect(
        _waived(case, second),
        second.given[trial.line],
        _most_first(case, more | {trial.line: 0}),
        Worth(second.cash_micros, second.gain_micros - second.cash_micros),
        tuple(ids[line] for line in second.certain),
        tuple(LoserGroup(tuple(ids[i] for i in g.lines), g.units) for g in second.one_of),
        how_much,
    )
    first, *also = (step.told for step in trial.change.steps)
    currency = case.problem.facts.currency
    return Fix(
        kind=first.kind,
        rule=first.rule,
        product=first.product,
        location=first.location,
        by_day=first.by_day,
        amount=first.amount,
        unit=first.unit,
        gain_micros=second.gain_micros,
        losers=losers,
        sentence=fix_sentence(trial.change.words, losers, effect, currency),
        scope=Scope(int(made.scope[second.result.copy])),
        also=tuple(also),
        effect=effect,
        relaxed_to=first.relaxed_to,
    )


def _most_first(case: Case, units: Mapping[int, int]) -> tuple[LineQuantity, ...]:
    """Lines with more than no units, those with most first."""
    ids = case.problem.facts.lines.id
    ordered = sorted(units, key=lambda i: (-units[i], i))
    return tuple(LineQuantity(ids[i], units[i]) for i in ordered if units[i] > 0)


def _waived(case: Case, second: Settled) -> int:
    """What the floors that are waived would cost in penalties with the plan that is told."""
    rules = [step.told.rule for step in second.result.trial.change.steps]
    keys = {rule.key for rule in rules if rule.family == contract_floor.NAME}
    if not keys:
        return 0
    given = case.given.copy()
    given[list(second.given)] = list(second.given.values())
    due = contract_floor.penalties(case.problem, given)
    ids = case.problem.facts.contracts.id
    return sum(micros for name, micros in zip(ids, due.tolist(), strict=True) if name in keys)
