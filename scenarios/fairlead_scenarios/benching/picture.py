"""Time, gap and memory against lines, on logarithmic axes. Needs the extra `plot`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ..documents import refuse
from .measure import Run

FORMATS = (".svg", ".png")
PANELS = (("seconds", "seconds"), ("gap", "gap proven"), ("peak_memory_bytes", "peak bytes"))


def require(path: Path) -> None:
    """Raises InvalidInput where no picture can be drawn to `path`."""
    if path.suffix not in FORMATS:
        raise refuse("--plot", path, f"a file ending in {' or '.join(FORMATS)}")
    if find_spec("matplotlib") is None:
        raise refuse("--plot", path, "needs matplotlib: pip install 'fairlead[plot]'")


def draw(runs: Sequence[Run], path: Path) -> None:
    """Write the picture; figures that are missing or zero have no point on such axes."""
    from matplotlib.figure import Figure  # an optional extra

    figure = Figure(figsize=(12, 4), layout="constrained")
    for axes, (field, label) in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        axes.set(xscale="log", yscale="log", xlabel="lines", ylabel=label)
        for engine in dict.fromkeys(run.engine for run in runs):
            points = [(r.lines, getattr(r, field)) for r in runs if r.engine == engine]
            seen = sorted(point for point in points if point[1])
            axes.plot([p[0] for p in seen], [p[1] for p in seen], marker="o", label=engine)
        axes.grid(True, which="both", alpha=0.2)
    figure.axes[0].legend()
    figure.savefig(path)
