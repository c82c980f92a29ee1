"""Models solved by prices: the same truth as whole, true bounds, one answer for any workers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.model.decomposition.coupling import Coupling, component_bounds
from fairlead_solver.model.decomposition.coupling_width import wide_rows
from fairlead_solver.model.decomposition.lp_relaxation import relax
from fairlead_solver.model.decomposition.price_and_repair import solve_by_prices
from fairlead_solver.model.decomposition.price_bundle import find_prices
from fairlead_solver.model.decomposition.pricing_oracle import Oracle
from fairlead_solver.model.engines.budget import UNLIMITED
from fairlead_solver.model.engines.engine import Answer, Engine, Limits, SolveStatus, run
from fairlead_solver.model.engines.lexicographic import maximise
from fairlead_solver.model.execution.executor import Threads
from fairlead_solver.model.program.components import partition
from fairlead_solver.model.program.draft import Goal, Model
from fairlead_solver.model.program.feasibility import is_feasible
from fairlead_solver.model.program.saturate import saturate
from fairlead_solver.model.solve import Phase, SolveOptions, Standing, Start, solve

from .cycles import Recipe, cycle

GAP = 1e-3


def by_prices(model: Model, gap: float = GAP, workers: int = 1) -> Answer:
    options, crew = SolveOptions(relative_gap=2 * gap), Threads(workers)
    found = solve_by_prices(
        model, model.coupling_rows(), options, crew, UNLIMITED, lambda *standing: None
    )
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(4))
def test_prices_and_whole_agree_within_their_gaps(seed: int) -> None:
    recipe = Recipe(lines=400, seed=seed, lines_per_contract=100)
    model = cycle(recipe)
    priced = by_prices(model)
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
    oracle, coupling = Oracle(parts, 1, Threads()), Coupling(parts)
    rng = np.random.default_rng(seed)
    prices = rng.uniform(0, 5e6, len(parts.coupling)) * np.where(
        np.isinf(coupling.row_upper), -1, 1
    )
    reply = oracle.ask(prices)
    proven = component_bounds(parts, coupling.reduced(prices), reply.duals).sum()
    plan = run(model, Engine.HIGHS, Limits(relative_gap=0.05))
    assert proven + coupling.room_value(prices) == pytest.approx(reply.bound, rel=1e-9)
    assert reply.bound >= plan.objective


def test_prices_reach_the_optimum_of_the_relaxation() -> None:
    model = cycle(Recipe(lines=500, lines_per_contract=100))
    oracle = Oracle(partition(model, model.coupling_rows()), 1, Threads())
    relaxed = run(replace(model, integer=np.zeros_like(model.integer)), Engine.HIGHS)
    found = find_prices(oracle, 1e-6, UNLIMITED)
    assert found.reply.bound == pytest.approx(relaxed.objective, rel=2e-6)
    assert found.reply.bound >= relaxed.objective * (1 - 1e-9)


def test_a_narrow_row_is_kept_and_its_price_is_found_all_the_same() -> None:
    model = cycle(Recipe(lines=600, lines_per_contract=20))
    fine = partition(model, model.coupling_rows())
    contracts = model.block_rows("contract", "floor")
    assert contracts is not None
    wide = wide_rows(fine)
    kept = fine.coupling[~wide[fine.coupling]]
    assert len(kept)
    assert all(contracts.start <= row < contracts.stop for row in kept)
    relaxed = run(replace(model, integer=np.zeros_like(model.integer)), Engine.HIGHS)
    found = relax(fine, 1e-7, 1, Threads(), UNLIMITED, lambda rounds, bound: None)
    coupling, prices = Coupling(fine), found.duals[fine.coupling]
    bounds = component_bounds(fine, coupling.reduced(prices), found.duals[fine.rows])
    bound = bounds.sum() + coupling.room_value(prices)
    assert bound == pytest.approx(relaxed.objective, rel=2e-6)
    assert bound >= relaxed.objective * (1 - 1e-9)


def test_two_workers_decide_what_one_decides() -> None:
    model = cycle(Recipe(lines=1000))
    one, two = by_prices(model), by_prices(model, workers=2)
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


def bound_at(model: Model, duals: np.ndarray, priced: np.ndarray) -> float:
    """The relaxation's bound at the prices told, in plain arithmetic."""
    parts = partition(model, priced)
    coupling, prices = Coupling(parts), duals[parts.coupling]
    bounds = component_bounds(parts, coupling.reduced(prices), duals[parts.rows])
    return float(bounds.sum()) + coupling.room_value(prices)


def test_the_prices_told_show_the_bound_again() -> None:
    model = cycle(Recipe(lines=2000))
    found = solve(model, SolveOptions(relative_gap=GAP))
    assert found.priced.tolist() == model.coupling_rows().tolist()
    again = bound_at(model, found.duals, found.priced)
    assert again >= found.bound * (1 - 1e-9)
    assert again == pytest.approx(found.bound, rel=0.02)


def test_independent_components_are_solved_without_any_price() -> None:
    model = cycle(Recipe(lines=1500, capacity=10.0, lines_per_contract=10**9))
    loose = replace(model, row_upper=np.where(model.coupling_rows(), np.inf, model.row_upper))
    found = solve(loose, SolveOptions(relative_gap=0.0))
    whole = run(loose, Engine.HIGHS, Limits())
    assert found.status is SolveStatus.OPTIMAL
    assert found.objective == pytest.approx(whole.objective, rel=1e-9)
    assert not found.prices.any()


@pytest.mark.parametrize("capacity", [0.6, 10.0])
def test_goals_at_scale_reach_what_the_whole_model_reaches(capacity: float) -> None:
    model = cycle(Recipe(lines=500, capacity=capacity, lines_per_contract=100))
    flow = model.column_blocks[0]
    first = np.zeros(model.num_columns)
    first[flow.start : flow.stop][flow.keys % 5 == 0] = 100.0
    second = np.zeros(model.num_columns)
    second[flow.start : flow.stop][flow.keys % 5 == 1] = 100.0
    model = replace(model, goals=(Goal("first", first), Goal("second", second)))
    found = by_prices(model)
    whole = maximise(
        model,
        np.array([0, model.num_columns]),
        Limits(relative_gap=GAP),
        lambda m, asked, plan: run(m, Engine.HIGHS, asked, plan),
    )
    assert found.x is not None
    assert whole.x is not None
    assert is_feasible(model, found.x)
    assert first @ found.x == first @ whole.x
    if found.status is SolveStatus.OPTIMAL:
        assert second @ found.x == second @ whole.x
        assert found.objective >= whole.objective - GAP * abs(whole.objective)
        assert found.bound >= whole.objective * (1 - 1e-9)


def changed(model: Model, rows: np.ndarray) -> Model:
    """The model with the upper sides of some rows moved by one."""
    upper = model.row_upper.copy()
    upper[rows] += 1.0
    return replace(model, row_upper=upper)


def test_a_start_from_a_similar_model_saves_the_prices_and_proves_the_same_gap() -> None:
    model = cycle(Recipe(lines=2000))
    before = solve(model, SolveOptions(relative_gap=GAP))
    assert before.x is not None
    supply = model.block_rows("supply", "supply")
    assert supply is not None
    other = changed(model, np.arange(supply.start, supply.stop, 50))
    seen: list[Standing] = []
    again = solve(
        other,
        SolveOptions(relative_gap=GAP),
        on_progress=seen.append,
        start=Start(before.x, before.duals),
    )
    assert again.status is SolveStatus.OPTIMAL
    assert not [standing for standing in seen if standing.phase is Phase.PRICES]
    fresh = solve(other, SolveOptions(relative_gap=GAP))
    assert again.bound >= fresh.objective * (1 - 1e-9)
    assert again.objective == pytest.approx(fresh.objective, rel=2 * GAP)


def test_a_useless_start_changes_nothing() -> None:
    model = cycle(Recipe(lines=1500))
    nothing = Start(np.full(model.num_columns, np.nan), np.full(model.num_rows, np.nan))
    wrong = Start(model.upper + 3.0, np.full(model.num_rows, 1e3))
    fresh = solve(model, SolveOptions(relative_gap=GAP))
    assert solve(model, SolveOptions(relative_gap=GAP), start=nothing).objective == fresh.objective
    misled = solve(model, SolveOptions(relative_gap=GAP), start=wrong)
    assert misled.status is SolveStatus.OPTIMAL
    assert misled.bound >= fresh.objective * (1 - 1e-9)


def test_progress_at_scale_tells_true_bounds_and_plans_on_the_way() -> None:
    model = cycle(Recipe(lines=2000))
    seen: list[Standing] = []
    found = solve(model, SolveOptions(relative_gap=GAP), on_progress=seen.append)
    assert list(dict.fromkeys(s.phase for s in seen)) == [
        Phase.PRICES,
        Phase.REPAIR,
        Phase.COMPONENTS,
    ]
    assert all(s.bound >= found.objective for s in seen)
    assert all(s.objective <= found.bound for s in seen)
    assert seen[-1].objective == found.objective


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_saturated_plan_is_feasible_and_no_column_of_it_can_be_raised_alone(seed: int) -> None:
    model = cycle(Recipe(lines=120, seed=seed, lines_per_contract=40))
    plan = run(model, Engine.HIGHS, Limits(relative_gap=0.3)).x
    assert plan is not None
    full = saturate(model, plan)
    assert is_feasible(model, full)
    assert model.cost @ full >= model.cost @ plan
    for column in np.flatnonzero(model.integer & (model.cost > 0) & (full < model.upper)):
        more = full.copy()
        more[column] += 1.0
        assert not is_feasible(model, more)
