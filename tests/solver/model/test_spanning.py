"""Columns that join everything: the tree over them ends where the whole model ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.model.decomposition.spanning_branching import Tree, loosened, spanning_columns
from fairlead_solver.model.engines.engine import Answer, Engine, Limits, SolveStatus, run
from fairlead_solver.model.program.components import partition
from fairlead_solver.model.program.draft import Floats, Model
from fairlead_solver.model.program.feasibility import is_feasible
from fairlead_solver.model.solve import Phase, SolveOptions, Standing, solve

from .cycles import LOCATIONS, Recipe, cycle

GAP = 1e-3


def switched(lines: int, fixed_cost: float, most: int | None = None, seed: int = 1) -> Model:
    """A cycle whose locations cost `fixed_cost` if used at all, at most `most` of them."""
    model = cycle(Recipe(lines=lines, seed=seed, lines_per_contract=10**9))
    capacity = model.block_rows("capacity", "capacity")
    assert capacity is not None
    size, flows = model.num_columns, model.column_blocks[0].stop
    rows, columns, values = [], [], []
    for place in range(LOCATIONS):
        mine = model.matrix[[capacity.start + place]].indices
        for column in mine[mine < flows]:
            rows += [len(rows) // 2] * 2
            columns += [column, size + place]
            values += [1.0, -model.upper[column]]
    links = len(rows) // 2
    lower, upper = np.full(links, -np.inf), np.zeros(links)
    if most is not None:
        rows += [links] * LOCATIONS
        columns += [size + place for place in range(LOCATIONS)]
        values += [1.0] * LOCATIONS
        lower, upper = np.append(lower, -np.inf), np.append(upper, float(most))
    wide = sp.csr_array((values, (rows, columns)), shape=(len(lower), size + LOCATIONS))
    old = sp.hstack([model.matrix, sp.csr_array((model.num_rows, LOCATIONS))])
    return replace(
        model,
        lower=np.append(model.lower, np.zeros(LOCATIONS)),
        upper=np.append(model.upper, np.ones(LOCATIONS)),
        cost=np.append(model.cost, np.full(LOCATIONS, -fixed_cost)),
        integer=np.append(model.integer, np.ones(LOCATIONS, np.bool_)),
        row_lower=np.append(model.row_lower, lower),
        row_upper=np.append(model.row_upper, upper),
        matrix=sp.csr_array(sp.vstack([old, wide])),
    )


def by_tree(model: Model) -> Answer:
    """The tree with an engine for its nodes, whatever the size."""
    columns = np.arange(model.num_columns - LOCATIONS, model.num_columns)
    exact = Limits(relative_gap=1e-9)
    return Tree(model, columns, 1e-8, lambda node: run(node, Engine.HIGHS, exact)).search(
        lambda: False
    )


@given(
    seed=st.integers(0, 10_000),
    cost=st.sampled_from([0.0, 1e7, 1e8, 1e9]),
    most=st.sampled_from([None, 7]),
)
@settings(max_examples=8, deadline=None)
def test_the_tree_ends_where_the_whole_model_ends(seed: int, cost: float, most: int | None) -> None:
    model = switched(12, cost, most, seed)
    whole = run(model, Engine.HIGHS, Limits(relative_gap=1e-9))
    found = by_tree(model)
    assert found.status is SolveStatus.OPTIMAL
    assert found.x is not None
    assert is_feasible(model, found.x)
    assert found.objective == pytest.approx(whole.objective, rel=1e-6, abs=1.0)
    assert found.bound >= whole.objective - 1e-6 * abs(whole.objective)


def test_a_model_joined_by_switches_is_solved_at_scale_to_the_gap() -> None:
    model = switched(1500, 1e9)
    spanning = spanning_columns(partition(model, model.coupling_rows()))
    assert spanning.tolist() == list(range(model.num_columns - LOCATIONS, model.num_columns))
    seen: list[Standing] = []
    found = solve(model, SolveOptions(relative_gap=0.01), on_progress=seen.append)
    assert Phase.PRICES in {standing.phase for standing in seen}
    assert found.status is SolveStatus.OPTIMAL
    assert found.x is not None
    assert is_feasible(model, found.x)
    relaxed = run(replace(model, integer=np.zeros_like(model.integer)), Engine.HIGHS)
    assert found.objective <= relaxed.objective * (1 + 1e-9)


def test_a_loosened_model_is_a_relaxation_and_exact_where_its_columns_are_fixed() -> None:
    model = switched(300, 1e6)
    columns = np.arange(model.num_columns - LOCATIONS, model.num_columns)
    plan = run(model, Engine.HIGHS, Limits(relative_gap=0.05)).x
    assert plan is not None
    rest = plan.copy()
    rest[columns] = 0.0

    def worth(lower: Floats, upper: Floats) -> float:
        loose = loosened(model, columns, lower, upper)
        assert is_feasible(loose, rest)
        return float(loose.cost @ rest) + loose.offset

    exact = worth(plan[columns], plan[columns])
    assert exact == pytest.approx(float(model.cost @ plan) + model.offset)
    assert worth(np.zeros(LOCATIONS), np.ones(LOCATIONS)) >= exact


def test_a_model_that_falls_apart_anyway_has_no_spanning_columns() -> None:
    model = cycle(Recipe(lines=600))
    assert not len(spanning_columns(partition(model, model.coupling_rows())))
