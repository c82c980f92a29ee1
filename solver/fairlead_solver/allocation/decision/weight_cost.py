"""What a weight of the policy cost: the decision beside the one without that weight.

With T the weight's own term and O all the others, the decision is worth T + O. The one made with
the weight at zero maximises O alone: what O gained there is what the weight cost. It is not
negative but for the gap both were decided to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..policy.fair_share import FairShareMode
from ..policy.policy import AgingPolicy, Policy
from ..rules.terms import Term, Worth
from .decision import Decision, Status


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight that is not zero: its leaf, its term, and the policy without it."""

    leaf: str
    term: Term
    without: Policy


@dataclass(frozen=True, slots=True)
class WeightCost:
    """Millionths of the objective; None where the cycle without the weight has no plan.

    `others`, `others_without`, `cost`: the parts of the three figures about the other terms.
    `lines_changed`: lines given another quantity without it.
    """

    leaf: str
    term_micros: int
    other_terms_micros: int
    other_terms_without_micros: int | None
    cost_micros: int | None
    lines_changed: int
    status: Status
    others: Worth
    others_without: Worth | None
    cost: Worth | None


def weights_of(policy: Policy) -> Iterator[Weight]:
    """Every weight that is not zero, in the order of the policy."""
    if any(tier.service_rate for tier in policy.tiers):
        unserved = tuple(replace(tier, service_rate=0.0) for tier in policy.tiers)
        yield Weight("policy.tiers.service_rate", Term.SERVICE, replace(policy, tiers=unserved))
    if any(tier.lateness_rate for tier in policy.tiers):
        unhurried = tuple(replace(tier, lateness_rate=0.0) for tier in policy.tiers)
        yield Weight("policy.tiers.lateness_rate", Term.LATENESS, replace(policy, tiers=unhurried))
    if any(step.rate for step in (*policy.aging.expiry, *policy.aging.age)):
        yield Weight("policy.aging", Term.AGING, replace(policy, aging=AgingPolicy()))
    if policy.churn.rate:
        without_churn = replace(policy, churn=replace(policy.churn, rate=0.0))
        yield Weight("policy.churn.rate", Term.CHURN, without_churn)
    if policy.fair_share.mode is not FairShareMode.OFF:
        off = replace(policy, fair_share=replace(policy.fair_share, mode=FairShareMode.OFF))
        yield Weight("policy.fair_share", Term.FAIR_SHARE, off)


def cost_of(weight: Weight, decision: Decision, without: Decision) -> WeightCost:
    """What the weight cost. Raises ValueError where the decision has no plan."""
    if decision.lines is None:
        raise ValueError("a decision without a plan has no costs")
    others, free, changed = _others(weight, decision), None, 0
    if without.lines is not None:
        free = _others(weight, without)
        changed = int(np.count_nonzero(decision.lines.confirmed != without.lines.confirmed))
    cost = None if free is None else free - others
    return WeightCost(
        leaf=weight.leaf,
        term_micros=decision.terms.get(weight.term, 0),
        other_terms_micros=others.total_micros,
        other_terms_without_micros=None if free is None else free.total_micros,
        cost_micros=None if cost is None else cost.total_micros,
        lines_changed=changed,
        status=without.status,
        others=others,
        others_without=free,
        cost=cost,
    )


def _others(weight: Weight, decision: Decision) -> Worth:
    return Worth.of({t: micros for t, micros in decision.terms.items() if t is not weight.term})
