"""Flow: packs on the arcs that exist."""

from __future__ import annotations

import numpy as np

from fairlead_solver.allocation.rules.families import flow
from fairlead_solver.allocation.rules.plan import Plan

from .cases import flow as case
from .cycles import given, planned, taken


def test_a_blocked_lot_gives_nothing() -> None:
    assert taken(case()) == {"s": 2, "t": 0}
    assert given(case()) == {"a": 2}


def test_more_packs_than_an_arc_can_carry_are_a_breach() -> None:
    problem = case()
    assert [b.key for b in flow.check(problem, planned(problem, a_s=3))] == ["a/s"]
    assert [b.use for b in flow.check(problem, planned(problem, a_s=-1))] == [-1]


def test_a_plan_of_another_cycle_is_a_breach() -> None:
    problem = case()
    assert flow.check(problem, Plan(problem, np.zeros(5, dtype=np.int64)))
