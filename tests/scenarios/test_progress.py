"""Progress of a solve: on a terminal, and nowhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from fairlead_scenarios.files.scenario import Scenario
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_scenarios.running.local import solve_local
from fairlead_scenarios.running.progress import Unwatched, watching, worth_of
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_solver.api.allocation import Phase, Standing


def watched_solve(*arguments: str | Path) -> str:
    """What `fairlead solve` writes to a terminal that watches its errors."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "fairlead_scenarios", "solve", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "150"},
    ) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            said += part
    os.close(ours)
    assert process.returncode == 0
    return said.decode()


@pytest.fixture
def cycle(tmp_path: Path) -> Path:
    (tmp_path / "recipe.yaml").write_text("lines: 1200\n", encoding="utf-8")
    return tmp_path


def test_a_terminal_is_shown_phase_worth_bound_and_gap(cycle: Path) -> None:
    said = watched_solve(cycle)
    assert "finding prices" in said or "closing the gap" in said
    assert "so far, at most" in said
    assert "gap 0." in said
    assert "explaining" in said


def test_json_is_not_disturbed_by_a_bar(cycle: Path) -> None:
    assert watched_solve(cycle, "--json") == ""


def test_nothing_is_drawn_where_nobody_watches() -> None:
    file = io.StringIO()
    recipe = Recipe(lines=100)
    with watching(Console(file=file), "quiet") as watcher:
        assert isinstance(watcher, Unwatched)
        solve_local(Scenario("quiet", recipe.cycle(), recipe.policy()), Asking(), watcher)
    assert file.getvalue() == ""


@pytest.mark.parametrize(
    ("objective", "bound", "words"),
    [
        (float("-inf"), float("inf"), ""),
        (float("-inf"), 2_000_000.0, "at most 2.00"),
        (1_000_000.0, float("inf"), "1.00 so far"),
        (1_000_000.0, 1_001_000.0, "1.00 so far, at most 1.00, gap 0.100 %"),
        (1_000_000.0, 999_999.0, "1.00 so far, at most 1.00, gap 0.000 %"),
    ],
)
def test_only_what_is_known_is_told(objective: float, bound: float, words: str) -> None:
    assert worth_of(Standing(Phase.REPAIR, 1, 2, objective, bound)) == words
