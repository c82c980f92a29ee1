"""The benchmark writes comparable runs: same cycles, objectives that agree within the gap."""

from __future__ import annotations

import json
from pathlib import Path

from tests.scenarios.commands import fairlead

GAP = 1e-3
FIELDS = {"engine", "lines", "seconds", "gap", "objective", "bound", "peak_memory_bytes", "status"}


def test_engines_agree_within_the_gap_and_every_run_has_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    done = fairlead(
        "bench", "--lines", "200", "--engines", "fairlead,highs", "--gap", GAP, "--json", file
    )
    assert done.exit_code == 0, done.output
    runs = json.loads(file.read_text(encoding="utf-8"))["runs"]
    assert [run["engine"] for run in runs] == ["fairlead", "highs"]
    for run in runs:
        assert run.keys() >= FIELDS
        assert run["status"] == "optimal" and run["lines"] == 200
        assert run["gap"] <= GAP * (1 + 1e-6) and run["peak_memory_bytes"] > 0
    one, other = runs
    assert one["objective"] <= other["bound"] and other["objective"] <= one["bound"]


def test_an_engine_that_does_not_exist_is_refused() -> None:
    assert fairlead("bench", "--engines", "abacus").exit_code == 2
