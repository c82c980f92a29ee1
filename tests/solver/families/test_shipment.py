"""Shipment: a fixed cost per order and location."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import shipment
from fairlead_solver.allocation.rules.terms import Term

from .cases import shipment as case
from .cycles import MICRO, cycle, line, lot, plan_of, planned

LANES = [{"location": "V", "destination": "C"}, {"location": "W", "destination": "C"}]


def test_lanes_without_a_fixed_cost_need_no_rule() -> None:
    problem = cycle([line("a", 3, customer="C")], [lot("s", 3, "V")], lanes=LANES)
    assert not shipment.applies(problem)


def test_an_order_ships_together_where_that_saves_more_than_it_costs() -> None:
    lanes = [{**lane, "fixed_cost_micros": 7 * MICRO} for lane in LANES]
    lines = [line("a", 2, order="O", customer="C"), line("b", 2, order="O", customer="C")]
    lots = [lot("s", 4, "V", unit_cost_micros=MICRO), lot("t", 4, "W")]
    problem = cycle(lines, lots, lanes=lanes)
    assert plan_of(problem).per_lot().tolist() == [0, 4]  # one shipment, from the cheaper lot
    assert shipment.money(problem, plan_of(problem)) == {Term.SHIPMENT: -7 * MICRO}


def test_two_orders_pay_for_two_shipments() -> None:
    lanes = [{**lane, "fixed_cost_micros": 7 * MICRO} for lane in LANES]
    lines = [line("a", 2, order="O", customer="C"), line("b", 2, order="N", customer="C")]
    problem = cycle(lines, [lot("s", 4, "V")], lanes=lanes)
    assert shipment.money(problem, plan_of(problem)) == {Term.SHIPMENT: -14 * MICRO}


def test_money_counts_each_shipment_once() -> None:
    problem = case()
    plan = planned(problem, a_s=1, b_s=1, b_t=1)
    assert shipment.money(problem, plan) == {Term.SHIPMENT: -12 * MICRO}
    assert shipment.money(problem, planned(problem)) == {Term.SHIPMENT: 0}
