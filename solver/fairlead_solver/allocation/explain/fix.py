"""The cheapest change that fills a short line: tried, by solving the cycle again with it.

Candidates follow from the line's reasons: the rule that shortens it is raised by what the line
lacks, or waived for it; and where stock is what it lacks, that much more of it in the lot that
could serve it best. Each is tried on the whole cycle. Of those that fill the line, the one that
changes least outside the line is told: first by the kind (waiving and releasing before more
resources before more stock), then by what the objective gains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...tables import Floats, Ints
from .again import Again
from .case import Case
from .changes import Change, changes
from .copies import worth
from .ledger import Reasons
from .scope import Effort, Parts, Scopes
from .sentences import fix_sentence
from .values import (
    Fix,
    FixKind,
    LineQuantity,
    Scope,
)
from .variant import program, same_layout


@dataclass(frozen=True, slots=True)
class FixEffort:
    """Lines for which fixes are sought: `lines` in cycles of at most `cycle_columns`, which are
    solved whole, `lines_beside` in larger ones."""

    lines: int
    lines_beside: int
    cycle_columns: int


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """What is solved for the fixes of one line: the columns `scope` of the program, the rest held
    at `x`; `now`: the best that is worth as it is."""

    case: Case
    scopes: Scopes
    x: Floats
    now: Floats
    again: Again

    @property
    def whole(self) -> bool:
        """Whether nothing is held."""
        return bool(self.scopes.scope[0] == Scope.CYCLE)


def fixes(
    case: Case, reasons: Reasons, again: Again, x: Floats, parts: Parts, *, effort: FixEffort
) -> Mapping[int, Fix]:
    """Fixes by line, sought for the lines whose shortage is worth most.

    `x`: the solved vector of the whole program. Cycles within `effort.cycle_columns` are solved
    again whole with each change, of larger ones the part around the line, the rest as decided.
    """
    line = case.problem.line
    value = (line.quantity - case.given) * line.price_micros
    short = np.flatnonzero(case.given < case.whole)
    small = parts.model.num_columns <= effort.cycle_columns
    most = effort.lines if small else effort.lines_beside
    order = short[np.argsort(-value[short], kind="stable")][:most]
    found = {}
    field = _everything(case, again, x) if small else None
    for i in order.tolist():
        at = field if small else _around(case, again, x, parts, i)
        fix = _first_that_fills(case, reasons, i, at) if at is not None else None
        if fix is not None:
            found[i] = fix
    return found


def _everything(case: Case, again: Again, x: Floats) -> _Field | None:
    model = case.limits.model
    before = again(model)
    if before.x is None or not before.closed:
        return None
    column = np.arange(model.num_columns)
    scopes = Scopes(column, 0 * column, np.array([Scope.CYCLE]))
    return _Field(case, scopes, x, worth(model, before.x), again)


def _around(case: Case, again: Again, x: Floats, parts: Parts, line: int) -> _Field | None:
    own = case.problem.arcs.of_line(line)
    column = np.arange(own.start, own.stop)
    if not len(column):
        return None
    scopes = parts.around(column, 0 * column, Effort(1, 0, 0))
    free = scopes.copies(parts.model, x)
    best = again.best(free)
    return _Field(case, scopes, x, free.worths(best.x)[0], again) if best.closed(0) else None


def _first_that_fills(case: Case, reasons: Reasons, line: int, at: _Field) -> Fix | None:
    found = [
        fix
        for change in changes(case, reasons, line)
        if (fix := _tried(case, change, line, at)) is not None
    ]
    ranked = sorted(found, key=lambda f: (f.kind is FixKind.MORE_STOCK, -f.gain_micros, f.kind))
    return ranked[0] if ranked else None


def _solved(change: Change, at: _Field) -> tuple[Ints, Floats] | None:
    """(units per line, worth) of the best plan with the change; None where none was found."""
    model, arcs = program(change.problem), change.problem.arcs
    if at.whole:
        answer = at.again(model)
        if answer.x is None or not answer.closed:
            return None
        x, value = answer.x, worth(model, answer.x)
    else:
        if not same_layout(at.case.limits.model, model):
            return None
        part = at.scopes.copies(model, at.x)
        best = at.again.best(part)
        if not best.closed(0):
            return None
        x, value = at.x.copy(), part.worths(best.x)[0]
        x[part.column] = best.x
    packs = np.rint(x[: len(arcs)]).astype(np.int64)
    given = np.zeros(change.problem.num_lines, dtype=np.int64)
    np.add.at(given, arcs.line, packs * arcs.pack)
    return given, value


def _tried(case: Case, change: Change, line: int, at: _Field) -> Fix | None:
    """The change as a fix, if the line is full once the cycle is solved again with it."""
    solved = _solved(change, at)
    if solved is None or solved[0][line] < case.whole[line]:
        return None
    lost, gain = case.given - solved[0], round(solved[1][-1] - at.now[-1])
    losers = np.flatnonzero(lost > 0)
    ids = case.problem.facts.lines.id
    losing = tuple(
        LineQuantity(ids[i], int(lost[i]))
        for i in losers[np.argsort(-lost[losers], kind="stable")].tolist()
    )
    return Fix(
        kind=change.kind,
        rule=change.rule,
        product=change.product,
        location=change.location,
        by_day=change.by_day,
        amount=change.amount,
        unit=change.unit,
        gain_micros=gain,
        losers=losing,
        sentence=fix_sentence(change.sentence, gain, losing),
        scope=Scope.CYCLE if at.whole else Scope.PART,
    )
