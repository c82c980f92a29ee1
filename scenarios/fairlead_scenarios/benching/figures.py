"""What the runs say together: a table, and how time grows with lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from .measure import Run

MIB = 2**20


def exponents(runs: Sequence[Run]) -> dict[str, float]:
    """p of seconds ~ lines^p for every engine that proved the gap at two sizes or more."""
    found: dict[str, float] = {}
    for engine in dict.fromkeys(run.engine for run in runs):
        points = [(r.lines, r.seconds) for r in runs if r.engine == engine and _proven(r)]
        if len({lines for lines, _ in points}) > 1:
            lines, seconds = np.log(np.array(points, dtype=np.float64)).T
            found[engine] = float(np.polyfit(lines, seconds, 1)[0])
    return found


def table(runs: Sequence[Run]) -> Table:
    """A row for every run."""
    shown = Table(box=SIMPLE_HEAD)
    for name in ("lines", "engine", "seconds", "gap", "objective", "bound", "peak MiB", "status"):
        shown.add_column(name, justify="left" if name in ("engine", "status") else "right")
    for run in runs:
        peak = None if run.peak_memory_bytes is None else run.peak_memory_bytes / MIB
        shown.add_row(
            f"{run.lines:,}",
            run.engine,
            _shown(run.seconds, ".2f"),
            _shown(run.gap, ".4%"),
            _shown(run.objective, ",.2f"),
            _shown(run.bound, ",.2f"),
            _shown(peak, ",.0f"),
            run.status,
        )
    return shown


def _proven(run: Run) -> bool:
    return run.status == "optimal" and bool(run.seconds)


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
