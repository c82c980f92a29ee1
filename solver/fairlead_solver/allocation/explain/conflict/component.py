"""A contradictory component as a program: which rows are rules, and what missing one costs.

Rules are the LIMIT rows but for supply and demand: stock, demand, packs and dates never give way.
Only floors, locks, fences and strategies are ever missed; the other rules can always be kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fairlead_solver.model.program.draft import Floats, Ints, Model, RowKind
from fairlead_solver.model.resolve.elastic import Part

from ...cycle.problem import Problem
from ..vocabulary.rule_catalogue import explains, holds_a_line


def rules_of(whole: Model, part: Part) -> Ints:
    """Positions in the part of the rows that are business rules."""
    blocks = (whole.row_block(row)[0] for row in part.rows.tolist())
    is_rule = [b.kind is RowKind.LIMIT and not explains(b.family).never_gives_way for b in blocks]
    return np.flatnonzero(np.array(is_rule, dtype=np.bool_))


def giving_way(whole: Model, part: Part) -> Ints:
    """Positions in the part of the rows that may be missed."""
    blocks = (whole.row_block(row)[0] for row in part.rows.tolist())
    hard = [explains(block.family).gives_way for block in blocks]
    return np.flatnonzero(np.array(hard, dtype=np.bool_))


def unit_prices(problem: Problem, whole: Model, part: Part, rows: Ints) -> Floats:
    """What a unit missed of each row costs, in whole grains of money (one scale for all rows).

    A lock, fence or strategy: the value of a unit of its line. A floor: its contract's penalty, and
    without one the largest value of its lines. Never nothing, so that no rule is missed by more
    than needed.
    """
    prices = [_price(problem, whole, int(part.rows[row])) for row in rows.tolist()]
    micros = np.array(prices, dtype=np.int64)
    return np.maximum(micros // max(1, int(np.gcd.reduce(micros))), 1).astype(np.float64)


def _price(problem: Problem, whole: Model, row: int) -> int:
    block, key = whole.row_block(row)
    if holds_a_line(block.family):
        return int(problem.line.value_micros[key])
    penalty = int(problem.facts.contracts.penalty_micros[key])
    lines = lines_of_row(problem, whole, row)
    return penalty or int(problem.line.value_micros[lines].max(initial=0))


def lines_of_row(problem: Problem, whole: Model, row: int) -> Ints:
    """Lines with an arc in the row, or the line it is about."""
    block, key = whole.row_block(row)
    if holds_a_line(block.family):
        return np.array([key], dtype=np.int64)
    matrix = whole.matrix
    columns = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    return np.unique(problem.arcs.line[columns[columns < len(problem.arcs)]]).astype(np.int64)


def joined(lines: Sequence[Ints]) -> Ints:
    """All lines of several rows, once each, in order."""
    return np.unique(np.concatenate([*lines, np.empty(0, dtype=np.int64)])).astype(np.int64)
