"""Closes small integer programs by branching them all side by side.

What a relaxation leaves open of a small copy is mostly one switch: ship complete or not. Every open
copy is split on its one fractional column in each round, and all halves are relaxed as one linear
program; that is less than an engine needs to start a search for each of them. A half is done where
its relaxation is a plan, where it is worth no more than a plan that is known, and where its bound
is less than anything within the columns' bounds is worth: then it has no plan at all. With several
fractions, or both halves open, it is a search, and left to an engine.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...arrays import expand
from ..program.draft import Bools, Floats, Ints
from .lp_bounds import FRACTION
from .outcomes import Outcomes, Relaxed, State
from .subproblems import Copies, rounding

ROUNDS = 4
OPEN_HALVES = 1  # of one copy


def branched(copies: Copies, root: Relaxed, relaxed: Callable[[Copies], Relaxed]) -> Outcomes:
    """Every copy to the end as far as ROUNDS and OPEN_HALVES allow; others are OPEN.

    `root`: the relaxation of `copies`, in which money comes first. `relaxed` relaxes any copies,
    those without a plan too.
    """
    best, x = np.full(copies.count, -np.inf), np.zeros(copies.model.num_columns)
    given_up = np.zeros(copies.count, dtype=np.bool_)
    halves, of, found = copies, np.arange(copies.count), root
    for left in reversed(range(ROUNDS + 1)):
        _keep_best(copies, halves, of, found, best, x)
        open_ = ~found.attained & ~found.empty & _may_gain(found.bound, best[of])
        column = _fractional(halves, found.x)
        given_up[of[open_ & (column < 0)]] = True
        given_up |= np.bincount(of[open_], minlength=copies.count) > (OPEN_HALVES if left else 0)
        split = np.flatnonzero(open_ & ~given_up[of])
        if not len(split):
            break
        of = np.tile(of[split], 2)
        halves = _halves(halves, split, column[split], found.x)
        found = relaxed(halves)
    state = np.where(np.isinf(best), State.INFEASIBLE, State.CLOSED)
    return Outcomes(np.where(given_up, State.OPEN, state).astype(np.int64), x)


def _may_gain(bound: Floats, best: Floats) -> Bools:
    """Whether more than rounding is left between a plan and a bound."""
    may: Bools = np.isinf(best) | (bound - best > rounding(best))
    return may


def _fractional(halves: Copies, x: Floats) -> Ints:
    """The one column of each half that has a fraction; -1: none has, or several have."""
    odd = np.flatnonzero(halves.model.integer & (np.abs(x - np.rint(x)) > FRACTION))
    column = np.full(halves.count, -1)
    column[halves.part[odd]] = odd
    column[np.bincount(halves.part[odd], minlength=halves.count) > 1] = -1
    return column


def _halves(halves: Copies, split: Ints, column: Ints, x: Floats) -> Copies:
    """Each of `split` twice: below its column's fraction, then above it."""
    starts = np.searchsorted(halves.part, split)
    twice = halves.only(np.tile(split, 2))
    again = np.searchsorted(twice.part, np.arange(2 * len(split)))
    at = again + np.tile(column - starts, 2)
    value = x[column]
    lower, upper = twice.model.lower[at], twice.model.upper[at]
    below, above = np.split(np.arange(len(at)), 2)
    upper[below], lower[above] = np.floor(value), np.ceil(value)
    return twice.with_bounds(at, lower, upper)


def _keep_best(
    copies: Copies, halves: Copies, of: Ints, found: Relaxed, best: Floats, x: Floats
) -> None:
    """Write the best plans found into `best` (copies,) and `x` (columns,)."""
    worth = halves.worths(found.x)[:, -1]
    plans = np.flatnonzero(found.attained & (worth > best[of]))
    plans = plans[np.lexsort((plans, -worth[plans], of[plans]))]
    plans = plans[np.diff(of[plans], prepend=-1) != 0]
    best[of[plans]] = worth[plans]
    starts = np.searchsorted(copies.part, np.arange(copies.count + 1))
    counts = np.diff(starts)[of[plans]]
    there = np.searchsorted(halves.part, plans)
    x[expand(starts[of[plans]], counts)] = found.x[expand(there, counts)]
