"""The named terms of the objective. Every one is money in micro-units; they add up to it."""

from __future__ import annotations

from enum import Enum


class Term(Enum):
    """A part of the objective. Costs are negative."""

    MARGIN = "margin"  # price - unit cost - lane cost - handling
    SERVICE = "service"  # sigma(tier) * price
    AGING = "aging"  # (alpha + beta) * unit cost
    LATENESS = "lateness"  # -lambda(tier) * price * days late
    SUBSTITUTION = "substitution"  # -penalty rate * price
    SHIPMENT = "shipment"  # fixed cost per (order, location)
    LOCATION = "location"  # fixed cost per location used
    OVERTIME = "overtime"
    CONTRACT = "contract"  # penalty per unit short of a floor
    FAIR_SHARE = "fair_share"  # shortfall under the entitlement, or the reward of MAX_MIN
    CHURN = "churn"  # taking back what was confirmed


UNIT_TERMS = (Term.MARGIN, Term.SERVICE, Term.AGING, Term.LATENESS, Term.SUBSTITUTION)
"""Terms that arise per unit on an arc; the others arise per cycle, in a family."""
