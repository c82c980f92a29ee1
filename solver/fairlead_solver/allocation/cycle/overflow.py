"""Sums of money, quantity and usage must stay inside int64 whatever is decided.

Each bound is a worst case in floats: every line in full, at the dearest rate that any of its
parts could meet. They are loose by design; a real cycle is orders of magnitude below them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...findings import Finding
from ...tables import MAX_AMOUNT, NO_INT
from .problem import Problem

MAX_MICROS = 2**62
MICRO = 1e6


def overflows(problem: Problem) -> Iterator[Finding]:
    """One finding per sum that could leave int64."""
    for path, worst, limit in (
        ("lines.quantity", _sum(problem.line.quantity), MAX_AMOUNT),
        ("lots.quantity", _sum(problem.facts.lots.quantity), MAX_AMOUNT),
        ("lines.unit_price_micros", _value(problem), MAX_MICROS),
        ("lots.unit_cost_micros", _cost(problem), MAX_MICROS),
        ("usages.usage_micros", _usage(problem), MAX_MICROS),
        ("lanes.fixed_cost_micros", _fixed(problem), MAX_MICROS),
        ("resources.overtime_cost_micros", _overtime(problem), MAX_MICROS),
        ("contracts.penalty_micros", _penalties(problem), MAX_MICROS),
    ):
        if worst > limit:
            yield Finding(path, "", f"{worst:.3g}", f"is too large a sum: at most {limit:.3g}")


def _sum(values: NDArray[np.int64]) -> float:
    return float(values.sum(dtype=np.float64))


def _most(values: NDArray[np.generic]) -> float:
    return float(values.max(initial=0))


def _value(problem: Problem) -> float:
    """Σ q p, and Σ q v times every rate that multiplies a value."""
    policy, arcs = problem.policy, problem.arcs
    late = max(0.0, _most(arcs.delivery_day) - float(problem.line.requested_day.min(initial=0)))
    rate = (
        _most(problem.service_rates())
        + _most(problem.lateness_rates()) * late
        + _most(arcs.penalty_rate)
        + policy.fair_share.shortfall_rate
        + policy.fair_share.fill_rate
        + policy.churn.rate
    )
    asked = np.maximum(problem.line.quantity, problem.line.previous).astype(np.float64)
    line = problem.line
    return float(asked @ line.price_micros) + rate * float(asked @ line.value_micros)


def _shipped(problem: Problem) -> float:
    """Base units, where every line took its widest substitute."""
    return _sum(problem.line.quantity) * max(1.0, _most(problem.facts.substitutes.ratio))


def _cost(problem: Problem) -> float:
    facts, aging = problem.facts, problem.policy.aging
    rate = 1 + sum(max((s.rate for s in c), default=0.0) for c in (aging.expiry, aging.age))
    unit = rate * _most(problem.lot_cost_micros)
    unit += _most(facts.lanes.cost_micros) + _most(facts.locations.handling_cost_micros)
    return _shipped(problem) * unit


def _usage(problem: Problem) -> float:
    facts = problem.facts
    return _shipped(problem) * max(
        _most(facts.usages.usage_micros), _most(facts.line_usages.usage_micros)
    )


def _fixed(problem: Problem) -> float:
    facts = problem.facts
    shipments = float(len(problem.order_ids)) * len(facts.locations)
    dearest = _most(facts.lanes.fixed_cost_micros)
    return shipments * dearest + _sum(facts.locations.fixed_cost_micros)


def _overtime(problem: Problem) -> float:
    resources = problem.facts.resources
    hours = resources.overtime_micros.astype(np.float64) / MICRO
    return float(hours @ resources.overtime_cost_micros)


def _penalties(problem: Problem) -> float:
    """Per contract the larger of its floor and everything asked, at its penalty."""
    contracts = problem.facts.contracts
    floor = np.where(contracts.floor_quantity == NO_INT, 0, contracts.floor_quantity)
    units = np.maximum(floor, problem.line.quantity.sum()).astype(np.float64)
    return float(units @ contracts.penalty_micros)
