"""Goals in order, stopped anywhere: every bound stays true for the lexicographic optimum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.model.engines.engine import (
    Answer,
    GoalResult,
    Limits,
    SolveStatus,
    accepted,
    box_bound,
)
from fairlead_solver.model.engines.lexicographic import maximise
from fairlead_solver.model.program.components import partition
from fairlead_solver.model.program.draft import Floats, Model
from fairlead_solver.model.solution_accumulator import Ledger
from fairlead_solver.model.solve import SolveOptions, solve

from .programs import Truth, brute_force, program, small_models
from .stopped import CallBudget, Stop, StoppedRun

EXACT = Limits(relative_gap=0.0)
stops = st.lists(st.sampled_from(Stop), max_size=8)


def stopped(model: Model, ends: Sequence[Stop]) -> Answer:
    return maximise(model, np.array([0, model.num_columns]), EXACT, StoppedRun(ends))


def assert_true(
    truth: Truth, goals: Sequence[GoalResult], bound: float, status: SolveStatus, money: float
) -> None:
    """Every bound is kept by the optimum; what is called proven is the optimum's."""
    assert truth.money is not None and truth.goals is not None
    noise = 1e-9 * max(1.0, abs(truth.money))
    assert bound >= truth.money - noise
    proven = True
    for goal, best in zip(goals, truth.goals, strict=True):
        assert goal.bound >= best - 1e-9
        assert goal.bound >= goal.value
        proven = proven and goal.proven
        assert not proven or goal.value == best
    if status is SolveStatus.OPTIMAL:
        assert proven
        assert money == pytest.approx(truth.money, rel=1e-9, abs=1e-9)


@given(small_models(max_goals=3), stops)
@settings(max_examples=100, deadline=None)
def test_bounds_are_true_wherever_the_stages_stop(model: Model, ends: list[Stop]) -> None:
    truth, found = brute_force(model), stopped(model, ends)
    if truth.money is None:
        assert found.status is SolveStatus.INFEASIBLE
        return
    assert found.status is not SolveStatus.INFEASIBLE
    assert_true(truth, found.goals, found.bound, found.status, found.objective)


@given(small_models(max_goals=2), st.lists(stops, min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_components_stopped_apart_have_true_bounds_together(
    model: Model, ends: list[list[Stop]]
) -> None:
    """One stopped in its first goal, others proven to the end: goal by goal the sums hold."""
    truth, parts = brute_force(model), partition(model)
    ledger = Ledger.of(parts)
    for number in range(parts.count):
        batch = parts.batch(number, number + 1)
        ledger.enter(batch, maximise(batch.model, batch.starts, EXACT, StoppedRun(ends[number])))
    found = ledger.solution(SolveOptions(relative_gap=0.0))
    if truth.money is None:
        assert found.status is SolveStatus.INFEASIBLE
        return
    assert_true(truth, found.goals, found.bound, found.status, found.objective)


@given(small_models(max_goals=2), st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_bounds_are_true_wherever_the_budget_ends(model: Model, questions: int) -> None:
    truth = brute_force(model)
    found = solve(model, SolveOptions(relative_gap=0.0), CallBudget(questions))
    if truth.money is None or found.status is SolveStatus.INFEASIBLE:
        assert truth.money is None
        return
    assert_true(truth, found.goals, found.bound, found.status, found.objective)


@given(small_models(max_goals=3), stops)
@settings(max_examples=100, deadline=None)
def test_the_answer_is_no_worse_than_any_plan_found_on_the_way(
    model: Model, ends: list[Stop]
) -> None:
    stages = StoppedRun(ends)
    found = maximise(model, np.array([0, model.num_columns]), EXACT, stages)
    weights = [*(goal.weights for goal in model.goals), model.cost]
    for plan in stages.plans:
        assert found.x is not None
        assert [float(w @ found.x) for w in weights] >= [float(w @ plan) for w in weights]


def test_bug_stages_that_find_less_keep_the_plan_before_them() -> None:
    model = program([0.0, 3.0], [[1, 1]], [4.0], upper=2.0, goals=([1, 0], [0, 1]))
    ends = iter([[2.0, 2.0], [2.0, 0.0], [2.0, 1.0]])  # stage by stage, each feasible

    def call(stage: Model, limits: Limits, plan: Floats | None) -> Answer:
        return accepted(stage, np.array(next(ends)), box_bound(stage), 0.0)

    found = maximise(model, np.array([0, 2]), EXACT, call)
    assert found.x is not None and found.x.tolist() == [2, 2]
    assert [goal.value for goal in found.goals] == [2, 2]
    assert found.objective == 6


def test_bug_no_bound_of_a_stage_is_taken_for_that_of_money() -> None:
    # one unit of the goal is worth 1 of it and 1000 of money: the goal's bound is not money's
    model = program([1000.0], [[1.0]], [3.0], upper=3.0, goals=([1],))
    found = stopped(model, [Stop.NEVER, Stop.WITHOUT_PLAN])
    assert found.bound >= 3000


def test_bug_the_reached_value_of_a_later_goal_cuts_no_optimum_off() -> None:
    # of 2 units, goal a wants x, goal b wants y; stopped at a = 0 the plan has b = 2, which the
    # optimum (a = 2, b = 0, money 200) does not keep
    model = program([100.0, 1.0], [[1, 1]], [2.0], upper=2.0, goals=([1, 0], [0, 1]))
    found = stopped(model, [Stop.WORST_PLAN])
    assert found.bound >= 200
    assert found.goals[0].bound >= 2
    assert found.status is SolveStatus.FEASIBLE_LIMIT


def test_bug_an_engine_that_denies_a_plan_at_hand_proves_nothing() -> None:
    model = program([3.0, 2.0], [[1, 1]], [2.0], upper=2.0, goals=([1, 1],))
    found = stopped(model, [Stop.NEVER, Stop.REFUSED])
    assert found.status is SolveStatus.FEASIBLE_LIMIT
    assert found.bound >= 6
    assert found.goals[0].proven
