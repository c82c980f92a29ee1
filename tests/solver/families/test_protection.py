"""Protection: stock kept for a group."""

from __future__ import annotations

from typing import Any

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.rules.families import protection

from .cases import protection as case
from .cycles import cycle, given, line, lot, planned, row_keys

LINES = [line("a", 2, 10, tier="A"), line("b", 6, 500, tier="B", channel="web")]


def kept(quantity: int, **more: Any) -> Problem:
    return cycle(
        LINES,
        [lot("s", 4, "V"), lot("t", 2, "W")],
        protections=[{"id": "R", "product": "P", "quantity": quantity, **more}],
    )


def test_without_protections_there_is_no_rule() -> None:
    problem = cycle(LINES, [lot("s", 6)])
    assert not protection.applies(problem)
    assert given(problem) == {"a": 0, "b": 6}


def test_others_leave_what_is_protected_even_if_the_group_takes_less() -> None:
    assert given(kept(3, group_tier="A")) == {"a": 2, "b": 3}
    assert given(kept(9, group_tier="A")) == {"a": 2, "b": 0}


def test_only_the_locations_named_are_protected() -> None:
    assert given(kept(3, group_tier="A", locations=["V"])) == {"a": 2, "b": 3}
    assert given(kept(3, group_tier="A", locations=["W"])) == {"a": 2, "b": 4}


def test_a_line_is_in_the_group_only_if_every_selector_matches() -> None:
    assert row_keys(kept(2, group_tier="B", group_channel="web"), protection) == {}
    assert given(kept(3, group_tier="B", group_channel="shop")) == {"a": 0, "b": 3}


def test_blocked_stock_counts_neither_as_available_nor_as_protected() -> None:
    assert protection.words(case(), "protections", 0).sentence.endswith("1 are left for others")


def test_what_others_take_is_counted_in_units_of_the_lot() -> None:
    problem = cycle(
        [line("b", 3, product="Q", substitutes_allowed=True), line("a", 1, tier="A")],
        [lot("s", 6)],
        products=[{"id": "P"}, {"id": "Q"}],
        substitutes=[{"product": "Q", "substitute": "P", "ratio": 2}],
        protections=[{"id": "R", "product": "P", "quantity": 2, "group_tier": "A"}],
    )
    breach = protection.check(problem, planned(problem, b_s=3))[0]
    assert (breach.key, breach.limit, breach.use) == ("R", 4, 6)
    assert given(problem) == {"a": 1, "b": 2}
