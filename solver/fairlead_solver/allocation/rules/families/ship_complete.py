"""Ship-complete: a line gets all it asks for, or nothing.

    Σ_s x_is  =  q_i b_i,   b_i in {0, 1}        for every ship-complete line i

A line without an arc gets nothing anyway and has no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units

NAME = "ship_complete"
EXPLAINS = RuleExplanation(
    ReasonCode.SHIP_COMPLETE, Limit.ALL_OR_NOTHING, of_line=True, proven_without=True
)


def applies(problem: Problem) -> bool:
    """Where a line is marked so."""
    return bool(problem.facts.lines.ship_complete.any())


def build(problem: Problem, draft: Draft) -> None:
    """Columns "complete" b and rows "lines", keys: lines with an arc."""
    has_arcs = np.diff(problem.arcs.offsets) > 0
    lines = np.flatnonzero(problem.facts.lines.ship_complete & has_arcs)
    complete = draft.columns(NAME, "complete", lines, upper=1.0, integer=True, about=About.LINES)
    rows = draft.rows(NAME, "lines", lines, lower=0.0, upper=0.0, about=About.LINES)
    draft.entries(rows, complete, -problem.line.quantity[lines])
    add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No such line is served in part."""
    given, asked, ids = plan.per_line(), problem.line.quantity, problem.facts.lines.id
    partly = problem.facts.lines.ship_complete & (given != 0) & (given != asked)
    return [
        Breach(NAME, ids[i], int(asked[i]), int(given[i]), f"line {ids[i]} ships complete only")
        for i in np.flatnonzero(partly)
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line, asked = problem.facts.lines.id[key], problem.line.quantity[key]
    sentence = f"line {line} ships complete: {asked}, or nothing"
    looser = f"ship {line} in part"
    return Wording(line, f"lines[{line}].ship_complete", sentence, looser=looser)
