"""Demand: a line gets no more than it asks for.

    Σ_s m_i n_is  <=  m_i ⌊q_i / m_i⌋        for every line i with an arc

The right side is q_i less its pack remainder: the same integer plans, a tighter relaxation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term

NAME = "demand"
EXPLAINS = RuleExplanation(never_gives_way=True)


def applies(problem: Problem) -> bool:
    """Where any arc exists."""
    return len(problem.arcs) > 0


def build(problem: Problem, draft: Draft) -> None:
    """Rows "lines", keys: lines."""
    arcs, line = problem.arcs, problem.line
    lines, row = np.unique(arcs.line, return_inverse=True)
    whole = line.quantity[lines] - line.quantity[lines] % line.pack[lines]
    rows = draft.rows(NAME, "lines", lines, upper=whole, about=About.LINES)
    draft.entries(rows[row], np.arange(len(arcs)), arcs.pack)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No line is given more than it asked for."""
    given, asked, ids = plan.per_line(), problem.line.quantity, problem.facts.lines.id
    return [
        Breach(NAME, ids[i], int(asked[i]), int(given[i]), f"line {ids[i]} gets more than it asked")
        for i in np.flatnonzero(given > asked)
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line = problem.facts.lines.id[key]
    sentence = f"line {line} asks for {problem.line.quantity[key]}"
    return Wording(line, f"lines[{line}].quantity", sentence)
