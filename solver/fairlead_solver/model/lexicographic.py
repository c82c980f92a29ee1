"""Goals first, one after the other, then money.

Each goal g'x is maximised to gap zero and then held, component by component, with a row
g'x >= best. A component's best is a sum over that component only, so one component can never pay
for another, and rows over integers are held exactly (see `scaling`, `activity`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from .activity import EXACT_LIMIT
from .draft import INFINITY, Floats, Goal, Ints, Model
from .engine import Answer, Limits, SolveStatus, accepted

Run = Callable[[Model, Limits], Answer]
HOLD_NOISE = 1e-9  # of the row's magnitude, where a goal is not made of integers


def maximise(model: Model, starts: Ints, limits: Limits, run: Run) -> Answer:
    """Maximise the goals of `model` in order, then its cost.

    `starts` (components + 1,) delimits the independent components among the columns. A goal cut
    short by a limit is held at what was reached: the bound on money stays true for the
    lexicographic optimum, and the status says FEASIBLE_LIMIT.
    """
    if not model.goals:
        return run(model, limits)
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    held, proven, last = model, True, None
    for goal in model.goals:
        if not goal.weights.any():
            continue
        exact = replace(limits, relative_gap=0.0)
        answer = run(replace(held, cost=goal.weights, offset=0.0), exact)
        if answer.x is None:
            return _stopped(model, last, answer)
        proven &= answer.status is SolveStatus.OPTIMAL
        held = hold(held, goal, owner, answer.x)
        last = answer.x
    answer = run(held, limits)
    if answer.x is None:
        return _stopped(model, last, answer)
    if not proven and answer.status is SolveStatus.OPTIMAL:
        return replace(answer, status=SolveStatus.FEASIBLE_LIMIT)
    return answer


def _stopped(model: Model, last: Floats | None, answer: Answer) -> Answer:
    """A stage without a vector: keep that of the stage before, which reached its goal."""
    if last is None:
        return replace(answer, bound=-INFINITY if _infeasible(answer) else INFINITY)
    bound = INFINITY if _infeasible(answer) else answer.bound
    kept = accepted(model, last, bound, 0.0)
    return replace(kept, status=SolveStatus.FEASIBLE_LIMIT)


def _infeasible(answer: Answer) -> bool:
    return answer.status is SolveStatus.INFEASIBLE


def hold(model: Model, goal: Goal, component: Ints, x: Floats) -> Model:
    """`model` with one row more per component (columns,), behind the others: its part of the goal
    stays at least as good as at x."""
    used = np.flatnonzero(goal.weights)
    owners, row = np.unique(component[used], return_inverse=True)
    weights = goal.weights[used]
    best = np.bincount(row, weights * x[used], len(owners))
    magnitude = np.bincount(row, np.abs(weights * x[used]), len(owners))
    odd = (weights != np.rint(weights)) | ~model.integer[used]
    exact = (np.bincount(row, odd, len(owners)) == 0) & (magnitude < EXACT_LIMIT)
    floor = np.where(exact, np.rint(best), best - HOLD_NOISE * magnitude)
    rows = sp.csr_array((weights, (row, used)), shape=(len(owners), model.num_columns))
    return replace(
        model,
        matrix=sp.csr_array(sp.vstack([model.matrix, rows], format="csr")),
        row_lower=np.concatenate([model.row_lower, floor]),
        row_upper=np.concatenate([model.row_upper, np.full(len(owners), INFINITY)]),
    )
