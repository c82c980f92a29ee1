"""A model as an MPS file, for solvers of other makes.

MPS minimises: costs are written with their sign turned, in money rather than micro-units. Rows and
columns carry the family, the block and the position of what they are about.
"""

from __future__ import annotations

from typing import Any

import scipy.sparse as sp
from ortools.linear_solver.python import model_builder_helper

from .draft import Block, Model

MICRO = 1e6


def to_mps(model: Model) -> str:
    """The text of a free-form MPS file. Raises ValueError where goals come before the cost:
    an MPS file has one objective."""
    if model.goals:
        raise ValueError("an MPS file has one objective: tiers may be weighted, not strict")
    helper: Any = model_builder_helper.ModelBuilderHelper()  # its stubs know one array layout
    helper.set_name("fairlead")
    helper.fill_model_from_sparse_data(
        model.lower,
        model.upper,
        -model.cost / MICRO,
        model.row_lower,
        model.row_upper,
        sp.csr_matrix(model.matrix),
    )
    helper.set_objective_offset(-model.offset / MICRO)
    for column in model.integer.nonzero()[0].tolist():
        helper.set_var_integrality(column, True)
    for block in model.column_blocks:
        for column in range(block.start, block.stop):
            helper.set_var_name(column, _name(block, column))
    for block in model.row_blocks:
        for row in range(block.start, block.stop):
            helper.set_constraint_name(row, _name(block, row))
    text: str = helper.export_to_mps_string()
    return text


def _name(block: Block, index: int) -> str:
    return f"{block.family}.{block.name}.{index - block.start}"
