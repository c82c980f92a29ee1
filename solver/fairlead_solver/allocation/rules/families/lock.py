"""Lock (firm): a locked quantity is given exactly.

    Σ_s x_is  =  locked_i        for every line i with a locked quantity

A line without an arc keeps its row: it is a conflict by itself, unless it is locked at nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import NO_INT, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units

NAME = "lock"
EXPLAINS = RuleExplanation(
    ReasonCode.LOCKED, Limit.HELD, gives_way=True, of_line=True, proven_without=True
)


def _lines(problem: Problem) -> Ints:
    return np.flatnonzero(problem.line.locked != NO_INT)


def applies(problem: Problem) -> bool:
    """Where a line is locked."""
    return len(_lines(problem)) > 0


def build(problem: Problem, draft: Draft) -> None:
    """Rows "lines", keys: lines."""
    lines = _lines(problem)
    locked = problem.line.locked[lines]
    rows = draft.rows(NAME, "lines", lines, lower=locked, upper=locked, about=About.LINES)
    add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Every locked line gets its quantity, no more and no less."""
    given, locked, ids = plan.per_line(), problem.line.locked, problem.facts.lines.id
    return [
        Breach(NAME, ids[i], int(locked[i]), int(given[i]), f"line {ids[i]} is locked")
        for i in _lines(problem)
        if given[i] != locked[i]
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line, locked = problem.facts.lines.id[key], problem.line.locked[key]
    leaf, sentence = f"lines[{line}].locked_quantity", f"line {line} is locked at {locked}"
    return Wording(line, leaf, sentence, looser=f"unlock {line}")
