"""Runs a task in a process of its own, so that its peak of memory is its own."""

from __future__ import annotations

import os
import subprocess
import sys

from .measure import Run, Task

MODULE = "fairlead_scenarios.benching.measure"
GRACE = 3  # an engine may overrun its limit so many times, and a minute, before it is ended
MINUTE = 60.0


def run_apart(task: Task) -> Run:
    """The measured run; status "failed" or "overran" where the process did not answer."""
    path = os.pathsep.join(p for p in sys.path if p)
    try:
        done = subprocess.run(
            [sys.executable, "-m", MODULE],
            input=task.model_dump_json(),
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            timeout=GRACE * task.time_limit + MINUTE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Run(engine=task.engine, lines=task.recipe.lines, status="overran")
    if done.returncode:
        note = f"code {done.returncode}: {done.stderr.strip()[-500:]}"
        return Run(engine=task.engine, lines=task.recipe.lines, status="failed", note=note)
    return Run.model_validate_json(done.stdout.splitlines()[-1])
