"""Rules that cannot hold together: one minimal set of them, and the cheapest way out.

The way out: floors, locks, fences and strategies may be missed by units, each at its price
(`conflict_part.unit_prices`); first the price of what is missed is the least, then the goals and
the money of the component are the most. The minimal set is found in `conflict_set`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fairlead_solver.model.program.draft import Ints, Model
from fairlead_solver.model.resolve.elastic import (
    Missed,
    Part,
    Undecided,
    cut,
    feasible,
    least_missed,
    without,
)
from fairlead_solver.model.resolve.infeasible_subset import minimal_set
from fairlead_solver.model.resolve.reoptimizer import Resolve

from ...cycle.problem import Problem
from ...rules.explanation import Limit, Unit
from ...rules.families import fefo, location_use, sources
from ..vocabulary.rule_catalogue import explains, holds_a_line
from ..vocabulary.values import Conflict, Relaxation, Rule
from .component import giving_way, rules_of, unit_prices
from .conflict_text import gives_way, in_order, sentence, worded

PLACES = (sources.NAME, location_use.NAME, fefo.NAME)


def conflict(
    problem: Problem,
    model: Model,
    contradictions: Sequence[tuple[Ints, Ints]],
    resolve: Resolve,
) -> Conflict | None:
    """The conflict of a cycle; `contradictions`: (columns, rows) of each such component.

    The minimal set is that of the first component, the relaxations are those of all. What was not
    found out before `resolve` was stopped is left out, and `minimal` is false without a set.
    """
    if not contradictions:
        return None
    parts = [cut(model, columns, rows) for columns, rows in contradictions]
    missed = [_way_out(problem, model, part, resolve) for part in parts]
    found = _set(model, parts[0], missed[0], resolve)
    rows = in_order(problem, model, parts[0].rows[found].tolist())
    relaxed = [
        r
        for part, way in zip(parts, missed, strict=True)
        for r in _relaxations(problem, model, part, way)
    ]
    return Conflict(
        rules=tuple(_rule(problem, model, row) for row in rows),
        relaxations=tuple(relaxed),
        lines=_lines(problem, model, parts),
        minimal=bool(rows),
        sentence=sentence(
            problem,
            model,
            rows,
            [r.sentence for r in relaxed],
            len(parts) - 1,
            stock=bool(rows) and _needs_stock(problem, model, parts[0], found, resolve),
        ),
    )


def _way_out(problem: Problem, model: Model, part: Part, resolve: Resolve) -> Missed | None:
    rows = giving_way(model, part)
    try:
        return least_missed(part.model, rows, unit_prices(problem, model, part, rows), resolve)
    except Undecided:
        return None


def _set(model: Model, part: Part, missed: Missed | None, resolve: Resolve) -> list[int]:
    """Positions of the minimal set's rows; none where it was not found out."""
    if missed is None:
        return []
    try:
        gone = missed.rows[(missed.under + missed.over) > 0]
        return minimal_set(part, rules_of(model, part), giving_way(model, part), gone, resolve)
    except Undecided:
        return []


def _needs_stock(
    problem: Problem, model: Model, part: Part, found: list[int], resolve: Resolve
) -> bool:
    """Whether the set would hold if every lot were large, or says where stock comes from."""
    if any(model.row_block(int(row))[0].family in PLACES for row in part.rows[found]):
        return True
    supplies = [
        explains(model.row_block(row)[0].family).limit is Limit.STOCK for row in part.rows.tolist()
    ]
    dropped = np.union1d(np.setdiff1d(rules_of(model, part), found), np.flatnonzero(supplies))
    flows = np.flatnonzero(part.columns < len(problem.arcs))
    line = problem.arcs.line[part.columns[flows]]
    upper = part.model.upper.copy()
    upper[flows] = problem.line.quantity[line] // problem.line.pack[line]
    plenty = replace(without(part.model, dropped), upper=upper)
    try:
        return feasible(plenty, resolve)
    except Undecided:
        return False


def _rule(problem: Problem, model: Model, row: int) -> Rule:
    family, words = worded(problem, model, row)
    return Rule(family, words.key, words.leaf)


def _relaxations(
    problem: Problem, model: Model, part: Part, missed: Missed | None
) -> list[Relaxation]:
    """What gives way in one component, and by how much; empty where that was not found out."""
    if missed is None:
        return []
    return [
        _relaxation(
            problem,
            model,
            int(part.rows[missed.rows[j]]),
            int(missed.under[j]),
            int(missed.over[j]),
        )
        for j in np.flatnonzero(missed.under + missed.over)
    ]


def _relaxation(problem: Problem, model: Model, row: int, under: int, over: int) -> Relaxation:
    side = model.row_lower[row] - under if under else model.row_upper[row] + over
    said = gives_way(problem, model, row, int(side))
    return Relaxation(_rule(problem, model, row), under + over, Unit.BASE, said)


def _lines(problem: Problem, model: Model, parts: Sequence[Part]) -> tuple[str, ...]:
    """Ids of the lines in the components, those without an arc too."""
    touched: set[int] = set()
    for part in parts:
        flows = part.columns[part.columns < len(problem.arcs)]
        touched.update(problem.arcs.line[flows].tolist())
        for row in part.rows.tolist():
            block, key = model.row_block(row)
            if holds_a_line(block.family):
                touched.add(key)
    return tuple(problem.facts.lines.id[i] for i in sorted(touched))
