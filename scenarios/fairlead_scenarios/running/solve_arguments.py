"""How a solve is asked for on the command line, the same with a server and without."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fairlead.v1 import allocation_service_pb2, decision_pb2
from fairlead_solver.api.allocation import Engine

from ..spelling.yaml_documents import refuse

REFERENCE = "pyomo:"
ENGINES = (*(engine.value for engine in Engine), REFERENCE + "highs")


@dataclass(frozen=True, slots=True)
class Asking:
    """Engine, gap, limits, seed and where to start; None: the default of whoever solves. `weigh`:
    tell what each weight of the policy cost."""

    engine: str = Engine.AUTO.value
    relative_gap: float | None = None
    time_limit_seconds: float | None = None
    seed: int | None = None
    workers: int = 1
    weigh: bool = False
    explain_first: tuple[str, ...] = ()  # lines
    memory_bytes: float | None = None  # a cycle estimated to take more is refused; None: `memory`
    cluster: str | None = None  # HOST:PORT of a Ray head, where others share the work
    start: str = ""  # a file `keep` wrote; of a server, the name of a decision it has stored
    keep: Path | None = None  # where to write what the next solve can start from
    quarantine: bool = False  # rows of the cycle that break a rule are left out

    def __post_init__(self) -> None:
        """Raises InvalidInput for an engine that does not exist or cannot do what is asked."""
        if self.engine not in ENGINES and not self.engine.startswith(REFERENCE):
            raise refuse("options.engine", self.engine, f"one of {', '.join(ENGINES)}")
        if self.cluster is not None and self.reference_solver:
            raise refuse("--cluster", self.cluster, "the reference model is solved on one machine")
        if self.reference_solver and (self.start or self.keep):
            raise refuse("start, keep", self.engine, "an engine of Fairlead's own")

    @property
    def reference_solver(self) -> str:
        """The solver behind the reference model, or "" where an engine is asked for."""
        return self.engine.removeprefix(REFERENCE) if self.engine.startswith(REFERENCE) else ""

    def message(self) -> allocation_service_pb2.SolveOptions:
        """As the contract says it."""
        options = allocation_service_pb2.SolveOptions(
            relative_gap=self.relative_gap,
            weigh_policy=self.weigh,
            explain_first=self.explain_first,
        )
        if self.quarantine:
            options.intake = decision_pb2.INTAKE_MODE_QUARANTINE
        if self.seed is not None:
            options.seed = self.seed
        if self.time_limit_seconds is not None:
            options.time_limit.FromNanoseconds(round(self.time_limit_seconds * 1e9))
        if self.reference_solver:
            options.engine = decision_pb2.ENGINE_REFERENCE
        else:
            options.engine = decision_pb2.Engine.Value(f"ENGINE_{self.engine.upper()}")
        return options
