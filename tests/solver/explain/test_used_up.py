"""Limits that are used up bind, whatever other reason is told of the lines they stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fairlead_solver.allocation.cycle.facts import Facts
from fairlead_solver.allocation.explain.vocabulary.values import BindingConstraint
from fairlead_solver.allocation.policy.location_use import LocationUsePolicy
from fairlead_solver.api import allocation as api
from fairlead_solver.model.resolve.reoptimizer import BRANCHED_COLUMNS, Again
from fairlead_solver.model.resolve.subproblems import Beside, copies
from tests.solver.explain.cases import MICROS, facts, line, lot

WIN = 2  # Strategy


def binding(**rows: list[dict[str, Any]]) -> tuple[BindingConstraint, ...]:
    """What binds in a cycle that is explained with solving again."""
    solved = api.solve(api.intake(facts(**rows), api.Policy()), api.Options(relative_gap=0.0))
    return api.explain(solved).binding


def test_all_of_too_little_stock_binds_though_nobody_else_took_it() -> None:
    (lots,) = binding(lines=[line("L", 20)], lots=[lot("S", 8)])
    assert (lots.rule.family, lots.rule.key, lots.limit, lots.use) == ("supply", "S", 8, 8)
    assert [(short.line, short.units) for short in lots.lines_shortened] == [("L", 12)]
    assert lots.marginal_up is not None and lots.marginal_up.value_micros > 0


@pytest.mark.parametrize(
    "kept",
    [
        {"locked_quantity": 20},
        {"strategy": WIN},
    ],
)
def test_a_lot_that_a_held_rival_emptied_binds(kept: dict[str, Any]) -> None:
    lines = [line("L", 20), line("M", 20, unit_price_micros=1_000_000, **kept)]
    (lots,) = binding(lines=lines, lots=[lot("S", 30)])
    assert (lots.rule.key, [short.line for short in lots.lines_shortened]) == ("S", ["L"])


def test_a_lot_of_which_one_more_changes_nothing_does_not_bind() -> None:
    lines = [line("L", 20, pack=10, ship_complete=True, locked_quantity=0)]
    assert binding(lines=lines, lots=[lot("S", 8)]) == ()


@pytest.mark.parametrize("overtime", [0, 5 * MICROS])
def test_a_lot_whose_rest_the_capacity_would_stop_does_not_bind(overtime: int) -> None:
    """The capacity of 14 is no row of today's program: one unit of 9.75 cannot exceed it."""
    dock = {"location": "DC-1", "resource": "volume", "capacity_micros": 14 * MICROS}
    dock |= {"overtime_micros": overtime, "overtime_cost_micros": MICROS}
    use = {"product": "P", "resource": "volume", "usage_micros": 9_750_000}
    lines = [line("L", 6, pack=6), line("M", 11)]
    assert binding(lines=lines, lots=[lot("S", 1)], resources=[dock], usages=[use]) == ()


def test_a_lot_is_worth_what_capacity_lets_through_with_overtime() -> None:
    """One unit more is shipped with 5.5 of overtime at 1.00."""
    dock = {"location": "DC-1", "resource": "volume", "capacity_micros": 14 * MICROS}
    dock |= {"overtime_micros": 6 * MICROS, "overtime_cost_micros": MICROS}
    use = {"product": "P", "resource": "volume", "usage_micros": 9_750_000}
    lines = [line("L", 6, pack=6), line("M", 11)]
    rows: dict[str, Any] = {"lines": lines, "usages": [use]}
    (free,) = binding(lots=[lot("S", 1)], **rows)
    (held,) = binding(lots=[lot("S", 1)], resources=[dock], **rows)
    assert free.marginal_up is not None and held.marginal_up is not None
    assert free.marginal_up.value_micros - held.marginal_up.value_micros == 5_500_000


def test_bug_what_binds_is_told_by_what_one_more_of_it_is_worth() -> None:
    """However much the units that others hold back would be sold for."""
    rows = {"M": ("cheap", 500, 1), "L": ("dear", 30, 100), "N": ("middling", 40, 10)}
    found = binding(
        products=[{"id": p} for p, _, _ in rows.values()],
        lines=[
            line(id, asked, product=p, unit_price_micros=price * MICROS)
            for id, (p, asked, price) in rows.items()
        ],
        lots=[lot(p, 20, product=p) for p, _, _ in rows.values()],
    )
    assert [lots.rule.key for lots in found] == ["dear", "middling", "cheap"]


def test_bug_a_floor_that_binds_and_is_missed_has_nothing_left() -> None:
    """The contract is owed 12; the 1 there is goes to it, though another line is worth more."""
    lines = [line("K", 12, customer="C", unit_price_micros=MICROS), line("L", 5)]
    owed = {"id": "KC", "customer": "C", "floor_quantity": 12, "penalty_micros": 500 * MICROS}
    found = binding(lines=lines, lots=[lot("S", 1)], contracts=[owed], customers=[{"id": "C"}])
    (floor,) = (one for one in found if one.rule.family == "contract_floor")
    assert (floor.limit, floor.use, floor.slack) == (12, 1, -11)


def many_used_up() -> tuple[Facts, api.Policy]:
    """Three products of which there is too little, whoever asks."""
    lines = [line(f"L{k}", 20, product=f"P{k}") for k in range(3)]
    lots = [lot(f"S{k}", 8 + k, product=f"P{k}") for k in range(3)]
    return facts(lines=lines, lots=lots), api.Policy()


@pytest.mark.parametrize(
    ("marginals", "used_up", "listed", "both_ways", "untried"),
    [(50, 100, 3, 3, 0), (1, 100, 3, 1, 0), (1, 1, 2, 1, 1), (0, 0, 0, 0, 3)],
)
def test_limits_that_no_reason_names_are_tried_or_counted(
    marginals: int, used_up: int, listed: int, both_ways: int, untried: int
) -> None:
    solved = api.solve(api.intake(*many_used_up()), api.Options(relative_gap=0.0))
    options = api.ExplainOptions(marginals=marginals, used_up=used_up)
    explanation = api.explain(solved, options)
    assert len(explanation.binding) == listed
    assert all(
        b.marginal_up is not None and b.marginal_up.value_micros for b in explanation.binding
    )
    assert sum(b.marginal_down is not None for b in explanation.binding) == both_ways
    assert explanation.limits_untried == untried


def test_what_relaxations_leave_open_is_branched_to_the_end() -> None:
    """17 of the 20 it takes or leaves are no plan, though the relaxation gives it as many."""
    (bound,) = binding(lines=[line("L", 20, ship_complete=True)], lots=[lot("S", 17)])
    assert bound.rule.key == "S" and bound.marginal_up is not None
    assert (bound.marginal_up.step, bound.marginal_up.value_micros) == (3, 1000 * MICROS)


def test_bug_credit_binds_by_a_pack_of_the_line_that_lacks_it_not_of_one_that_is_full() -> None:
    """F is full; the 10 that one more unit of it would take earn nothing, the 25 of S do."""
    lines = [
        line("S", 20, product="P", customer="C", unit_price_micros=25 * MICROS),
        line("F", 30, product="Q", customer="C", unit_price_micros=10 * MICROS),
    ]
    lots = [lot("A", 30), lot("B", 40, product="Q")]
    customer = {"id": "C", "credit_micros": 700 * MICROS}
    found = binding(lines=lines, lots=lots, customers=[customer])
    (bound,) = (one for one in found if one.rule.family == "credit")
    assert bound.marginal_up is not None and bound.marginal_up.step == 25 * MICROS


def test_bug_a_lot_binds_that_lacks_a_line_s_least_quantity_though_it_is_not_used_up() -> None:
    found = binding(lines=[line("L", 100, min_fill_rate=0.8)], lots=[lot("S", 70)])
    (bound,) = found
    assert bound.marginal_up is not None
    assert (bound.slack, bound.marginal_up.step) == (70, 10)


def test_what_only_a_search_could_settle_is_counted() -> None:
    """Of more columns than are branched: twelve lines that take all or nothing of six lots."""
    lines = [line(f"L{k:02}", 7 + k % 5, ship_complete=True) for k in range(12)]
    lots = [lot(f"S{k}", 3 + k, location=f"DC-{k}") for k in range(6)]
    solved = api.solve(api.intake(facts(lines=lines, lots=lots), api.Policy()))
    assert solved.model.num_columns > BRANCHED_COLUMNS
    explanation = api.explain(solved, api.ExplainOptions(marginals=0))
    assert explanation.limits_untried > 0


def test_where_nothing_is_solved_again_every_limit_used_up_is_counted() -> None:
    solved = api.solve(api.intake(*many_used_up()))
    assert api.explain(solved, prove=False).limits_untried == 3


def test_a_lot_is_worth_the_same_whether_a_bound_was_asked_first() -> None:
    solved = api.solve(api.intake(*many_used_up()), api.Options(relative_gap=0.0))
    one, other = (
        {b.rule.key: b.marginal_up for b in api.explain(solved, options).binding}
        for options in (api.ExplainOptions(), api.ExplainOptions(marginals=0))
    )
    assert one == other != {}


def test_overtime_bought_to_the_end_leaves_no_room_for_parts_of_a_unit() -> None:
    """14 and 6 of overtime are two units of 9.75: the relaxation alone is a plan, and exact."""
    dock = {"location": "DC-1", "resource": "volume", "capacity_micros": 14 * MICROS}
    dock |= {"overtime_micros": 6 * MICROS, "overtime_cost_micros": MICROS}
    use = {"product": "P", "resource": "volume", "usage_micros": 9_750_000}
    given = facts(lines=[line("M", 11)], lots=[lot("S", 9)], resources=[dock], usages=[use])
    solved = api.solve(api.intake(given, api.Policy()), api.Options(relative_gap=0.0))
    model, x = solved.model, solved.solution.x
    assert x is not None
    columns = np.arange(model.num_columns)
    relaxed = Again().relaxed(copies(Beside.of(model, x), columns, 0 * columns, 1))
    assert relaxed.attained.tolist() == [True]
    assert relaxed.bound[0] == pytest.approx(model.cost @ x)


def test_bug_a_protection_that_stops_a_line_binds_whatever_the_line_is_told() -> None:
    """M is outranked by K, and the 10 left for others are used up: 2 more would still be there."""
    lines = [
        line("K", 2, unit_price_micros=30 * MICROS),
        line("M", 9),
    ]
    kept = {"id": "R", "product": "P", "quantity": 7, "group_channel": "web"}
    found = binding(lines=lines, lots=[lot("S", 17)], protections=[kept])
    (bound,) = (one for one in found if one.rule.family == "protection")
    assert (bound.rule.key, bound.limit, bound.use) == ("R", 10, 10)
    assert [(short.line, short.units) for short in bound.lines_shortened] == [("M", 1)]


def test_bug_a_lot_of_which_a_delivery_group_lacks_one_binds_though_some_is_left() -> None:
    """The 9 of S are no stop for a pack of M; all of its 10 would be taken with one more."""
    lines = [line("M", 10, delivery_group="G"), line("N", 2, delivery_group="G", product="Q")]
    lots = [lot("S", 9), lot("T", 5, product="Q")]
    (bound,) = binding(lines=lines, lots=lots)
    assert (bound.rule.key, bound.slack) == ("S", 9)
    assert bound.marginal_up is not None and bound.marginal_up.value_micros > 0


def served_from_one_of_two(**order: Any) -> dict[str, Any]:
    """Ten wanted, and six in each of two places."""
    lots = [lot("E", 6, location="EAST"), lot("W", 6, location="WEST")]
    return {"lines": [line("L", 10, **order)], "lots": lots}


def test_bug_a_limit_of_locations_binds_where_a_line_s_text_blames_it() -> None:
    found = binding(**served_from_one_of_two(max_sources=1))
    (bound,) = (one for one in found if one.rule.family == "sources")
    assert (bound.rule.key, bound.limit, bound.use, bound.slack) == ("L", 1, 1, 0)
    assert bound.marginal_up is not None and bound.marginal_up.value_micros == 200 * MICROS
    assert [(short.line, short.units) for short in bound.lines_shortened] == [("L", 4)]


def test_the_last_location_is_not_taken_away_for_none_means_any_number() -> None:
    found = binding(**served_from_one_of_two(max_sources=1))
    (bound,) = (one for one in found if one.rule.family == "sources")
    assert bound.marginal_down is None


def test_the_cycle_s_own_limit_of_locations_binds_too() -> None:
    policy = api.Policy(location_use=LocationUsePolicy(max_locations=1))
    given = facts(**served_from_one_of_two())
    solved = api.solve(api.intake(given, policy), api.Options(relative_gap=0.0))
    found = api.explain(solved).binding
    (bound,) = (one for one in found if one.rule.family == "location_use")
    assert bound.marginal_up is not None and bound.marginal_up.value_micros > 0


EXCEEDED = {"id": "Q", "product": "P", "cap_quantity": 5, "consumed_quantity": 20}


def test_bug_one_more_of_a_quota_that_is_exceeded_already_has_no_value() -> None:
    """It takes 16 more of the cap until one unit can be given."""
    (bound,) = binding(lines=[line("L", 15)], lots=[lot("S", 50)], quotas=[EXCEEDED])
    assert (bound.marginal_up, bound.marginal_down) == (None, None)
    assert bound.sentence == (
        "quota Q has 0 left: 20 are consumed of its 5; 1 line short by 15 of P."
    )


def test_bug_one_more_of_a_cap_that_is_exceeded_already_has_no_value() -> None:
    capped = {"id": "K", "customer": "C", "cap_quantity": 5, "delivered_quantity": 20}
    rows: dict[str, Any] = {"lots": [lot("S", 50)], "customers": [{"id": "C"}]}
    (bound,) = binding(lines=[line("L", 15, customer="C")], contracts=[capped], **rows)
    assert (bound.rule.family, bound.marginal_up) == ("contract_cap", None)


def test_an_exceeded_quota_beside_which_there_is_no_stock_anyway_does_not_bind() -> None:
    assert binding(lines=[line("L", 15)], lots=[lot("S", 0)], quotas=[EXCEEDED]) == ()


def test_a_limit_with_slack_that_only_makes_a_plan_cheaper_holds_nobody_back() -> None:
    """One more of E, and M takes a pack from there instead of the dear way; N has no stock at all,
    and would pack at WEST too."""
    lanes = [
        {"location": "EAST", "destination": "D", "cost_micros": MICROS},
        {"location": "WEST", "destination": "D", "cost_micros": 2 * MICROS},
    ]
    lots = [lot("E", 7, location="EAST"), lot("W", 12, location="WEST")]
    lots.append(lot("R", 1, location="WEST", product="Q"))
    lines = [line("M", 12, pack=4, customer="C"), line("N", 9, product="Q", customer="C")]
    rows: dict[str, Any] = {
        "products": [{"id": "P"}, {"id": "Q"}],
        "customers": [{"id": "C", "destination": "D"}],
        "resources": [{"location": "WEST", "resource": "pick", "capacity_micros": 10 * MICROS}],
        "usages": [{"product": p, "resource": "pick", "usage_micros": MICROS} for p in "PQ"],
    }
    solved = api.solve(api.intake(facts(lines=lines, lots=lots, lanes=lanes, **rows), api.Policy()))
    told = api.explain(solved)
    assert [one.rule.key for one in told.binding] == ["R"] and told.limits_untried == 0
    lots[0]["quantity"] = 8
    more = facts(lines=lines, lots=lots, lanes=lanes, **rows)
    cheaper = api.solve(api.intake(more, api.Policy())).decision.objective_micros
    assert cheaper - solved.decision.objective_micros == 4 * MICROS
