"""Solves a whole model: split, solve the components in batches, put together, prove.

The total bound is the sum of the components' true bounds. A component without a solution does
not stop the others: it is reported, and the vector is whole everywhere else.
"""

from __future__ import annotations

from functools import partial

from .batches import Means, solve_batch, solve_exactly
from .budget import UNLIMITED, Budget
from .crew import Crew, Threads
from .draft import Model
from .engine import Answer
from .ledger import Ledger
from .partition import Batch, Partition, partition
from .scale import LARGE_COLUMNS, Tell, applies
from .solution import Phase, Progress, Solution, SolveOptions, Standing, Start

__all__ = ["Phase", "Solution", "SolveOptions", "Standing", "Start", "solve"]


def solve(
    model: Model,
    options: SolveOptions | None = None,
    budget: Budget = UNLIMITED,
    on_progress: Progress | None = None,
    *,
    start: Start | None = None,
    crew: Crew | None = None,
) -> Solution:
    """Maximise the goals of `model`, then its cost, to the gap asked or until the budget ends.

    `start` may save work; `crew` does the independent pieces (threads, if none is given). Neither
    changes what is proven. Raises EngineError where the engine asked for cannot solve the model.
    """
    chosen = options or SolveOptions()
    means = Means(chosen, crew or Threads(chosen.workers), budget)
    parts = partition(model)
    ledger = Ledger.of(parts)
    for first, last in _spans(parts):
        for batch, answer in _solved(parts, first, last, means, start, ledger, on_progress):
            ledger.enter(batch, answer)
        ledger.cancelled |= budget.cancelled()
        if on_progress:
            on_progress(ledger.standing(Phase.COMPONENTS, last, parts.count))
    _narrow(ledger, means)
    return ledger.solution(parts.count, chosen)


def _spans(parts: Partition) -> list[tuple[int, int]]:
    """All components at once where they are many and a relaxation splits them further; else
    batches of a size an engine likes."""
    if parts.model.num_columns > LARGE_COLUMNS and applies(parts.model):
        return [(0, parts.count)]
    return list(parts.spans())


def _solved(
    parts: Partition,
    first: int,
    last: int,
    means: Means,
    start: Start | None,
    ledger: Ledger,
    on_progress: Progress | None,
) -> list[tuple[Batch, Answer]]:
    """Solve components first:last together; one by one where they cannot all be solved."""
    batch = parts.batch(first, last)
    tell: Tell = partial(_tell, ledger, batch, on_progress)
    coupling = parts.model.coupling_rows()[batch.rows]
    begin = Start(start.x[batch.columns], start.duals[batch.rows]) if start else None
    answer = solve_batch(batch, coupling, means, tell, begin)
    if answer.x is not None or last - first == 1:
        return [(batch, answer)]
    middle = (first + last) // 2
    return [
        *_solved(parts, first, middle, means, start, ledger, on_progress),
        *_solved(parts, middle, last, means, start, ledger, on_progress),
    ]


def _tell(
    ledger: Ledger,
    batch: Batch,
    on_progress: Progress | None,
    phase: Phase,
    done: int,
    of: int,
    answer: Answer,
) -> None:
    if on_progress:
        on_progress(ledger.standing(phase, done, of, (batch, answer)))


def _narrow(ledger: Ledger, means: Means) -> None:
    """Batches that are each within the gap may not be so together, where losses offset gains:
    then solve them again, to the end."""
    if ledger.closed(means.options.relative_gap) or ledger.cut_short:
        return
    again, ledger.wide = ledger.wide, []
    for batch, old in again:
        ledger.better(batch, old, solve_exactly(batch, means))
