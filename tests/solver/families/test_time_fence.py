"""Time fence: close to its day a line keeps its confirmation."""

from __future__ import annotations

import pytest

from fairlead_solver.allocation.cycle.problem import Problem
from fairlead_solver.allocation.policy.policy import Policy
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy
from fairlead_solver.allocation.rules.families import time_fence

from .cases import time_fence as case
from .cycles import TODAY, cycle, given, line, lot, planned


def fenced(policy: TimeFencePolicy, due: int = 3, previous: int = 2) -> Problem:
    """A line of tier B on the web, with a dearer one beside it."""
    near = line(
        "a", 4, tier="B", channel="web", requested_day=TODAY + due, previous_quantity=previous
    )
    return cycle([near, line("b", 4, 500)], [lot("s", 4)], Policy(time_fence=policy))


def test_off_or_beyond_the_fence_or_unconfirmed_there_is_no_rule() -> None:
    assert not time_fence.applies(fenced(TimeFencePolicy()))
    assert not time_fence.applies(fenced(TimeFencePolicy(days=2)))
    assert not time_fence.applies(fenced(TimeFencePolicy(days=3), previous=0))


def test_within_the_fence_a_line_keeps_exactly_what_it_had() -> None:
    assert given(fenced(TimeFencePolicy(days=3))) == {"a": 2, "b": 2}


def test_the_fence_may_be_off_for_a_tier_or_a_channel() -> None:
    assert not time_fence.applies(fenced(TimeFencePolicy(3, off_tiers=("B",))))
    assert not time_fence.applies(fenced(TimeFencePolicy(3, off_channels=("web",))))
    assert time_fence.applies(fenced(TimeFencePolicy(3, ("A", "C"), ("shop",))))


def test_more_or_less_than_confirmed_is_a_breach() -> None:
    problem = case()
    for packs in (1, 3):
        breach = time_fence.check(problem, planned(problem, a_s=packs))[0]
        assert (breach.key, breach.limit, breach.use) == ("a", 2, packs)


@pytest.mark.parametrize(("days", "faults"), [(-1, 0), (0, 0), (-2, 1), (10_000, 1)])
def test_the_days_are_checked(days: int, faults: int) -> None:
    assert len(list(TimeFencePolicy(days).findings())) == faults
