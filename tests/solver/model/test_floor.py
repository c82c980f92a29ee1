"""One cold pass: a true bound, the same for any number of workers."""

from __future__ import annotations

import pytest

from fairlead_solver.model.decomposition.cold_pass import cold_pass
from fairlead_solver.model.engines.engine import Engine, Limits, run

from .cycles import Recipe, cycle


@pytest.mark.parametrize("seed", range(3))
def test_a_cold_pass_is_worth_no_less_than_any_plan(seed: int) -> None:
    model = cycle(Recipe(lines=300, seed=seed, lines_per_contract=50))
    assert cold_pass(model) >= run(model, Engine.HIGHS, Limits(relative_gap=0.01)).objective


def test_two_workers_pass_over_the_same_batches() -> None:
    model = cycle(Recipe(lines=1000))
    assert cold_pass(model, workers=1) == cold_pass(model, workers=2)
