"""The cycles that are measured: generated ones, and the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from fairlead.v1 import allocation_service_pb2 as messages
from fairlead.wire.allocation.cycle import facts_of
from fairlead.wire.allocation.policies import policy_of
from fairlead_solver.api.allocation import export_mps, intake

from ..files.decision_file import lines_in
from ..files.scenario import read_scenario
from ..recipe.generator import Recipe
from ..running.local import MAX_ROWS, problem_of
from ..spelling.yaml_documents import refuse
from .isolated_process import NotPrepared, prepare_apart


class BenchCycle(Protocol):
    """A cycle to measure."""

    @property
    def name(self) -> str:
        """Of an own cycle; "" of a generated one."""
        ...

    @property
    def label(self) -> str:
        """What it is called on the screen and in file names."""
        ...

    @property
    def lines(self) -> int:
        """Order lines."""
        ...

    @property
    def seed(self) -> int | None:
        """Of a generated cycle."""
        ...

    def write(self, path: Path) -> None:
        """Write the cycle and its policy as a SolveAllocationRequest. Raises InvalidInput."""
        ...


@dataclass(frozen=True, slots=True)
class GeneratedCycle:
    """A cycle of the recipe, made in a process of its own."""

    recipe: Recipe
    name: str = ""

    @property
    def label(self) -> str:
        return f"{self.lines}_lines_seed_{self.seed}"

    @property
    def lines(self) -> int:
        return self.recipe.lines

    @property
    def seed(self) -> int | None:
        return self.recipe.seed

    def write(self, path: Path) -> None:
        try:
            prepare_apart(self.recipe, path)
        except NotPrepared as error:
            raise refuse("recipe", self.lines, str(error)) from error


@dataclass(frozen=True, slots=True)
class OwnCycle:
    """A scenario of the user's, read and checked before anything is measured."""

    request: messages.SolveAllocationRequest
    name: str
    lines: int
    seed: int | None = None

    @classmethod
    def at(cls, path: Path) -> Self:
        """Raises InvalidInput with everything that is wrong with it."""
        scenario = read_scenario(path)
        problem_of(scenario)
        request = messages.SolveAllocationRequest(cycle=scenario.cycle, policy=scenario.policy)
        return cls(request, scenario.name, lines_in(scenario.cycle))

    @property
    def label(self) -> str:
        return self.name

    def write(self, path: Path) -> None:
        path.write_bytes(self.request.SerializeToString())


def write_mps(request: Path, path: Path) -> None:
    """The program of a written request in MPS format. Raises InvalidInput for STRICT tiers."""
    message = messages.SolveAllocationRequest.FromString(request.read_bytes())
    facts, policy = facts_of(message.cycle, max_rows=MAX_ROWS), policy_of(message.policy)
    try:
        text = export_mps(intake(facts, policy))
    except ValueError as error:
        raise refuse("--mps", path, str(error)) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
