"""What might fill a short line: candidates out of its reasons.

The rule that shortens the line is raised by what the line lacks, or waived (`waivers`), or a rule
of those that took the stock is (`rival_rules`); a later day is accepted; where stock is what it
lacks, there is more of it in the lot that could serve it best; and by the two arcs that lack least,
everything they lack at once (`lacking`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fairlead_solver.tables import NO_DAY

from ...cycle.eligibility import Arcs, find_arcs
from ...cycle.problem import Problem
from ...rules.explanation import FixKind, ReasonCode, Unit
from ...rules.figure_text import day
from ..evidence.evidence import Case, family_named
from ..reasons.attribution import Reasons
from ..variants.edited_problem import Edit
from ..vocabulary import rule_catalogue
from ..vocabulary.reason_catalogue import CATALOGUE
from ..vocabulary.values import FixPart, Rule
from .remedy import Change, Step, distinct, rows_waived
from .rival_waivers import rivals_waived
from .shortfalls import (
    all_lacking,
    all_lacking_beside,
    missing_beside,
    missing_of,
    more_stock,
    raised,
    released,
    things_lacking,
    use_of,
)
from .waivers import opened, waived

_LATE = (ReasonCode.SUPPLY_TOO_LATE, ReasonCode.DATE_WINDOW)
ARCS_TRIED = 2  # of a line, for everything they lack


def changes(case: Case, reasons: Reasons, line: int) -> list[Change]:
    """What to try for a line, each once."""
    return distinct(list(_candidates(case, reasons, line)))


def _candidates(case: Case, reasons: Reasons, line: int) -> Iterator[Change]:
    part = reasons.of_line(line)
    codes = [ReasonCode(int(c)) for c in reasons.code[part]]
    for row in reasons.row[part].tolist():
        if row >= 0:
            yield from _loosened(case, line, row)
    if ReasonCode.PROTECTED_STOCK in codes:
        step = released(case, line)
        yield from (Change((step,)) for step in (step,) if step is not None)
    if any(CATALOGUE[code].stock_helps for code in codes):
        yield from _more_stock(case, line)
    if any(code in _LATE for code in codes):
        yield from _later(case, line)
    yield from waived(case, reasons, line)
    if ReasonCode.NO_SUPPLY not in codes:  # there would be too little even without rivals
        yield from rivals_waived(case, line)
    yield from opened(case, line)
    yield from _everything(case, line)


def _loosened(case: Case, line: int, row: int) -> Iterator[Change]:
    """A row that stops the line: its limit raised, or the row waived, as its rule declares."""
    block, key = case.limits.model.row_block(row)
    if block.family in rule_catalogue.raised():
        yield Change((_raised(case, line, row),))
    elif rule_catalogue.explains(block.family).waived:
        family, words = family_named(block.family), case.wording(row)[1]
        yield Change((rows_waived(family, block.name, key, words),))


def _raised(case: Case, line: int, row: int) -> Step:
    """The row's limit, raised by what the missing units use beyond its room."""
    wanted = missing_of(case, line) * use_of(case, row, line) / int(case.problem.line.pack[line])
    return raised(case, row, wanted - float(case.limits.bare[row]))


def _more_stock(case: Case, line: int) -> Iterator[Change]:
    """More in the lot that serves the line best: what it lacks, then what its rivals lack too."""
    arcs, own = case.problem.arcs, case.problem.arcs.of_line(line)
    if own.start == own.stop:
        return
    best = own.start + int(np.argmax(case.stakes.value[own]))
    lot, ratio = int(arcs.lot[best]), int(arcs.ratio[best])
    missing = max(0, missing_of(case, line) - int(case.waterfall.arcs.remainder[best]))
    for units in (missing, max(missing, missing_beside(case, line, best))):
        yield Change((more_stock(case.problem, lot, units * ratio),))


def _everything(case: Case, line: int) -> Iterator[Change]:
    """What is lacking on the arcs that lack the fewest things, of equals those of most value;
    and on the first of them with what all its rivals lack too, for the stock or for the room."""
    own, missing = case.problem.arcs.of_line(line), missing_of(case, line)
    things = things_lacking(case, own, missing)
    order = np.lexsort((-case.stakes.value[own], things))
    ranked = (own.start + order[things[order] > 0]).tolist()
    for arc in ranked[:ARCS_TRIED]:
        yield Change(all_lacking(case, arc, missing))
    for arc in ranked[:1]:
        yield Change(all_lacking(case, arc, missing_beside(case, line, arc)))
        if steps := all_lacking_beside(case, arc, missing):
            yield Change(steps)


def _later(case: Case, line: int) -> Iterator[Change]:
    """The first later day by which what has then arrived could fill the line."""
    problem, name = case.problem, case.problem.facts.lines.id[line]
    latest = int(problem.line.latest_day[line])
    arcs = problem.once(_arcs_of_any_day)
    own = arcs.of_line(line)
    days, units = arcs.delivery_day[own], (arcs.max_packs * arcs.pack)[own]
    order = np.argsort(days, kind="stable")
    enough = np.cumsum(units[order]) >= case.whole[line]
    for by in days[order][enough & (days[order] > latest)][:1].tolist():
        part = FixPart(
            FixKind.LATER_DATE,
            Rule("", name, f"lines[{name}].latest_day"),
            by - latest,
            Unit.COUNT,
            by_day=by,
        )
        words = f"accept delivery by {day(by)}, {by - latest} days later"
        yield Change((Step(part, words, (Edit("lines", "latest_day", line, by),)),))


def _arcs_of_any_day(problem: Problem) -> Arcs:
    """The arcs there would be if no line had a latest day."""
    lines = problem.facts.lines
    whenever = replace(lines, latest_day=np.full_like(lines.latest_day, NO_DAY))
    facts = replace(problem.facts, lines=whenever)
    return find_arcs(facts, problem.line.pack, problem.line.destination)
