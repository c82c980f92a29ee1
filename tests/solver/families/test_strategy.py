"""Confirmation strategy: what may happen to a previous confirmation."""

from __future__ import annotations

import pytest

from fairlead_solver.allocation.cycle.facts import Strategy
from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.decision.decision import Status
from fairlead_solver.allocation.rules.families import strategy
from fairlead_solver.api.allocation import solve

from .cases import strategy as case
from .cycles import cycle, given, line, lot, planned


def beside(rival: int, kind: Strategy, stock: int = 5) -> Problem:
    """Line a asks for four, had two; a rival asks for four at its own price."""
    lines = [line("a", 4, 10, strategy=kind, previous_quantity=2), line("b", 4, rival)]
    return cycle(lines, [lot("s", stock)])


def test_redistribute_needs_no_rule() -> None:
    assert not strategy.applies(beside(20, Strategy.REDISTRIBUTE))


@pytest.mark.parametrize(
    ("kind", "against_dearer", "against_cheaper"),
    [
        (Strategy.REDISTRIBUTE, 1, 4),
        (Strategy.WIN, 4, 4),
        (Strategy.GAIN, 2, 4),
        (Strategy.FILL, 1, 2),
        (Strategy.LOSE, 0, 0),
        (Strategy.SKIP, 2, 2),
    ],
)
def test_each_strategy_bounds_the_line(
    kind: Strategy, against_dearer: int, against_cheaper: int
) -> None:
    assert given(beside(20, kind))["a"] == against_dearer
    assert given(beside(5, kind))["a"] == against_cheaper


def test_a_win_that_stock_cannot_fill_is_a_conflict() -> None:
    assert solve(beside(20, Strategy.WIN, stock=3)).decision.status is Status.INFEASIBLE


def test_every_strategy_not_kept_is_a_breach() -> None:
    problem = case()
    nothing = {b.key: (b.limit, b.use) for b in strategy.check(problem, planned(problem))}
    assert nothing == {"WIN": (2, 0), "GAIN": (1, 0), "SKIP": (1, 0)}
    full = planned(problem, **{f"{n}_{n}": 2 for n in problem.facts.lines.id})
    too_much = {b.key: (b.limit, b.use) for b in strategy.check(problem, full)}
    assert too_much == {"FILL": (1, 2), "LOSE": (0, 2), "SKIP": (1, 2)}
