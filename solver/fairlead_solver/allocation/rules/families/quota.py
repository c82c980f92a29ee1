"""Quota (product allocation): its scope takes no more in this cycle than it has left.

    Σ_{i in scope k} x_i  <=  max(0, cap_k - consumed_k)

What no plan can exceed is not written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import FixKind, Limit, Raise, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units, reach

NAME = "quota"
EXPLAINS = RuleExplanation(
    ReasonCode.QUOTA_EXHAUSTED, Limit.WHOLE_LINE, Raise(FixKind.RAISE_QUOTA, "quotas")
)


def applies(problem: Problem) -> bool:
    """Where a quota is given."""
    return len(problem.facts.quotas) > 0


def _left(problem: Problem) -> Ints:
    facts = problem.facts.quotas
    left: Ints = np.maximum(facts.cap_quantity - facts.consumed_quantity, 0)
    return left


def build(problem: Problem, draft: Draft) -> None:
    """Rows "quotas", keys: quotas."""
    facts, left = problem.facts.quotas, _left(problem)
    scopes = problem.quota_scopes
    row, line = scopes.row, scopes.line
    scarce = summed(row, reach(problem)[line], len(facts)) > left
    wanted, kept = np.flatnonzero(scarce), scarce[row]
    rows = draft.rows(NAME, "quotas", wanted, upper=left[wanted], coupling=True, about=About.QUOTAS)
    add_units(draft, problem, rows[np.searchsorted(wanted, row[kept])], line[kept])


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No quota is exceeded."""
    facts, left = problem.facts.quotas, _left(problem)
    scopes = problem.quota_scopes
    row, line = scopes.row, scopes.line
    given = summed(row, plan.per_line()[line], len(facts))
    return [
        Breach(NAME, facts.id[k], int(left[k]), int(given[k]), f"quota {facts.id[k]} is exceeded")
        for k in np.flatnonzero(given > left)
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a quota."""
    facts, left = problem.facts.quotas, _left(problem)[key]
    quota, consumed, cap = facts.id[key], facts.consumed_quantity[key], facts.cap_quantity[key]
    exceeded = f": {consumed} are consumed of its {cap}" if consumed > cap else ""
    sentence = f"quota {quota} has {left} left{exceeded}"
    looser = f"raise quota {quota}"
    return Wording(quota, f"quotas[{quota}].cap_quantity", sentence, looser=looser)
