"""Tier order: under TierMode.STRICT a higher tier's filled value comes before anything else.

    first  max Σ_{k: line of tier 1} v_i m_i n_k,  then tier 2 with tier 1's held, … then money

Goals, no rows: the solver holds each total reached before it goes on. A goal counts in grains of
g micro-units, g = gcd(1_000_000, every value of a unit): its weights are small whole numbers, so
that a total is held exactly.
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
from ..unit_totals import grain_micros

NAME = "tier_order"
EXPLAINS = RuleExplanation(ReasonCode.OUTRANKED_TIER)


def applies(problem: Problem) -> bool:
    """Under TierMode.STRICT."""
    from ...policy.policy import TierMode  # the policy imports the families' knobs

    return problem.policy.tier_mode is TierMode.STRICT


def build(problem: Problem, draft: Draft) -> None:
    """One goal per tier with an arc, the best tier first."""
    arcs, line = problem.arcs, problem.line
    tier = line.tier[arcs.line]
    grain = grain_micros(problem)
    worth = line.value_micros[arcs.line] // grain * arcs.pack
    for rank, each in enumerate(problem.policy.tiers):
        arc = np.flatnonzero((tier == rank) & (worth > 0))
        if len(arc):
            draft.goal(each.id, arc, worth[arc])


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """An order of preference: no single plan breaks it by itself."""
    return []


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a tier's rank."""
    tier = problem.policy.tiers[key].id
    return Wording(tier, "policy.tier_mode", f"tier {tier} comes before every lower tier")
