"""Lines whose quantity is held by a lock, a time fence or a confirmation strategy.

The most a line may then get: locked_i; prev_i inside the fence; 0 under LOSE; prev_i under FILL
and SKIP. The least it must get: locked_i; prev_i inside the fence, under GAIN and SKIP; q_i under
WIN. Where several hold, the first of lock, fence, strategy names the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairlead_solver.model.program.draft import Model
from fairlead_solver.tables import NO_INT, Bools, Ints

from ...cycle.facts import Strategy
from ...cycle.problem import Problem
from ...rules.explanation import ReasonCode


@dataclass(frozen=True, slots=True, eq=False)
class Firm:
    """Per line: `most` and `least` units by rule; `code`: the ReasonCode that says so, 0: none."""

    most: Ints
    least: Ints
    code: Ints

    def holds_stock(self) -> Bools:
        """Lines that must get something, whatever it is worth."""
        holds: Bools = self.least > 0
        return holds


def firm(problem: Problem, model: Model) -> Firm:
    """What lock, fence and strategy say of every line."""
    line, strategy = problem.line, problem.facts.lines.strategy
    most, least = line.quantity.copy(), np.zeros(problem.num_lines, dtype=np.int64)
    code = np.zeros(problem.num_lines, dtype=np.int64)
    for reason, held, low, high in (
        (ReasonCode.STRATEGY, strategy == Strategy.WIN, line.quantity, line.quantity),
        (ReasonCode.STRATEGY, strategy == Strategy.GAIN, line.previous, line.quantity),
        (ReasonCode.STRATEGY, strategy == Strategy.FILL, 0 * most, line.previous),
        (ReasonCode.STRATEGY, strategy == Strategy.LOSE, 0 * most, 0 * most),
        (ReasonCode.STRATEGY, strategy == Strategy.SKIP, line.previous, line.previous),
        (ReasonCode.TIME_FENCE, _fenced(problem, model), line.previous, line.previous),
        (ReasonCode.LOCKED, line.locked != NO_INT, line.locked, line.locked),
    ):
        most = np.where(held, np.minimum(most, high), most)
        least = np.where(held, np.maximum(least, low), least)
        code = np.where(held, reason, code)
    return Firm(most, least, code)


def _fenced(problem: Problem, model: Model) -> Bools:
    mask = np.zeros(problem.num_lines, dtype=np.bool_)
    rows = model.block_rows("time_fence", "lines")
    if rows is not None:
        mask[rows.keys] = True
    return mask
