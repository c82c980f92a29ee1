"""Fair share: in proportion, or the smallest fill rate."""

from __future__ import annotations

import pytest

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.policy.fair_share import (
    FairShareGroup,
    FairShareMode,
    FairSharePolicy,
)
from fairlead_solver.allocation.policy.policy import Policy
from fairlead_solver.allocation.rules.families import fair_share
from fairlead_solver.allocation.rules.families.fair_share import entitlements
from fairlead_solver.allocation.rules.terms import Term

from .cases import fair_share as case
from .cases import fair_share_max_min
from .cycles import MICRO, cycle, given, line, lot, plan_of, planned


def sharing(policy: FairSharePolicy, tier: str = "C") -> Problem:
    """Six for two lines that ask for ten and five; the second pays a little more."""
    lines = [line("a", 10, 10, tier="C", channel="web"), line("b", 5, 11, tier=tier)]
    return cycle(lines, [lot("s", 6)], Policy(fair_share=policy))


PROPORTIONAL = FairSharePolicy(FairShareMode.PROPORTIONAL, shortfall_rate=2.0)


def test_off_gives_to_whoever_is_worth_more() -> None:
    problem = sharing(FairSharePolicy())
    assert not fair_share.applies(problem)
    assert given(problem) == {"a": 1, "b": 5}


def test_proportional_shares_as_asked() -> None:
    assert entitlements(sharing(PROPORTIONAL)).tolist() == [4.0, 2.0]
    assert given(sharing(PROPORTIONAL)) == {"a": 4, "b": 2}


def test_a_rate_under_the_difference_changes_nothing() -> None:
    weak = FairSharePolicy(FairShareMode.PROPORTIONAL, shortfall_rate=0.1)
    assert given(sharing(weak)) == {"a": 1, "b": 5}


def test_tiers_share_among_themselves_unless_the_policy_groups_by_product() -> None:
    assert entitlements(sharing(PROPORTIONAL, tier="A")).tolist() == [6.0, 5.0]
    by_product = FairSharePolicy(
        FairShareMode.PROPORTIONAL, FairShareGroup.PRODUCT, shortfall_rate=2.0
    )
    assert entitlements(sharing(by_product, tier="A")).tolist() == [4.0, 2.0]
    by_channel = FairSharePolicy(FairShareMode.PROPORTIONAL, FairShareGroup.PRODUCT_CHANNEL)
    assert entitlements(sharing(by_channel)).tolist() == [6.0, 5.0]


def test_only_stock_in_reach_of_the_group_counts() -> None:
    assert entitlements(case())[2] == 0.0  # no lot of its product


def test_the_shortfall_costs_its_share_of_the_price() -> None:
    problem = sharing(PROPORTIONAL)
    plan = planned(problem, a_s=1, b_s=5)
    assert fair_share.money(problem, plan) == {Term.FAIR_SHARE: -3 * 2 * 10 * MICRO}


def test_max_min_raises_the_smallest_fill_rate() -> None:
    problem = sharing(FairSharePolicy(FairShareMode.MAX_MIN, fill_rate=2.0))
    assert given(problem) == {"a": 4, "b": 2}
    reward = {Term.FAIR_SHARE: round(0.4 * 2 * (100 + 55) * MICRO)}
    assert fair_share.money(problem, plan_of(problem)) == reward


def test_a_line_without_stock_holds_its_group_at_nothing() -> None:
    problem = fair_share_max_min()
    full = planned(problem, a_s=4)
    assert fair_share.money(problem, full) == {Term.FAIR_SHARE: 0}


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
def test_rates_are_checked(rate: float) -> None:
    assert len(list(FairSharePolicy(shortfall_rate=rate, fill_rate=rate).findings())) == 2
