"""Demand: no line gets more than it asks for."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import demand

from .cases import demand as case
from .cycles import given, planned


def test_plenty_of_stock_gives_no_more_than_asked_in_whole_packs() -> None:
    assert given(case()) == {"a": 4}


def test_more_than_asked_is_a_breach() -> None:
    problem = case()
    breach = demand.check(problem, planned(problem, a_s=2, a_t=1))[0]
    assert (breach.key, breach.limit, breach.use) == ("a", 5, 6)
