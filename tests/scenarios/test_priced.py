"""A capacity that joins more than can be solved again is told with its price, however it was
solved, and comes before what has no known worth."""

from __future__ import annotations

import pytest

from fairlead_scenarios.files.scenario import Scenario
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_scenarios.running.local import problem_of
from fairlead_solver.allocation.explain.vocabulary.values import BindingConstraint, MarginalMethod
from fairlead_solver.api import allocation as api

NOTHING = api.ExplainOptions(proofs=0, marginals=0, fixes=0, fixes_beside=0)


def binding(**parameters: object) -> tuple[BindingConstraint, ...]:
    recipe = Recipe.of(parameters)
    problem = problem_of(Scenario("recipe", recipe.cycle(), recipe.policy()))
    return api.explain(api.solve(problem), NOTHING).binding


@pytest.mark.parametrize("lines", [600, 3000])  # solved whole, and by prices
def test_a_capacity_is_told_with_its_price_before_what_has_none(lines: int) -> None:
    found = binding(lines=lines)
    known = [b.marginal_up is not None for b in found]
    assert known == sorted(known, reverse=True) and not all(known)
    capacities = [b for b in found if b.rule.family == "capacity"]
    assert capacities
    for capacity in capacities:
        up, down = capacity.marginal_up, capacity.marginal_down
        assert up is not None and down is not None and up.method is MarginalMethod.DUAL
        assert up.value_micros == -down.value_micros > 0
        assert "1 more is priced at" in capacity.sentence
