"""Limits that are exceeded before the cycle begins: one more of them is still too little.

A quota of which more is consumed than its cap, a contract of which more is delivered than its cap,
a protection of more than there is. The row stands at 0, and moves only once the whole excess is
made good.
"""

from __future__ import annotations

import numpy as np

from fairlead_solver.tables import NO_INT, Bools, Ints

from ...cycle.problem import Problem
from ..evidence.evidence import Case
from ..evidence.stock_waterfall import protected_lots


def exceeded(case: Case) -> Ints:
    """The rows of such limits."""
    found = []
    for family, name, beyond in (
        ("quota", "quotas", _quotas(case.problem)),
        ("contract_cap", "contracts", _caps(case.problem)),
        ("protection", "protections", _protections(case.problem)),
    ):
        block = case.limits.model.block_rows(family, name)
        if block is not None:
            found.append(block.start + np.flatnonzero(beyond[block.keys]))
    return np.concatenate([np.empty(0, dtype=np.int64), *found])


def _quotas(problem: Problem) -> Bools:
    table = problem.facts.quotas
    beyond: Bools = table.consumed_quantity > table.cap_quantity
    return beyond


def _caps(problem: Problem) -> Bools:
    table = problem.facts.contracts
    beyond: Bools = (table.cap_quantity != NO_INT) & (table.delivered_quantity > table.cap_quantity)
    return beyond


def _protections(problem: Problem) -> Bools:
    table, held = problem.facts.protections, problem.facts.lots.quantity
    stock = [held[protected_lots(problem, row)].sum() for row in range(len(table))]
    beyond: Bools = table.quantity > np.array(stock, dtype=np.int64)
    return beyond
