"""What holds lines back is listed with its worth, whatever room it has left; by hand in each case.

Every statement is tried on the reference as well: a limit that is left out must change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fairlead.v1 import explanation_pb2

from .decided import decided, line_of

MICROS = 1_000_000


def worth_of(one: explanation_pb2.BindingConstraint) -> int:
    return one.marginal_up.value_micros


def short_of(one: explanation_pb2.BindingConstraint) -> Sequence[tuple[str, int]]:
    return [(line.line, line.units) for line in one.lines_shortened]


def test_bug_a_capacity_with_slack_that_a_minimum_fill_cannot_use_binds() -> None:
    """10 minutes, none used, and the line takes 11 at least: one more gives it 11 for 154.00."""
    decision = decided("30_limit_with_slack_unlisted")
    (bound,) = decision.binding_constraints
    assert (bound.rule.family, bound.rule.key) == ("capacity", "W0/pick")
    assert (bound.limit, bound.use, bound.slack) == (10 * MICROS, 0, 10 * MICROS)
    assert (bound.marginal_up.step, worth_of(bound)) == (MICROS, 154 * MICROS)
    assert short_of(bound) == [("L6", 21)]
    told = line_of(decision, "L6").explanation
    assert "takes nothing, or at least 11; pick of W0 has room for 10" in told.sentence
    codes = {(r.code, r.rule.key, r.units) for r in told.reasons}
    assert (explanation_pb2.REASON_CODE_CAPACITY, "W0/pick", 0) in codes


def test_bug_a_lot_with_slack_binds_whose_location_only_one_more_would_open() -> None:
    """Two pay 38 and 8 of the 60 that the location costs; with a third unit both are served."""
    decision = decided("34_slack_unlisted_fixed_cost")
    (bound,) = decision.binding_constraints
    assert (bound.rule.family, bound.rule.key, bound.slack) == ("supply", "S7", 2)
    assert (bound.marginal_up.step, worth_of(bound)) == (1, 4_600_000)
    assert sorted(short_of(bound)) == [("L13", 1), ("L9", 1)]
    assert decision.limits_untried == 0


def test_bug_a_box_is_worth_something_where_a_unit_of_it_costs() -> None:
    """Boxes of two: half a box raises every fair share and fills nobody."""
    bound = decided("21_fair_in_boxes").binding_constraints[0]
    assert (bound.rule.key, bound.marginal_up.step) == ("TRUCK", 2)
    assert worth_of(bound) > 0


@pytest.mark.parametrize("case", ["21_fair_in_boxes", "34_slack_unlisted_fixed_cost"])
def test_bug_what_binds_is_sorted_by_what_loosening_it_is_worth(case: str) -> None:
    found = decided(case).binding_constraints
    least = {"fair_share", "contract_floor"}
    worth = [
        (one.marginal_down if one.rule.family in least else one.marginal_up).value_micros
        for one in found
    ]
    assert worth == sorted(worth, reverse=True)
