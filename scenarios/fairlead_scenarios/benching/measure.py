"""One run of a benchmark: an engine decides a generated cycle, in a process of its own.

`python -m fairlead_scenarios.benching.measure` reads a task as JSON and prints a run as JSON.
The objective is recomputed from the plan's integers, and every rule checked, without the solver;
the bound is the engine's own claim.
"""

from __future__ import annotations

import resource
import sys
import time

from pydantic import BaseModel, ConfigDict

from fairlead.wire.cycle import facts_of
from fairlead.wire.policies import policy_of
from fairlead_solver.api import (
    Engine,
    EngineError,
    Foreign,
    Mismatch,
    Options,
    Problem,
    Solved,
    Status,
    adopt,
    check,
    intake,
    objective_terms,
    solve,
    solve_whole,
)
from fairlead_solver.reference.process import ReferenceFailed, solve_apart

from ..local import MAX_ROWS, Deadline
from ..recipe import Recipe
from ..sugar import MICRO

OURS, PYOMO = "fairlead", "pyomo"
ENGINES = (OURS, Engine.HIGHS.value, Engine.SCIP.value, Engine.CP_SAT.value, PYOMO)
BYTES_PER_KIB = 1024


class Task(BaseModel):
    """What to measure."""

    model_config = ConfigDict(frozen=True)

    engine: str
    recipe: Recipe
    gap: float
    time_limit: float
    workers: int = 1


class Run(BaseModel):
    """What was measured. Money in units of the currency; None: there is no such figure."""

    engine: str
    lines: int
    status: str
    seconds: float | None = None
    gap: float | None = None
    objective: float | None = None
    bound: float | None = None
    peak_memory_bytes: int | None = None
    note: str = ""


def measure(task: Task) -> Run:
    """Decide the task's cycle; the seconds begin with the checked problem and end with a plan."""
    cycle, policy = task.recipe.cycle(), task.recipe.policy()
    problem = intake(facts_of(cycle, max_rows=MAX_ROWS), policy_of(policy))
    run = Run(engine=task.engine, lines=task.recipe.lines, status="refused")
    start = time.perf_counter()
    try:
        solved, run.seconds = _solved(problem, task, start)
    except (EngineError, ReferenceFailed) as error:
        run.note = str(error)
        return run
    _fill(run, solved)
    who = resource.RUSAGE_CHILDREN if task.engine == PYOMO else resource.RUSAGE_SELF
    run.peak_memory_bytes = resource.getrusage(who).ru_maxrss * BYTES_PER_KIB
    return run


def _solved(problem: Problem, task: Task, start: float) -> tuple[Solved, float]:
    """The decision, and the seconds until it was there."""
    if task.engine == PYOMO:
        answer = solve_apart(problem, "highs", task.gap, task.time_limit)
        seconds = time.perf_counter() - start
        status = Status(answer.status.value)
        told = Foreign(status, answer.packs, answer.bound_micros, PYOMO, answer.version, task.gap)
        return adopt(problem, told), seconds
    budget = Deadline.after(task.time_limit)
    if task.engine == OURS:
        options = Options(relative_gap=task.gap, seed=1, workers=task.workers)
        solved = solve(problem, options, budget)
    else:
        options = Options(engine=Engine(task.engine), relative_gap=task.gap, seed=1)
        solved = solve_whole(problem, options, budget)
    return solved, time.perf_counter() - start


def _fill(run: Run, solved: Solved) -> None:
    """Status, objective, bound and gap. Raises Mismatch where the plan breaks a rule."""
    decision = solved.decision
    run.status = decision.status.value
    if decision.bound_micros is not None:
        run.bound = decision.bound_micros / MICRO
    if decision.plan is None:
        return
    packs = decision.plan.packs
    if broken := check(solved.problem, packs):
        raise Mismatch(broken)
    run.objective = sum(objective_terms(solved.problem, packs).values()) / MICRO
    if run.bound is not None:
        run.gap = max(0.0, run.bound - run.objective) / max(1.0, abs(run.objective))


if __name__ == "__main__":
    print(measure(Task.model_validate_json(sys.stdin.read())).model_dump_json())
