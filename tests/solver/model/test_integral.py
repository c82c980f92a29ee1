"""Continuous columns rounded for integer engines: the same plans, bounds that stay true."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from fairlead_solver.model.engines.engine import Engine
from fairlead_solver.model.monolithic import solve_whole
from fairlead_solver.model.program.draft import Draft, Model
from fairlead_solver.model.program.feasibility import is_feasible
from fairlead_solver.model.program.integer_rounding import integral
from fairlead_solver.model.solve import SolveOptions

from .cycles import Recipe, cycle

EXACT = SolveOptions(relative_gap=0.0)
CAPACITIES = (7.0, 8.25, 9.99999, 11.6)


def overtime_model(capacity: float, coefficient: float = -1.0) -> Model:
    """max 5 a + 3 b - 2 o  subject to  2 a + 3 b - o <= capacity; a, b <= 4 whole, o <= 2.5."""
    draft = Draft()
    x = draft.columns("f", "x", [0, 1], upper=4.0, cost=[5.0, 3.0], integer=True)
    overtime = draft.columns("f", "o", [0], upper=2.5, cost=-2.0)
    row = draft.rows("f", "capacity", [0], upper=capacity)
    draft.entries(row, x, [2.0, 3.0])
    draft.entries(row, overtime, coefficient)
    return draft.finish()


@pytest.mark.parametrize("capacity", CAPACITIES)
@pytest.mark.parametrize("coefficient", [-1.0, 1.0])
def test_the_same_whole_plans_are_possible_after_rounding(
    capacity: float, coefficient: float
) -> None:
    model = overtime_model(capacity, coefficient)
    rounded = integral(model).model
    assert rounded.integer.all()
    for a, b in itertools.product(range(5), repeat=2):
        before = any(is_feasible(model, np.array([a, b, o])) for o in np.linspace(0, 2.5, 251))
        assert before == any(is_feasible(rounded, np.array([a, b, float(o)])) for o in range(5))


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_cp_sat_finds_a_best_plan_and_a_true_bound_in_spite_of_rounding(capacity: float) -> None:
    model = overtime_model(capacity)
    found = solve_whole(model, replace(EXACT, engine=Engine.CP_SAT))
    best = solve_whole(model, replace(EXACT, engine=Engine.HIGHS))
    assert found.x is not None
    assert is_feasible(model, found.x)
    assert best.objective - integral(model).slack <= found.objective <= best.objective + 1e-9
    assert best.objective <= found.bound + 1e-9


def test_a_whole_side_and_bound_lose_nothing() -> None:
    assert integral(overtime_model(7.0)).slack == 2.0  # for its bound of 2.5
    assert integral(replace(overtime_model(7.0), upper=np.array([4.0, 4.0, 2.0]))).slack == 0.0


def test_a_column_with_another_coefficient_stays_continuous() -> None:
    model = overtime_model(7.0, coefficient=-0.5)
    assert integral(model).model.integer.tolist() == [True, True, False]
    assert integral(model).slack == 0.0


def test_missed_floors_are_whole_as_they_are() -> None:
    model = cycle(Recipe(lines=100, lines_per_contract=20))
    short = next(b for b in model.column_blocks if b.name == "short")
    rounded = integral(model).model
    assert rounded.integer[short.start : short.stop].all()
    assert rounded.upper[short.start : short.stop].tolist() == [
        *model.upper[short.start : short.stop]
    ]
