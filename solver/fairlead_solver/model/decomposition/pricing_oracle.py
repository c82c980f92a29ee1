"""Answers prices: what every component would do, were the coupling rows sold at those prices.

Batches of components are kept warm as linear programs; their optima add up to L(pi) of the linear
relaxation (see `coupling`), a true bound. Components are put into groups, whose answers the master
of `prices` mixes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ..engines.mathopt import End
from ..execution.executor import Crew
from ..program.components import Partition
from ..program.draft import Floats, Ints
from ..program.scaling import objective_scale
from .coupling import Coupling

BATCH_COLUMNS = 2000  # of a warm linear program: the fixed cost of a call, and the simplex's own
GROUP_COLUMNS = 30  # small groups: few rounds, a large master
MAX_GROUPS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """What the components do at `prices`. `x` (columns,), `duals` (rows of the partition,);
    `bound` = L(pi) of the linear relaxation."""

    prices: Floats
    x: Floats
    duals: Floats
    bound: float


class Stuck(Exception):
    """A batch has no solution by itself, or its program failed: prices cannot help."""


class Oracle:
    """The batches of a partition, kept warm by a crew; the same answers whoever it is."""

    def __init__(self, parts: Partition, seed: int, crew: Crew) -> None:
        self.parts = parts
        self.seed = seed
        self.crew = crew
        self.coupling = Coupling(parts)
        self._scale = objective_scale(parts.model.cost)
        batches = [parts.batch(first, last) for first, last in parts.spans(BATCH_COLUMNS)]
        self._cuts = parts.column_starts[[b.first for b in batches[1:]]]
        self._programs = crew.programs([b.model for b in batches], seed)
        columns = parts.model.num_columns
        size = max(GROUP_COLUMNS, columns // MAX_GROUPS)
        firsts = [parts.column_starts[first] for first, _ in parts.spans(size)]
        self.group_starts = np.array([*firsts, columns])
        self._pairs, self._pair_of = self._incidence()

    def ask(self, prices: Floats) -> Reply:
        """Solve every batch at `prices`. Raises Stuck."""
        reduced = self.coupling.reduced(prices)
        raws = self._programs.solve(np.split(reduced * self._scale, self._cuts))
        if any(raw.end is not End.OPTIMAL or raw.x is None for raw in raws):
            raise Stuck
        x = _clean(np.concatenate([raw.x for raw in raws if raw.x is not None]))
        duals = np.concatenate([raw.duals for raw in raws if raw.duals is not None]) / self._scale
        return Reply(prices, x, duals, float(reduced @ x) + self.coupling.room_value(prices))

    def usage(self, x: Floats) -> sp.csc_array:
        """What each group uses of each coupling row (coupling rows, groups)."""
        matrix = self.coupling.matrix
        sums = np.bincount(self._pair_of, matrix.data * x[matrix.indices], len(self._pairs))
        count = len(self.group_starts) - 1
        return sp.csc_array(
            (sums, (self._pairs // count, self._pairs % count)), shape=(matrix.shape[0], count)
        )

    def _incidence(self) -> tuple[Ints, Ints]:
        matrix = self.coupling.matrix
        row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        group = np.searchsorted(self.group_starts, matrix.indices, side="right") - 1
        return np.unique(row * (len(self.group_starts) - 1) + group, return_inverse=True)


def _clean(x: Floats) -> Floats:
    """Whole numbers where a simplex left its rounding noise beside them."""
    whole = np.rint(x)
    return np.where(np.abs(x - whole) < 1e-7, whole, x)
