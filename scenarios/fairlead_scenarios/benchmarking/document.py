"""The benchmark as a JSON document: the machine, what was asked, every run, and what follows."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field

from fairlead_solver.api.allocation import engine_versions

from ..recipe.generator import Recipe
from .figures import Growth, Ratio, growths, ratios
from .goals import Verdict, verdicts
from .load import Load
from .spread import (
    Mean,
    Profile,
    Spread,
    TimeToGap,
    means,
    profiles,
    spreads,
    times_to_gap,
    typical,
)
from .task import Run


class Machine(BaseModel):
    """Where it was measured."""

    cores: int
    processor: str
    memory_bytes: int
    python: str
    ortools: str
    numpy: str
    fairlead: str
    engines: dict[str, str]  # each engine's own words on its version

    @classmethod
    def here(cls) -> Self:
        """This machine."""
        return cls(
            cores=os.cpu_count() or 1,
            processor=_processor(),
            memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            python=platform.python_version(),
            ortools=version("ortools"),
            numpy=version("numpy"),
            fairlead=version("fairlead"),
            engines=engine_versions(),
        )


class Asked(BaseModel):
    """The same for every contender."""

    gap: float
    time_limit: float
    workers: int
    cluster: str | None = None  # of the service's own solve


class Document(BaseModel):
    """Everything a benchmark found."""

    machine: Machine = Field(default_factory=Machine.here)
    asked: Asked
    recipe: Recipe
    runs: list[Run] = []
    growth: list[Growth] = []
    ratios: list[Ratio] = []
    spreads: list[Spread] = []
    means: list[Mean] = []
    profiles: list[Profile] = []
    times_to_gap: list[TimeToGap] = []
    load: list[Load] = []
    goals: list[Verdict] = []

    def concluded(self) -> Self:
        """With growth, ratios and goals of what was measured so far."""
        runs = typical(self.runs)
        growth, ratio = growths(runs), ratios(runs)
        found = {
            "growth": growth,
            "ratios": ratio,
            "spreads": spreads(self.runs),
            "means": means(self.runs, self.asked.time_limit),
            "profiles": profiles(self.runs),
            "times_to_gap": times_to_gap(self.runs),
            "goals": verdicts(ratio, growth, self.load),
        }
        return self.model_copy(update=found)

    def write(self, path: Path) -> None:
        """Write it whole or not at all."""
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(self.concluded().model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.replace(path)


def _processor() -> str:
    """The processor's name, where Linux tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    named = [line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line]
    return named[0] if named else platform.machine()
