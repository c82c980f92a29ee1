"""A cycle with changed quantities is the cycle that would have been read."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from fairlead_solver.allocation.explain.variants.edited_problem import program, with_facts
from fairlead_solver.api import allocation as api
from fairlead_solver.model.program.draft import Model
from tests.strategies import Drawn, cycles


@given(cycles())
def test_changed_quantities_write_the_program_of_facts_that_always_had_them(drawn: Drawn) -> None:
    problem = api.intake(drawn.facts(), drawn.policy)
    api.solve(problem)  # what is derived once is there to be carried over
    quantity = problem.facts.lots.quantity[::-1] + np.arange(len(problem.facts.lots))
    changed = with_facts(problem, "lots", quantity=quantity)
    assert_same(program(changed), program(api.intake(changed.facts, drawn.policy)))


def assert_same(one: Model, other: Model) -> None:
    for name in ("lower", "upper", "cost", "integer", "row_lower", "row_upper"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert one.matrix.shape == other.matrix.shape
    assert (one.matrix != other.matrix).nnz == 0
