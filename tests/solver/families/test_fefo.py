"""FEFO: lots that expire earlier leave first."""

from __future__ import annotations

from typing import Any

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.policy.fefo import FefoMode, FefoPolicy
from fairlead_solver.allocation.policy.policy import Policy
from fairlead_solver.allocation.rules.families import fefo

from .cases import fefo as case
from .cycles import MICRO, TODAY, cycle, line, lot, planned, row_keys, taken


def shelf(mode: FefoMode, quantity: int = 4, **more: Any) -> Problem:
    """Three units that expire soon and are dear to give, five that expire late."""
    lots = [
        lot("s", 3, expiry_day=TODAY + 10, unit_cost_micros=9 * MICRO),
        lot("t", 5, expiry_day=TODAY + 30),
    ]
    return cycle([line("a", quantity, **more)], lots, Policy(fefo=FefoPolicy(mode)))


def test_without_strict_the_cheaper_lot_goes_first() -> None:
    for mode in (FefoMode.OFF, FefoMode.PREFER):
        assert not fefo.applies(shelf(mode))
        assert taken(shelf(mode)) == {"s": 0, "t": 4}


def test_strict_takes_the_earlier_expiry_first() -> None:
    assert taken(shelf(FefoMode.STRICT)) == {"s": 3, "t": 1}
    assert taken(shelf(FefoMode.STRICT, quantity=2)) == {"s": 2, "t": 0}


def test_a_remainder_under_one_pack_may_stay_behind() -> None:
    assert taken(shelf(FefoMode.STRICT, pack=2)) == {"s": 2, "t": 2}


def test_a_line_the_early_lot_may_not_serve_takes_the_later_one() -> None:
    problem = shelf(FefoMode.STRICT, min_shelf_life_days=20)
    assert not fefo.applies(problem)
    assert taken(problem) == {"s": 0, "t": 4}


def test_no_expiry_is_the_latest_and_equal_expiry_is_one_class() -> None:
    lots = [
        lot("s", 3),
        lot("t", 3, expiry_day=TODAY + 9),
        lot("u", 3, expiry_day=TODAY + 9, unit_cost_micros=MICRO),
    ]
    problem = cycle([line("a", 4)], lots, Policy(fefo=FefoPolicy(FefoMode.STRICT)))
    assert taken(problem) == {"s": 0, "t": 3, "u": 1}


def test_other_locations_and_products_have_shelves_of_their_own() -> None:
    lots = [lot("s", 3, "V", expiry_day=TODAY + 9), lot("t", 3, "W")]
    assert not fefo.applies(cycle([line("a", 4)], lots, Policy(fefo=FefoPolicy(FefoMode.STRICT))))


def test_an_early_lot_emptied_by_others_frees_the_later_one() -> None:
    problem = case()
    assert not fefo.check(problem, planned(problem, a_s=1, a_t=1))
    assert fefo.check(problem, planned(problem, a_t=1))
    assert not fefo.check(problem, planned(problem, b_t=2))


def test_taking_late_stock_first_is_a_breach() -> None:
    problem = shelf(FefoMode.STRICT)
    breach = fefo.check(problem, planned(problem, a_s=2, a_t=2))[0]
    assert (breach.key, breach.use) == ("a/t", 2)
    assert row_keys(problem, fefo) == {"emptied": [0], "order": [0]}
