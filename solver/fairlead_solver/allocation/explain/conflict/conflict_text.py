"""A conflict in a planner's words, from the codes and figures alone.

SO-1 is to be filled in full (WIN, 30) and SO-2 keeps 10 (locked): DC-1 has 35 of P.
Cheapest way out: SO-1 gets 25 instead of 30.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Ints, Model

from ...cycle.facts import Strategy
from ...cycle.problem import Problem
from ...rules.families import contract_floor, lock, lot_size, strategy, time_fence
from ...rules.family import Wording
from ..evidence.evidence import family_named
from ..vocabulary.rule_catalogue import explains, holds_a_line
from .component import joined, lines_of_row

SHOWN = 6
_STRATEGY_SAYS = {
    Strategy.WIN: "is to be filled in full (WIN, {units})",
    Strategy.GAIN: "keeps at least {units} (GAIN)",
    Strategy.FILL: "gets at most {units} (FILL)",
    Strategy.LOSE: "gives up what it had (LOSE)",
    Strategy.SKIP: "keeps exactly {units} (SKIP)",
}
NOT_FOUND = (
    "Not all floors, locks, fences and strategies can hold together; which of them clash was not "
    "found out in the time given."
)


def worded(problem: Problem, whole: Model, row: int) -> tuple[str, Wording]:
    """The family of a row, and what it says about it."""
    block, key = whole.row_block(row)
    return block.family, family_named(block.family).words(problem, block.name, key)


def in_order(problem: Problem, whole: Model, rows: Sequence[int]) -> list[int]:
    """Rules that may give way first, then by what they are about."""

    def rank(row: int) -> tuple[bool, str, str]:
        family, words = worded(problem, whole, row)
        return not explains(family).gives_way, words.key, family

    return sorted(rows, key=rank)


def gives_way(problem: Problem, whole: Model, row: int, given: int) -> str:
    """ "SO-1 gets 25 instead of 30": the rule is missed, and this is what is given."""
    family, words = worded(problem, whole, row)
    who = words.key if holds_a_line(family) else f"contract {words.key}"
    sides = (whole.row_lower[row], whole.row_upper[row])
    at = "" if sides[0] == sides[1] else "at least " if np.isfinite(sides[0]) else "at most "
    return f"{who} gets {given} instead of {at}{_bound(whole, row)}"


def sentence(
    problem: Problem,
    whole: Model,
    rows: Sequence[int],
    ways: Sequence[str],
    others: int,
    *,
    stock: bool,
) -> str:
    """The whole. `rows` of the minimal set; `stock`: what there is takes part in the conflict;
    `others`: conflicts beside this one."""
    said = NOT_FOUND
    if rows:
        known = "; ".join(_facts(problem, whole, rows, stock=stock))
        rules = _listed([_says(problem, whole, row) for row in rows])
        if not rules.startswith(worded(problem, whole, rows[0])[1].key):  # ids keep their case
            rules = rules[0].upper() + rules[1:]
        said = f"{rules}: {known or 'that cannot be'}."
    if others:
        also = "conflict stands" if others == 1 else "conflicts stand"
        said += f" {others} more {also} apart from this one."
    return f"{said} Cheapest way out: {_listed(ways)}." if ways else said


def _says(problem: Problem, whole: Model, row: int) -> str:
    """One rule; its family's own sentence where it is none of those that give way."""
    family, words = worded(problem, whole, row)
    units, key = _bound(whole, row), whole.row_block(row)[1]
    if family == lock.NAME:
        return f"{words.key} keeps {units} (locked)"
    if family == time_fence.NAME:
        return f"{words.key} keeps {units} (time fence)"
    if family == contract_floor.NAME:
        return f"contract {words.key} is to get at least {units} (hard floor)"
    if family == strategy.NAME:
        said = _STRATEGY_SAYS[Strategy(int(problem.facts.lines.strategy[key]))]
        return f"{words.key} {said.format(units=units)}"
    said, _, aside = words.sentence.partition(": ")
    return f"{said} ({aside})" if aside else said


def _bound(whole: Model, row: int) -> int:
    lower, upper = whole.row_lower[row], whole.row_upper[row]
    return int(lower if np.isfinite(lower) else upper)


def _facts(problem: Problem, whole: Model, rows: Sequence[int], *, stock: bool) -> Iterator[str]:
    """What never gives way and takes part in the conflict."""
    named = [row for row in rows if holds_a_line(whole.row_block(row)[0].family)]
    for row in named:
        line = whole.row_block(row)[1]
        if _bound(whole, row) % problem.line.pack[line]:
            yield lot_size.words(problem, "lines", line).sentence
    lines = joined([lines_of_row(problem, whole, row) for row in rows])
    without = lines[np.diff(problem.arcs.offsets)[lines] == 0]
    for line in without[:SHOWN].tolist():
        yield f"no stock is in reach of {problem.facts.lines.id[line]}"
    if stock:
        yield from _stock(problem, lines)
    elif len(rows) == 1 and whole.row_block(rows[0])[0].family == contract_floor.NAME:
        asked = int(problem.line.quantity[lines].sum())
        yield f"lines with stock in reach ask for {asked} of it"


def _stock(problem: Problem, lines: Ints) -> Iterator[str]:
    """What each location has of each product that is in reach of the lines."""
    arcs, lots = problem.arcs, problem.facts.lots
    held: dict[tuple[str, str], int] = {}
    for lot in np.unique(arcs.lot[np.isin(arcs.line, lines)]).tolist():
        place = (lots.location.word(lot), lots.product.word(lot))
        held[place] = held.get(place, 0) + int(lots.quantity[lot])
    said = [f"{where} has {units} of {what}" for (where, what), units in sorted(held.items())]
    if said:
        yield _listed(said)


def _listed(said: Sequence[str]) -> str:
    """A, B and C; no more than SHOWN of them."""
    shown = list(said[:SHOWN])
    if len(said) > SHOWN:
        shown.append(f"{len(said) - SHOWN} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
