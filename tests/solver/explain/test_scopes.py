"""Parts of a cycle as columns."""

from __future__ import annotations

import numpy as np

from fairlead_solver.model.resolve.neighbourhoods import Scopes
from fairlead_solver.model.resolve.scope import Scope


def test_parts_of_the_same_columns_are_one() -> None:
    column, part = np.array([0, 1, 2, 3, 0, 1, 2]), np.array([0, 0, 1, 1, 2, 2, 3])
    first, of_first = Scopes(column, part, np.full(4, Scope.PART)).distinct()
    assert first.tolist() == [0, 1, 3]
    assert of_first.tolist() == [0, 1, 0, 2]


def test_no_parts_are_none() -> None:
    nothing = np.empty(0, dtype=np.int64)
    first, of_first = Scopes(nothing, nothing, nothing).distinct()
    assert first.tolist() == of_first.tolist() == []
