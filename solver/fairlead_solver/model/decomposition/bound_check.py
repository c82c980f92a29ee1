"""Computes the bound of a solve by prices again, from the prices alone.

At the prices the model falls into components (`coupling`). By weak duality, in plain arithmetic,
each component's row duals bound what it can be worth, and for most the plan is worth just that.
The others are solved again as integer programs, by an engine of the caller's choice: an error of
the first solve is then found unless another program makes the same. Nothing else of the solve is
used, and whatever its prices, duals and plan, the result is a true bound.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ..engines.engine import Engine, Limits, run
from ..engines.solution import Solution
from ..execution.executor import Threads
from ..program.components import part_of, partition
from ..program.draft import INFINITY, Floats, Ints, Model
from .coupling import Coupling, component_bounds

BATCH_COLUMNS = 500
CLOSED = 1e-9  # of a component's worth: sums of doubles
LIMITS = Limits(relative_gap=1e-5, nodes=10_000)


def bound_again(model: Model, solution: Solution, engine: Engine, workers: int) -> float | None:
    """The bound at the prices of `solution`; None where it has no prices or no plan, or where
    goals come first."""
    if solution.x is None or not solution.priced.any() or model.goals:
        return None
    parts = partition(model, solution.priced)
    coupling = Coupling(parts)
    prices = solution.prices[parts.coupling]
    reduced = coupling.reduced(prices)
    bounds = component_bounds(parts, reduced, np.nan_to_num(solution.duals)[parts.rows])
    worth = np.bincount(parts.owner, reduced * solution.x[parts.columns], parts.count)
    noise = CLOSED * np.bincount(parts.owner, np.abs(reduced * _largest(model, parts.columns)))
    left = np.flatnonzero(bounds - worth > noise)
    some = part_of(parts, left)
    cost = np.zeros(model.num_columns)
    cost[parts.columns] = reduced
    spans = list(some.spans(BATCH_COLUMNS))
    models = [some.batch(first, last, cost).model for first, last in spans]
    found = Threads(workers).map(partial(_bound, engine=engine), models)
    before = [float(bounds[left[first:last]].sum()) for first, last in spans]
    closed = float(bounds.sum()) - sum(before)
    again = sum(map(min, before, found))
    return closed + again + coupling.room_value(prices)


def _largest(model: Model, columns: Ints) -> Floats:
    """How large each column can be (columns,); 0 where it has no limit."""
    most = np.maximum(np.abs(model.lower[columns]), np.abs(model.upper[columns]))
    return np.where(most < INFINITY, most, 0.0)


def _bound(model: Model, engine: Engine) -> float:
    return run(model, engine, LIMITS).bound
