"""The relaxation of a model much like one solved before, from what is left of that solve.

At the old prices and duals every component has a bound: weak duality says so in plain arithmetic,
whatever has changed around it, so nothing old is trusted. Where the old plan is worth nearly that
much it stays. Only the components that lose most are solved again, until what the others lose
together is a small share of the gap asked.
"""

from __future__ import annotations

import numpy as np

from ..engines.mathopt import End
from ..engines.solution import Start
from ..execution.executor import Crew
from ..program.components import Partition, part_of
from ..program.draft import Bools, Floats
from ..program.feasibility import rounded, violated_rows
from ..program.scaling import objective_scale
from .coupling import Coupling, component_bounds
from .lp_relaxation import Relaxation
from .neighbourhood_selection import worst
from .pricing_oracle import BATCH_COLUMNS, Stuck

MOST_CHANGED = 0.5  # of the components: beyond, the old prices are those of another model
KEPT_SHARE = 0.2  # of the gap asked, left to components that are not solved again


def resume(fine: Partition, start: Start, gap: float, seed: int, crew: Crew) -> Relaxation:
    """The relaxation at the prices of `start`, `gap` being asked of the whole (relative).

    Its mixture is the old plan wherever that keeps the rows of its component. Raises Stuck where a
    component has no solution, or where most have changed.
    """
    model = fine.model
    known = ~np.isnan(start.x)
    plan = rounded(model, np.where(known, start.x, 0.0))
    duals = np.nan_to_num(start.duals)
    reduced = Coupling(fine).reduced(duals[fine.coupling])
    whole = _whole(fine, plan, known)
    again = ~whole | _losing(fine, plan, whole, reduced, duals, gap)
    if again.sum() > MOST_CHANGED * fine.count:
        raise Stuck
    part = part_of(fine, np.flatnonzero(again))
    scale = objective_scale(model.cost)
    cost = np.zeros(model.num_columns)
    cost[fine.columns] = reduced * scale
    batches = [part.batch(first, last, cost).model for first, last in part.spans(BATCH_COLUMNS)]
    raws = crew.programs(batches, seed).solve([batch.cost for batch in batches])
    if any(raw.end is not End.OPTIMAL or raw.x is None or raw.duals is None for raw in raws):
        raise Stuck
    x = plan.copy()
    if len(raws):
        x[part.columns] = np.concatenate([raw.x for raw in raws if raw.x is not None])
        found = np.concatenate([raw.duals for raw in raws if raw.duals is not None])
        duals[part.rows] = found / scale
    settled = np.empty(model.num_columns, np.bool_)
    settled[fine.columns] = whole[fine.owner]
    return Relaxation(x, plan, settled, duals)


def _whole(fine: Partition, plan: Floats, known: Bools) -> Bools:
    """Which components (mask) the plan knows whole and breaks no row of."""
    whole = np.ones(fine.count, np.bool_)
    whole[fine.owner[~known[fine.columns]]] = False
    whole[fine.row_owner[violated_rows(fine.model, plan)[fine.rows]]] = False
    return whole


def _losing(
    fine: Partition, plan: Floats, whole: Bools, reduced: Floats, duals: Floats, gap: float
) -> Bools:
    """Which whole components (mask) may be worth too much more than they are in the plan."""
    bounds = component_bounds(fine, reduced, duals[fine.rows])
    worth = np.bincount(fine.owner, reduced * plan[fine.columns], fine.count)
    ignored = KEPT_SHARE * gap * abs(float(bounds[whole].sum()))
    return worst(np.where(whole, bounds - worth, 0.0), ignored)
