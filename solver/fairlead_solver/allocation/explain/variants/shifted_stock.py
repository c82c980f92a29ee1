"""Copies in which lots hold other quantities, for many lots by one program.

Other rules follow from a lot's quantity: bounds, protections, shares. So the fact is changed and
the program written again, which costs as much for many lots as for one. Where that moves each
lot's own row and the bounds of its own arcs alone, which is seen by comparing the programs, every
copy takes what its own lots moved and nothing of the others.
"""

from __future__ import annotations

import numpy as np

from fairlead_solver.model.program.draft import Ints, Model
from fairlead_solver.model.program.layout import same_layout
from fairlead_solver.model.resolve.subproblems import Copies

from ..evidence.evidence import Case
from .edited_problem import program, with_facts


def with_quantities(
    case: Case, free: Copies, part: Ints, lot: Ints, quantity: Ints
) -> Copies | None:
    """`free`, parts of the cycle as it is, with `quantity[k]` in lot `lot[k]` for copy `part[k]`;
    None where a lot moves more than its own row and arcs. A lot has one quantity throughout."""
    model, arcs = case.limits.model, case.problem.arcs
    held = case.problem.facts.lots.quantity.copy()
    held[lot] = quantity
    changed = program(with_facts(case.problem, "lots", quantity=held))
    block = model.block_rows("supply", "lots")
    if block is None:
        return None
    row = block.start + np.searchsorted(block.keys, lot).clip(max=len(block.keys) - 1)
    known = block.keys[row - block.start] == lot
    row, part, lot = row[known], part[known], lot[known]
    if not _differ_alone(model, changed, row, np.flatnonzero(np.isin(arcs.lot, lot))):
        return None
    more = changed.row_upper[row] - model.row_upper[row]
    moved = free.with_sides(part, row, np.zeros(len(row)), more)
    flows = np.flatnonzero(free.column < len(arcs))
    width = len(held)
    key = free.part[flows] * width + arcs.lot[free.column[flows]]
    own = flows[np.isin(key, part * width + lot)]
    column = free.column[own]
    return moved.with_bounds(own, changed.lower[column], changed.upper[column])


def _differ_alone(model: Model, changed: Model, rows: Ints, columns: Ints) -> bool:
    """Whether two programs differ in the sides of `rows` and the bounds of `columns` alone."""
    if not same_layout(model, changed) or model.num_rows != changed.num_rows:
        return False
    one, other = model.matrix, changed.matrix
    goals = list(zip(model.goals, changed.goals, strict=False))
    same = len(model.goals) == len(changed.goals) and all(
        np.array_equal(a, b)
        for a, b in (
            (one.indptr, other.indptr),
            (one.indices, other.indices),
            (one.data, other.data),
            (model.cost, changed.cost),
            (model.integer, changed.integer),
            *((a.weights, b.weights) for a, b in goals),
        )
    )
    sides = (model.row_lower != changed.row_lower) | (model.row_upper != changed.row_upper)
    bounds = (model.lower != changed.lower) | (model.upper != changed.upper)
    sides[rows], bounds[columns] = False, False
    return same and not sides.any() and not bounds.any()
