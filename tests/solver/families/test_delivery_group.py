"""Delivery group: all its lines in full, or none of them."""

from __future__ import annotations

from fairlead_solver.allocation.rules.families import delivery_group

from .cases import delivery_group as case
from .cycles import cycle, given, line, lot, planned


def test_lines_without_a_group_need_no_rule() -> None:
    assert not delivery_group.applies(cycle([line("a", 4)], [lot("s", 3)]))


def test_a_group_is_served_whole_though_a_line_beside_it_is_worth_as_much() -> None:
    assert given(case()) == {"a": 2, "b": 3, "c": 1}


def test_a_group_with_one_scarce_product_gets_nothing() -> None:
    lines = [line("a", 2, delivery_group="G"), line("b", 3, product="Q", delivery_group="G")]
    assert given(cycle(lines, [lot("s", 2), lot("t", 2, product="Q")])) == {"a": 0, "b": 0}


def test_a_line_without_any_lot_stops_its_group() -> None:
    lines = [line("a", 2, delivery_group="G"), line("b", 3, product="Q", delivery_group="G")]
    assert given(cycle(lines, [lot("s", 2)])) == {"a": 0, "b": 0}


def test_every_line_of_a_group_served_in_part_is_a_breach() -> None:
    problem = case()
    broken = delivery_group.check(problem, planned(problem, a_s=2, b_t=2, c_s=1))
    assert [(b.key, b.limit, b.use) for b in broken] == [("b", 3, 2)]
