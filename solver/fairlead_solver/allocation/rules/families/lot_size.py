"""Lot size: a line gets whole packs, and a pack is not filled from two lots.

    x_is = m_i n_is,   n_is integer        m_i: the line's pack multiple, else its product's pack

Bound by construction, since flow counts packs: there is no row, only what a planner reads when a
remainder under one pack stays behind, and the check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft

from ...cycle.problem import Problem
from ..explanation import ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term

NAME = "lot_size"
EXPLAINS = RuleExplanation(ReasonCode.PACK_MULTIPLE, of_line=True)


def applies(problem: Problem) -> bool:
    """Where any line has a pack over one unit."""
    return bool((problem.line.pack > 1).any())


def build(problem: Problem, draft: Draft) -> None:
    """Nothing: the flow columns count packs."""


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """Every lot gives every line a whole multiple of its pack."""
    arcs, ids = problem.arcs, problem.facts.lines.id
    pack, units = problem.line.pack[arcs.line], plan.units
    return [
        Breach(
            NAME,
            ids[arcs.line[k]],
            int(pack[k]),
            int(units[k]),
            f"line {ids[arcs.line[k]]}: {units[k]} is no multiple of {pack[k]}",
        )
        for k in np.flatnonzero(units % pack)
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a line."""
    lines = problem.facts.lines
    line, pack = lines.id[key], problem.line.pack[key]
    own = lines.pack[key] > 0
    leaf = f"lines[{line}].pack" if own else f"products[{lines.product.word(key)}].pack"
    looser = f"break packs for {line}"
    return Wording(line, leaf, f"line {line} is served in packs of {pack}", looser=looser)
