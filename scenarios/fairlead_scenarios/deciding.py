"""From a path to a decision: a decision file as it is, a scenario solved here or by a server."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from fairlead.v1 import decision_pb2

from .asking import Asking
from .checking import parse_decision
from .documents import read_text
from .local import solve_local
from .remote import Server, solve_remote
from .scenario import Scenario, read_scenario
from .screen.progress import Unwatched, watching


def decide(
    scenario: Scenario, asking: Asking, server: Server | None, *, quiet: bool = False
) -> decision_pb2.Decision:
    """Solve, with progress on stderr where somebody watches a terminal; `quiet`: without."""
    console = Console(stderr=True, quiet=quiet)
    if server is not None:
        with console.status(f"{scenario.name}: waiting for {server.address}"):
            return solve_remote(scenario, asking, server)
    with nullcontext(Unwatched()) if quiet else watching(console, scenario.name) as watcher:
        return solve_local(scenario, asking, watcher)


def decision_at(path: Path, asking: Asking, server: Server | None) -> decision_pb2.Decision:
    """The decision in a file, or that of the scenario at `path`."""
    if path.suffix == ".json" and path.is_file():
        text = read_text(path)
        if is_decision(text):
            return parse_decision(text)
    return decide(read_scenario(path), asking, server)


def is_decision(text: str) -> bool:
    """Whether a JSON text is a decision: it says which input it was made from."""
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and bool({"inputDigest", "input_digest"} & found.keys())
