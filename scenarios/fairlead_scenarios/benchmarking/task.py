"""What to measure, and what was measured: values that pass between processes as JSON."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Contender(Enum):
    """Who is measured on a cycle."""

    FAIRLEAD = "fairlead"  # the service's own solve
    SERVICE = "service"  # the whole call: read, check, solve, explain, encode
    WARM_START = "warm_start"  # the service's own solve of the next cycle, from what this one left
    HIGHS = "highs"  # the whole model in one call, as the three after it
    SCIP = "scip"
    CP_SAT = "cp_sat"
    PYOMO = "pyomo"  # the reference model with HiGHS
    COLD_PASS = "cold_pass"  # the floor of any solve that takes the model apart
    CODEC = "codec"  # the physical limit: decode and encode the cycle


ENGINE_SEED = 1
WHOLE = (Contender.HIGHS, Contender.SCIP, Contender.CP_SAT, Contender.PYOMO)


class Ending(Enum):
    """How a run ended: the statuses of a decision, and what can happen to a process."""

    OPTIMAL = "optimal"
    FEASIBLE_LIMIT = "feasible_limit"
    INFEASIBLE = "infeasible"
    NO_SOLUTION_LIMIT = "no_solution_limit"
    CANCELLED = "cancelled"
    MEASURED = "measured"  # a floor: nothing was decided
    REFUSED = "refused"  # the engine cannot take this model
    FAILED = "failed"
    OVERRAN = "overran"  # ended from outside, long after its limit
    OUT_OF_MEMORY = "out_of_memory"  # ended from outside, above the memory allowed


BROKEN = (Ending.FAILED, Ending.OVERRAN, Ending.OUT_OF_MEMORY)


class Task(BaseModel):
    """What to measure. `cycle`: a file that holds a SolveAllocationRequest; `name` and `seed`: of
    that cycle; `repeat`: 1 for the first run of a contender on it."""

    model_config = ConfigDict(frozen=True)

    engine: Contender
    lines: int
    cycle: Path
    name: str = ""
    seed: int | None = None
    repeat: int = 1
    gap: float
    time_limit: float  # seconds
    workers: int = 1
    cluster: str | None = None


class Phases(BaseModel):
    """Seconds of each part of the work; None: not part of this run."""

    read: float | None = None  # bytes of the contract to fact tables
    check: float | None = None  # rules of input, references, arcs: a checked problem
    build: float | None = None  # every rule's rows and columns
    solve: float | None = None  # build, solve, and the plan checked in plain arithmetic
    explain: float | None = None  # and every line told in words
    encode: float | None = None  # the whole answer as bytes, its lines in columns
    rows: float | None = None  # beyond that, where the lines are asked for as rows


class Point(BaseModel):
    """How far a solve was after so many seconds: the best plan and the bound; None: none yet."""

    seconds: float
    objective: float | None = None
    bound: float | None = None

    def gap(self) -> float | None:
        """(bound - objective) / max(1, |objective|), where there are both."""
        if self.objective is None or self.bound is None:
            return None
        return max(0.0, self.bound - self.objective) / max(1.0, abs(self.objective))


class Run(BaseModel):
    """What was measured. Money in units of the currency; None: there is no such figure.

    `seconds` and `cpu_seconds` are those of the contender's own work: from the checked problem to
    the plan for those that decide. `anew_seconds` and `anew_cpu_seconds` (warm_start only) are
    those of the same cycle solved from nothing, right before, in the same process. `bound` and
    `gap` are what the engine proved; the recomputed ones were computed again from the prices the
    solve ended with.
    `points` end with the plan; whole engines report nothing before it.
    `peak_memory_bytes` is of all processes of the run together.
    """

    engine: Contender
    lines: int
    cycle: str = ""  # the name of an own cycle; of a generated one its size
    seed: int | None = None  # of a generated cycle
    repeat: int = 1
    parameters: dict[str, str] = {}  # what the contender was asked for
    status: Ending
    seconds: float | None = None
    cpu_seconds: float | None = None
    anew_seconds: float | None = None
    anew_cpu_seconds: float | None = None
    gap: float | None = None
    objective: float | None = None
    bound: float | None = None
    recomputed_bound: float | None = None
    recomputed_gap: float | None = None
    peak_memory_bytes: int | None = None
    arcs: int | None = None
    columns: int | None = None
    rows: int | None = None
    components: int | None = None
    phases: Phases = Phases()
    points: list[Point] = []  # on the way to the plan, where the contender reports that
    note: str = ""


def begun(task: Task, status: Ending = Ending.REFUSED) -> Run:
    """The run of a task before anything is measured."""
    parameters = {
        "gap": f"{task.gap:g}",
        "time_limit": f"{task.time_limit:g}",
        "engine_seed": str(ENGINE_SEED),
        "threads": str(task.workers if task.engine not in WHOLE else 1),
    }
    return Run(
        engine=task.engine,
        lines=task.lines,
        cycle=task.name,
        seed=task.seed,
        repeat=task.repeat,
        parameters=parameters,
        status=status,
    )
