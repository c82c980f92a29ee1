"""Splitting a model and putting it together again."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from fairlead_solver.model.program.components import partition
from fairlead_solver.model.program.draft import Model

from .cycles import Recipe, cycle
from .programs import program, small_models


@given(small_models())
@settings(max_examples=100, deadline=None)
def test_every_column_and_filled_row_is_in_one_component(model: Model) -> None:
    parts = partition(model)
    assert sorted(parts.columns.tolist()) == list(range(model.num_columns))
    assert sorted([*parts.rows, *parts.loose_rows]) == list(range(model.num_rows))
    for component in range(parts.count):
        batch = parts.batch(component, component + 1)
        inside = model.matrix[batch.rows].toarray()
        assert np.array_equal(inside[:, batch.columns], batch.model.matrix.toarray())
        outside = np.delete(inside, batch.columns, axis=1)
        assert not outside.any()


def test_components_are_numbered_by_their_smallest_column() -> None:
    parts = partition(program([1.0] * 5, [[0, 1, 0, 0, 1], [1, 0, 0, 1, 0]], [1.0, 1.0]))
    assert parts.columns.tolist() == [0, 3, 1, 4, 2]
    assert parts.column_starts.tolist() == [0, 2, 4, 5]


def test_coupling_rows_do_not_join() -> None:
    model = cycle(Recipe(lines=500))
    assert partition(model).count == 1
    assert partition(model, model.coupling_rows()).count > 50


def test_batches_follow_one_another_and_hold_every_component() -> None:
    model = cycle(Recipe(lines=500))
    parts = partition(model, model.coupling_rows())
    spans = list(parts.spans(100))
    assert [first for first, _ in spans] == [0, *(last for _, last in spans[:-1])]
    assert spans[-1][1] == parts.count
