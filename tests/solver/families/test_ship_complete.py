"""Ship-complete: all, or nothing."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import ship_complete

from .cases import ship_complete as case
from .cycles import cycle, given, line, lot, planned


def test_unmarked_lines_need_no_rule() -> None:
    assert not ship_complete.applies(cycle([line("a", 4)], [lot("s", 3)]))


def test_a_line_that_cannot_be_complete_gets_nothing() -> None:
    assert given(case()) == {"a": 0, "b": 3}


def test_a_complete_line_worth_more_displaces_the_dearer_one() -> None:
    lines = [line("a", 4, 19, ship_complete=True), line("b", 3, 20)]
    assert given(cycle(lines, [lot("s", 5)])) == {"a": 4, "b": 1}


def test_packs_that_do_not_make_up_the_quantity_mean_nothing_at_all() -> None:
    assert given(cycle([line("a", 5, pack=2, ship_complete=True)], [lot("s", 9)])) == {"a": 0}


def test_a_part_is_a_breach() -> None:
    problem = case()
    breach = ship_complete.check(problem, planned(problem, a_s=3))[0]
    assert (breach.key, breach.limit, breach.use) == ("a", 4, 3)
