"""Churn: taking back what was confirmed costs money.

    t_i + Σ_s x_is  >=  prev_i,    0 <= t_i <= prev_i        cost ς v_i t_i

ς: policy.rate, v_i: value of a unit. ς v_i is rounded to the micro-unit, so that the
term is a sum of integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft, RowKind
from fairlead_solver.tables import Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import RuleExplanation
from ..family import Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units
from ..unit_value import rounded

NAME = "churn"
EXPLAINS = RuleExplanation()
COLUMN_TERM = Term.CHURN  # what its columns cost or earn


def _lines(problem: Problem) -> Ints:
    return np.flatnonzero((problem.line.previous > 0) & (unit_cost(problem) > 0))


def unit_cost(problem: Problem) -> Ints:
    """ς v of each line, micro-units per unit."""
    return rounded(problem.policy.churn.rate * problem.line.value_micros)


def applies(problem: Problem) -> bool:
    """Where taking back a confirmation costs something."""
    return problem.policy.churn.rate > 0 and len(_lines(problem)) > 0


def build(problem: Problem, draft: Draft) -> None:
    """Columns "taken" t and rows "taken", keys: lines."""
    lines = _lines(problem)
    previous = problem.line.previous[lines]
    taken = draft.columns(
        NAME, "taken", lines, upper=previous, cost=-unit_cost(problem)[lines], about=About.LINES
    )
    rows = draft.rows(NAME, "taken", lines, lower=previous, kind=RowKind.LINK, about=About.LINES)
    draft.entries(rows, taken, 1.0)
    add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """CHURN: minus the cost of every confirmed unit taken back."""
    taken = np.maximum(problem.line.previous - plan.per_line(), 0)
    return {Term.CHURN: -int(np.dot(taken, unit_cost(problem)))}


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """It forbids nothing."""
    return []


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line, previous = problem.facts.lines.id[key], problem.line.previous[key]
    sentence = f"line {line} had {previous} confirmed; taking some back costs money"
    return Wording(line, "policy.churn.rate", sentence)
