"""A solve that another thread may look at and cut off at any time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import RLock

from .batches import Means, solve_batch, solve_exactly
from .decomposition.price_and_repair import LARGE_COLUMNS, applies
from .engines.engine import Answer, GoalResult, SolveStatus
from .engines.lexicographic import goal_boxes, goal_results
from .engines.row_bounds import ceiling, ceilings
from .engines.solution import Phase, Progress, Solution, Start, undivided
from .program.components import Batch, Partition, partition
from .program.draft import INFINITY, Floats, Model
from .program.feasibility import is_feasible
from .solution_accumulator import Ledger, at_rest


@dataclass(frozen=True, slots=True)
class Spare:
    """A plan of the whole by other means. `plan` is called once, where the solve is not over after
    `after_seconds` or ends without a proof; its answer is feasible, or None."""

    plan: Callable[[], Floats | None]
    after_seconds: float


class _CutOff(Exception):
    """Nobody waits for the rest."""


class UnderWay:
    """One solve: `run` does it, the other methods may be called by another thread meanwhile."""

    def __init__(
        self, model: Model, means: Means, start: Start | None, on_progress: Progress | None
    ) -> None:
        self._model = model
        self._means = means
        self._start = start
        self._on_progress = on_progress
        self._lock = RLock()
        self._ledger: Ledger | None = None
        self._components = 0
        self._spare: Floats | None = None
        self._ended = self._cut = False

    def run(self) -> None:
        """Solve, batch by batch. Raises EngineError."""
        try:
            ledger = self._begin()
            for first, last in _spans(ledger.parts):
                self._solve(ledger, first, last)
                self._report(ledger, Phase.COMPONENTS, last, ledger.parts.count)
            self._narrow(ledger)
        except _CutOff:
            return
        self._ended = True

    def offer(self, plan: Floats | None) -> None:
        """A plan of the whole (columns,), feasible; None: none was found."""
        if plan is None:
            return
        with self._lock:
            self._spare = plan
            if self._ledger is not None:
                self._ledger.offer(plan)
                self._report(self._ledger, Phase.PLAN, 1, 1)

    def open(self) -> bool:
        """Whether a plan by other means can matter: nothing is proven, and there may be a plan."""
        with self._lock:
            ledger = self._ledger
            if ledger is None or not self._ended:
                return True
            return ledger.cut_short and not ledger.contradictions

    def solution(self, cancelled: bool) -> Solution:
        """The outcome; of a solve that has not ended, what is known of every part."""
        with self._lock:
            self._cut = True
            ledger = self._ledger
            if ledger is None:
                return self._unsplit(cancelled)
            if not self._ended:
                ledger.cut_off()
            elif ledger.cut_short:
                ledger.take_spare()
            ledger.cancelled |= cancelled
            return ledger.solution(self._means.options)

    def _begin(self) -> Ledger:
        ledger = Ledger.of(partition(self._model))
        with self._lock:
            self._look()
            self._ledger = ledger
            if self._spare is not None:
                ledger.offer(self._spare)
        return ledger

    def _solve(self, ledger: Ledger, first: int, last: int) -> None:
        """Solve components first:last together; one by one where they cannot all be solved."""
        batch = ledger.parts.batch(first, last)
        tell = partial(self._hear, ledger, batch)
        coupling = self._model.coupling_rows()[batch.rows]
        start = self._start
        begin = Start(start.x[batch.columns], start.duals[batch.rows]) if start else None
        answer = solve_batch(batch, coupling, self._means, tell, begin)
        if answer.x is not None or last - first == 1:
            with self._lock:
                self._look()
                ledger.enter(batch, answer)
                ledger.cancelled |= self._means.budget.cancelled()
            return
        middle = (first + last) // 2
        self._solve(ledger, first, middle)
        self._solve(ledger, middle, last)

    def _narrow(self, ledger: Ledger) -> None:
        """Batches that are each within the gap may not be so together, where losses offset gains:
        then solve them again, to the end."""
        if ledger.closed(self._means.options.relative_gap) or ledger.cut_short:
            return
        again, ledger.wide = ledger.wide, []
        for batch, old in again:
            answer = solve_exactly(batch, self._means)
            with self._lock:
                self._look()
                ledger.better(batch, old, answer)

    def _hear(
        self, ledger: Ledger, batch: Batch, phase: Phase, done: int, of: int, answer: Answer
    ) -> None:
        with self._lock:
            self._look()
            ledger.hear(batch, answer)
            self._report(ledger, phase, done, of)

    def _report(self, ledger: Ledger, phase: Phase, done: int, of: int) -> None:
        with self._lock:
            self._look()
            if self._on_progress is not None:
                self._on_progress(ledger.standing(phase, done, of))

    def _look(self) -> None:
        """Raise _CutOff where nobody waits any more."""
        if self._cut:
            raise _CutOff

    def _unsplit(self, cancelled: bool) -> Solution:
        """Cut off before the components were known."""
        model, plan = self._model, self._spare
        if plan is None:
            rest = at_rest(model)
            plan = rest if is_feasible(model, rest) else None
        status = SolveStatus.FEASIBLE_LIMIT if plan is not None else SolveStatus.NO_SOLUTION_LIMIT
        return undivided(
            model,
            SolveStatus.CANCELLED if cancelled else status,
            plan,
            -INFINITY if plan is None else float(model.cost @ plan) + model.offset,
            ceiling(ceilings(model)) + model.offset,
            self._means.options.engine,
            0,
            _goals(model, plan),
        )


def _goals(model: Model, plan: Floats | None) -> tuple[GoalResult, ...]:
    boxes = goal_boxes(model)
    if plan is not None:
        return goal_results(model, plan, boxes)
    pairs = zip(model.goals, boxes, strict=True)
    return tuple(GoalResult(goal.name, -INFINITY, box) for goal, box in pairs)


def _spans(parts: Partition) -> list[tuple[int, int]]:
    """All components at once where they are many and a relaxation splits them further; else
    batches of a size an engine likes."""
    if parts.model.num_columns > LARGE_COLUMNS and applies(parts.model):
        return [(0, parts.count)]
    return list(parts.spans())
