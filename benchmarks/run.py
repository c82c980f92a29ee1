"""`python -m benchmarks.run [--full] [--json FILE]`: a table of sizes and phases.

Figures are of the machine it runs on and are printed with it. One cycle for each size: the seed is
fixed, so that two runs decide the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

SIZES = (10, 1_000, 5_000)
FULL_SIZES = (*SIZES, 20_000, 100_000)
WIDTH = 120
PHASES = ("read", "check", "build", "solve", "explain", "encode")


def main() -> None:
    """Measure every size in a process of its own and print the table."""
    flags = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    flags.add_argument("--full", action="store_true", help="the large sizes too")
    flags.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as well")
    given = flags.parse_args()
    machine = _machine()
    runs = [_measured(lines) for lines in (FULL_SIZES if given.full else SIZES)]
    console = Console(width=max(WIDTH, Console().width))
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()), style="dim")
    console.print(_table(runs))
    if given.json:
        document = json.dumps({"machine": machine, "runs": runs}, indent=2)
        given.json.write_text(document + "\n", encoding="utf-8")


def _measured(lines: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.phases", str(lines)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "ortools": version("ortools"),
        "fairlead": version("fairlead"),
    }


def _table(runs: list[dict[str, Any]]) -> Table:
    table = Table(title="Allocation, seconds by phase", title_justify="left", box=SIMPLE_HEAD)
    for name in ("lines", "arcs", "rows", *PHASES, "peak MiB", "status", "gap"):
        table.add_column(name, justify="left" if name == "status" else "right")
    for run in runs:
        seconds = (f"{run['seconds'][phase]:.3f}" for phase in PHASES)
        gap = "" if run["relative_gap"] is None else f"{run['relative_gap']:.1e}"
        sizes = (f"{run[name]:,}" for name in ("lines", "arcs", "rows"))
        table.add_row(*sizes, *seconds, f"{run['peak_mib']:,}", run["status"], gap)
    return table


if __name__ == "__main__":
    main()
