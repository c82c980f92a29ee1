"""Continuous columns told to integer engines: the same optimum, or left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairlead_solver.model.draft import Draft, Model
from fairlead_solver.model.engine import Engine, SolveStatus
from fairlead_solver.model.integral import integral
from fairlead_solver.model.solve import SolveOptions
from fairlead_solver.model.whole import solve_whole

from .cycles import Recipe, cycle


def overtime_model(capacity: float, coefficient: float = -1.0) -> Model:
    """max 5 a + 3 b - 2 o  subject to  2 a + 3 b - o <= capacity; a, b <= 4 whole, o <= 2.5."""
    draft = Draft()
    x = draft.columns("f", "x", [0, 1], upper=4.0, cost=[5.0, 3.0], integer=True)
    overtime = draft.columns("f", "o", [0], upper=2.5, cost=-2.0)
    row = draft.rows("f", "capacity", [0], upper=capacity)
    draft.entries(row, x, [2.0, 3.0])
    draft.entries(row, overtime, coefficient)
    return draft.finish()


@pytest.mark.parametrize("capacity", [7.0, 8.25, 9.99999])
def test_cp_sat_finds_the_optimum_of_a_model_with_overtime(capacity: float) -> None:
    model = overtime_model(capacity)
    exact = SolveOptions(relative_gap=0.0)
    whole = solve_whole(model, replace(exact, engine=Engine.CP_SAT))
    other = solve_whole(model, replace(exact, engine=Engine.HIGHS))
    assert whole.status is other.status is SolveStatus.OPTIMAL
    assert whole.objective == pytest.approx(other.objective, abs=1e-6)


def test_units_are_the_smallest_in_which_sides_and_bounds_are_whole() -> None:
    assert integral(overtime_model(8.25)).units.tolist() == [1.0, 1.0, 100.0]
    assert integral(overtime_model(7.0)).units.tolist() == [1.0, 1.0, 10.0]  # for its bound of 2.5


def test_counting_in_units_changes_neither_value_nor_room() -> None:
    model = overtime_model(8.25)
    counted = integral(model)
    x = np.array([4.0, 0.0, 25.0])
    first = counted.in_first_units(x)
    assert counted.model.integer.all()
    assert counted.model.cost @ x == pytest.approx(model.cost @ first)
    room = counted.model.row_upper - counted.model.matrix @ x
    assert room[0] == pytest.approx(100 * (model.row_upper - model.matrix @ first)[0])


@pytest.mark.parametrize(
    "model", [overtime_model(7.0, coefficient=-0.5), overtime_model(1 / 3)], ids=["share", "third"]
)
def test_a_column_that_is_not_implied_stays_continuous(model: Model) -> None:
    assert integral(model).model.integer.tolist() == [True, True, False]
    assert integral(model).units.tolist() == [1.0, 1.0, 1.0]


def test_missed_floors_are_whole_as_they_are() -> None:
    model = cycle(Recipe(lines=100, lines_per_contract=20))
    short = next(b for b in model.column_blocks if b.name == "short")
    counted = integral(model)
    assert counted.model.integer[short.start : short.stop].all()
    assert (counted.units[short.start : short.stop] == 1.0).all()
