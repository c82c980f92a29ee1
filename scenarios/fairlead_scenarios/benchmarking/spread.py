"""Figures over several cycles, seeds and repeats: spread, means, profiles, time to a gap."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from pydantic import BaseModel

from .task import WHOLE, Contender, Ending, Run

DECIDING = (Contender.FAIRLEAD, *WHOLE)  # those that end with a plan and a bound
DONE = (Ending.OPTIMAL, Ending.MEASURED)
SHIFT_SECONDS = 1.0  # so that cycles of milliseconds do not decide the mean
GAPS = (0.1, 0.01, 0.001)
Instance = tuple[str, int, int]  # cycle, lines, seed
Key = TypeVar("Key", bound=Hashable)


class Spread(BaseModel):
    """Seconds of a contender on one kind of cycle, over its seeds and repeats."""

    cycle: str
    lines: int
    engine: Contender
    runs: int
    done: int
    least: float | None
    median: float | None
    most: float | None


class Mean(BaseModel):
    """A contender over all cycles: exp(mean(log(t + s))) - s with s = 1 second, t the median of a
    cycle's repeats, and the time limit where it was not done. `done`: cycles that were.

    Source: Achterberg (2007), Constraint Integer Programming, appendix A.3.
    """

    engine: Contender
    cycles: int
    done: int
    seconds: float


class Profile(BaseModel):
    """The share of cycles on which a contender needs at most `factors[i]` times the seconds of the
    fastest one on that cycle; a cycle that it does not solve counts for none.

    Source: Dolan and Moré (2002), Benchmarking optimization software with performance profiles.
    """

    engine: Contender
    factors: list[float]
    shares: list[float]

    def at(self, factor: float) -> float:
        """The share of cycles within this factor of the fastest."""
        below = [share for f, share in zip(self.factors, self.shares, strict=True) if f <= factor]
        return below[-1] if below else 0.0


class TimeToGap(BaseModel):
    """When a contender had first proven a gap on a cycle; None: not within its run."""

    cycle: str
    lines: int
    seed: int | None
    engine: Contender
    gap: float
    seconds: float | None


def spreads(runs: Sequence[Run]) -> list[Spread]:
    """One for each contender and kind of cycle, where it ran more than once."""
    found = []
    for (cycle, lines, engine), some in _grouped(
        runs, lambda run: (run.cycle, run.lines, run.engine)
    ):
        if len(some) < 2:
            continue
        seconds = [run.seconds for run in some if run.status in DONE and run.seconds is not None]
        least, median, most = (
            (min(seconds), float(np.median(seconds)), max(seconds)) if seconds else (None,) * 3
        )
        found.append(
            Spread(
                cycle=cycle,
                lines=lines,
                engine=engine,
                runs=len(some),
                done=len(seconds),
                least=least,
                median=median,
                most=most,
            )
        )
    return found


def typical(runs: Sequence[Run]) -> list[Run]:
    """One run for each contender and kind of cycle: that of the median seconds of those that were
    done, else the first."""
    found = []
    for _, some in _grouped(runs, lambda run: (run.cycle, run.lines, run.engine)):
        done = sorted(
            (run for run in some if run.status in DONE and run.seconds is not None),
            key=lambda run: run.seconds or 0.0,
        )
        found.append(done[(len(done) - 1) // 2] if done else some[0])
    return found


def means(runs: Sequence[Run], limit_seconds: float) -> list[Mean]:
    """One for each contender that decides, where there are two cycles or more."""
    times = _times(runs)
    if len({instance for found in times.values() for instance in found}) < 2:
        return []
    return [
        Mean(
            engine=engine,
            cycles=len(found),
            done=sum(seconds is not None for seconds in found.values()),
            seconds=shifted_geometric_mean(
                [limit_seconds if seconds is None else seconds for seconds in found.values()]
            ),
        )
        for engine, found in times.items()
    ]


def shifted_geometric_mean(seconds: Sequence[float]) -> float:
    """exp(mean(log(t + s))) - s."""
    shifted = np.log(np.asarray(seconds) + SHIFT_SECONDS)
    return float(np.exp(shifted.mean()) - SHIFT_SECONDS)


def profiles(runs: Sequence[Run]) -> list[Profile]:
    """Of contenders that ran on the same cycles, where there are two of each or more."""
    times = _times(runs)
    cycles = set.intersection(*(set(found) for found in times.values())) if times else set()
    if len(times) < 2 or len(cycles) < 2:
        return []
    ordered = sorted(cycles)
    table = np.array(
        [
            [np.inf if times[engine][one] is None else times[engine][one] for one in ordered]
            for engine in times
        ],
        dtype=np.float64,
    )
    best = table.min(axis=0)
    solvable = np.isfinite(best)
    factors = np.full(table.shape, np.inf)
    factors[:, solvable] = table[:, solvable] / best[solvable]
    steps = np.unique(factors[np.isfinite(factors)])
    return [
        Profile(
            engine=engine,
            factors=steps.tolist(),
            shares=[float((row <= step).mean()) for step in steps],
        )
        for engine, row in zip(times, factors, strict=True)
    ]


def times_to_gap(runs: Sequence[Run]) -> list[TimeToGap]:
    """For each of GAPS, of the contenders that decide."""
    return [
        TimeToGap(
            cycle=run.cycle,
            lines=run.lines,
            seed=run.seed,
            engine=run.engine,
            gap=gap,
            seconds=next((p.seconds for p in run.points if _within(p.gap(), gap)), None),
        )
        for run in runs
        if run.engine in DECIDING and run.points
        for gap in GAPS
    ]


def _within(found: float | None, gap: float) -> bool:
    return found is not None and found <= gap


def _times(runs: Sequence[Run]) -> dict[Contender, dict[Instance, float | None]]:
    """Median seconds of every contender that decides, by cycle; None where it was not done."""
    found: dict[Contender, dict[Instance, float | None]] = {}
    for (engine, instance), some in _grouped(
        [run for run in runs if run.engine in DECIDING],
        lambda run: (run.engine, (run.cycle, run.lines, run.seed or 0)),
    ):
        seconds = [
            run.seconds for run in some if run.status is Ending.OPTIMAL and run.seconds is not None
        ]
        whole = len(seconds) == len(some)
        found.setdefault(engine, {})[instance] = float(np.median(seconds)) if whole else None
    return found


def _grouped(runs: Sequence[Run], key: Callable[[Run], Key]) -> Iterator[tuple[Key, list[Run]]]:
    """Runs by key, in the order in which the keys first come."""
    found: dict[Key, list[Run]] = {}
    for run in runs:
        found.setdefault(key(run), []).append(run)
    yield from found.items()
