"""A scenario: one cycle and the policy it is decided under, read from a folder or a file.

    NN_name/
        README.md       what to see
        cycle.yaml      the cycle; or cycle/ with one CSV per table; or recipe.yaml, a seed
        policy.yaml     optional: what differs from the default policy
        expected.yaml   what the decision must be

A single file may be given too: `.yaml`, the contract's own `.json`, or its bytes as `.binpb`. The
name of a library scenario is enough, wherever the command is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from fairlead.v1 import facts_pb2, policy_pb2
from fairlead_solver.api import Finding, InvalidInput

from .beside import faults_beside
from .documents import read_csv, read_text, read_yaml, refuse
from .recipe.generator import Recipe
from .sugar import Filler

_HERE = Path(__file__).resolve().parent
LIBRARIES = (_HERE / "library", _HERE.parent / "library")  # in a wheel, in the sources
HEADER = "cycle"  # cycle/cycle.csv: one row with cycle_date, currency, as_of_date


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A cycle with its policy. `policy` left empty is the default policy."""

    name: str
    cycle: facts_pb2.Cycle
    policy: policy_pb2.Policy


def read_scenario(path: Path) -> Scenario:
    """The scenario in a folder or file. Raises InvalidInput with every finding of all its files."""
    path = _found(path)
    if path.is_file():
        return Scenario(path.stem, read_cycle_file(path), policy_pb2.Policy())
    if (path / "recipe.yaml").exists():
        recipe = Recipe.read(path / "recipe.yaml")
        cycle, policy = recipe.cycle(), recipe.policy()
        if (path / "policy.yaml").exists():
            policy = read_policy(path / "policy.yaml")
    else:
        cycle, policy = _read_both(path)
    return Scenario(path.resolve().name, cycle, policy)


def _read_both(folder: Path) -> tuple[facts_pb2.Cycle, policy_pb2.Policy]:
    """Cycle and policy. Raises InvalidInput with what is wrong in either."""
    findings: list[Finding] = []
    cycle, policy = facts_pb2.Cycle(), policy_pb2.Policy()
    try:
        cycle = _read_cycle(folder)
    except InvalidInput as error:
        findings += error.findings
    try:
        if (folder / "policy.yaml").exists():
            policy = read_policy(folder / "policy.yaml")
    except InvalidInput as error:
        findings += error.findings
    if findings:
        raise InvalidInput(findings)
    return cycle, policy


def is_scenario(path: Path) -> bool:
    """Whether a folder holds a cycle."""
    names = ("recipe.yaml", "cycle.yaml", "cycle", f"{HEADER}.csv")
    return any((path / name).exists() for name in names)


def _found(path: Path) -> Path:
    """The path, or the scenario of that name in the library. Raises InvalidInput."""
    shipped = next((library / path for library in LIBRARIES if (library / path).is_dir()), path)
    found = path if path.exists() else shipped
    if not found.exists():
        raise refuse(str(path), path, "an existing scenario folder or cycle file")
    return found


def read_policy(path: Path) -> policy_pb2.Policy:
    """A policy file. Raises InvalidInput."""
    return policy_of(read_yaml(path))


def policy_of(given: dict[str, Any]) -> policy_pb2.Policy:
    """A policy out of plain values, spelled for people. Raises InvalidInput."""
    policy, filler = policy_pb2.Policy(), Filler()
    filler.fill(policy, given, "policy")
    if filler.findings:
        raise InvalidInput(filler.findings)
    return policy


def read_cycle_file(path: Path) -> facts_pb2.Cycle:
    """One file that holds a whole cycle. Raises InvalidInput."""
    cycle = facts_pb2.Cycle()
    if path.suffix in (".yaml", ".yml"):
        return cycle_of(read_yaml(path))
    try:
        if path.suffix == ".json":
            json_format.Parse(read_text(path), cycle)
        elif path.suffix == ".binpb":
            cycle.ParseFromString(path.read_bytes())
        else:
            raise refuse(path.name, path.suffix, "one of .yaml, .json, .binpb")
    except (json_format.ParseError, DecodeError, OSError) as error:
        raise refuse(path.name, path, f"a cycle of fairlead.v1 ({error})") from error
    return cycle


def cycle_of(given: dict[str, Any]) -> facts_pb2.Cycle:
    """A cycle out of plain values, spelled for people. Raises InvalidInput."""
    cycle, filler = facts_pb2.Cycle(), Filler()
    filler.fill(cycle, given)
    if filler.findings:
        raise InvalidInput([*filler.findings, *faults_beside(cycle, filler.findings)])
    return cycle


def _read_cycle(folder: Path) -> facts_pb2.Cycle:
    if (folder / "cycle.yaml").exists():
        return read_cycle_file(folder / "cycle.yaml")
    if (folder / "cycle").is_dir():
        return cycle_of(read_tables(folder / "cycle"))
    if (folder / f"{HEADER}.csv").exists():
        return cycle_of(read_tables(folder))
    raise refuse(folder.name, folder, "a cycle.yaml, a folder cycle/ of CSV files or a recipe.yaml")


def read_tables(folder: Path) -> dict[str, Any]:
    """A folder with one CSV per table as plain values; an empty cell means: not given."""
    found: dict[str, Any] = {}
    for file in sorted(folder.glob("*.csv")):
        rows = [{k: v for k, v in row.items() if v != ""} for row in read_csv(file)]
        if file.stem != HEADER:
            found[file.stem] = rows
        elif len(rows) == 1:
            found.update(rows[0])
        else:
            raise refuse(file.name, len(rows), "one row: the cycle's day and currency")
    return found
