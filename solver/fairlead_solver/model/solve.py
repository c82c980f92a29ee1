"""Solves a whole model: split, solve the components in batches, put together, prove.

The total bound is the sum of the components' true bounds. A component without a solution does
not stop the others: it is reported, and the vector is whole everywhere else.
"""

from __future__ import annotations

from math import isinf

from .batches import Means
from .engines.budget import UNLIMITED, Budget
from .engines.solution import Phase, Progress, Solution, SolveOptions, Standing, Start
from .execution.executor import Crew, Threads
from .execution.overrun_guard import Apart
from .program.draft import Model
from .running_solve import Spare, UnderWay

__all__ = ["Phase", "Solution", "SolveOptions", "Spare", "Standing", "Start", "solve"]


def solve(
    model: Model,
    options: SolveOptions | None = None,
    budget: Budget = UNLIMITED,
    on_progress: Progress | None = None,
    *,
    start: Start | None = None,
    crew: Crew | None = None,
    spare: Spare | None = None,
) -> Solution:
    """Maximise the goals of `model`, then its cost, to the gap asked or until the budget ends.

    `start` may save work; `crew` does the independent pieces (threads, if none is given). Neither
    changes what is proven. An engine that does not stop is left behind (see `overrun`): the answer
    then is the best plan that is known, that of `spare` among them, and a true bound.

    Raises EngineError where the engine asked for cannot solve the model.
    """
    chosen = options or SolveOptions()
    means = Means(chosen, crew or Threads(chosen.workers), budget)
    under_way = UnderWay(model, means, start, on_progress)
    if isinf(budget.remaining_seconds()):
        under_way.run()
    else:
        _run_within(budget, under_way, spare)
    return under_way.solution(budget.cancelled())


def _run_within(budget: Budget, under_way: UnderWay, spare: Spare | None) -> None:
    """Run, and be back when the budget ends."""
    apart = Apart(under_way.run)
    if spare is not None:
        rest = max(0.0, budget.remaining_seconds() - spare.after_seconds)
        if not apart.wait(budget, rest) or under_way.open():
            under_way.offer(spare.plan())
    if apart.wait(budget):
        apart.result()
    else:
        apart.leave()
