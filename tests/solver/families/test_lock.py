"""Lock: exactly what is locked."""

from __future__ import annotations

from fairlead_solver.allocation.decision.decision import Status
from fairlead_solver.allocation.rules.families import lock
from fairlead_solver.api.allocation import solve

from .cases import lock as case
from .cycles import cycle, given, line, lot, planned, row_keys


def test_unlocked_lines_need_no_rule() -> None:
    assert not lock.applies(cycle([line("a", 4)], [lot("s", 4)]))


def test_a_locked_line_gets_exactly_that() -> None:
    assert given(case()) == {"a": 2, "b": 2}


def test_a_lock_at_nothing_holds_too() -> None:
    assert given(cycle([line("a", 4, locked_quantity=0)], [lot("s", 4)])) == {"a": 0}


def test_a_lock_over_the_stock_is_infeasible() -> None:
    problem = cycle([line("a", 4, locked_quantity=3)], [lot("s", 2)])
    assert solve(problem).decision.status is Status.INFEASIBLE


def test_a_locked_line_without_stock_keeps_its_row() -> None:
    problem = cycle([line("a", 4, locked_quantity=3)], [lot("s", 0)])
    assert row_keys(problem, lock) == {"lines": [0]}


def test_less_than_locked_is_a_breach() -> None:
    problem = case()
    breach = lock.check(problem, planned(problem, a_s=1))[0]
    assert (breach.key, breach.limit, breach.use) == ("a", 2, 1)
