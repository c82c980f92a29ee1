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

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from fairlead.v1 import facts_pb2, policy_pb2
from fairlead_solver.api.allocation import Finding, InvalidInput, Nearest

from ..recipe.generator import Recipe
from ..spelling.csv_tables import read_csv_table
from ..spelling.message_reader import Filler, field_of, row_of, spellings
from ..spelling.yaml_documents import read_text, read_yaml, refuse
from .file_positions import FilePlaces
from .partial_faults import faults_beside

_HERE = Path(__file__).resolve().parents[1]
LIBRARIES = (_HERE / "library", _HERE.parent / "library")  # in a wheel, in the sources
YAML = (".yaml", ".yml")
CYCLE_FILES = ("cycle.yaml", "cycle.json", "cycle.binpb")
TABLES = tuple(
    f.name
    for f in facts_pb2.Cycle.DESCRIPTOR.fields
    if f.message_type is not None and f.is_repeated
)
SPREADSHEETS = (".xlsx", ".xls", ".ods")
HEADER = "cycle"  # cycle/cycle.csv: one row with cycle_date, currency, as_of_date


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A cycle with its policy. `policy` left empty is the default policy. `files`: what they were
    read from."""

    name: str
    cycle: facts_pb2.Cycle
    policy: policy_pb2.Policy
    files: FilePlaces = field(default_factory=FilePlaces)

    @contextmanager
    def places(self) -> Iterator[None]:
        """Findings inside the block are raised with their file, line and column."""
        with located(self.files):
            yield


@contextmanager
def located(files: FilePlaces) -> Iterator[None]:
    """Findings inside the block are raised with their places in the files."""
    try:
        yield
    except InvalidInput as error:
        raise files.located(error) from None


def read_scenario(path: Path) -> Scenario:
    """The scenario in a folder or file. Raises InvalidInput with every finding of all its files."""
    path = _found(path)
    if path.is_file():
        _refuse_unread_policy(path)
        files = FilePlaces(cycle=path if path.suffix in YAML else None)
        with located(files):
            return Scenario(path.stem, read_cycle_file(path), policy_pb2.Policy(), files)
    files = _files_of(path)
    _refuse_unread_files(path)
    with located(files):
        if (path / "recipe.yaml").exists():
            recipe = Recipe.read(path / "recipe.yaml")
            cycle, policy = recipe.cycle(), recipe.policy()
            if (path / "policy.yaml").exists():
                policy = read_policy(path / "policy.yaml")
        else:
            cycle, policy = _read_both(path)
    return Scenario(path.resolve().name, cycle, policy, files)


def _refuse_unread_policy(file: Path) -> None:
    """A cycle's file given alone is decided under the default policy: a policy beside it would
    be left out without a word."""
    policy = file.parent / "policy.yaml"
    if file.name in CYCLE_FILES and policy.exists():
        rule = (
            f"is not read beside a single file: give the folder {file.parent}, to use this policy"
        )
        raise refuse(str(policy), policy.name, rule)


def _refuse_unread_files(folder: Path) -> None:
    """Beside a cycle.yaml nothing else is a cycle: it would be left out without a word. What
    `solve --out` wrote into the folder is no input."""
    if not (folder / "cycle.yaml").exists():
        return
    written = (folder / "decision.json").exists()
    rule = f"is not read beside {folder / 'cycle.yaml'}: a folder holds one cycle"
    findings = [
        Finding(str(file), "", file.name, rule)
        for file in sorted(folder.iterdir())
        if _is_input(file) and not (written and file.name == "lines.csv")
    ]
    if findings:
        raise InvalidInput(findings)


def _is_input(file: Path) -> bool:
    """Whether a file or folder looks like a cycle or a policy, other than cycle.yaml and
    policy.yaml."""
    if file.name in ("cycle", "recipe.yaml", "cycle.json", "cycle.binpb", "cycle.yml"):
        return True
    if file.stem == "policy" and file.suffix in (".yml", ".json"):
        return True
    table = file.stem in (HEADER, *TABLES)
    return file.suffix.lower() in SPREADSHEETS or (table and file.suffix.lower() == ".csv")


def _files_of(folder: Path) -> FilePlaces:
    policy = folder / "policy.yaml" if (folder / "policy.yaml").exists() else None
    if (folder / "cycle.yaml").exists():
        return FilePlaces(cycle=folder / "cycle.yaml", policy=policy)
    tables = folder / "cycle" if (folder / "cycle").is_dir() else folder
    return FilePlaces(tables={f.stem: f for f in sorted(tables.glob("*.csv"))}, policy=policy)


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
    if path.suffix in YAML:
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
    """A folder with one CSV per table as plain values; an empty cell means: not given.

    Raises InvalidInput for a file that is no table of the cycle: nothing is left unread.
    """
    found: dict[str, Any] = {}
    findings = list(_unread(folder))
    for file in sorted(folder.glob("*.csv")):
        try:
            if file.stem == HEADER or file.stem in TABLES:
                found |= _read_table(file)
        except InvalidInput as error:
            findings += error.findings
    if findings:
        raise InvalidInput(findings)
    return found


def _read_table(file: Path) -> dict[str, Any]:
    table = read_csv_table(file)
    rows = [{k: v for k, v in row.items() if v != ""} for row in table.rows]
    if file.stem == HEADER:
        if len(rows) != 1:
            raise refuse(str(file), f"{len(rows)} rows", "one row: the cycle's day and currency")
        return dict(rows[0])
    if table.rows:
        near = Nearest(spellings(row_of(file.stem)))
        unknown = [name for name in table.rows[0] if field_of(file.stem, name) is None]
        if unknown:
            place = f"{file}:1"
            raise InvalidInput(
                [
                    Finding(place, "", name, f"a column of {file.stem}", near.hint(name))
                    for name in unknown
                ]
            )
    return {file.stem: rows}


def _unread(folder: Path) -> Iterator[Finding]:
    """Files of tables that would not be read: another format, another name."""
    for file in sorted(folder.iterdir()):
        suffix = file.suffix.lower()
        if suffix in (*SPREADSHEETS, ".txt", ".tsv"):
            rule = f"a file that is read: CSV text named {file.stem}.csv is"
            yield Finding(str(file), "", file.name, rule)
        elif suffix == ".csv" and not file.is_file():
            yield Finding(str(file), "", "a folder", "a file")
        elif suffix == ".csv" and (file.stem not in (HEADER, *TABLES) or file.suffix != ".csv"):
            near = Nearest(TABLES).hint(file.stem)
            yield Finding(str(file), "", file.name, "a table of the cycle", near)
