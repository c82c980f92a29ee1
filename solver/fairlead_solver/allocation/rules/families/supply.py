"""Supply: a lot gives no more than it holds.

    Σ_i r_is m_i n_is  <=  a_s        for every lot s with an arc

r_is: base units of the lot for one unit of the line (1 unless it substitutes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.model.program.draft import Draft

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import Limit, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term

NAME = "supply"
EXPLAINS = RuleExplanation(ReasonCode.NO_SUPPLY, Limit.STOCK, never_gives_way=True)


def applies(problem: Problem) -> bool:
    """Where any arc exists."""
    return len(problem.arcs) > 0


def build(problem: Problem, draft: Draft) -> None:
    """Rows "lots", keys: lots."""
    arcs = problem.arcs
    lots, row = np.unique(arcs.lot, return_inverse=True)
    rows = draft.rows(NAME, "lots", lots, upper=problem.facts.lots.quantity[lots], about=About.LOTS)
    draft.entries(rows[row], np.arange(len(arcs)), arcs.ratio * arcs.pack)


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No lot is overdrawn."""
    taken, held, ids = plan.per_lot(), problem.facts.lots.quantity, problem.facts.lots.id
    return [
        Breach(NAME, ids[s], int(held[s]), int(taken[s]), f"lot {ids[s]} gives more than it holds")
        for s in np.flatnonzero(taken > held)
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a lot."""
    lots = problem.facts.lots
    lot = lots.id[key]
    product, location = lots.product.word(key), lots.location.word(key)
    sentence = f"lot {lot} holds {lots.quantity[key]} of {product} at {location}"
    return Wording(lot, f"lots[{lot}].quantity", sentence)
