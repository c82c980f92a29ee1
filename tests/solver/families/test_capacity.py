"""Capacity: resources of a location, with overtime."""

from __future__ import annotations

from typing import Any

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.decision.decide import write
from fairlead_solver.allocation.rules.families import capacity
from fairlead_solver.allocation.rules.terms import Term

from .cases import capacity as case
from .cycles import MICRO, cycle, given, line, lot, plan_of, planned, row_keys

USAGES = [{"product": "P", "resource": "minutes", "usage_micros": 1_500_000}]


def picking(capacity_micros: int, **more: Any) -> Problem:
    """Ten asked at 1.5 minutes each; a unit is worth 50."""
    resource = {"location": "W", "resource": "minutes", "capacity_micros": capacity_micros, **more}
    return cycle([line("a", 10)], [lot("s", 10)], usages=USAGES, resources=[resource])


def test_a_usage_without_its_resource_is_unlimited() -> None:
    problem = cycle([line("a", 10)], [lot("s", 10)], usages=USAGES)
    assert not capacity.applies(problem)
    assert given(problem) == {"a": 10}


def test_capacity_that_suffices_writes_no_row() -> None:
    problem = picking(15 * MICRO)
    assert given(problem) == {"a": 10}
    assert row_keys(problem, capacity) == {}


def test_capacity_limits_what_is_shipped() -> None:
    assert given(picking(15 * MICRO - 1)) == {"a": 9}
    assert given(picking(6 * MICRO)) == {"a": 4}


def test_overtime_is_bought_where_it_pays_to_the_micro_unit() -> None:
    dear = picking(6 * MICRO, overtime_micros=4 * MICRO, overtime_cost_micros=34 * MICRO)
    assert given(dear) == {"a": 4}
    problem = picking(6 * MICRO, overtime_micros=4 * MICRO, overtime_cost_micros=33_333_333)
    assert given(problem) == {"a": 6}
    assert capacity.money(problem, plan_of(problem)) == {Term.OVERTIME: -99_999_999}


def test_a_line_may_use_less_at_one_location() -> None:
    resource = {"location": "W", "resource": "minutes", "capacity_micros": 6 * MICRO}
    problem = cycle(
        [line("a", 10)],
        [lot("s", 10)],
        usages=USAGES,
        resources=[resource],
        line_usages=[{"line": "a", "location": "W", "resource": "minutes", "usage_micros": MICRO}],
    )
    assert given(problem) == {"a": 6}


def test_a_substitute_uses_what_its_own_product_uses_for_every_unit_shipped() -> None:
    problem = cycle(
        [line("b", 5, product="Q", substitutes_allowed=True)],
        [lot("s", 10)],
        products=[{"id": "P"}, {"id": "Q"}],
        substitutes=[{"product": "Q", "substitute": "P", "ratio": 2}],
        usages=USAGES,
        resources=[{"location": "W", "resource": "minutes", "capacity_micros": 10 * MICRO}],
    )
    assert given(problem) == {"b": 3}


def test_rows_count_in_small_whole_numbers() -> None:
    problem = case()  # usages of 1.5 and 0.7 minutes: grains of 0.1
    model = write(problem)
    block = model.block_rows("capacity", "resources")
    assert block is not None and block.coupling
    assert capacity.words(problem, "resources", 0).scale == 10
    row = model.matrix[[block.start]].toarray().ravel()
    assert sorted(set(row)) == [-1.0, 7.0, 15.0]
    assert model.row_upper[block.start] == 41.0


def test_use_beyond_overtime_is_a_breach_in_micro_units() -> None:
    problem = case()
    breach = capacity.check(problem, planned(problem, a_s=3, b_s=3))[0]
    assert (breach.key, breach.limit, breach.use) == ("W/minutes", 6_100_000, 6_600_000)


def test_bug_a_pack_that_is_never_given_does_not_spoil_the_row() -> None:
    """Its usage, 2,147 minutes times 10**15 units, has no place in int64."""
    lines = [line("huge", 2, pack=10**15), line("a", 12)]
    problem = cycle(
        lines,
        [lot("s", 20)],
        usages=[{"product": "P", "resource": "pick", "usage_micros": 2_147_483_647}],
        resources=[{"location": "W", "resource": "pick", "capacity_micros": 30 * MICRO}],
    )
    assert given(problem) == {"a": 0, "huge": 0}
