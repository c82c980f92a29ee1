"""The objective shared out by tier and by contract, so that the shares add up to it exactly.

A line's own money (the unit terms) belongs to its tier, and to the first contract, in order of id,
whose scope it is in; a contract's penalty belongs to the contract. What belongs to no one of them
(a shipment of several lines, overtime, fairness, churn) is the rest: the whole less all shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...tables import Ints
from ..decision import Decision
from ..families import contract_floor
from ..plan import Plan
from ..problem import Problem
from ..terms import Term
from ..totals import summed


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """`keys[k]` has the lines with `of_line == k` and earns `terms[t][k]` micro-units; `rest` is
    what belongs to no one key."""

    keys: tuple[str, ...]
    of_line: Ints
    terms: Mapping[Term, Ints]
    rest: Mapping[Term, int]


def by_tier(decision: Decision) -> Shares:
    """Tiers in rank order. Raises ValueError where the decision has no plan."""
    plan = _plan_of(decision)
    policy = plan.problem.policy
    tier = plan.problem.line.tier.astype(np.int64)
    return _shares(decision, tuple(t.id for t in policy.tiers), tier, {})


def by_contract(decision: Decision) -> Shares:
    """Contracts in order of id, then "": the lines under none. Raises ValueError as above."""
    plan = _plan_of(decision)
    problem = plan.problem
    ids = problem.facts.contracts.id
    floors = np.append(-contract_floor.penalties(problem, plan), 0)
    return _shares(decision, (*ids, ""), _first_contract(problem), {Term.CONTRACT: floors})


def _plan_of(decision: Decision) -> Plan:
    if decision.plan is None or decision.lines is None:
        raise ValueError("a decision without a plan has nothing to share out")
    return decision.plan


def _first_contract(problem: Problem) -> Ints:
    """Row of the first contract over each line; the number of contracts where there is none."""
    first = np.full(problem.num_lines, len(problem.facts.contracts), dtype=np.int64)
    scopes = problem.contract_scopes
    np.minimum.at(first, scopes.line, scopes.row)
    return first


def _shares(
    decision: Decision, keys: tuple[str, ...], of_line: Ints, own: Mapping[Term, Ints]
) -> Shares:
    assert decision.lines is not None
    lines = decision.lines.unit_money.items()
    terms = {term: summed(of_line, micros, len(keys)) for term, micros in lines}
    terms |= own
    rest = {
        term: whole - (int(terms[term].sum()) if term in terms else 0)
        for term, whole in decision.terms.items()
    }
    return Shares(keys, of_line, terms, rest)
