"""From a path to a decision: a decision file as it is, a scenario solved here or by a server."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from fairlead.v1 import decision_pb2

from ..files.decision_file import Decided, read_columns_file
from ..files.scenario import Scenario, read_scenario
from ..spelling.yaml_documents import read_text
from .decision_check import parse_decision
from .local import decided_here, problem_of
from .progress import Unwatched, watching
from .remote import Refused, Server, decided_there
from .solve_arguments import Asking


def decide(
    scenario: Scenario, asking: Asking, server: Server | None, *, quiet: bool = False
) -> decision_pb2.Decision:
    """The decision, its lines as rows however many. Solves as `decided` does."""
    return decided(scenario, asking, server, quiet=quiet).in_rows()


def decided(
    scenario: Scenario, asking: Asking, server: Server | None, *, quiet: bool = False
) -> Decided:
    """Solve, with progress on stderr where somebody watches a terminal; `quiet`: without."""
    console = Console(stderr=True, quiet=quiet)
    if server is not None:
        with console.status(f"{scenario.name}: waiting for {server.address}"):
            return _decided_there(scenario, asking, server)
    with nullcontext(Unwatched()) if quiet else watching(console, scenario.name) as watcher:
        return decided_here(scenario, asking, watcher)


def _decided_there(scenario: Scenario, asking: Asking, server: Server) -> Decided:
    """By a server; what it refuses in the cycle is raised with its places in the files."""
    try:
        return decided_there(scenario, asking, server)
    except Refused as error:
        if error.bad_input:
            problem_of(scenario, quarantine=asking.quarantine)
        raise


def decision_at(path: Path, asking: Asking, server: Server | None) -> decision_pb2.Decision:
    """The decision in a file, or that of the scenario at `path`."""
    found = decided_at(path)
    return decide(read_scenario(path), asking, server) if found is None else found.in_rows()


def decided_at(path: Path) -> Decided | None:
    """The decision in a file; None where the path is no decision's. Raises InvalidInput."""
    if path.suffix == ".binpb" and path.is_file():
        return read_columns_file(path)
    if path.suffix == ".json" and path.is_file():
        text = read_text(path)
        if is_decision(text):
            return Decided(parse_decision(text))
    return None


def is_decision(text: str) -> bool:
    """Whether a JSON text is a decision: it says which input it was made from."""
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and bool({"inputDigest", "input_digest"} & found.keys())
