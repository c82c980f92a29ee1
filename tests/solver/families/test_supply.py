"""Supply: no lot gives more than it holds."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import supply

from .cases import supply as case
from .cycles import cycle, given, line, lot, planned, taken


def test_stock_that_suffices_serves_everyone() -> None:
    assert given(cycle([line("a", 4), line("b", 3)], [lot("s", 7)])) == {"a": 4, "b": 3}


def test_scarce_stock_goes_to_the_dearer_line() -> None:
    assert given(cycle([line("a", 4, 10), line("b", 3, 20)], [lot("s", 5)])) == {"a": 2, "b": 3}


def test_a_substitute_takes_its_ratio_from_the_lot() -> None:
    assert given(case()) == {"a": 4, "b": 0}  # the fifth unit is half of what b needs
    assert taken(case()) == {"s": 4}


def test_an_overdrawn_lot_is_a_breach_in_units_of_the_lot() -> None:
    problem = case()
    breach = supply.check(problem, planned(problem, a_s=2, b_s=2))[0]
    assert (breach.key, breach.limit, breach.use) == ("s", 5, 6)
