"""The machinery against brute force, and its promises about limits, bounds and contradictions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings

from fairlead_solver.model.engines.engine import Engine, GoalResult, Limits, SolveStatus, run
from fairlead_solver.model.engines.lexicographic import maximise
from fairlead_solver.model.program.components import partition
from fairlead_solver.model.program.draft import Model
from fairlead_solver.model.program.feasibility import is_feasible
from fairlead_solver.model.solution_accumulator import Ledger
from fairlead_solver.model.solve import SolveOptions, Standing, solve

from .programs import brute_force, program, small_models

EXACT = SolveOptions(relative_gap=0.0)
MISSED = GoalResult("goal 0", 0.0, 2.0)


@dataclass
class Spent:
    """A budget with nothing left."""

    stopped: bool = False

    def remaining_seconds(self) -> float:
        return 0.0

    def cancelled(self) -> bool:
        return self.stopped


@given(small_models())
@settings(max_examples=150, deadline=None)
def test_a_small_program_is_solved_to_the_optimum_of_brute_force(model: Model) -> None:
    truth, found = brute_force(model), solve(model, EXACT)
    if truth.money is None:
        assert found.status is SolveStatus.INFEASIBLE
        assert found.contradictions
        return
    assert found.status is SolveStatus.OPTIMAL
    assert found.x is not None
    assert is_feasible(model, found.x)
    assert found.objective == pytest.approx(truth.money, rel=1e-12, abs=1e-9)
    assert found.bound >= truth.money - 1e-9 * max(1.0, abs(truth.money))


@given(small_models(max_goals=2))
@settings(max_examples=100, deadline=None)
def test_goals_are_reached_in_order_before_money(model: Model) -> None:
    truth, found = brute_force(model), solve(model, EXACT)
    if truth.money is None:
        assert found.status is SolveStatus.INFEASIBLE
        return
    assert found.x is not None
    assert tuple(float(g.weights @ found.x) for g in model.goals) == truth.goals
    assert found.objective == pytest.approx(truth.money, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("engine", list(Engine))
@given(model=small_models())
@settings(max_examples=25, deadline=None)
def test_every_engine_finds_the_same_optimum(engine: Engine, model: Model) -> None:
    truth = brute_force(model)
    found = solve(model, SolveOptions(engine=engine, relative_gap=0.0))
    assert (truth.money is None) == (found.status is SolveStatus.INFEASIBLE)
    if truth.money is not None:
        assert found.objective == pytest.approx(truth.money, rel=1e-12, abs=1e-9)


@given(small_models())
@settings(max_examples=50, deadline=None)
def test_the_bound_is_true_even_when_no_time_was_given(model: Model) -> None:
    truth, found = brute_force(model), solve(model, EXACT, Spent())
    if truth.money is not None and found.status is not SolveStatus.INFEASIBLE:
        assert found.bound >= truth.money - 1e-9 * max(1.0, abs(truth.money))


@given(small_models())
@settings(max_examples=30, deadline=None)
def test_the_same_model_is_decided_the_same_way_again(model: Model) -> None:
    first, second = solve(model, EXACT), solve(model, EXACT)
    assert first.status is second.status
    if first.x is not None and second.x is not None:
        assert first.x.tolist() == second.x.tolist()


def test_a_published_knapsack_reaches_its_known_value() -> None:
    # P07 of Burkardt's knapsack_01 data sets: capacity 750, optimum 1458
    value = [135, 139, 149, 150, 156, 163, 173, 184, 192, 201, 210, 214, 221, 229, 240]
    weight = [70, 73, 77, 80, 82, 87, 90, 94, 98, 106, 110, 113, 115, 118, 120]
    found = solve(program([float(v) for v in value], [[float(w) for w in weight]], [750.0]), EXACT)
    assert found.objective == 1458
    assert found.bound == pytest.approx(1458)


def test_a_contradiction_names_its_component_and_the_rest_is_decided() -> None:
    model = program(
        [3.0, 2.0, 5.0],
        [[1, 1, 0], [0, 0, 1]],
        [1.0, 9.0],
        row_lower=[-np.inf, 2.0],
    )
    found = solve(model, EXACT)
    assert found.status is SolveStatus.INFEASIBLE
    assert [c.columns.tolist() for c in found.contradictions] == [[2]]
    assert [c.rows.tolist() for c in found.contradictions] == [[1]]
    assert found.decided.tolist() == [True, True, False]
    assert found.x is not None
    assert found.x[:2].tolist() == [1.0, 0.0]


def test_a_row_without_columns_that_asks_for_something_is_a_contradiction() -> None:
    model = program([1.0], [[0.0]], [5.0], row_lower=[2.0])
    found = solve(model, EXACT)
    assert found.status is SolveStatus.INFEASIBLE
    assert found.contradictions[0].rows.tolist() == [0]


def test_without_time_the_empty_plan_is_kept_where_it_is_allowed() -> None:
    found = solve(program([3.0, 2.0], [[1, 1]], [1.0]), EXACT, Spent())
    assert found.status is SolveStatus.FEASIBLE_LIMIT
    assert found.objective == 0
    assert found.bound >= 3


def test_without_time_a_hard_floor_leaves_no_plan() -> None:
    found = solve(program([-3.0, -2.0], [[1, 1]], [2.0], row_lower=[1.0]), EXACT, Spent())
    assert found.status is SolveStatus.NO_SOLUTION_LIMIT
    assert found.bound >= -2


def test_a_cancelled_solve_says_so() -> None:
    found = solve(program([3.0, 2.0], [[1, 1]], [1.0]), EXACT, Spent(stopped=True))
    assert found.status is SolveStatus.CANCELLED


def test_a_model_without_columns_is_solved() -> None:
    assert solve(program([], [], []), EXACT).status is SolveStatus.OPTIMAL


def test_progress_ends_with_every_component_done() -> None:
    seen: list[Standing] = []
    solve(
        program([1.0] * 4, [[1, 1, 0, 0], [0, 0, 1, 1]], [1.0, 1.0]), EXACT, on_progress=seen.append
    )
    assert seen[-1].done == seen[-1].components == 2


def test_bug_a_second_answer_with_more_money_but_less_of_a_goal_is_not_better() -> None:
    model = program([1.0, 5.0], [[1, 1]], [2.0], upper=2.0, goals=([1, 0],))
    parts = partition(model)
    batch = parts.batch(0, 1)
    old = maximise(model, batch.starts, Limits(), lambda m, limits, plan: run(m, limits=limits))
    new = replace(old, x=np.array([0.0, 2.0]), objective=10.0, bound=12.0, goals=(MISSED,))
    ledger = Ledger.of(parts)
    ledger.enter(batch, old)
    ledger.better(batch, old, new)
    assert ledger.x.tolist() == [2.0, 0.0]
    assert (ledger.objective, ledger.bound) == (2.0, 2.0)
    assert ledger.goals[0].value == 2
