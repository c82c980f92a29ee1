"""Tier order: a higher tier always comes first."""

from __future__ import annotations

from fairlead_solver.allocation.decision.decide import write
from fairlead_solver.allocation.policy.policy import TierMode
from fairlead_solver.allocation.rules.families import tier_order

from .cases import replace_policy
from .cases import tier_order as case
from .cycles import given


def test_weighted_tiers_set_no_goal_and_the_dear_line_wins() -> None:
    problem = replace_policy(case(), tier_mode=TierMode.WEIGHTED)
    assert not tier_order.applies(problem)
    assert write(problem).goals == ()
    assert given(problem) == {"a": 1, "b": 3}


def test_strict_tiers_serve_the_best_tier_first_at_any_price() -> None:
    assert given(case()) == {"a": 4, "b": 0}


def test_goals_come_in_rank_order_in_small_whole_numbers() -> None:
    goals = write(case()).goals
    assert [g.name for g in goals] == ["A", "C"]  # no line of tier B
    assert [g.weights[:2].tolist() for g in goals] == [[1.0, 0.0], [0.0, 1000.0]]
