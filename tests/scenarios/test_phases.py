"""Seconds by phase: in decision.json and on the screen, here and from a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scenarios.commands import LIBRARY, fairlead
from tests.serving import running_server

PHASES = ["read", "check", "solve", "explain", "encode"]
SHORT = LIBRARY / "02_supply_short"


def durations(decision: dict[str, dict[str, list[dict[str, str]]]]) -> list[float]:
    return [float(one["duration"].rstrip("s")) for one in decision["solve"]["phases"]]


def test_a_decision_names_the_seconds_of_each_phase_here_and_on_a_server(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        there = json.loads(fairlead("solve", SHORT, "--json", "--server", server.calls).stdout)
    here = json.loads(fairlead("solve", SHORT, "--json").stdout)
    for decision in (here, there):
        assert [one["phase"] for one in decision["solve"]["phases"]] == PHASES
        total = float(decision["solve"]["totalDuration"].rstrip("s"))
        assert sum(durations(decision)) == pytest.approx(total)


def test_solve_remarks_the_seconds_beside_an_answer_that_repeats() -> None:
    done = fairlead("solve", SHORT)
    assert all(f"{phase} 0." in done.stderr for phase in PHASES)
    assert fairlead("solve", SHORT).stdout == done.stdout
    assert not fairlead("solve", SHORT, "--quiet").stderr
