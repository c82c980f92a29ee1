"""Contract cap: no more than the cap still leaves."""

from __future__ import annotations

from typing import Any

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.rules.families import contract_cap

from .cases import contract_cap as case
from .cycles import cycle, given, line, lot, planned, row_keys


def capped(**contract: Any) -> Problem:
    return cycle(
        [line("a", 4, customer="C")],
        [lot("s", 7)],
        contracts=[{"id": "K", "customer": "C", **contract}],
    )


def test_a_contract_without_a_cap_needs_no_rule() -> None:
    assert not contract_cap.applies(capped(floor_quantity=2, hard=True))


def test_a_cap_over_what_is_asked_writes_no_row() -> None:
    assert row_keys(capped(cap_quantity=4), contract_cap) == {}


def test_a_cap_leaves_what_was_not_yet_delivered() -> None:
    assert sum(given(case()).values()) == 3
    assert given(capped(cap_quantity=3)) == {"a": 3}


def test_an_exceeded_cap_gives_nothing_more_and_is_no_conflict() -> None:
    assert given(capped(cap_quantity=3, delivered_quantity=5)) == {"a": 0}


def test_more_than_the_cap_is_a_breach() -> None:
    problem = case()
    breach = contract_cap.check(problem, planned(problem, a_s=2, b_s=2))[0]
    assert (breach.key, breach.limit, breach.use) == ("K", 3, 4)
