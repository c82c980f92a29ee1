"""Models solved by prices: the same truth as whole, true bounds, one answer for any workers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.model.activity import is_feasible
from fairlead_solver.model.budget import UNLIMITED
from fairlead_solver.model.engine import Answer, Engine, Limits, SolveStatus, run
from fairlead_solver.model.oracle import Oracle, component_bounds
from fairlead_solver.model.partition import partition
from fairlead_solver.model.prices import find_prices
from fairlead_solver.model.scale import solve_by_prices
from fairlead_solver.model.solve import SolveOptions, solve

from .cycles import Recipe, cycle

GAP = 1e-3


def by_prices(recipe: Recipe, gap: float = GAP, workers: int = 1) -> Answer:
    model = cycle(recipe)
    found = solve_by_prices(model, model.coupling_rows(), Engine.AUTO, gap, 1, workers, UNLIMITED)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(4))
def test_prices_and_whole_agree_within_their_gaps(seed: int) -> None:
    recipe = Recipe(lines=400, seed=seed, lines_per_contract=100)
    model, priced = cycle(recipe), by_prices(recipe)
    whole = run(model, Engine.HIGHS, Limits(relative_gap=1e-3))
    assert priced.x is not None
    assert is_feasible(model, priced.x)
    assert priced.objective <= whole.bound * (1 + 1e-9)
    assert priced.bound >= whole.objective * (1 - 1e-9)


@given(seed=st.integers(0, 10_000), capacity=st.floats(0.4, 1.5))
@settings(max_examples=10, deadline=None)
def test_the_bound_at_any_prices_is_above_any_plan(seed: int, capacity: float) -> None:
    model = cycle(Recipe(lines=300, seed=seed, capacity=capacity, lines_per_contract=50))
    parts = partition(model, model.coupling_rows())
    oracle = Oracle(parts, 1, 1)
    rng = np.random.default_rng(seed)
    prices = rng.uniform(0, 5e6, len(parts.coupling)) * np.where(np.isinf(oracle.row_upper), -1, 1)
    reply = oracle.ask(prices)
    proven = component_bounds(parts, oracle.reduced(prices), reply.duals).sum()
    plan = run(model, Engine.HIGHS, Limits(relative_gap=0.05))
    assert proven + oracle.room_value(prices) == pytest.approx(reply.bound, rel=1e-9)
    assert reply.bound >= plan.objective


def test_prices_reach_the_optimum_of_the_relaxation() -> None:
    model = cycle(Recipe(lines=500, lines_per_contract=100))
    oracle = Oracle(partition(model, model.coupling_rows()), 1, 1)
    relaxed = run(replace(model, integer=np.zeros_like(model.integer)), Engine.HIGHS)
    found = find_prices(oracle, 1e-6, UNLIMITED)
    assert found.reply.bound == pytest.approx(relaxed.objective, rel=2e-6)
    assert found.reply.bound >= relaxed.objective * (1 - 1e-9)


def test_two_workers_decide_what_one_decides() -> None:
    recipe = Recipe(lines=1000)
    one, two = by_prices(recipe), by_prices(recipe, workers=2)
    assert one.x is not None
    assert two.x is not None
    assert one.x.tolist() == two.x.tolist()
    assert (one.objective, one.bound) == (two.objective, two.bound)


def test_a_large_model_is_solved_by_prices_to_the_gap_asked() -> None:
    model = cycle(Recipe(lines=2000))
    found = solve(model, SolveOptions(relative_gap=GAP))
    assert found.status is SolveStatus.OPTIMAL
    assert found.x is not None
    assert is_feasible(model, found.x)
    assert found.bound - found.objective <= GAP * abs(found.objective)


def test_a_hard_floor_out_of_reach_is_found_infeasible_at_scale_too() -> None:
    model = cycle(Recipe(lines=1600))
    floors = model.block_rows("contract", "floor")
    assert floors is not None
    asked = model.row_lower.copy()
    asked[floors.start] = 1e7
    found = solve(replace(model, row_lower=asked), SolveOptions(relative_gap=GAP))
    assert found.status is SolveStatus.INFEASIBLE
    assert any(floors.start in c.rows for c in found.contradictions)
