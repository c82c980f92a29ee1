"""Totals over lines: rows of the form Σ_scope x, and the same sums of a finished plan."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from ...arrays import expand, summed
from ...model.program.draft import Draft
from ...tables import Ints
from ..cycle.problem import Problem

MICRO = 1_000_000


def arcs_of_lines(problem: Problem, lines: Ints) -> tuple[Ints, Ints]:
    """(position in `lines`, arc) of every arc of the lines given."""
    offsets = problem.arcs.offsets
    counts = offsets[lines + 1] - offsets[lines]
    return np.repeat(np.arange(len(lines)), counts), expand(offsets[lines], counts)


def add_units(
    draft: Draft, problem: Problem, rows: Ints, lines: Ints, factor: ArrayLike = 1
) -> None:
    """Add factor * Σ_s x_is of `lines[j]` to `rows[j]`; `factor` is one number, or one per line."""
    at, arc = arcs_of_lines(problem, lines)
    factors = np.broadcast_to(np.asarray(factor, dtype=np.int64), lines.shape)
    draft.entries(rows[at], arc, problem.arcs.pack[arc] * factors[at])


def reach(problem: Problem) -> Ints:
    """The most each line can get: its whole packs, or what its arcs can carry if that is less."""
    arcs, line = problem.arcs, problem.line
    carried = summed(arcs.line, arcs.max_packs * arcs.pack, problem.num_lines)
    return np.minimum(carried, line.quantity - line.quantity % line.pack)


def round_micros(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest integer, half to even, exactly."""
    return round(Fraction(numerator, denominator))


def grain_micros(problem: Problem) -> int:
    """The largest micro-units of money that divide every line's value: tiers' totals are counted
    in it."""
    return int(np.gcd(MICRO, np.gcd.reduce(problem.line.value_micros)))
