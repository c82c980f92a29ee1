"""What the runs say together: how time and memory grow, and how contenders compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from pydantic import BaseModel

from .spread import DONE
from .task import WHOLE, Contender, Ending, Run

FITTED_LINES = 10_000


class Growth(BaseModel):
    """How a contender's runs grow: figure ~ lines^exponent, fitted on logarithms.

    Fitted to runs that reached the gap (or measured a floor), at two sizes or more, from
    `from_lines` to `to_lines`: sizes under 10,000 count only where there are not two above, for
    there starting an engine costs more than solving. `bytes_per_line`: memory added from the
    smallest to the largest of these runs, for each line added.
    """

    engine: Contender
    from_lines: int
    to_lines: int
    seconds_exponent: float
    memory_exponent: float | None = None
    bytes_per_line: float | None = None


class Ratio(BaseModel):
    """The service's solve beside the others at one size; None: not measured.

    `faster_than_whole`: seconds of the best whole engine over ours. Where no whole engine reached
    the gap, it is counted from the one that came nearest, and `at_least` is true. Ratios that end
    in `cpu` are of processor seconds, which other work on the machine disturbs less.
    """

    lines: int
    cycle: str = ""  # the name of an own cycle
    best_whole: Contender | None = None
    faster_than_whole: float | None = None
    faster_than_whole_cpu: float | None = None
    at_least: bool = False
    times_cold_pass: float | None = None
    times_cold_pass_cpu: float | None = None
    times_codec: float | None = None
    times_codec_cpu: float | None = None
    warm_over_anew: float | None = None  # the next cycle from this one's, over it from nothing
    warm_over_anew_cpu: float | None = None
    service_over_solve: float | None = None  # (read + check + encode) / solve
    service_in_rows_over_solve: float | None = None  # the same and rows
    explain_over_solve: float | None = None


def growths(runs: Sequence[Run]) -> list[Growth]:
    """The growth of every contender that was done at two sizes of generated cycles or more."""
    runs = [run for run in runs if not run.cycle]
    found = (_growth([r for r in runs if r.engine is e and _done(r)]) for e in _engines(runs))
    return [growth for growth in found if growth is not None]


def ratios(runs: Sequence[Run]) -> list[Ratio]:
    """One for each size and own cycle at which anything can be compared."""
    kinds = dict.fromkeys((run.cycle, run.lines) for run in runs)
    found = []
    for cycle, lines in kinds:
        some = {run.engine: run for run in runs if (run.cycle, run.lines) == (cycle, lines)}
        ratio = _ratio(lines, some)
        if ratio != Ratio(lines=lines):
            found.append(ratio.model_copy(update={"cycle": cycle}))
    return found


def _engines(runs: Sequence[Run]) -> list[Contender]:
    return list(dict.fromkeys(run.engine for run in runs))


def _done(run: Run) -> bool:
    return run.status in DONE and bool(run.seconds)


def _growth(runs: Sequence[Run]) -> Growth | None:
    """Of the runs of one contender."""
    large = [run for run in runs if run.lines >= FITTED_LINES]
    runs = large if len({run.lines for run in large}) > 1 else runs
    if len({run.lines for run in runs}) < 2:
        return None
    held = [run for run in runs if run.peak_memory_bytes]
    first, last = (pick(runs, key=lambda run: run.lines) for pick in (min, max))
    added = (last.peak_memory_bytes or 0) - (first.peak_memory_bytes or 0)
    return Growth(
        engine=runs[0].engine,
        from_lines=first.lines,
        to_lines=last.lines,
        seconds_exponent=_exponent(runs, lambda run: run.seconds),
        memory_exponent=_exponent(runs, lambda run: run.peak_memory_bytes) if held else None,
        bytes_per_line=added / (last.lines - first.lines) if held else None,
    )


def _exponent(runs: Sequence[Run], figure: Callable[[Run], float | None]) -> float:
    points = np.array([(run.lines, figure(run)) for run in runs], dtype=np.float64)
    lines, values = np.log(points).T
    return float(np.polyfit(lines, values, 1)[0])


def _ratio(lines: int, runs: dict[Contender, Run]) -> Ratio:
    ratio = Ratio(lines=lines)
    ours, service = runs.get(Contender.FAIRLEAD), runs.get(Contender.SERVICE)
    if ours is not None and _done(ours):
        cold, codec = runs.get(Contender.COLD_PASS), runs.get(Contender.CODEC)
        ratio.times_cold_pass, ratio.times_cold_pass_cpu = _over(ours, cold)
        ratio.times_codec, ratio.times_codec_cpu = _over(ours, codec)
        _compare(ratio, ours, [runs[e] for e in WHOLE if e in runs])
    warm = runs.get(Contender.WARM_START)
    if warm is not None and _done(warm):
        ratio.warm_over_anew = _quotient(warm.seconds, warm.anew_seconds)
        ratio.warm_over_anew_cpu = _quotient(warm.cpu_seconds, warm.anew_cpu_seconds)
    if service is not None and (told := service.phases).solve:
        around = (told.read or 0.0) + (told.check or 0.0) + (told.encode or 0.0)
        ratio.service_over_solve = around / told.solve
        ratio.service_in_rows_over_solve = (around + (told.rows or 0.0)) / told.solve
        ratio.explain_over_solve = (told.explain or 0.0) / told.solve
    return ratio


def _compare(ratio: Ratio, ours: Run, whole: Sequence[Run]) -> None:
    """Write who is the best of the whole engines, and how much faster we are."""
    done = [run for run in whole if _done(run)]
    stopped = [run for run in whole if run.status is Ending.FEASIBLE_LIMIT and run.seconds]
    if done:
        best = min(done, key=lambda run: run.seconds or 0.0)
    elif stopped:
        best = min(stopped, key=lambda run: np.inf if run.gap is None else run.gap)
    else:
        return
    ratio.best_whole, ratio.at_least = best.engine, not done
    ratio.faster_than_whole, ratio.faster_than_whole_cpu = _over(best, ours)


def _over(run: Run, other: Run | None) -> tuple[float | None, float | None]:
    """Seconds and processor seconds of one run over those of another that was done."""
    if other is None or not _done(other):
        return None, None
    return _quotient(run.seconds, other.seconds), _quotient(run.cpu_seconds, other.cpu_seconds)


def _quotient(one: float | None, other: float | None) -> float | None:
    return one / other if one and other else None
