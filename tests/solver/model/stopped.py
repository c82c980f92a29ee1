"""Stages of a lexicographic solve that end early, each in a way that engines do end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import numpy as np

from fairlead_solver.model.engines.engine import (
    Answer,
    Limits,
    SolveStatus,
    accepted,
    box_bound,
    run,
)
from fairlead_solver.model.program.draft import Floats, Model


class Stop(Enum):
    """How one engine call ends."""

    NEVER = "solved to the end"
    WITHOUT_PLAN = "a limit, with nothing but the box's bound"
    WORST_PLAN = "a limit, with the plan that has the least"
    RELAXED = "a limit, with the relaxation's bound and no plan"
    REFUSED = "infeasible by tolerances, though there is a plan"


class StoppedRun:
    """Solves stages; the first calls end as told, the later ones not at all. `plans`: all found."""

    def __init__(self, stops: Sequence[Stop]) -> None:
        self.plans: list[Floats] = []
        self._stops = list(stops)

    def __call__(self, model: Model, limits: Limits, plan: Floats | None) -> Answer:
        stop = self._stops.pop(0) if self._stops else Stop.NEVER
        answer = _ended(model, limits, plan, stop)
        if answer.x is not None and model.integer.all():  # not of a relaxation
            self.plans.append(answer.x)
        return answer


def _ended(model: Model, limits: Limits, plan: Floats | None, stop: Stop) -> Answer:
    whole = run(model, limits=limits)
    if whole.x is None or stop is Stop.NEVER:
        return whole
    if stop is Stop.REFUSED and plan is not None:
        return Answer(SolveStatus.INFEASIBLE, None, -np.inf, -np.inf)
    if stop is Stop.WORST_PLAN:
        worst = run(replace(model, cost=-model.cost, offset=0.0))
        assert worst.x is not None
        return accepted(model, worst.x, box_bound(model), 0.0)
    bound = box_bound(model)
    if stop is Stop.RELAXED:
        bound = run(replace(model, integer=np.zeros_like(model.integer))).bound
    return Answer(SolveStatus.NO_SOLUTION_LIMIT, None, -np.inf, bound)


class CallBudget:
    """A budget of so many questions: it ends at the same place on any machine."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def remaining_seconds(self) -> float:
        self.left -= 1
        return float("inf") if self.left >= 0 else 0.0

    def cancelled(self) -> bool:
        return False
