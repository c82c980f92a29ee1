"""One run of the benchmark: a contender on a cycle, in a process of its own.

`python -m fairlead_scenarios.benchmarking.measure` reads a task as JSON and prints a run as JSON.
The objective is recomputed from the plan's integers, and every rule checked, without the solver.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from fairlead.v1 import allocation_service_pb2 as messages
from fairlead.wire.allocation.cycle import cycle_of, facts_of
from fairlead.wire.allocation.policies import policy_of
from fairlead_solver.api.allocation import (
    ClusterError,
    Engine,
    EngineError,
    Options,
    Problem,
    Solved,
    Standing,
    cold_pass,
    crew_at,
    intake,
    left_of,
    solve,
    solve_whole,
    write,
)

from ..recipe.following import following
from ..recipe.generator import Recipe
from ..running.local import MAX_ROWS, Deadline
from ..running.process_memory import KIB, own_cpu_seconds
from ..running.reference_runner import solve_by_reference
from ..spelling.message_reader import MICRO
from ..terminal.process_exit import end_now_if_busy
from .answer import Explained, bytes_in_rows, judge
from .task import ENGINE_SEED, Contender, Ending, Phases, Point, Run, Task, begun

LOADED_LINES, LOADED_LINES_WHOLE, LOADED_GAP = 1200, 20, 0.01  # solved before any clock runs
LOADED_WHOLE = (Contender.HIGHS, Contender.SCIP, Contender.CP_SAT)
CHANGED = 0.01  # of the lines and lots, from one cycle to the next


@dataclass
class Stopwatch:
    """Seconds of phases, wall and processor."""

    phases: Phases = field(default_factory=Phases)
    cpu: Phases = field(default_factory=Phases)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time the block as a phase."""
        cpu, start = own_cpu_seconds(), time.perf_counter()
        yield
        setattr(self.phases, name, time.perf_counter() - start)
        setattr(self.cpu, name, own_cpu_seconds() - cpu)

    def total(self, run: Run, *names: str) -> None:
        """The run's seconds are the sum of these phases."""
        run.seconds = sum(getattr(self.phases, name) for name in names)
        run.cpu_seconds = sum(getattr(self.cpu, name) for name in names)


class Track:
    """Notes when a solve's best plan or bound changed."""

    def __init__(self, points: list[Point]) -> None:
        self._points = points
        self._start = time.perf_counter()

    def standing(self, standing: Standing) -> None:
        """A solve went on. In STRICT mode what is told before money is of a goal: both are shown
        as they are."""
        objective, bound = _finite(standing.objective), _finite(standing.bound)
        last = self._points[-1] if self._points else None
        if last is None or (last.objective, last.bound) != (objective, bound):
            seconds = time.perf_counter() - self._start
            self._points.append(Point(seconds=seconds, objective=objective, bound=bound))


def _finite(micros: float) -> float | None:
    return micros / MICRO if math.isfinite(micros) else None


def measure(task: Task) -> Run:
    """Let the task's contender work on its cycle."""
    run = begun(task)
    watch = Stopwatch()
    run.phases = watch.phases
    try:
        _load(task.engine, task.workers)
        _WORK[task.engine](task, run, watch)
    except EngineError as error:
        run.note = str(error)
    except ClusterError as error:
        run.status, run.note = Ending.FAILED, str(error)
    if run.seconds is not None and run.objective is not None:
        end = Point(seconds=run.seconds, objective=run.objective, bound=run.bound)
        run.points.append(end)
    run.peak_memory_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    return run


def _load(engine: Contender, workers: int) -> None:
    """Solve a small cycle before any clock runs: a service has its libraries loaded."""
    whole = engine in LOADED_WHOLE
    recipe = Recipe(lines=LOADED_LINES_WHOLE if whole else LOADED_LINES)
    problem = intake(facts_of(recipe.cycle(), max_rows=MAX_ROWS), policy_of(recipe.policy()))
    options = Options(relative_gap=LOADED_GAP, workers=workers)
    if whole:
        solve_whole(problem, replace(options, engine=Engine(engine.value)))
    else:
        solve(problem, options)


def _problem(task: Task, watch: Stopwatch) -> Problem:
    body = task.cycle.read_bytes()
    with watch.phase("read"):
        request = messages.SolveAllocationRequest.FromString(body)
        facts, policy = facts_of(request.cycle, max_rows=MAX_ROWS), policy_of(request.policy)
    del body, request
    with watch.phase("check"):
        return intake(facts, policy)


def _fairlead(task: Task, run: Run, watch: Stopwatch) -> None:
    _solve(task, run, watch)


def _solve(task: Task, run: Run, watch: Stopwatch) -> Solved:
    problem = _problem(task, watch)
    with watch.phase("build"):
        write(problem)  # once more than a decision needs: solving has its own writing in it
    options = Options(relative_gap=task.gap, seed=ENGINE_SEED, workers=task.workers)
    with crew_at(task.cluster) as crew:
        if crew is not None:
            crew.connect()  # before the clock: a server stays as near to its cluster
        with watch.phase("solve"):
            track = Track(run.points)
            limit = Deadline.after(task.time_limit)
            solved = solve(problem, options, limit, track.standing, crew=crew)
    watch.total(run, "solve")
    judge(run, solved, task.workers)
    return solved


def _warm_start(task: Task, run: Run, watch: Stopwatch) -> None:
    """The cycle, the next one from nothing, and the next one from what the first has left."""
    before = _problem(task, watch)
    options = Options(relative_gap=task.gap, seed=ENGINE_SEED, workers=task.workers)
    with crew_at(task.cluster) as crew:
        left = left_of(solve(before, options, Deadline.after(task.time_limit), crew=crew))
        problem = intake(following(before.facts, CHANGED, ENGINE_SEED), before.policy)
        with watch.phase("solve"):
            solve(problem, options, Deadline.after(task.time_limit), crew=crew)
        watch.total(run, "solve")
        run.anew_seconds, run.anew_cpu_seconds = run.seconds, run.cpu_seconds
        limit = Deadline.after(task.time_limit)
        with watch.phase("solve"):
            solved = solve(problem, options, limit, start=left, crew=crew)
    watch.total(run, "solve")
    judge(run, solved, task.workers)
    if left is None:
        run.note = "the cycle before was solved without prices and left nothing"


def _service(task: Task, run: Run, watch: Stopwatch) -> None:
    solved = _solve(task, run, watch)
    with watch.phase("explain"):
        explained = Explained.of(solved, Deadline.after(task.time_limit))
    with watch.phase("encode"):
        chunks, size = explained.in_columns()
    with watch.phase("rows"):
        in_rows = bytes_in_rows(chunks)
    watch.total(run, "read", "check", "solve", "explain", "encode")
    run.note = f"the decision is {size:,} bytes, its lines as rows {in_rows:,}"


def _whole(task: Task, run: Run, watch: Stopwatch) -> None:
    problem = _problem(task, watch)
    engine = Engine(task.engine.value)
    options = Options(engine=engine, relative_gap=task.gap, seed=ENGINE_SEED)
    with watch.phase("solve"):
        solved = solve_whole(problem, options, Deadline.after(task.time_limit))
    watch.total(run, "solve")
    judge(run, solved)


def _pyomo(task: Task, run: Run, watch: Stopwatch) -> None:
    problem = _problem(task, watch)
    with watch.phase("solve"):
        solved = solve_by_reference(problem, "highs", task.gap, task.time_limit)
    watch.total(run, "solve")
    judge(run, solved)


def _cold_pass(task: Task, run: Run, watch: Stopwatch) -> None:
    problem = _problem(task, watch)
    with watch.phase("build"):
        model = write(problem)
    with watch.phase("solve"):
        bound = cold_pass(model, ENGINE_SEED, task.workers)
    watch.total(run, "solve")
    run.status, run.bound = Ending.MEASURED, bound / MICRO
    run.columns, run.rows = model.num_columns, model.num_rows


def _codec(task: Task, run: Run, watch: Stopwatch) -> None:
    body = task.cycle.read_bytes()
    with watch.phase("read"):
        request = messages.SolveAllocationRequest.FromString(body)
        facts = facts_of(request.cycle, max_rows=MAX_ROWS)
    with watch.phase("encode"):
        size = len(cycle_of(facts).SerializeToString())
    watch.total(run, "read", "encode")
    run.status, run.note = Ending.MEASURED, f"the cycle is {size:,} bytes"


_WORK: dict[Contender, Callable[[Task, Run, Stopwatch], None]] = {
    Contender.FAIRLEAD: _fairlead,
    Contender.SERVICE: _service,
    Contender.WARM_START: _warm_start,
    Contender.HIGHS: _whole,
    Contender.SCIP: _whole,
    Contender.CP_SAT: _whole,
    Contender.PYOMO: _pyomo,
    Contender.COLD_PASS: _cold_pass,
    Contender.CODEC: _codec,
}


if __name__ == "__main__":
    print(measure(Task.model_validate_json(sys.stdin.read())).model_dump_json())
    end_now_if_busy()
