"""Sources: lines and orders from at most K locations."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import sources

from .cases import sources as case
from .cycles import cycle, given, line, lot, planned, row_keys

SITES = [lot("s", 2, "U"), lot("t", 2, "V"), lot("u", 2, "W")]


def test_lines_and_orders_without_a_limit_need_no_rule() -> None:
    problem = cycle([line("a", 6)], SITES)
    assert not sources.applies(problem)
    assert given(problem) == {"a": 6}


def test_a_line_is_served_from_as_many_locations_as_it_allows() -> None:
    assert given(cycle([line("a", 6, max_sources=2)], SITES)) == {"a": 4}
    assert given(cycle([line("a", 6, max_sources=1)], SITES)) == {"a": 2}


def test_an_order_counts_the_locations_of_all_its_lines() -> None:
    lines = [line("a", 2, order="O"), line("b", 2, order="O", product="Q")]
    lots = [lot("s", 2, "U"), lot("t", 2, "V", product="Q"), lot("u", 1, "U", product="Q")]
    assert given(cycle(lines, lots, orders=[{"id": "O"}])) == {"a": 2, "b": 2}
    assert given(cycle(lines, lots, orders=[{"id": "O", "max_sources": 1}])) == {"a": 2, "b": 1}


def test_a_limit_no_plan_can_exceed_is_not_written() -> None:
    problem = cycle([line("a", 6, max_sources=3)], SITES)
    assert sources.applies(problem)
    assert row_keys(problem, sources) == {}


def test_one_location_too_many_is_a_breach_of_line_and_order() -> None:
    problem = case()
    broken = sources.check(problem, planned(problem, a_s=1, a_t=1, a_u=1, b_s=1, b_t=1))
    assert [(b.key, b.limit, b.use) for b in broken] == [("a", 2, 3), ("O2", 1, 2)]
