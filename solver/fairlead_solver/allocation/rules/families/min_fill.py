"""Minimum fill: a line gets nothing, or at least the share φ_i of what it asks for.

    L_i b_i  <=  Σ_s x_is  <=  U_i b_i,   b_i in {0, 1}        for lines with least_i > m_i

least_i = ⌈φ_i q_i⌉ and L_i is least_i rounded up to whole packs; U_i is what the line's arcs can
carry, at most q_i. Where least_i is at most one pack, any pack fulfils it: no row. Ship-complete
lines (φ_i = 1 by name) have their own family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft, RowKind
from fairlead_solver.tables import Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units, reach

NAME = "min_fill"
EXPLAINS = RuleExplanation(
    ReasonCode.MIN_FILL, Limit.ALL_OR_NOTHING, of_line=True, proven_without=True
)


def _lines(problem: Problem) -> Ints:
    line = problem.line
    return np.flatnonzero((line.least > line.pack) & ~problem.facts.lines.ship_complete)


def applies(problem: Problem) -> bool:
    """Where a line's least quantity is more than a pack."""
    return len(_lines(problem)) > 0


def build(problem: Problem, draft: Draft) -> None:
    """Columns "opened" b, rows "least" and "opened", keys: lines with an arc."""
    lines, most, arcs = _lines(problem), reach(problem), problem.arcs
    lines = lines[np.diff(arcs.offsets)[lines] > 0]
    pack = problem.line.pack[lines]
    least = -(-problem.line.least[lines] // pack) * pack
    opened = draft.columns(NAME, "opened", lines, upper=1.0, integer=True, about=About.LINES)
    at_least = draft.rows(NAME, "least", lines, lower=0.0, about=About.LINES)
    draft.entries(at_least, opened, -least)
    add_units(draft, problem, at_least, lines)
    at_most = draft.rows(NAME, "opened", lines, upper=0.0, kind=RowKind.LINK, about=About.LINES)
    draft.entries(at_most, opened, -most[lines])
    add_units(draft, problem, at_most, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No line gets something under its least quantity."""
    given, least, ids = plan.per_line(), problem.line.least, problem.facts.lines.id
    wanted = np.zeros(problem.num_lines, dtype=np.bool_)
    wanted[_lines(problem)] = True
    return [
        Breach(NAME, ids[i], int(least[i]), int(given[i]), f"line {ids[i]} is under its least fill")
        for i in np.flatnonzero(wanted & (given > 0) & (given < least))
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line, least = problem.facts.lines.id[key], problem.line.least[key]
    sentence = f"line {line} takes nothing, or at least {least}"
    looser = f"give {line} less than its minimum fill"
    return Wording(line, f"lines[{line}].min_fill_rate", sentence, looser=looser)
