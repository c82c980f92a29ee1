"""Location use: a fixed cost per location used, and how many may be used."""

from __future__ import annotations

import pytest

from fairlead_solver.allocation.policy.location_use import LocationUsePolicy
from fairlead_solver.allocation.policy.policy import Policy
from fairlead_solver.allocation.rules.families import location_use
from fairlead_solver.allocation.rules.terms import Term

from .cases import location_use as case
from .cycles import MICRO, Row, cycle, line, lot, plan_of, planned, row_keys, taken

SITES = [lot("s", 3, "V"), lot("t", 3, "W"), lot("u", 2, "U")]


def most(count: int) -> Policy:
    return Policy(location_use=LocationUsePolicy(max_locations=count))


def test_without_fixed_costs_or_a_limit_there_is_no_rule() -> None:
    assert not location_use.applies(cycle([line("a", 8)], SITES))
    assert not location_use.applies(cycle([line("a", 8)], SITES, most(3)))


def test_the_best_locations_are_used_when_their_number_is_limited() -> None:
    assert taken(cycle([line("a", 8)], SITES, most(2))) == {"s": 3, "t": 3, "u": 0}


def test_a_location_is_used_only_where_it_earns_its_fixed_cost() -> None:
    locations: list[Row] = [{"id": "U", "fixed_cost_micros": 101 * MICRO}, {"id": "V"}, {"id": "W"}]
    problem = cycle([line("a", 8)], SITES, locations=locations)  # a unit is worth 50
    assert taken(problem) == {"s": 3, "t": 3, "u": 0}
    locations[0]["fixed_cost_micros"] = 99 * MICRO
    problem = cycle([line("a", 8)], SITES, locations=locations)
    assert taken(problem) == {"s": 3, "t": 3, "u": 2}
    assert location_use.money(problem, plan_of(problem)) == {Term.LOCATION: -99 * MICRO}


def test_one_location_too_many_is_a_breach() -> None:
    problem = case()
    breach = location_use.check(problem, planned(problem, a_s=1, a_t=1, b_u=1))[0]
    assert (breach.limit, breach.use) == (2, 3)
    assert row_keys(problem, location_use)["max_locations"] == [0]


@pytest.mark.parametrize(("count", "faults"), [(0, 0), (3, 0), (-1, 1)])
def test_the_limit_is_checked(count: int, faults: int) -> None:
    assert len(list(LocationUsePolicy(count).findings())) == faults
