"""The method for models too large to be solved whole: price the coupling rows, repair, prove.

Only worth it where coupling rows join many small components; `applies` tells. It answers with a
feasible vector and a true bound, or says that it found none (then the whole model must be tried).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .budget import Budget
from .draft import Bools, Model
from .engine import Answer, Engine
from .oracle import Oracle, Stuck
from .partition import partition
from .prices import find_prices
from .repair import Wish, repair

LARGE_COLUMNS = 1000
MIN_COMPONENTS = 50
PRICE_SHARE = 0.25  # of the gap asked, given to imprecise prices


def applies(model: Model, coupling: Bools) -> bool:
    """Whether `model` is large, without goals, and its rows in `coupling` (mask) may be priced."""
    aimless = not any(goal.weights.any() for goal in model.goals)
    bounded = bool(np.all(np.isfinite(model.lower + model.upper)))
    return model.num_columns > LARGE_COLUMNS and aimless and bounded and bool(coupling.any())


def solve_by_prices(
    model: Model,
    coupling: Bools,
    engine: Engine,
    relative_gap: float,
    seed: int,
    workers: int,
    budget: Budget,
) -> Answer | None:
    """Maximise over `model`, rows in `coupling` priced; None where prices are of no help."""
    parts = partition(model, coupling)
    if parts.count < MIN_COMPONENTS:
        return None
    try:
        oracle = Oracle(parts, seed, workers)
        prices = find_prices(oracle, max(PRICE_SHARE * relative_gap, 1e-7), budget)
    except Stuck:
        return None
    answer = repair(oracle, prices, Wish(engine, relative_gap, seed, workers), budget)
    told = np.full(model.num_rows, np.nan)
    told[parts.coupling] = prices.reply.prices
    return replace(answer, prices=told)
