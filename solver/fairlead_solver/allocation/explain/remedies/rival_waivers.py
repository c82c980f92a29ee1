"""Rivals that take more than their units are worth, because a rule of their own makes them.

A rival that ships complete, takes at least its minimum fill, goes with its delivery group or takes
whole packs cannot give up a few units to a line that pays more for each: it would lose all of
them. A limit on its sources keeps it from taking elsewhere what it leaves. Such rules are named
beside the comparison of units, as facts; and they are waived, to see whether that fills the line.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fairlead_solver.arrays import summed

from ...rules.families import delivery_group, lot_size, min_fill, ship_complete, sources
from ...rules.family import Family
from ..evidence.evidence import Case
from ..evidence.rivals import rivals
from .remedy import Change, Step, rows_waived, waived_of_line

RIVALS_TRIED = 3  # of a line: those with a rule of their own that took most


def rivals_waived(case: Case, line: int) -> Iterator[Change]:
    """Each rule of each rival waived alone, and all of one rival together."""
    tried = 0
    for rival in _who_took(case, line):
        rules = list(_waivers(case, rival))
        yield from (Change(steps) for steps in rules)
        if len(rules) > 1:
            yield Change(tuple(step for steps in rules for step in steps))
        tried += bool(rules)
        if tried == RIVALS_TRIED:
            return


def own_rule(case: Case, rival: int, line: int) -> str:
    """What keeps a rival from leaving a pack to the line, in its family's words; "": nothing."""
    problem, pack = case.problem, int(case.problem.line.pack[rival])
    for family, block in _all_or_nothing(case, rival):
        return family.words(problem, block, rival).sentence
    if pack > int(problem.line.pack[line]):
        return lot_size.words(problem, "lines", rival).sentence
    return _several_for_one(case, rival, line)


def _several_for_one(case: Case, rival: int, line: int) -> str:
    """Of a substitute a rival takes several units for one that it asks for."""
    arcs, facts = case.problem.arcs, case.problem.facts
    theirs = np.arange(*arcs.offsets[rival : rival + 2])
    several = theirs[(arcs.ratio[theirs] > 1) & (case.plan.packs[theirs] > 0)]
    if len(several):
        several = several[np.isin(arcs.lot[several], arcs.lot[arcs.of_line(line)])]
    if not len(several):
        return ""
    name, product = facts.lines.id[rival], facts.lines.product.word(rival)
    stand_in = facts.lots.product.word(int(arcs.lot[several[0]]))
    return f"line {name} takes {arcs.ratio[several[0]]} of {stand_in} for one of {product}"


def own_all_or_nothing(case: Case, line: int) -> str:
    """The rule by which a line that has nothing would have to get more than a pack at once."""
    if case.given[line] or case.problem.line.least[line] <= case.problem.line.pack[line]:
        return ""
    family, block = next(_all_or_nothing(case, line))
    return family.words(case.problem, block, line).sentence


def _who_took(case: Case, line: int) -> list[int]:
    """Rivals of a line, those that took most first."""
    own = case.problem.arcs.of_line(line)
    found = rivals(case.problem, case.plan, case.stakes, np.arange(own.start, own.stop))
    who, at = np.unique(found.rival, return_inverse=True)
    order = np.argsort(-summed(at, found.units, len(who)), kind="stable")
    took: list[int] = who[order].tolist()
    return took


def _all_or_nothing(case: Case, rival: int) -> Iterator[tuple[Family, str]]:
    """Rules by which a rival would lose all it has by leaving a pack."""
    lines, line = case.problem.facts.lines, case.problem.line
    if lines.ship_complete[rival]:
        yield ship_complete, "lines"
    elif case.given[rival] - line.pack[rival] < line.least[rival]:
        yield min_fill, "least"
    if lines.delivery_group.codes[rival] >= 0:
        yield delivery_group, "lines"


def _waivers(case: Case, rival: int) -> Iterator[tuple[Step, ...]]:
    """The steps that waive each rule of a rival. Under ship-complete a minimum fill may stand."""
    problem, lines = case.problem, case.problem.facts.lines
    for family, block in _all_or_nothing(case, rival):
        first = rows_waived(family, block, rival, family.words(problem, block, rival))
        if family is ship_complete and lines.min_fill_rate[rival]:
            words = min_fill.words(problem, "least", rival)
            yield first, rows_waived(min_fill, "least", rival, words)
        else:
            yield (first,)
    if problem.line.pack[rival] > 1:
        yield (waived_of_line(problem, rival, lot_size, "pack", 1),)
    order = int(problem.line.order[rival])
    for block, key, limit in (
        ("lines", rival, lines.max_sources[rival]),
        ("orders", order, problem.order_max_sources[order]),
    ):
        if limit:
            yield (rows_waived(sources, block, key, sources.words(problem, block, key)),)
