"""Minimum fill: nothing, or at least the least quantity."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import min_fill

from .cases import min_fill as case
from .cycles import cycle, given, line, lot, planned, row_keys


def test_a_least_quantity_of_one_pack_needs_no_rule() -> None:
    assert not min_fill.applies(cycle([line("a", 6, pack=2, min_fill_rate=0.3)], [lot("s", 6)]))


def test_a_line_that_cannot_reach_its_least_quantity_gets_nothing() -> None:
    lines = [line("a", 6, min_fill_rate=0.5), line("b", 3, 60)]
    assert given(cycle(lines, [lot("s", 5)])) == {"a": 0, "b": 3}


def test_without_the_rule_it_would_get_the_rest() -> None:
    assert given(cycle([line("a", 6), line("b", 3, 60)], [lot("s", 5)])) == {"a": 2, "b": 3}


def test_the_dearer_line_yields_where_the_least_quantity_is_worth_more() -> None:
    assert given(case()) == {"a": 0, "b": 3}
    lines = [line("a", 6, 19, min_fill_rate=1.0), line("b", 3, 20)]
    assert given(cycle(lines, [lot("s", 6)])) == {"a": 6, "b": 0}


def test_something_under_the_least_quantity_is_a_breach() -> None:
    problem = case()
    breach = min_fill.check(problem, planned(problem, a_s=1))[0]
    assert (breach.key, breach.limit, breach.use) == ("a", 3, 2)
    assert not min_fill.check(problem, planned(problem, a_s=2))


def test_only_lines_that_can_be_served_are_written() -> None:
    lines = [line("a", 6, min_fill_rate=0.5), line("b", 6, product="Q", min_fill_rate=0.5)]
    assert row_keys(cycle(lines, [lot("s", 6)]), min_fill) == {"least": [0], "opened": [0]}
