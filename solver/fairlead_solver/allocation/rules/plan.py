"""A plan: how many packs flow on every arc. All sums of it are plain integer arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...tables import Bools, Ints
from ..cycle.problem import Problem
from .terms import UNIT_TERMS, Term
from .unit_value import unit_terms


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`packs[k]` packs of m_i units on arc k of `problem.arcs`."""

    problem: Problem
    packs: Ints

    @property
    def units(self) -> Ints:
        """x: units of the line, per arc."""
        return self.packs * self.problem.arcs.pack

    @property
    def shipped(self) -> Ints:
        """r x: base units taken from the lot, per arc."""
        return self.units * self.problem.arcs.ratio

    def per_line(self) -> Ints:
        """Units given to each line."""
        return _sum(self.problem.arcs.line, self.units, self.problem.num_lines)

    def per_lot(self) -> Ints:
        """Units taken from each lot."""
        return _sum(self.problem.arcs.lot, self.shipped, len(self.problem.facts.lots))

    def used(self) -> Bools:
        """Which arcs carry anything."""
        flowing: Bools = self.packs > 0
        return flowing

    def unit_money(self) -> dict[Term, int]:
        """The unit terms of the objective, in micro-units."""
        units = self.units
        return {t: _exact_dot(v, units) for t, v in unit_terms(self.problem).items()}


def _sum(codes: np.ndarray, values: Ints, size: int) -> Ints:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, codes, values)
    return total


def _exact_dot(a: Ints, b: Ints) -> int:
    """Sum of products; intake's overflow rule keeps it inside int64."""
    return int(np.dot(a, b))


__all__ = ["UNIT_TERMS", "Plan"]
