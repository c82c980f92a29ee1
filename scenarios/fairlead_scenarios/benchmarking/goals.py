"""What the design aims at, beside what was measured: met, missed, or not part of this run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel

from .figures import Growth, Ratio
from .load import Load
from .task import Contender

LARGE_LINES = 200_000  # from here on whole engines do not finish, and the floor is the measure
FASTER = {10_000: 10.0, 50_000: 50.0}  # lines: times the best whole engine
SERVED_LINES = 50_000
ORDER_LINES = 10


class Verdict(BaseModel):
    """One goal that this benchmark could judge."""

    goal: str
    wanted: str
    measured: str
    met: bool

    @classmethod
    def most(cls, goal: str, figure: float, limit: float, form: str) -> Self:
        """Met where the figure is at most the limit."""
        told = (f"≤ {form.format(limit)}", form.format(figure))
        return cls(goal=goal, wanted=told[0], measured=told[1], met=figure <= limit)

    @classmethod
    def least(
        cls, goal: str, figure: float, limit: float, form: str, *, more: bool = False
    ) -> Self:
        """Met where the figure is at least the limit; `more`: it may be larger than told."""
        measured = ("≥ " if more else "") + form.format(figure)
        wanted = f"≥ {form.format(limit)}"
        return cls(goal=goal, wanted=wanted, measured=measured, met=figure >= limit)


def verdicts(
    ratios: Sequence[Ratio], growths: Sequence[Growth], loads: Sequence[Load]
) -> list[Verdict]:
    """Every goal there is a figure for."""
    return [*_speed(ratios), *_growth(growths), *_service(ratios), *_load(loads)]


def _speed(ratios: Sequence[Ratio]) -> list[Verdict]:
    found = []
    for ratio in ratios:
        if ratio.cycle:
            continue
        wanted, faster = FASTER.get(ratio.lines), ratio.faster_than_whole
        if wanted is not None and faster is not None:
            goal = f"{ratio.lines:,} lines: faster than the best whole engine"
            found.append(Verdict.least(goal, faster, wanted, "{:.1f}×", more=ratio.at_least))
        if ratio.lines >= LARGE_LINES and ratio.times_cold_pass is not None:
            goal = f"{ratio.lines:,} lines: times one cold pass"
            found.append(Verdict.most(goal, ratio.times_cold_pass, 4.0, "{:.1f}×"))
    return found


def _growth(growths: Sequence[Growth]) -> list[Verdict]:
    """Only of runs up to large cycles: small ones say little of growth."""
    found = []
    for growth in growths:
        if growth.to_lines < LARGE_LINES:
            continue
        if growth.engine is Contender.FAIRLEAD:
            goal = "time grows as lines to the power"
            found.append(Verdict.most(goal, growth.seconds_exponent, 1.1, "{:.2f}"))
        if growth.engine is Contender.SERVICE and growth.bytes_per_line is not None:
            goal = "memory for each line, explained"
            found.append(Verdict.most(goal, growth.bytes_per_line, 1500.0, "{:,.0f} bytes"))
    return found


def _service(ratios: Sequence[Ratio]) -> list[Verdict]:
    found = []
    for ratio in ratios:
        if ratio.cycle or ratio.lines != SERVED_LINES or ratio.service_over_solve is None:
            continue
        goal = f"{ratio.lines:,} lines: read, check and encode over the solve"
        found.append(Verdict.most(goal, ratio.service_over_solve, 0.15, "{:.0%}"))
        if ratio.service_in_rows_over_solve is not None:
            rows = ratio.service_in_rows_over_solve
            found.append(Verdict.most(f"{goal}, lines as rows", rows, 0.15, "{:.0%}"))
        if ratio.explain_over_solve is not None:
            goal = f"{ratio.lines:,} lines: the explanation over the solve"
            found.append(Verdict.most(goal, ratio.explain_over_solve, 1.0, "{:.0%}"))
    return found


def _load(loads: Sequence[Load]) -> list[Verdict]:
    """A single client for latency, the best number of clients for throughput."""
    found = []
    for level in dict.fromkeys(load.explanation for load in loads):
        rows = [load for load in loads if load.explanation == level and load.lines == ORDER_LINES]
        order = f"a {ORDER_LINES}-line order, explanation {level}"
        for load in rows:
            if load.clients == 1 and load.median_ms is not None:
                found.append(Verdict.most(f"{order}: median", load.median_ms, 15.0, "{:.1f} ms"))
        if rows:
            most = max(load.calls_per_second for load in rows)
            found.append(Verdict.least(f"{order}: a second", most, 100.0, "{:.0f}"))
    return found
