"""A rule that no file of Fairlead knows: no line gets more than so many units.

Σ_s x_is  <=  7        for every line i that asks for more
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.cycle.row_keys import About
from fairlead_solver.allocation.rules.explanation import Limit, RuleExplanation
from fairlead_solver.allocation.rules.family import NO_MONEY, Breach, Wording
from fairlead_solver.allocation.rules.plan import Plan
from fairlead_solver.allocation.rules.terms import Term
from fairlead_solver.allocation.rules.unit_totals import add_units
from fairlead_solver.model.program.draft import Draft

NAME = "toy"
EXPLAINS = RuleExplanation(limit=Limit.WHOLE_LINE, waived=True, of_line=True)
MOST = 7


def applies(problem: Problem) -> bool:
    """Where a line asks for more."""
    return bool((problem.line.quantity > MOST).any())


def build(problem: Problem, draft: Draft) -> None:
    """Rows "lines", keys: lines."""
    lines = np.flatnonzero(problem.line.quantity > MOST)
    upper = np.full(len(lines), MOST)
    rows = draft.rows(NAME, "lines", lines, upper=upper, about=About.LINES)
    add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No line has more."""
    given = plan.per_line()
    return [
        Breach(NAME, problem.facts.lines.id[i], MOST, int(given[i]), "more than seven")
        for i in np.flatnonzero(given > MOST)
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line = problem.facts.lines.id[key]
    return Wording(line, "toy.most", f"{line} may have 7", looser=f"let {line} have more than 7")
