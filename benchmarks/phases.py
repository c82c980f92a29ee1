"""One generated cycle through every phase, timed: read, check, build, solve, explain, encode.

`python -m benchmarks.phases LINES` prints one line of JSON. Each size runs in a process of its own,
so that the peak of memory is its own. Build is measured by writing the model once more than a
decision needs; the solve's time has its own writing in it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from fairlead.v1 import allocation_service_pb2 as messages
from fairlead.wire import decided_lines, decision_message, facts_of, line_chunks, policy_of
from fairlead_scenarios.recipe import Recipe
from fairlead_solver.allocation.decide import write
from fairlead_solver.api import explain, intake, solve

SEED = 20261124
KIB_PER_MIB = 1024


@dataclass
class Measured:
    """What one size cost: seconds by phase, sizes in counts and bytes, peak memory in MiB."""

    lines: int
    arcs: int = 0
    columns: int = 0
    rows: int = 0
    components: int = 0
    status: str = ""
    relative_gap: float | None = None
    engine: str = ""
    request_bytes: int = 0
    answer_bytes: int = 0
    peak_mib: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time the block as a phase."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def measure(lines: int) -> Measured:
    """Decide and explain a generated cycle of so many lines."""
    recipe = Recipe(seed=SEED, lines=lines)
    request = messages.SolveAllocationRequest(cycle=recipe.cycle(), policy=recipe.policy())
    body = request.SerializeToString()
    run = Measured(lines, request_bytes=len(body))
    with run.phase("read"):
        request = messages.SolveAllocationRequest.FromString(body)
        facts, policy = facts_of(request.cycle), policy_of(request.policy)
    with run.phase("check"):
        problem = intake(facts, policy)
    with run.phase("build"):
        write(problem)
    with run.phase("solve"):
        solved = solve(problem)
    with run.phase("explain"):
        why = explain(solved)
    with run.phase("encode"):
        answer = decision_message(solved, why, with_lines=False).SerializeToString()
        lines = decided_lines(solved.decision, why)
        chunks = [c.SerializeToString() for c in line_chunks(lines)] if lines is not None else []
        run.answer_bytes = len(answer) + sum(map(len, chunks))
    record = solved.decision.record
    run.status, run.relative_gap = solved.decision.status.name, solved.decision.relative_gap
    run.engine, run.arcs = record.engine, len(problem.arcs)
    run.columns, run.rows, run.components = record.columns, record.rows, record.components
    run.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB_PER_MIB
    return run


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1])))))
