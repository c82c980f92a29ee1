"""The named terms of the objective: each is either cash or policy value; all add up to it.

CASH is money that changes hands: price, costs, fixed costs, penalties. POLICY is what the weights
of the policy count: it is told in points, never in a currency. A point weighs as much as one unit
of money in the objective, which is their sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class TermKind(Enum):
    """What a term is counted in."""

    CASH = "cash"  # micro-units of money
    POLICY = "policy"  # millionths of a point


class Term(Enum):
    """A part of the objective. Costs are negative."""

    MARGIN = "margin"  # price - unit cost - lane cost - handling
    SERVICE = "service"  # sigma(tier) * value of a unit
    AGING = "aging"  # (alpha + beta) * unit cost
    LATENESS = "lateness"  # -lambda(tier) * value of a unit * days late
    SUBSTITUTION = "substitution"  # -penalty rate * value of a unit
    SHIPMENT = "shipment"  # fixed cost per (order, location)
    LOCATION = "location"  # fixed cost per location used
    OVERTIME = "overtime"
    CONTRACT = "contract"  # penalty per unit short of a floor
    FAIR_SHARE = "fair_share"  # shortfall under the entitlement, or the reward of MAX_MIN
    CHURN = "churn"  # taking back what was confirmed

    @property
    def kind(self) -> TermKind:
        """Whether the term is cash or policy value."""
        return TermKind.CASH if self in CASH_TERMS else TermKind.POLICY


CASH_TERMS = frozenset({Term.MARGIN, Term.SHIPMENT, Term.LOCATION, Term.OVERTIME, Term.CONTRACT})
"""Terms that are money; all others are policy value."""

UNIT_TERMS = (Term.MARGIN, Term.SERVICE, Term.AGING, Term.LATENESS, Term.SUBSTITUTION)
"""Terms that arise per unit on an arc; the others arise per cycle, in a family."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Cash in micro-units of money and policy value in millionths of a point, apart."""

    cash_micros: int = 0
    policy_value_micros: int = 0

    @classmethod
    def of(cls, terms: Mapping[Term, int]) -> Worth:
        """The two parts of some terms."""
        cash = sum(micros for term, micros in terms.items() if term in CASH_TERMS)
        return cls(cash, sum(terms.values()) - cash)

    @property
    def total_micros(self) -> int:
        """What the objective counts."""
        return self.cash_micros + self.policy_value_micros

    def __sub__(self, other: Worth) -> Worth:
        """Part by part."""
        cash = self.cash_micros - other.cash_micros
        return Worth(cash, self.policy_value_micros - other.policy_value_micros)

    def __neg__(self) -> Worth:
        """Part by part."""
        return Worth(-self.cash_micros, -self.policy_value_micros)
