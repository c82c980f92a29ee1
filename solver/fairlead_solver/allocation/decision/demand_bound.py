"""What no plan of a cycle can exceed, by demand alone.

    money  <=  offset + Σ_i q_i max(0, max_s value_is) + Σ_columns that are no flow, max over bounds
    value of tier t  <=  Σ_i in t with an arc, v_i q_i

These bounds need no solve, and stay when an engine is stopped before it has any.
"""

from __future__ import annotations

import numpy as np

from ...model.engines.engine import column_bounds
from ...model.program.draft import Model
from ...tables import Ints
from ..cycle.problem import Problem


def money_ceiling(problem: Problem, model: Model) -> float:
    """The most money any plan can have, in micro-units."""
    arcs, flows = problem.arcs, len(problem.arcs)
    unit = np.maximum(model.cost[:flows], 0.0) / arcs.pack
    best = np.zeros(problem.num_lines)
    np.maximum.at(best, arcs.line, unit)
    rest = column_bounds(model)[flows:]
    return float(best @ problem.line.quantity) + float(rest.sum()) + model.offset


def tier_ceilings(problem: Problem) -> Ints:
    """The most value each tier can have, in micro-units (tiers,)."""
    line = problem.line
    reached = np.zeros(problem.num_lines, np.bool_)
    reached[problem.arcs.line] = True
    value = np.where(reached, line.value_micros * line.quantity, 0)
    most = np.zeros(len(problem.policy.tiers), np.int64)
    np.add.at(most, line.tier, value)
    return most
