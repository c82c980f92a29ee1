"""Time, gap and memory against lines, on logarithmic axes. Needs the extra `plot`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..spelling.yaml_documents import refuse
from .document import Document
from .spread import DONE, Profile, typical
from .task import Contender, Ending, Run

FORMATS = (".svg", ".png")
DOTS_PER_INCH = 160
INK, FAINT = "#222222", "#8a8a8a"
MIB, SMALLEST_GAP = 2**20, 1e-6
GOAL_POWERS = (1.0, 1.1)
FONT: dict[Any, Any] = {"font.family": "sans-serif", "font.size": 9.5, "svg.fonttype": "none"}


@dataclass(frozen=True)
class Style:
    """How a contender is drawn and called."""

    words: str
    colour: str
    marker: str = "o"
    line: str = "-"
    width: float = 1.4


STYLES = {
    Contender.FAIRLEAD: Style("Fairlead", "#0b5fa5", width=2.6),
    Contender.SERVICE: Style("Fairlead, whole call", "#63a0d4", "s"),
    Contender.WARM_START: Style("Fairlead, the next cycle", "#9cc3e6", "o", "--"),
    Contender.HIGHS: Style("HiGHS, whole model", "#c8452d", "D"),
    Contender.SCIP: Style("SCIP, whole model", "#d98a1f", "^"),
    Contender.CP_SAT: Style("CP-SAT, whole model", "#7b4ea3", "v"),
    Contender.PYOMO: Style("Pyomo with HiGHS", "#8a6d3b", "P"),
    Contender.COLD_PASS: Style("one cold pass (floor)", "#3f8f5b", ".", "--"),
    Contender.CODEC: Style("decode and encode (limit)", FAINT, ".", ":"),
}


@dataclass(frozen=True)
class Panel:
    """One picture of three: a figure of every run."""

    title: str
    unit: Callable[[float], str]  # how a value is written at the axis
    figure: Callable[[Run], float | None]


TIME = Panel("Seconds to a plan", lambda s: f"{s:g} s", lambda run: run.seconds)
GAP = Panel(
    "Gap proven",
    lambda share: f"{100 * share:g} %",
    lambda run: None if run.gap is None else max(run.gap, SMALLEST_GAP),
)
MEMORY = Panel(
    "Peak of memory",
    lambda mib: f"{mib:g} MiB" if mib < 1000 else f"{mib / 1024:.2g} GiB",
    lambda run: None if run.peak_memory_bytes is None else run.peak_memory_bytes / MIB,
)
PANELS = (TIME, GAP, MEMORY)


def require(path: Path) -> None:
    """Raises InvalidInput where no picture can be drawn to `path`."""
    if path.suffix not in FORMATS:
        raise refuse("--plot", path, f"a file ending in {' or '.join(FORMATS)}")
    if find_spec("matplotlib") is None:
        raise refuse("--plot", path, "needs matplotlib: pip install 'fairlead[plot]'")


def draw(document: Document, path: Path) -> None:
    """Write the picture of the runs."""
    import matplotlib as mpl
    from matplotlib.figure import Figure  # an optional extra

    with mpl.rc_context(FONT):
        panels = [panel for panel in PANELS if _values(panel, document.runs)]
        count = len(panels) + bool(document.profiles)
        figure = Figure(figsize=(4.5 * max(1, count), 5.4), layout="constrained")
        axes = figure.subplots(1, max(1, count), squeeze=False)[0]
        for place, panel in zip(axes, panels, strict=False):
            _frame(place, panel, document.runs)
            for contender in dict.fromkeys(run.engine for run in document.runs):
                _line(place, panel, [r for r in document.runs if r.engine is contender])
            if panel is TIME:
                _goal_slopes(place, document.runs)
            if panel is GAP:
                _asked(place, document.asked.gap)
        _refused(axes[0], document.runs)
        if document.profiles:
            _profiles(axes[-1], document.profiles)
        _legend(figure)
        _captions(figure, document)
        figure.savefig(path, dpi=DOTS_PER_INCH)


def _values(panel: Panel, runs: Sequence[Run]) -> list[float]:
    return [value for run in runs if (value := panel.figure(run)) is not None]


def _profiles(axes: Any, profiles: Sequence[Profile]) -> None:
    """The share of cycles that each contender solves within a factor of the fastest."""
    most = max((profile.factors[-1] for profile in profiles if profile.factors), default=1.0)
    for profile in profiles:
        style = STYLES[profile.engine]
        factors = [1.0, *profile.factors, most * 1.2]
        shares = [profile.at(1.0), *profile.shares, profile.at(most)]
        axes.step(factors, shares, where="post", color=style.colour, linewidth=style.width)
    axes.set(xscale="log", xlabel="times the seconds of the fastest", ylim=(0, 1.03))
    axes.set_title("Share of cycles done", loc="left", color=INK, fontweight="bold")
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.xaxis.set_major_formatter(lambda factor, _: f"{factor:g}×")
    axes.grid(True, which="major", color="#e4e4e4", linewidth=0.8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _frame(axes: Any, panel: Panel, runs: Sequence[Run]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set(xscale="log", yscale="log", xlabel="order lines")
    axes.set_title(panel.title, loc="left", color=INK, fontweight="bold")
    sizes = sorted({run.lines for run in runs})
    axes.set_xticks(sizes, [_count(size) for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    _fit(axes, _values(panel, runs))
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if _decades(axes) > 2 else (1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: panel.unit(value)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(True, which="major", color="#e4e4e4", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _fit(axes: Any, values: Sequence[float]) -> None:
    """Room around the values, and a decade at least, so that small differences look small."""
    if values:
        low, high = min(values) / 1.6, max(values) * 2.2
        axes.set_ylim(low, max(high, 10 * low))


def _decades(axes: Any) -> float:
    low, high = axes.get_ylim()
    return math.log10(high / low)


def _line(axes: Any, panel: Panel, runs: Sequence[Run]) -> None:
    """One contender: filled marks where it was done, hollow ones where it was stopped."""
    style = STYLES[runs[0].engine]
    seen = sorted((r.lines, v, r.status) for r in runs if (v := panel.figure(r)) is not None)
    if not seen:
        return
    joined = sorted(
        (r.lines, v) for r in typical(runs) if not r.cycle and (v := panel.figure(r)) is not None
    )  # own cycles of different kinds make no line
    lines, values = [p[0] for p in joined], [p[1] for p in joined]
    axes.plot(lines, values, style.line, color=style.colour, linewidth=style.width, zorder=2)
    for size, value, status in seen:
        face = style.colour if status in DONE else "white"
        axes.plot(size, value, style.marker, color=style.colour, markerfacecolor=face, zorder=3)
    axes.plot([], [], style.line + style.marker, color=style.colour, label=style.words)


def _goal_slopes(axes: Any, runs: Sequence[Run]) -> None:
    """Lines of growth as lines^1 and lines^1.1, through the service's own smallest run."""
    runs = [run for run in runs if not run.cycle]
    ours = sorted(
        (r.lines, r.seconds) for r in runs if r.engine is Contender.FAIRLEAD and r.seconds
    )
    last = max((run.lines for run in runs), default=0)
    if not ours or last == ours[0][0]:
        return
    first, seconds = ours[0]
    for power, dashes in zip(GOAL_POWERS, ((1, 2), (4, 2)), strict=True):
        end = seconds * (last / first) ** power
        axes.plot(
            [first, last], [seconds, end], color=INK, linewidth=0.9, dashes=dashes, zorder=1,
            label=f"growth as lines^{power:g}",
        )  # fmt: skip


def _asked(axes: Any, gap: float) -> None:
    if gap > 0:
        axes.axhline(gap, color=INK, linewidth=0.9, linestyle="--", zorder=1)
        axes.annotate(
            f"asked: {gap:.2%}", (1, gap), xycoords=("axes fraction", "data"), ha="right",
            va="bottom", color=INK, fontsize=8.5, xytext=(0, 2), textcoords="offset points",
        )  # fmt: skip


def _refused(axes: Any, runs: Sequence[Run]) -> None:
    """A cross at the top for every run without a figure, with its reason in a word."""
    height = 0.98
    for run in runs:
        if run.seconds is None:
            style, word = STYLES[run.engine], run.status.value.replace("_", " ")
            axes.annotate(
                f"✕ {style.words.partition(',')[0]} {word}", (run.lines, height),
                xycoords=("data", "axes fraction"), ha="right", va="top", color=style.colour,
                fontsize=8,
            )  # fmt: skip
            height -= 0.045


def _legend(figure: Any) -> None:
    found: dict[str, Any] = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    figure.legend(
        found.values(), found.keys(), loc="outside lower center", ncols=5, frameon=False,
        labelcolor=INK,
    )  # fmt: skip


def _captions(figure: Any, document: Document) -> None:
    asked, machine = document.asked, document.machine
    stopped = any(run.status is Ending.FEASIBLE_LIMIT for run in document.runs)
    hollow = " · hollow: stopped at the limit" if stopped else ""
    figure.suptitle(
        f"The same cycles, a gap of {asked.gap:.2%}, {asked.time_limit:g} s at most, "
        f"{machine.cores} cores{hollow}",
        x=0.01, ha="left", color=FAINT, fontsize=9.5,
    )  # fmt: skip


def _count(lines: int) -> str:
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if lines >= size:
            return f"{lines / size:g}{letter}"
    return str(lines)
