"""Work that does not stop is left behind, and the answer is the best that was known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.model.batches import Means, solve_batch
from fairlead_solver.model.engines.engine import SolveStatus
from fairlead_solver.model.engines.row_bounds import ceiling, ceilings
from fairlead_solver.model.engines.solution import SolveOptions
from fairlead_solver.model.execution.executor import Programs, Threads
from fairlead_solver.model.execution.overrun_guard import left_behind, within
from fairlead_solver.model.program.components import partition
from fairlead_solver.model.program.draft import Floats, Goal, Model
from fairlead_solver.model.program.feasibility import is_feasible
from fairlead_solver.model.solution_accumulator import Ledger, at_rest
from fairlead_solver.model.solve import Solution, Spare, Standing, solve

from .cycles import Recipe, cycle
from .programs import brute_force, small_models

T = TypeVar("T")
R = TypeVar("R")
OPTIONS = SolveOptions(relative_gap=1e-4)


class Gate:
    """A crew that lets some pieces of work pass and then does not come back, and the budget that
    ends right then."""

    def __init__(self, pieces: int) -> None:
        self._left = pieces
        self._crew = Threads(1)
        self._reached = threading.Event()
        self._opened = threading.Event()

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        self._pass()
        return self._crew.map(work, items)

    def programs(self, models: Sequence[Model], seed: int) -> Programs:
        self._pass()
        return _Gated(self, self._crew.programs(models, seed))

    def _pass(self) -> None:
        self._left -= 1
        if self._left < 0:
            self._reached.set()
            self._opened.wait()

    def open(self) -> None:
        self._opened.set()

    def remaining_seconds(self) -> float:
        return 0.0 if self._reached.is_set() else 1000.0

    def cancelled(self) -> bool:
        return False


class _Gated:
    def __init__(self, gate: Gate, programs: Programs) -> None:
        self._gate = gate
        self._programs = programs

    def solve(self, costs: Sequence[Floats]) -> list[object]:
        self._gate._pass()
        return self._programs.solve(costs)  # type: ignore[return-value]


@contextmanager
def gate(pieces: int) -> Iterator[Gate]:
    """Opened at the end, so that nothing goes on after the test."""
    it = Gate(pieces)
    try:
        yield it
    finally:
        it.open()


def test_what_does_not_end_is_left_behind_and_counted_until_it_ends() -> None:
    with gate(0) as it:
        before = left_behind()
        assert within(it, it._pass) is None
        assert left_behind() == before + 1
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.current_thread():
            thread.join(10)
    assert left_behind() == 0


def test_what_ends_in_time_is_answered_and_its_error_raised() -> None:
    with gate(1) as it:
        assert within(it, lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            within(it, lambda: 1 // 0)


@pytest.mark.parametrize("strict", [False, True])
def test_a_solve_cut_off_after_any_piece_has_a_plan_and_a_true_bound(strict: bool) -> None:
    """The pieces of the method by prices; the optimum is within the gap of the whole solve."""
    model = cycle(Recipe(lines=400, seed=3))
    if strict:
        weights = np.where(np.arange(model.num_columns) % 3 == 0, model.upper, 0.0)
        model = replace(model, goals=(Goal("first", np.rint(np.maximum(weights, 0.0))),))
    best = solve(model, OPTIONS)
    assert best.status is SolveStatus.OPTIMAL
    rest = at_rest(model)
    objectives, bounds = set(), set()
    for pieces in (0, 2, 3, 6, 12, 1000):
        with gate(pieces) as it:
            found = solve(model, OPTIONS, it, crew=it, spare=Spare(lambda: rest, 0.0))
        assert found.status is (SolveStatus.OPTIMAL if pieces == 1000 else found.status)
        assert found.x is not None
        assert is_feasible(model, found.x, strict=True)
        assert found.objective == pytest.approx(float(model.cost @ found.x) + model.offset)
        assert found.objective >= float(model.cost @ rest) + model.offset or strict
        if not strict:
            assert found.bound >= best.objective - 1e-9 * abs(best.objective)
        for goal, known in zip(found.goals, best.goals, strict=True):
            assert goal.bound >= known.value
        objectives.add(found.objective)
        bounds.add(found.bound)
    assert len(objectives) > 1  # cut off before a better plan was known, and after
    assert strict or len(bounds) > 2  # and after several rounds of prices


@given(small_models(max_goals=2), st.data())
@settings(max_examples=150, deadline=None)
def test_a_ledger_cut_off_between_batches_keeps_the_best_of_every_part(
    model: Model, data: st.DataObject
) -> None:
    truth = brute_force(model)
    parts = partition(model)
    ledger = Ledger.of(parts)
    optimum = solve(model, SolveOptions(relative_gap=0.0))
    if optimum.x is not None and truth.money is not None:
        ledger.offer(optimum.x)
    done = data.draw(st.integers(0, parts.count))
    means = Means(SolveOptions(relative_gap=0.0), Threads(), _Endless())
    for at in range(done):
        batch = parts.batch(at, at + 1)
        coupling = model.coupling_rows()[batch.rows]
        ledger.enter(batch, solve_batch(batch, coupling, means, _untold, None))
    ledger.cut_off()
    found = ledger.solution(SolveOptions(relative_gap=0.0))
    if truth.money is None:
        assert found.x is None or found.contradictions
        return
    assert found.status is SolveStatus.FEASIBLE_LIMIT
    assert found.x is not None
    assert is_feasible(model, found.x)
    assert tuple(goal.value for goal in found.goals) == pytest.approx(truth.goals)
    assert found.objective == pytest.approx(truth.money, abs=1.0)
    assert found.bound >= truth.money - 1.0
    for goal, value in zip(found.goals, truth.goals or (), strict=True):
        assert goal.bound >= value - 1e-9


@given(small_models())
@settings(max_examples=200, deadline=None)
def test_no_plan_is_worth_more_than_the_rows_and_columns_allow(model: Model) -> None:
    truth = brute_force(model)
    if truth.money is not None:
        assert ceiling(ceilings(model)) + model.offset >= truth.money - 1e-6


def test_the_rows_allow_much_less_than_the_columns_where_stock_is_short() -> None:
    model = cycle(Recipe(lines=400, seed=3, short=1.0))
    ways = ceilings(model)
    best = solve(model, OPTIONS)
    assert best.bound - model.offset <= ceiling(ways) < 0.7 * float(ways[0].sum())


def _untold(*_: object) -> None:
    """Nobody looks."""


class _Endless:
    def remaining_seconds(self) -> float:
        return float("inf")

    def cancelled(self) -> bool:
        return False


def test_progress_after_the_answer_is_not_told() -> None:
    model = cycle(Recipe(lines=400, seed=3))
    seen: list[Standing] = []
    with gate(4) as it:
        found: Solution = solve(model, OPTIONS, it, seen.append, crew=it)
        told = len(seen)
        it.open()
        for thread in threading.enumerate():
            if thread.daemon and thread is not threading.current_thread():
                thread.join(10)
    assert found.x is not None
    assert len(seen) == told
