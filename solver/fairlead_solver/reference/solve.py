"""Builds the model of a cycle, rule by rule, and solves it: strict tiers first, then money."""

from __future__ import annotations

import math
from collections.abc import Iterable
from time import monotonic

import pyomo.environ as pyo

from ..allocation.policy.policy import TierMode
from .answer import Flow, Question, ReferenceFailed, ReferenceStatus, Reply
from .completeness import delivery_groups, minimum_fill, strict_fefo
from .cycle import read
from .fairness import fair_share
from .formulation import Formulation
from .money import cash, objective
from .places import location_use, shipments, sources
from .promises import churn, hold, locks, strategies, time_fence
from .quantities import (
    MICROS,
    capacity,
    contracts,
    credit,
    demand,
    protections,
    quotas,
    supply,
    value,
)
from .solvers import Ending, Solved, run

RULES = (
    value,
    supply,
    demand,
    minimum_fill,
    delivery_groups,
    sources,
    shipments,
    location_use,
    capacity,
    contracts,
    quotas,
    protections,
    credit,
    strict_fefo,
    fair_share,
    locks,
    time_fence,
    strategies,
    churn,
)
ROUNDING = 1e-9  # relative, of a worth that is held
AGREEMENT = 1e-6  # relative, between the solver's objective and that of the plan it found


def answer(question: Question) -> Reply:
    """Solve one cycle. Raises ReferenceFailed where the solver is missing or contradicts itself."""
    f = Formulation(read(question.facts, question.policy), dict(question.raised))
    for rule in RULES:
        rule(f)
    hold(f, question.held)
    clock = _Clock(question.seconds)
    if question.policy.tier_mode is TierMode.STRICT:
        for rank in range(len(question.policy.tiers)):
            held = _hold_tier(f, rank, question, clock)
            if held.ending is not Ending.OPTIMAL:
                return _reply(f, held, bound=None)
    worth = sum(f.cash) + sum(f.policy_value)
    f.model.objective = pyo.Objective(expr=worth / MICROS, sense=pyo.maximize)
    solved = run(f.model, question.solver, question.gap, clock.left())
    if solved.ending is Ending.OPTIMAL:
        _assert_plan_is_worth(f, pyo.value(f.model.objective), question.gap)
    bound = solved.upper_bound
    if question.cash and f.arcs and solved.ending is Ending.OPTIMAL:
        solved = _by_cash(f, question, clock)
    return _reply(f, solved, None if bound is None else bound * MICROS)


def _by_cash(f: Formulation, question: Question, clock: _Clock) -> Solved:
    """Of the plans worth as much as the one found, that of most or of least cash."""
    best = pyo.value(f.model.objective)
    f.rows("worth").add(f.model.objective.expr >= best - ROUNDING * max(1.0, abs(best)))
    f.model.del_component(f.model.objective)
    most = question.cash * sum(f.cash) / MICROS
    f.model.objective = pyo.Objective(expr=most, sense=pyo.maximize)
    return run(f.model, question.solver, 0.0, clock.left())


class _Clock:
    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else monotonic() + seconds

    def left(self) -> float | None:
        return None if self._end is None else max(0.01, self._end - monotonic())


def _hold_tier(f: Formulation, rank: int, question: Question, clock: _Clock) -> Solved:
    """Maximise the filled value of one tier, and hold it in all later solves.

    The value is counted in its greatest common divisor, so that it is a whole number and half of
    one is a safe margin for the solver's tolerance.
    """
    weights = {
        k: arc.line.value * arc.line.pack
        for k, arc in enumerate(f.arcs)
        if arc.line.tier == rank and arc.line.value
    }
    if not weights:
        return Solved(Ending.OPTIMAL, False, None)
    one = math.gcd(*weights.values())
    filled = sum(w // one * f.model.packs[k] for k, w in weights.items())
    f.model.tier_value = pyo.Objective(expr=filled, sense=pyo.maximize)
    solved = run(f.model, question.solver, 0.0, clock.left())
    if solved.has_values:
        best = sum(w // one * n for w, n in zip(weights.values(), _packs(f, weights), strict=True))
        f.rows(f"tier_{rank}").add(filled >= best - 0.5)
    f.model.del_component(f.model.tier_value)
    return solved


def _packs(f: Formulation, arcs: Iterable[int] | None = None) -> list[int]:
    keys = range(len(f.arcs)) if arcs is None else arcs
    return [round(pyo.value(f.model.packs[k])) for k in keys]


def _assert_plan_is_worth(f: Formulation, claimed: float, gap: float) -> None:
    worth = objective(f, _packs(f)) / MICROS
    if abs(worth - claimed) > max(gap, AGREEMENT) * max(1.0, abs(worth)):
        raise ReferenceFailed(f"the solver claims {claimed} for a plan worth {worth}")


def _reply(f: Formulation, solved: Solved, bound: float | None) -> Reply:
    if not solved.has_values:
        infeasible = solved.ending is Ending.INFEASIBLE
        return Reply(
            ReferenceStatus.INFEASIBLE if infeasible else ReferenceStatus.NO_SOLUTION_LIMIT,
            (),
            None,
            None if infeasible else bound,
        )
    packs = _packs(f)
    optimal = solved.ending is Ending.OPTIMAL
    return Reply(
        ReferenceStatus.OPTIMAL if optimal else ReferenceStatus.FEASIBLE_LIMIT,
        tuple(Flow(a.line.id, a.lot.id, n) for a, n in zip(f.arcs, packs, strict=True)),
        objective(f, packs),
        bound,
        cash(f, packs),
    )
