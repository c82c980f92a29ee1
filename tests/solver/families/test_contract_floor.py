"""Contract floor: at least so much, or a penalty."""

from __future__ import annotations

from typing import Any

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.decision.decision import Status
from fairlead_solver.allocation.rules.families import contract_floor
from fairlead_solver.allocation.rules.terms import Term
from fairlead_solver.api.allocation import solve

from .cases import contract_floor as case
from .cycles import MICRO, cycle, given, line, lot, plan_of, planned, row_keys


def owed(**contract: Any) -> Problem:
    """Five units for two lines; D's is worth 50 a unit more than C's."""
    lines = [line("a", 4, 10, customer="C"), line("b", 5, 20, customer="D")]
    return cycle(lines, [lot("s", 5)], contracts=[{"id": "K", "customer": "C", **contract}])


def test_a_contract_without_a_floor_needs_no_rule() -> None:
    assert not contract_floor.applies(owed(cap_quantity=9))
    assert not contract_floor.applies(owed(floor_quantity=3))  # soft, and no penalty


def test_a_hard_floor_is_kept_whatever_it_costs() -> None:
    assert given(owed(floor_quantity=3, hard=True)) == {"a": 3, "b": 2}


def test_a_soft_floor_is_kept_where_the_penalty_is_dearer() -> None:
    problem = owed(floor_quantity=3, penalty_micros=51 * MICRO)
    assert given(problem) == {"a": 3, "b": 2}
    assert contract_floor.money(problem, plan_of(problem)) == {Term.CONTRACT: 0}
    problem = owed(floor_quantity=3, penalty_micros=49 * MICRO)
    assert given(problem) == {"a": 0, "b": 5}
    assert contract_floor.money(problem, plan_of(problem)) == {Term.CONTRACT: -3 * 49 * MICRO}


def test_what_was_delivered_counts_against_the_quantity() -> None:
    assert given(owed(floor_quantity=3, delivered_quantity=2, hard=True)) == {"a": 1, "b": 4}
    assert given(owed(floor_quantity=3, delivered_quantity=9, hard=True)) == {"a": 0, "b": 5}


def test_a_rate_is_of_this_cycle_alone_and_rounded_up_exactly() -> None:
    assert given(owed(floor_rate=0.3, delivered_quantity=9, hard=True)) == {"a": 2, "b": 3}
    problem = cycle(
        [line("a", 10, 1, customer="C"), line("b", 10, 20)],
        [lot("s", 10)],
        contracts=[{"id": "K", "customer": "C", "floor_rate": 0.7, "hard": True}],
    )
    assert given(problem) == {"a": 7, "b": 3}  # 0.7 * 10 is 7, not 7.000000000000001


def test_a_hard_floor_over_all_stock_is_infeasible() -> None:
    problem = cycle(
        [line("a", 4, customer="C")],
        [lot("s", 2)],
        contracts=[{"id": "K", "customer": "C", "floor_quantity": 3, "hard": True}],
    )
    assert solve(problem).decision.status is Status.INFEASIBLE


def test_a_hard_floor_nobody_can_serve_keeps_its_row() -> None:
    contract = {"id": "K", "customer": "C", "floor_quantity": 3, "hard": True}
    problem = cycle([line("a", 4, customer="C")], [lot("s", 0)], contracts=[contract])
    assert row_keys(problem, contract_floor) == {"contracts": [0]}


def test_a_missed_hard_floor_is_a_breach() -> None:
    problem = case()
    breach = contract_floor.check(problem, planned(problem, a_s=1))[0]
    assert (breach.key, breach.limit, breach.use) == ("K", 2, 1)
