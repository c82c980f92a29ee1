"""When a vector keeps the rows of a model."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from fairlead_solver.model.program.draft import Model
from fairlead_solver.model.program.feasibility import is_feasible

CAPACITY, OVERTIME = 5_000_000.0, 100.0


def used(units: float) -> tuple[Model, np.ndarray]:
    """One column of units on a large capacity, with overtime beside it: as far as it goes."""
    model = Model(
        lower=np.zeros(2),
        upper=np.array([1e9, OVERTIME]),
        cost=np.array([1.0, -1.0]),
        integer=np.array([True, False]),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([CAPACITY]),
        matrix=sp.csr_array(np.array([[1.0, -1.0]])),
    )
    return model, np.array([units, min(OVERTIME, max(0.0, units - CAPACITY))])


def test_a_unit_too_much_for_a_large_capacity_is_no_noise_where_plans_are_put_together() -> None:
    most = CAPACITY + OVERTIME
    assert is_feasible(*used(most), strict=True)
    assert not is_feasible(*used(most + 1), strict=True)


def test_an_engine_may_miss_a_large_side_by_what_it_promises() -> None:
    most = CAPACITY + OVERTIME
    assert is_feasible(*used(most + 1))
    assert not is_feasible(*used(most + 10))
