"""The bound computed again: near the solve's own, and true whatever it is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairlead_solver.model.decomposition.bound_check import bound_again
from fairlead_solver.model.engines.engine import Engine
from fairlead_solver.model.solve import SolveOptions, solve

from .cycles import Recipe, cycle

GAP = 1e-3


@pytest.mark.parametrize("engine", [Engine.SCIP, Engine.HIGHS])
def test_the_bound_is_found_again_by_either_engine(engine: Engine) -> None:
    model = cycle(Recipe(lines=600, lines_per_contract=100))
    solution = solve(model, SolveOptions(relative_gap=GAP))
    again = bound_again(model, solution, engine, workers=2)
    assert again is not None
    assert again == pytest.approx(solution.bound, rel=1e-4)
    assert again >= solution.objective


@pytest.mark.parametrize("seed", range(3))
def test_wrong_prices_duals_and_plans_still_give_a_true_bound(seed: int) -> None:
    model = cycle(Recipe(lines=500, lines_per_contract=100))
    solution = solve(model, SolveOptions(relative_gap=GAP))
    rng = np.random.default_rng(seed)
    assert solution.x is not None
    wrong = replace(
        solution,
        duals=solution.duals * rng.uniform(0.3, 2.0, model.num_rows),
        x=np.zeros(model.num_columns),
    )
    again = bound_again(model, wrong, Engine.SCIP, workers=1)
    assert again is not None
    assert again > solution.objective


def test_a_solve_without_prices_has_nothing_to_compute_again() -> None:
    model = cycle(Recipe(lines=20))
    solution = solve(model)
    assert not solution.priced.any()
    assert bound_again(model, solution, Engine.SCIP, workers=1) is None
