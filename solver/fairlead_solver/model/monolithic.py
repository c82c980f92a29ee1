"""A whole model by one engine, with nothing taken apart: what decomposition is measured against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .engines.budget import UNLIMITED, Budget
from .engines.engine import Answer, Engine, Limits, SolveStatus, accepted, run
from .engines.lexicographic import maximise
from .engines.solution import Solution, SolveOptions, undivided
from .program.draft import Floats, Model
from .program.integer_rounding import integral

ROUNDING_SHARE = 0.01  # of the gap asked, left for what rounding hides


def solve_whole(model: Model, options: SolveOptions, budget: Budget = UNLIMITED) -> Solution:
    """Maximise the goals of `model`, then its cost, in one engine call each.

    CP-SAT takes integers only: what else there is gets rounded (`integral`), and its bound is
    widened by all that rounding can hide. Raises EngineError where the engine asked for cannot
    solve the model.
    """
    if options.engine is Engine.CP_SAT:
        answer = _rounded_answer(model, options, budget)
    else:
        answer = _answer(model, options, budget)
    return undivided(
        model,
        answer.status,
        answer.x,
        answer.objective,
        answer.bound,
        options.engine,
        1,
        answer.goals,
        (answer.engine,) if answer.engine else (),
    )


def _rounded_answer(model: Model, options: SolveOptions, budget: Budget) -> Answer:
    rounded = integral(model)
    asked = replace(options, relative_gap=options.relative_gap * (1 - ROUNDING_SHARE))
    answer = _answer(rounded.model, asked, budget)
    if answer.x is None:
        return answer
    x = np.minimum(answer.x, model.upper)
    found = accepted(model, x, answer.bound + rounded.slack, options.relative_gap)
    proven = all(goal.proven for goal in answer.goals)
    status = found.status if proven else SolveStatus.FEASIBLE_LIMIT
    return replace(found, status=status, goals=answer.goals, engine=answer.engine)


def _answer(model: Model, options: SolveOptions, budget: Budget) -> Answer:
    def call(stage: Model, asked: Limits, plan: Floats | None) -> Answer:
        seconds = max(0.0, budget.remaining_seconds()) * asked.share
        return run(stage, options.engine, replace(asked, seconds=seconds), plan)

    limits = Limits(relative_gap=options.relative_gap, seed=options.seed)
    return maximise(model, np.array([0, model.num_columns]), limits, call)
