"""What a limit or a proof is worth comes as cash and policy value, as a plan splits it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings

from fairlead_solver.allocation.decision.cash_columns import with_cash
from fairlead_solver.allocation.decision.decide import write
from fairlead_solver.allocation.explain.vocabulary.values import MarginalMethod
from fairlead_solver.allocation.rules.explanation import ReasonCode
from fairlead_solver.api import allocation as api
from fairlead_solver.model.program.draft import Floats
from fairlead_solver.model.solve import solve as solve_model
from tests.strategies import Drawn, cycles

from .cases import MICROS, facts, line, lot
from .test_proofs import EXACTLY, loosened, told

NEAR = 2000.0  # micro-units: what a row of large coefficients may be missed by


def weighing(**rates: float) -> api.Policy:
    """Tiers with these service rates, and no other weight."""
    return api.Policy(tiers=tuple(api.Tier(name, rate, 0.0) for name, rate in rates.items()))


def test_a_unit_more_of_a_lot_is_its_margin_in_cash_and_its_service_in_points() -> None:
    given = facts(lots=[lot("S", 10, unit_cost_micros=4 * MICROS)], lines=[line("L", 20)])
    _, explanation = told(given, weighing(A=2.0))
    (binding,) = explanation.binding
    up = binding.marginal_up
    assert up is not None and up.value_micros == 26 * MICROS
    assert up.worth == api.Worth(cash_micros=6 * MICROS, policy_value_micros=20 * MICROS)


def test_a_unit_more_may_lose_cash_and_gain_policy_value() -> None:
    given = facts(lots=[lot("S", 10, unit_cost_micros=13 * MICROS)], lines=[line("L", 20)])
    _, explanation = told(given, weighing(A=2.0))
    (binding,) = explanation.binding
    assert binding.marginal_up is not None and binding.marginal_down is not None
    assert binding.marginal_up.worth == api.Worth(-3 * MICROS, 20 * MICROS)
    assert binding.marginal_down.worth == api.Worth(3 * MICROS, -20 * MICROS)


def test_what_the_opposite_of_a_reason_costs_has_its_cash_apart() -> None:
    lines = [
        line("L", 10, tier="B"),
        line("M", 10, tier="A", unit_price_micros=8 * MICROS),
    ]
    given = facts(lots=[lot("S", 10, unit_cost_micros=4 * MICROS)], lines=lines)
    _, explanation = told(given, weighing(A=3.0, B=1.0))
    (reason,) = explanation.story_of("L").reasons
    assert reason.code is ReasonCode.OUTRANKED_TIER
    assert reason.delta_micros == 12 * MICROS  # 8 - 4 + 24 with M, 10 - 4 + 10 with L
    assert reason.delta_cash_micros == -2 * MICROS


@settings(max_examples=60)
@given(cycles())
def test_every_split_of_a_marginal_value_is_that_of_a_best_plan_of_the_moved_cycle(
    drawn: Drawn,
) -> None:
    solved, explanation = told(drawn.facts(), drawn.policy)
    now = solved.decision.worth
    if solved.model.goals or now is None:
        return
    for binding in explanation.binding:
        for side in (binding.marginal_up, binding.marginal_down):
            if side is None or side.method is MarginalMethod.DUAL:
                assert side is None or side.worth is None
                continue
            assert side.worth is not None
            assert side.worth.total_micros == side.value_micros
        changed = loosened(solved.problem.facts, binding)
        up = binding.marginal_up
        if changed is not None and up is not None and up.worth is not None:
            problem = api.intake(changed, drawn.policy)
            assert attained(problem, now.cash_micros + up.worth.cash_micros), binding


def attained(problem: api.Problem, cash: int) -> bool:
    """Whether a best plan of the cycle has so much cash."""
    model = with_cash(problem, write(problem))
    best = solve_model(model, EXACTLY).objective
    assert model.subtotal is not None
    rows = np.stack([model.cost, model.subtotal])
    scale: Floats = np.maximum(np.abs(rows).max(axis=1), 1.0)
    least = np.array([best - NEAR, cash - NEAR]) / scale
    most = np.array([np.inf, (cash + NEAR) / scale[1]])
    limited = replace(
        model,
        matrix=sp.csr_array(sp.vstack([model.matrix, rows / scale[:, None]])),
        row_lower=np.concatenate([model.row_lower, least]),
        row_upper=np.concatenate([model.row_upper, most]),
    )
    answer = solve_model(limited, EXACTLY)
    return answer.x is not None and not answer.contradictions
