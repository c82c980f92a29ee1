"""A whole model by one engine, with nothing taken apart: what decomposition is measured against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .budget import UNLIMITED, Budget
from .draft import Model
from .engine import Answer, Engine, Limits, run
from .integral import integral
from .lexicographic import maximise
from .solution import Solution, SolveOptions, undivided


def solve_whole(model: Model, options: SolveOptions, budget: Budget = UNLIMITED) -> Solution:
    """Maximise the goals of `model`, then its cost, in one engine call each.

    CP-SAT takes integers only: it gets continuous columns in units in which they are whole. Raises
    EngineError where the engine asked for cannot solve the model.
    """
    if options.engine is Engine.CP_SAT:
        counted = integral(model)
        answer = _answer(counted.model, options, budget)
        if answer.x is not None:
            answer = replace(answer, x=counted.in_first_units(answer.x))
    else:
        answer = _answer(model, options, budget)
    return undivided(
        model, answer.status, answer.x, answer.objective, answer.bound, options.engine, 1
    )


def _answer(model: Model, options: SolveOptions, budget: Budget) -> Answer:
    limits = Limits(max(0.0, budget.remaining_seconds()), options.relative_gap, options.seed)
    return maximise(
        model,
        np.array([0, model.num_columns]),
        limits,
        lambda stage, asked: run(stage, options.engine, asked),
    )
