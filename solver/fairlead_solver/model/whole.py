"""A whole model by one engine, with nothing taken apart: what decomposition is measured against."""

from __future__ import annotations

import numpy as np

from .budget import UNLIMITED, Budget
from .draft import Model
from .engine import Limits, run
from .lexicographic import maximise
from .solution import Solution, SolveOptions, undivided


def solve_whole(model: Model, options: SolveOptions, budget: Budget = UNLIMITED) -> Solution:
    """Maximise the goals of `model`, then its cost, in one engine call each.

    Raises EngineError where the engine asked for cannot solve the model.
    """
    limits = Limits(max(0.0, budget.remaining_seconds()), options.relative_gap, options.seed)
    answer = maximise(
        model,
        np.array([0, model.num_columns]),
        limits,
        lambda stage, asked: run(stage, options.engine, asked),
    )
    return undivided(
        model, answer.status, answer.x, answer.objective, answer.bound, options.engine, 1
    )
