"""One engine call: refusals, units, leaks behind big numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fairlead_solver.model.engines.engine import Engine, Limits, SolveStatus, run
from fairlead_solver.model.engines.mathopt import EngineError
from fairlead_solver.model.program.feasibility import is_feasible, violated_rows
from fairlead_solver.model.program.scaling import objective_scale, scaled_rows

from .programs import program


def test_cp_sat_refuses_a_continuous_column() -> None:
    with pytest.raises(EngineError, match="integer"):
        run(program([1.0], [[1.0]], [1.5], integer=False, upper=2.0), Engine.CP_SAT)


def test_cp_sat_takes_decimal_coefficients_exactly() -> None:
    model = program([1.0, 1.0], [[0.05, 0.1]], [0.5], upper=9.0)
    assert run(model, Engine.CP_SAT).objective == 9


def test_an_unbounded_model_is_an_error() -> None:
    with pytest.raises(EngineError, match="unbounded"):
        run(program([1.0, 1.0], [[1.0, -1.0]], [0.0], upper=np.inf, integer=False))


@pytest.mark.parametrize("engine", [Engine.HIGHS, Engine.SCIP, Engine.CP_SAT])
def test_a_switch_behind_a_big_number_does_not_leak(engine: Engine) -> None:
    # serving anything costs 50; with M = 1e8 a switch at 1e-7 would serve 10 for nothing
    model = program([1.0, -50.0], [[1.0, -1e8]], [0.0], upper=[10.0, 1.0], row_lower=[-np.inf])
    answer = run(model, engine)
    assert answer.objective == 0
    assert answer.x is not None
    assert is_feasible(model, answer.x)


def test_a_credit_row_in_millionths_is_kept_to_the_last_unit() -> None:
    # 3 units at 33.333333 cost 99.999999; the fourth micro-unit short must not be overlooked
    price = 33_333_333.0
    model = program([1.0], [[price]], [3 * price - 1], upper=10.0)
    assert run(model).objective == 2
    assert run(replace(model, row_upper=np.array([3 * price]))).objective == 3


def test_a_half_unit_over_an_integer_row_is_seen() -> None:
    model = program([1.0], [[1e9]], [1e9], upper=5.0)
    assert violated_rows(model, np.array([2.0])).tolist() == [True]
    assert violated_rows(model, np.array([1.0])).tolist() == [False]


def test_money_in_micro_units_is_scaled_by_a_power_of_two() -> None:
    scale = objective_scale(np.array([12_500_000.0, 9_000_000.0]))
    assert scale == 2.0 ** round(np.log2(scale))
    assert 1 < 12_500_000 * scale < 100


def test_dividing_an_integer_row_rounds_its_sides_inwards() -> None:
    model = program([1.0, 1.0], [[6.0, 4.0]], [9.0], row_lower=[3.0])
    scaled = scaled_rows(model)
    assert scaled.matrix.toarray().tolist() == [[3.0, 2.0]]
    assert (scaled.row_lower[0], scaled.row_upper[0]) == (2.0, 4.0)


def test_a_gap_asked_is_a_gap_proven() -> None:
    rng = np.random.default_rng(3)
    weights = rng.integers(20, 90, 60).astype(float)
    values = weights + rng.integers(-9, 9, 60)
    model = program(values.tolist(), [weights.tolist()], [1200.0])
    answer = run(model, Engine.HIGHS, Limits(relative_gap=0.01))
    assert answer.status is SolveStatus.OPTIMAL
    assert answer.bound - answer.objective <= 0.01 * answer.objective + 1e-6
