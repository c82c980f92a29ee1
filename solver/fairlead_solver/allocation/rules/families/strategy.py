"""Confirmation strategy: what may happen to a line's previous confirmation.

    WIN    Σ_s x_is  =  q_i          in full, or conflict
    GAIN   Σ_s x_is  >= prev_i       at least what was confirmed
    FILL   Σ_s x_is  <= prev_i       at most what was confirmed
    LOSE   Σ_s x_is  =  0            it gives up what it had
    SKIP   Σ_s x_is  =  prev_i       exactly what was confirmed

REDISTRIBUTE, the default, is free. Lines without an arc keep the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import INFINITY, Draft
from fairlead_solver.tables import Floats, Ints

from ...cycle.facts import Strategy
from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units

NAME = "strategy"
EXPLAINS = RuleExplanation(
    ReasonCode.STRATEGY, Limit.HELD, gives_way=True, of_line=True, proven_without=True
)

SAYS = {
    Strategy.WIN: "it gets all it asks for",
    Strategy.GAIN: "it keeps at least the {} confirmed before",
    Strategy.FILL: "it gets at most the {} confirmed before",
    Strategy.LOSE: "it gets nothing",
    Strategy.SKIP: "it keeps exactly the {} confirmed before",
}


def applies(problem: Problem) -> bool:
    """Where a line names a strategy other than REDISTRIBUTE."""
    return bool((problem.facts.lines.strategy != Strategy.REDISTRIBUTE).any())


def _bounds(problem: Problem) -> Iterator[tuple[Strategy, Ints, Floats, Floats]]:
    """(strategy, its lines, least and most units of each)."""
    line = problem.line
    for strategy in SAYS:
        i = np.flatnonzero(problem.facts.lines.strategy == strategy)
        least = most = line.previous[i].astype(np.float64)
        if strategy is Strategy.WIN:
            least = most = line.quantity[i].astype(np.float64)
        elif strategy is Strategy.LOSE:
            least = most = np.zeros(len(i))
        elif strategy is Strategy.GAIN:
            most = np.full(len(i), INFINITY)
        elif strategy is Strategy.FILL:
            least = np.full(len(i), -INFINITY)
        yield strategy, i, least, most


def build(problem: Problem, draft: Draft) -> None:
    """Rows "win", "gain", "fill", "lose" and "skip", keys: lines."""
    for strategy, lines, least, most in _bounds(problem):
        rows = draft.rows(
            NAME, strategy.name.lower(), lines, lower=least, upper=most, about=About.LINES
        )
        add_units(draft, problem, rows, lines)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Every line gets what its strategy allows."""
    return list(_breaches(problem, plan))


def _breaches(problem: Problem, plan: Plan) -> Iterator[Breach]:
    given, ids = plan.per_line(), problem.facts.lines.id
    for strategy, lines, least, most in _bounds(problem):
        units = given[lines]
        for j in np.flatnonzero((units < least) | (units > most)):
            limit = int(least[j] if units[j] < least[j] else most[j])
            line = ids[lines[j]]
            yield Breach(NAME, line, limit, int(units[j]), _says(problem, strategy, int(lines[j])))


def _says(problem: Problem, strategy: Strategy, line: int) -> str:
    says = SAYS[strategy].format(problem.line.previous[line])
    return f"line {problem.facts.lines.id[line]} has strategy {strategy.name}: {says}"


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    line, sentence = problem.facts.lines.id[key], _says(problem, Strategy[name.upper()], key)
    looser = f"free {line} of its strategy {name.upper()}"
    return Wording(line, f"lines[{line}].strategy", sentence, looser=looser)
