"""Deciding a scenario in this process: the same steps as the server, without one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fairlead.v1 import decision_pb2
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.wire.allocation.cycle import facts_of
from fairlead.wire.allocation.decisions import decision_message
from fairlead.wire.allocation.packed_lines import decided_lines, line_chunks
from fairlead.wire.allocation.policies import policy_of
from fairlead.wire.shared.options import options_of
from fairlead.wire.shared.phase_times import CHECK, ENCODE, EXPLAIN, READ, SOLVE, PhaseTimes
from fairlead_solver.api.allocation import (
    UNLIMITED,
    Budget,
    ExplainOptions,
    Explanation,
    Facts,
    Problem,
    Solved,
    WeightCost,
    crew_at,
    explain,
    intake,
    solve,
    weigh,
)

from ..files.decision_file import Decided, is_many
from ..files.scenario import Scenario
from ..files.warm_start_files import read_basis, write_basis
from .memory_check import check_memory
from .progress import Unwatched, Watcher
from .reference_runner import solve_by_reference
from .solve_arguments import Asking

MAX_ROWS = 5_000_000  # a file is no message: rows are as welcome as columns


@dataclass(frozen=True, slots=True)
class Deadline:
    """A budget of wall-clock seconds from now."""

    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Ends so many seconds from now."""
        return cls(time.monotonic() + seconds)

    def remaining_seconds(self) -> float:
        """Seconds left."""
        return self.end - time.monotonic()

    def cancelled(self) -> bool:
        """Never: the command is interrupted as a whole."""
        return False


def problem_of(scenario: Scenario, *, quarantine: bool = False) -> Problem:
    """The scenario as a checked problem; `quarantine`: without the rows that break a rule.

    Raises InvalidInput with everything wrong.
    """
    with scenario.places():
        policy = policy_of(scenario.policy)
        return intake(_facts(scenario), policy, quarantine=quarantine)


def problem_decided(scenario: Scenario, decision: decision_pb2.Decision) -> Problem:
    """The scenario as the problem that a decision of it was made from: rows that break a rule are
    left out where the decision left them out. Raises InvalidInput."""
    quarantine = decision.intake == decision_pb2.INTAKE_MODE_QUARANTINE
    return problem_of(scenario, quarantine=quarantine)


def _facts(scenario: Scenario) -> Facts:
    return facts_of(scenario.cycle, max_rows=MAX_ROWS)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was decided here, and all that is to be said of it."""

    solved: Solved
    told: Explanation
    weights: tuple[WeightCost, ...]
    times: PhaseTimes

    def message(self, *, with_lines: bool = True) -> decision_pb2.Decision:
        """As the contract says it."""
        self.times.begin(ENCODE)
        message = decision_message(
            self.solved, self.told, weights=self.weights, with_lines=with_lines
        )
        self.times.write(message.solve)
        return message

    def parts(self) -> Iterator[DecisionLineColumns]:
        """The lines in columns, put into words as they are asked for."""
        lines = decided_lines(self.solved.decision, self.told)
        return iter(()) if lines is None else line_chunks(lines)


def solve_local(
    scenario: Scenario, asking: Asking, watcher: Watcher | None = None
) -> decision_pb2.Decision:
    """The decision, explained, its lines as rows. Raises as `answer` does."""
    return answer(scenario, asking, watcher).message()


def decided_here(scenario: Scenario, asking: Asking, watcher: Watcher | None = None) -> Decided:
    """The decision, explained; many lines stay in columns. Raises as `answer` does."""
    found = answer(scenario, asking, watcher)
    if not is_many(scenario.cycle):
        return Decided(found.message())
    return Decided(found.message(with_lines=False), found.parts)


def answer(scenario: Scenario, asking: Asking, watcher: Watcher | None = None) -> Answer:
    """Check, solve and explain.

    Raises InvalidInput, ExceedsMemory, EngineError, ClusterError.
    """
    watch = watcher or Unwatched()
    asked = options_of(asking.message())
    times = PhaseTimes()
    times.begin(READ)
    watch.stage("checking")
    facts = _facts(scenario)
    check_memory(facts, asking.memory_bytes)
    times.begin(CHECK)
    with scenario.places():
        problem = intake(facts, policy_of(scenario.policy), quarantine=asked.quarantine)
    first = asked.first_lines(problem)
    del facts  # the problem has its own, in canonical order
    watch.stage("building")
    times.begin(SOLVE)
    limit = asked.time_limit_seconds
    budget: Budget = UNLIMITED if limit is None else Deadline.after(limit)
    options = replace(asked.options, workers=asking.workers)
    if asking.reference_solver:
        gap = asked.options.relative_gap
        solved = solve_by_reference(problem, asking.reference_solver, gap, limit)
    else:
        start = read_basis(Path(asking.start)) if asking.start else None
        with crew_at(asking.cluster) as crew:
            if crew is not None:
                crew.connect()  # also for a small cycle: what was asked for is there, or an error
            solved = solve(problem, options, budget, watch.standing, start=start, crew=crew)
        if asking.keep is not None:
            write_basis(solved, asking.keep)
    watch.stage("explaining")
    times.begin(EXPLAIN)
    told = explain(solved, ExplainOptions(first=first))
    weights = weigh(solved, options, budget) if asked.weigh else ()
    watch.stage("writing")
    return Answer(solved, told, weights, times)
