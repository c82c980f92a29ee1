"""Random cycles with all rules mixed: sums are exact, and order changes no word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.allocation.explain import Explanation, explain
from fairlead_solver.allocation.explain.narrative.location_text import places
from fairlead_solver.allocation.explain.vocabulary.values import Certainty, WaterfallKind
from fairlead_solver.allocation.rules.explanation import ReasonCode
from fairlead_solver.api import allocation as api
from tests.reference.test_agreement import drawn_cycles
from tests.strategies import Drawn, cycles

from .cases import facts, line, lot

SHARED_OUT = (
    WaterfallKind.PROTECTED,
    WaterfallKind.PACK_REMAINDER,
    WaterfallKind.GIVEN_TO_OTHERS,
    WaterfallKind.UNUSED,
    WaterfallKind.GIVEN,
)
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


@settings(max_examples=120)
@given(cycles())
def test_what_places_had_is_what_the_waterfall_shares_out(drawn: Drawn) -> None:
    _, explanation = told(drawn)
    case = explanation.case
    if case is None:
        return
    for i in range(case.problem.num_lines):
        shared = sum(int(case.waterfall.step(kind)[i]) for kind in SHARED_OUT)
        assert places(case, i).total() == shared


@settings(max_examples=40)
@given(cycles(), st.integers(0, 99))
def test_permuting_the_input_changes_no_word(drawn: Drawn, seed: int) -> None:
    one, other = (
        api.explain(api.solve(api.intake(each.facts(), each.policy)))
        for each in (drawn, drawn.shuffled(seed))
    )
    assert list(one.stories or ()) == list(other.stories or ())
    assert one.binding == other.binding


@settings(max_examples=40)
@given(cycles())
def test_a_fix_is_told_in_a_planner_s_words_not_by_leaves(drawn: Drawn) -> None:
    _, explanation = told(drawn)
    for fix in explanation.found.fixes.values():
        change = fix.sentence.partition(":")[0]
        assert not {"[", "]", "_"} & set(change), change
        assert all(step.split(" ")[0] for step in change.split(" and ")), change


@pytest.mark.slow
def test_under_one_line_in_two_hundred_of_random_cycles_is_unexplained() -> None:
    lines = unexplained = 0
    for drawn in drawn_cycles(cycles(), 200):
        explained = api.explain(api.solve(api.intake(drawn.facts(), drawn.policy)))
        if explained.reasons is not None:
            lines += len(explained.reasons.offsets) - 1
            missing = explained.reasons.code == ReasonCode.UNEXPLAINED
            unexplained += len(np.unique(explained.reasons.line[missing]))
    assert lines > 500
    assert unexplained < 0.005 * lines


def test_what_was_tried_is_told_with_the_reasons_of_the_line() -> None:
    lines = [line("L", 20, tier="B"), line("M", 40, tier="A")]
    lots = [lot("S", 20), lot("T", 20, location="DC-2")]
    problem = api.intake(facts(lines=lines, lots=lots), api.Policy())
    story = api.explain(api.solve(problem)).story_of("L")
    assert [r.code for r in story.reasons] == [ReasonCode.OUTRANKED_TIER]
    codes = [a.reason.code for a in story.alternatives if a.reason is not None]
    assert codes == [ReasonCode.OUTRANKED_TIER, ReasonCode.OUTRANKED_TIER]
