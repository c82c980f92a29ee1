"""Churn: taking back a confirmation costs money."""

from __future__ import annotations

import pytest

from fairlead_solver.allocation.policy.churn import ChurnPolicy
from fairlead_solver.allocation.rules.families import churn
from fairlead_solver.allocation.rules.terms import Term

from .cases import churn as case
from .cases import replace_policy
from .cycles import given, planned


def test_without_a_rate_there_is_no_rule_and_the_dearer_line_wins() -> None:
    problem = replace_policy(case(), churn=ChurnPolicy())
    assert not churn.applies(problem)
    assert given(problem) == {"a": 1, "b": 3}


def test_a_rate_over_the_difference_keeps_the_confirmation() -> None:
    assert given(case()) == {"a": 4, "b": 0}  # a unit of b is worth 10 more, taking back 10.50


def test_a_rate_under_the_difference_does_not() -> None:
    assert given(replace_policy(case(), churn=ChurnPolicy(0.95))) == {"a": 1, "b": 3}


def test_only_units_taken_back_cost() -> None:
    problem = case()
    plan = planned(problem, a_s=1, b_s=3)
    assert churn.money(problem, plan) == {Term.CHURN: -3 * 10_500_000}
    assert churn.money(problem, planned(problem, a_s=4)) == {Term.CHURN: 0}


@pytest.mark.parametrize("rate", [-1.0, float("nan"), 1e7])
def test_the_rate_is_checked(rate: float) -> None:
    assert list(ChurnPolicy(rate).findings())
