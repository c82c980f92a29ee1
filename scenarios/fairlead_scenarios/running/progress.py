"""How far a solve is, on one line that is gone when it ends: phase, steps, worth, bound, gap."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from fairlead_solver.api.allocation import Phase, Standing

from ..spelling.planner_words import money, percent

PHASES = {
    Phase.PLAN: "a first plan",
    Phase.COMPONENTS: "solving components",
    Phase.PRICES: "finding prices",
    Phase.REPAIR: "closing the gap",
}
BAR_WIDTH = 24


class Watcher(Protocol):
    """Is told how far a decision is."""

    def stage(self, words: str) -> None:
        """Work of a length nobody knows has begun."""
        ...

    def standing(self, standing: Standing) -> None:
        """A solve went on."""
        ...


class Unwatched:
    """Nobody looks."""

    def stage(self, words: str) -> None:
        """Nothing is shown."""

    def standing(self, standing: Standing) -> None:
        """Nothing is shown."""


@contextmanager
def watching(console: Console, name: str) -> Iterator[Watcher]:
    """A bar on `console` until the block ends; nothing at all where that is no terminal."""
    if not console.is_terminal:
        yield Unwatched()
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(BAR_WIDTH),
        TextColumn("{task.fields[steps]}"),
        TextColumn("{task.fields[worth]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        yield _Bar(progress, name)


class _Bar:
    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = name
        self._task = progress.add_task(name, total=None, steps="", worth="")

    def stage(self, words: str) -> None:
        self._show(words, "")
        self._progress.tasks[0].total = None  # an update with None would leave it as it was

    def standing(self, standing: Standing) -> None:
        steps = f"{standing.done:,}/{standing.components:,}"
        self._show(PHASES[standing.phase], steps)
        self._progress.update(
            self._task,
            completed=standing.done,
            total=standing.components,
            worth=worth_of(standing),
        )

    def _show(self, words: str, steps: str) -> None:
        described = Text.assemble((self._name, "bold"), "  ", words).markup
        self._progress.update(self._task, description=described, steps=steps)


def worth_of(standing: Standing) -> str:
    """The best plan so far, what none can exceed, and the gap between them, as far as known."""
    planned, bounded = math.isfinite(standing.objective), math.isfinite(standing.bound)
    parts = []
    if planned:
        parts.append(f"{money(round(standing.objective))} so far")
    if bounded:
        parts.append(f"at most {money(round(standing.bound))}")
    if planned and bounded:
        left = max(0.0, standing.bound - standing.objective)
        parts.append(f"gap {percent(left / max(1.0, abs(standing.objective)), 3)}")
    return ", ".join(parts)
