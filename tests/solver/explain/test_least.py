"""A fix is told by the least that fills the line, and that nobody else has to give."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fairlead_solver.allocation.cycle.facts import Facts
from fairlead_solver.allocation.explain import ExplainOptions
from fairlead_solver.allocation.explain.vocabulary.values import Fix
from fairlead_solver.allocation.rules.explanation import FixKind
from fairlead_solver.api import allocation as api

from .cases import MICROS, facts, line, lot

WHOLE, BESIDE = ExplainOptions(), ExplainOptions(cycle_columns=0)
Cycle = tuple[Facts, api.Policy]


def fix_of(cycle: Cycle, options: ExplainOptions) -> Fix:
    given, policy = cycle
    solved = api.solve(api.intake(given, policy), api.Options(relative_gap=0.0))
    fix = api.explain(solved, options).story_of("L").fix
    assert fix is not None
    return fix


def a_rival_that_may_take_no_more() -> Cycle:
    """M lacks 15 too, which its contract's cap keeps from it."""
    lines = [
        line("L", 20, customer="C", unit_price_micros=2 * MICROS),
        line("M", 40, customer="D", unit_price_micros=9 * MICROS),
        line("N", 30, customer="E", unit_price_micros=8 * MICROS),
    ]
    contracts = [{"id": "K", "customer": "D", "cap_quantity": 25}]
    customers = [{"id": "C"}, {"id": "D"}, {"id": "E"}]
    given = facts(lines=lines, lots=[lot("S", 50)], contracts=contracts, customers=customers)
    return given, api.Policy()


def credit_of_its_own() -> Cycle:
    """Of more stock M takes 20 first, which need none of C's credit."""
    lines = [
        line("L", 20, customer="C", unit_price_micros=9 * MICROS),
        line("M", 80, customer="D", unit_price_micros=20 * MICROS),
    ]
    customers = [{"id": "C", "credit_micros": 0}, {"id": "D"}]
    return facts(lines=lines, lots=[lot("S", 60)], customers=customers), api.Policy()


def overtime_that_is_bought_anyway() -> Cycle:
    """20 of overtime are bought; 10 of L take 20 more."""
    resource = {"location": "DC-1", "resource": "pick", "capacity_micros": 40 * MICROS}
    overtime = {"overtime_micros": 20 * MICROS, "overtime_cost_micros": 1_000_000}
    usages = [{"product": "P", "resource": "pick", "usage_micros": 2 * MICROS}]
    lines = [
        line("L", 20, unit_price_micros=19 * MICROS),
        line("M", 20, unit_price_micros=30 * MICROS),
    ]
    lots = [lot("S", 90)]
    given = facts(lines=lines, lots=lots, resources=[resource | overtime], usages=usages)
    return given, api.Policy()


def a_rival_of_less_value() -> Cycle:
    lines = [
        line("L", 12, unit_price_micros=9 * MICROS),
        line("M", 10, unit_price_micros=20 * MICROS),
        line("N", 15, unit_price_micros=4 * MICROS),
    ]
    return facts(lines=lines, lots=[lot("S", 5)]), api.Policy()


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
@pytest.mark.parametrize(
    ("cycle", "amounts"),
    [
        (a_rival_that_may_take_no_more, {FixKind.MORE_STOCK: 25}),
        (credit_of_its_own, {FixKind.MORE_STOCK: 40, FixKind.RAISE_CREDIT: 180 * MICROS}),
        (overtime_that_is_bought_anyway, {FixKind.RAISE_CAPACITY: 20 * MICROS}),
        (a_rival_of_less_value, {FixKind.MORE_STOCK: 17}),
    ],
)
def test_a_fix_is_told_by_the_least_that_fills_the_line(
    cycle: Callable[[], Cycle], amounts: dict[FixKind, int], options: ExplainOptions
) -> None:
    fix = fix_of(cycle(), options)
    assert {part.kind: part.amount for part in (fix, *fix.also)} == amounts
    assert fix.losers == ()


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
def test_the_least_is_told_with_who_is_certain_to_lose_by_it(options: ExplainOptions) -> None:
    """Two more do for L, which is worth more than N: N loses its two."""
    lines = [line("L", 4, ship_complete=True), line("N", 2, unit_price_micros=4 * MICROS)]
    fix = fix_of((facts(lines=lines, lots=[lot("S", 2)]), api.Policy()), options)
    assert (fix.kind, fix.amount) == (FixKind.MORE_STOCK, 2)
    assert [(one.line, one.units) for one in fix.losers] == [("N", 2)]
    assert fix.effect.certain_losers == ("N",)


@pytest.mark.parametrize("options", [WHOLE, BESIDE])
def test_who_else_gets_more_by_a_fix_is_told(options: ExplainOptions) -> None:
    """M is worth more, and gets its 10 before L gets any."""
    fix = fix_of(a_rival_of_less_value(), options)
    assert [(other.line, other.units) for other in fix.effect.winners] == [("M", 5)]
    assert fix.sentence.endswith("; nobody loses; M gets 5 more")


def test_two_limits_are_raised_together_where_rivals_take_of_one_first() -> None:
    """L lacks 20 minutes and 10 of volume; M, of another product, takes 20 minutes before it."""
    resources = [
        {"location": "DC-1", "resource": "pick", "capacity_micros": 10 * MICROS},
        {"location": "DC-1", "resource": "volume", "capacity_micros": 0},
    ]
    usages = [
        {"product": "P", "resource": "pick", "usage_micros": 2 * MICROS},
        {"product": "P", "resource": "volume", "usage_micros": MICROS},
        {"product": "Q", "resource": "pick", "usage_micros": MICROS},
    ]
    lines = [line("L", 10), line("M", 30, product="Q", unit_price_micros=15 * MICROS)]
    lots = [lot("S", 10), lot("T", 30, product="Q")]
    given = facts(lines=lines, lots=lots, resources=resources, usages=usages)
    fix = fix_of((given, api.Policy()), WHOLE)
    amounts = {part.rule.key: part.amount for part in (fix, *fix.also)}
    assert amounts == {"DC-1/pick": 40 * MICROS, "DC-1/volume": 10 * MICROS}
