"""Money per unit on an arc, term by term.

    margin       = price - r (unit cost + lane cost + handling)
    service      = sigma(tier) v
    aging        = r (alpha(expiry - cycle day) + beta(cycle day - received)) unit cost
    lateness     = - lambda(tier) v max(0, delivery - requested)
    substitution = - penalty rate * v

v is the value of a unit (`line_value.py`). All in micro-units per unit *of the line*; a substitute
arc takes r units of its lot for it. Each rate product is rounded to the micro-unit (half to even),
so that sums of integers are exact.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...tables import NO_DAY, Days, Floats, Ints
from ..cycle.problem import Problem
from ..policy.policy import AgingPolicy
from .terms import Term


def unit_terms(problem: Problem) -> Mapping[Term, Ints]:
    """Each unit term's micro-units per line unit, one entry per arc."""
    arcs, line = problem.arcs, problem.line
    value = line.value_micros[arcs.line]
    cost = problem.lot_cost_micros[arcs.lot]
    return {
        Term.MARGIN: line.price_micros[arcs.line] - arcs.ratio * (cost + ship_cost(problem)),
        Term.SERVICE: rounded(problem.service_rates()[arcs.line] * value),
        Term.AGING: arcs.ratio * rounded(aging_rates(problem)[arcs.lot] * cost),
        Term.LATENESS: -rounded(
            problem.lateness_rates()[arcs.line]
            * value
            * days_late(arcs.delivery_day, line.requested_day[arcs.line])
        ),
        Term.SUBSTITUTION: -rounded(arcs.penalty_rate * value),
    }


def unit_values(problem: Problem) -> Ints:
    """Sum of the unit terms: micro-units per line unit, one entry per arc."""
    total: Ints = np.sum(list(unit_terms(problem).values()), axis=0, dtype=np.int64)
    return total


def ship_cost(problem: Problem) -> Ints:
    """Lane cost + handling per unit shipped, one entry per arc."""
    facts, arcs = problem.facts, problem.arcs
    lane: Ints = np.append(facts.lanes.cost_micros, 0)[arcs.lane]
    handling: Ints = facts.locations.handling_cost_micros[arcs.location]
    return lane + handling


def aging_rates(problem: Problem) -> Floats:
    """alpha + beta of each lot; 0 without the date."""
    lots, policy = problem.facts.lots, problem.policy.aging
    return _expiry_rate(policy, lots.expiry_day, problem.facts.cycle_day) + _age_rate(
        policy, lots.received_day, problem.facts.cycle_day
    )


def _expiry_rate(policy: AgingPolicy, expiry: Days, today: int) -> Floats:
    left = expiry.astype(np.int64) - today
    step = np.searchsorted([s.days for s in policy.expiry], left, side="left")
    rates = np.array([*(s.rate for s in policy.expiry), 0.0])
    return np.where(expiry == NO_DAY, 0.0, rates[step])


def _age_rate(policy: AgingPolicy, received: Days, today: int) -> Floats:
    age = today - received.astype(np.int64)
    step = np.searchsorted([s.days for s in policy.age], age, side="right")
    rates = np.array([0.0, *(s.rate for s in policy.age)])
    return np.where(received == NO_DAY, 0.0, rates[step])


def rounded(money: NDArray[np.floating]) -> Ints:
    """To whole micro-units, half to even."""
    micros: Ints = np.rint(money).astype(np.int64)
    return micros


def days_late(delivery: Days, requested: Days) -> Ints:
    """max(0, delivery - requested), in days."""
    return np.maximum(delivery.astype(np.int64) - requested.astype(np.int64), 0)
