"""What a newcomer types first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT


def test_the_demo_prints_decision_binding_constraints_and_a_short_lines_story() -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [str(ROOT / "scenarios/demo")],
        env={**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    for said in ("OPTIMAL", "policy value, points", "What binds", "Stock in reach", "SO-3"):
        assert said in done.stdout, done.stdout
