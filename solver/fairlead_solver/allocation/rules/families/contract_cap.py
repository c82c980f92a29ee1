"""Contract cap: a contract's scope takes no more than what its cap still leaves.

    Σ_{i in scope k} x_i  <=  max(0, cap_k - delivered_k)

What no plan can exceed is not written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fairlead_solver.arrays import summed
from fairlead_solver.model.program.draft import Draft
from fairlead_solver.tables import NO_INT, Bools, Ints

from ...cycle.problem import Problem
from ...cycle.row_keys import About
from ..explanation import FixKind, Limit, Raise, ReasonCode, RuleExplanation
from ..family import NO_MONEY, Breach, Wording
from ..plan import Plan
from ..terms import Term
from ..unit_totals import add_units, reach

NAME = "contract_cap"
EXPLAINS = RuleExplanation(
    ReasonCode.CONTRACT_CAP, Limit.WHOLE_LINE, Raise(FixKind.RAISE_CONTRACT_CAP, "contracts")
)


def _capped(problem: Problem) -> Bools:
    capped: Bools = problem.facts.contracts.cap_quantity != NO_INT
    return capped


def applies(problem: Problem) -> bool:
    """Where a contract has a cap."""
    return bool(_capped(problem).any())


def _left(problem: Problem) -> Ints:
    """What each cap leaves; meaningless where there is none."""
    facts = problem.facts.contracts
    cap = np.where(_capped(problem), facts.cap_quantity, 0)
    return np.maximum(cap - facts.delivered_quantity, 0)


def build(problem: Problem, draft: Draft) -> None:
    """Rows "contracts", keys: contracts."""
    facts, left = problem.facts.contracts, _left(problem)
    scopes = problem.contract_scopes.of(_capped(problem))
    row, line = scopes.row, scopes.line
    scarce = summed(row, reach(problem)[line], len(facts)) > left
    wanted, kept = np.flatnonzero(scarce), scarce[row]
    rows = draft.rows(
        NAME, "contracts", wanted, upper=left[wanted], coupling=True, about=About.CONTRACTS
    )
    add_units(draft, problem, rows[np.searchsorted(wanted, row[kept])], line[kept])


def money(problem: Problem, plan: Plan) -> Mapping[Term, int]:
    """None."""
    return NO_MONEY


def check(problem: Problem, plan: Plan) -> Sequence[Breach]:
    """No cap is exceeded."""
    facts, left = problem.facts.contracts, _left(problem)
    scopes = problem.contract_scopes.of(_capped(problem))
    row, line = scopes.row, scopes.line
    given = summed(row, plan.per_line()[line], len(facts))
    return [
        Breach(NAME, facts.id[k], int(left[k]), int(given[k]), f"contract {facts.id[k]}: over cap")
        for k in np.flatnonzero(_capped(problem) & (given > left))
    ]


def words(problem: Problem, name: str, key: int) -> Wording:
    """`key`: a contract."""
    facts, left = problem.facts.contracts, _left(problem)[key]
    contract, had, cap = facts.id[key], facts.delivered_quantity[key], facts.cap_quantity[key]
    exceeded = f": {had} are delivered of its {cap}" if had > cap else ""
    sentence = f"contract {contract} may take {left} more{exceeded}"
    looser = f"raise the cap of contract {contract}"
    return Wording(contract, f"contracts[{contract}].cap_quantity", sentence, looser=looser)
