"""The objective shared out by tier and by contract, so that the shares add up to it exactly.

A line's own money (the unit terms) belongs to its tier, and to the first contract, in order of id,
whose scope it is in; it counts for every contract whose scope it is in. A contract's penalty
belongs to the contract. What belongs to no one of them (a shipment of several lines, overtime,
fairness, churn) is the rest: the whole less all shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import summed
from ...tables import Bools, Ints
from ..cycle.problem import Problem
from ..cycle.scopes import Scopes
from ..rules.families import contract_floor
from ..rules.plan import Plan
from ..rules.terms import Term
from .decision import Decision


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """`keys[k]` has the money of the lines with `of_line == k` and earns `terms[t][k]` micro-units;
    `rest` is what belongs to no one key. `also`: lines that count for further keys."""

    keys: tuple[str, ...]
    of_line: Ints
    terms: Mapping[Term, Ints]
    rest: Mapping[Term, int]
    also: Scopes | None = None

    def counted(self, key: int) -> Bools:
        """Which lines count for a key, though their money may be another's."""
        chosen: Bools = self.of_line == key
        if self.also is not None:
            chosen[self.also.line[self.also.row == key]] = True
        return chosen


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
    floors = np.append(-contract_floor.penalties(problem, plan.per_line()), 0)
    own = _shares(decision, (*ids, ""), _first_contract(problem), {Term.CONTRACT: floors})
    return replace(own, also=problem.contract_scopes)


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
