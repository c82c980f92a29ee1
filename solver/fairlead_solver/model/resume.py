"""The relaxation of a model much like one solved before, from what is left of that solve.

At the old prices a component whose old vector and duals still match is still optimal: weak duality
says so in plain arithmetic, whatever has changed around it, so nothing old is trusted. The others
are solved again, and only they.
"""

from __future__ import annotations

import numpy as np

from .activity import rounded, violated_rows
from .coupling import Coupling, component_bounds
from .crew import Crew
from .draft import Bools, Floats
from .mathopt import End
from .oracle import BATCH_COLUMNS, Stuck
from .partition import Partition, part_of
from .relaxation import Relaxation
from .scaling import objective_scale
from .solution import Start

MATCH = 1e-9  # of a component's money: what an optimal vector and its duals may differ by


def resume(fine: Partition, start: Start, seed: int, crew: Crew) -> Relaxation:
    """The relaxation at the prices of `start`. Raises Stuck where a component has no solution."""
    model = fine.model
    known = ~np.isnan(start.x)
    x = rounded(model, np.where(known, start.x, 0.0))
    duals = np.nan_to_num(start.duals)
    coupling = Coupling(fine)
    reduced = coupling.reduced(duals[fine.coupling])
    old = np.flatnonzero(~_still_optimal(fine, x, known, duals, reduced))
    part = part_of(fine, old)
    cost = np.zeros(model.num_columns)
    cost[fine.columns] = reduced * objective_scale(model.cost)
    batches = [part.batch(first, last, cost).model for first, last in part.spans(BATCH_COLUMNS)]
    raws = crew.programs(batches, seed).solve([batch.cost for batch in batches])
    if any(raw.end is not End.OPTIMAL or raw.x is None or raw.duals is None for raw in raws):
        raise Stuck
    settled = np.ones(model.num_columns, np.bool_)
    settled[part.columns] = False
    if len(raws):
        x[part.columns] = np.concatenate([raw.x for raw in raws if raw.x is not None])
        duals[part.rows] = np.concatenate([raw.duals for raw in raws if raw.duals is not None])
        duals[part.rows] /= objective_scale(model.cost)
    return Relaxation(x, x, settled, duals)


def _still_optimal(
    fine: Partition, x: Floats, known: Bools, duals: Floats, reduced: Floats
) -> Bools:
    """Which components (mask) have a whole vector worth all that their duals allow."""
    owner, mine = fine.owner, x[fine.columns]
    worth = np.bincount(owner, reduced * mine, fine.count)
    sizes = np.bincount(owner, np.abs(reduced * mine), fine.count)
    bounds = component_bounds(fine, reduced, duals[fine.rows])
    still = bounds - worth <= MATCH * np.maximum(sizes, 1.0)
    still[owner[~known[fine.columns]]] = False
    still[fine.row_owner[violated_rows(fine.model, x)[fine.rows]]] = False
    return still
