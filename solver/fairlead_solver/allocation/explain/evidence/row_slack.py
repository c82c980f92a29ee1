"""Which rows are at their limit: less than one more pack of a line fits, by arithmetic.

For a row  a'x <= b  over the arcs' packs n and other columns y, the room beside a plan is

    room = b - sum_k a_k n_k - min_y (a_y' y),

the most the row can ever leave to the arcs whatever the other columns do (overtime is bought to
the end, a shortage is taken). The row *stops* arc k when room < a_k: one pack more breaks it.
`bare` is the same with the other columns at 0: what is left before overtime is bought.

Rows of rules that limit the WHOLE_LINE count every unit of a line alike, whichever arc it comes
by; there a line that has nothing yet needs its least quantity at once, and the row stops it when
room < a_k * (packs of the least quantity).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from fairlead_solver.model.program.draft import Block, Model, RowKind
from fairlead_solver.tables import Bools, Floats, Ints

from ...rules.explanation import Limit
from ...rules.plan import Plan
from ..vocabulary.rule_catalogue import limiting

TOLERANCE = 1e-9  # of a coefficient: noise of summing doubles


@dataclass(frozen=True, eq=False)
class Limits:
    """The LIMIT rows beside a plan, and the arcs they stop.

    `use`, `room`, `bare`: one entry per row of the model. `stop_row`, `stop_arc`: pairs, in order
    of row; `relief`: the pair stops the arc only until overtime (or the like) is bought.
    `packs_at_once` (arcs,): packs the arc's line must take together, 1 once it has something.
    """

    model: Model
    use: Floats
    room: Floats
    bare: Floats
    stop_row: Ints
    stop_arc: Ints
    relief: Bools
    packs_at_once: Ints

    def of_family(self, family: str) -> Bools:
        """Which stops are by rows of a family."""
        chosen = np.zeros(len(self.stop_row), dtype=np.bool_)
        for block in limit_blocks(self.model):
            if block.family == family:
                chosen |= (self.stop_row >= block.start) & (self.stop_row < block.stop)
        return chosen

    def of_stock(self, rows: Ints) -> Bools:
        """Which of `rows` are the quantity of a lot."""
        block = self.model.block_rows("supply", "lots")
        if block is None:
            return np.zeros(len(rows), dtype=np.bool_)
        lots: Bools = (rows >= block.start) & (rows < block.stop)
        return lots

    def lots(self, rows: Ints) -> Ints:
        """The lots of rows that are `of_stock`."""
        block = self.model.block_rows("supply", "lots")
        return rows if block is None else block.keys[rows - block.start]

    @cached_property
    def _by_column(self) -> sp.csc_array:
        return sp.csc_array(self.model.matrix)

    def entries(self, arcs: slice) -> tuple[Ints, Ints, Floats]:
        """(which of `arcs`, row, what a pack uses of it) of every entry in the arcs' columns."""
        starts = self._by_column.indptr[arcs.start : arcs.stop + 1].astype(np.int64)
        part = slice(starts[0], starts[-1])
        of_arc = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        row = self._by_column.indices[part].astype(np.int64)
        return of_arc.astype(np.int64), row, self._by_column.data[part]

    def uses(self, families: Sequence[str]) -> tuple[Ints, Ints, Floats]:
        """(row, arc, what a pack uses) of the rows of some families, in order of row and arc."""
        rows = np.flatnonzero(self.rows_of(families))
        matrix = self.model.matrix[rows]
        row = np.repeat(rows, np.diff(matrix.indptr))
        flows = (matrix.indices < len(self.packs_at_once)) & (matrix.data > 0)
        return row[flows], matrix.indices[flows].astype(np.int64), matrix.data[flows]

    def rows_of(self, families: Sequence[str]) -> Bools:
        """Which rows a planner knows are of some families."""
        mask = np.zeros(self.model.num_rows, dtype=np.bool_)
        for block in limit_blocks(self.model):
            mask[block.start : block.stop] = block.family in families
        return mask

    def loosening(self, rows: Ints) -> Floats:
        """1 for each row that more of its limit loosens; -1 where less does: a floor."""
        return np.where(np.isfinite(self.model.row_upper[rows]), 1.0, -1.0)

    def lowered(self, rows: Ints, step: Floats) -> Bools:
        """Whether each row's limit can be `step` less: what is tightened is never under 0."""
        upper = self.model.row_upper[rows]
        return ~np.isfinite(upper) | (upper >= step)


def limit_blocks(model: Model) -> tuple[Block, ...]:
    """The row blocks a planner knows."""
    return tuple(b for b in model.row_blocks if b.kind is RowKind.LIMIT)


def limits(model: Model, plan: Plan) -> Limits:
    """Use and room of every row, and what the LIMIT rows stop.

    `model` is the program of the plan's problem: column k is the flow on arc k, in packs.
    """
    flows = len(plan.packs)
    arcs, others = model.matrix[:, :flows], model.matrix[:, flows:]
    use = np.asarray(arcs @ plan.packs.astype(np.float64))
    bare = model.row_upper - use
    room = bare - _least(others, model.lower[flows:], model.upper[flows:])
    entry_row = np.repeat(np.arange(model.num_rows), np.diff(arcs.indptr))
    limit = _limit_rows(model)[entry_row]
    at_once = _packs_at_once(plan)
    step = np.where(_whole_line(model)[entry_row], at_once[arcs.indices], 1)
    wanted = arcs.data * step * (1 - TOLERANCE)
    stops = limit & (arcs.data > 0) & (bare[entry_row] < wanted)
    picked = np.flatnonzero(stops)
    relief = room[entry_row[picked]] >= wanted[picked]
    stopped = arcs.indices[picked].astype(np.int64)
    return Limits(model, use, room, bare, entry_row[picked], stopped, relief, at_once)


def _packs_at_once(plan: Plan) -> Ints:
    """Per arc: packs its line must take together, 1 once it has something."""
    problem = plan.problem
    least = np.where(plan.per_line() > 0, 0, problem.line.least)
    packs: Ints = np.maximum(1, -(-least // problem.line.pack))
    return packs[problem.arcs.line]


def _limit_rows(model: Model) -> Bools:
    mask = np.zeros(model.num_rows, dtype=np.bool_)
    for block in limit_blocks(model):
        mask[block.start : block.stop] = True
    return mask


def _whole_line(model: Model) -> Bools:
    mask, families = np.zeros(model.num_rows, dtype=np.bool_), limiting(Limit.WHOLE_LINE)
    for block in limit_blocks(model):
        mask[block.start : block.stop] = block.family in families
    return mask


def _least(matrix: sp.csr_array, lower: Floats, upper: Floats) -> Floats:
    """min a'y of every row over the box lower <= y <= upper."""
    at_least = np.where(matrix.data > 0, lower[matrix.indices], upper[matrix.indices])
    products = np.where(matrix.data == 0, 0.0, matrix.data * at_least)
    sums = np.zeros(matrix.shape[0])
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    np.add.at(sums, rows, products)
    return sums
