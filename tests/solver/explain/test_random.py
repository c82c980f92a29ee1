"""Random cycles with all rules mixed: sums are exact, and order changes no word."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver import api
from fairlead_solver.allocation.explain import Explanation, explain
from fairlead_solver.allocation.explain.values import Certainty, ReasonCode
from tests.strategies import Drawn, cycles

NEVER_INDICATED_AS_FACT = (
    ReasonCode.OUTRANKED_TIER,
    ReasonCode.OUTRANKED_VALUE,
    ReasonCode.FAIR_SHARE_RATIONED,
    ReasonCode.CONTRACT_FLOOR_OTHER,
    ReasonCode.TIE_BREAK,
)


def told(drawn: Drawn) -> tuple[api.Solved, Explanation]:
    problem = api.intake(drawn.facts(), drawn.policy)
    solved = api.solve(problem)
    return solved, explain(problem, solved.model, solved.decision)


@settings(max_examples=120)
@given(cycles())
def test_the_waterfall_of_every_line_sums_exactly(drawn: Drawn) -> None:
    _, explanation = told(drawn)
    if explanation.waterfall is None:
        return
    assert not explanation.waterfall.imbalance().any()
    assert (explanation.waterfall.units >= 0).all()


@settings(max_examples=120)
@given(cycles())
def test_reasons_add_up_to_what_each_line_is_short(drawn: Drawn) -> None:
    solved, explanation = told(drawn)
    reasons, plan = explanation.reasons, solved.decision.plan
    if reasons is None or plan is None:
        return
    short = solved.problem.line.quantity - plan.per_line()
    claimed = np.zeros_like(short)
    np.add.at(claimed, reasons.line, reasons.units)
    assert claimed.tolist() == short.tolist()
    exact = reasons.code[reasons.certainty == Certainty.EXACT]
    assert not np.isin(exact, NEVER_INDICATED_AS_FACT).any()
    if solved.decision.status is api.Status.OPTIMAL:
        assert ReasonCode.UNEXPLAINED not in reasons.code
        assert ReasonCode.NOT_PROVEN not in reasons.code


@settings(max_examples=40)
@given(cycles(), st.integers(0, 99))
def test_permuting_the_input_changes_no_word(drawn: Drawn, seed: int) -> None:
    _, one = told(drawn)
    _, other = told(drawn.shuffled(seed))
    assert list(one.stories or ()) == list(other.stories or ())
    assert one.binding == other.binding
