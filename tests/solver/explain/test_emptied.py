"""Lots that are used up bind, whatever other reason is told of the lines they stop."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead_solver import api
from fairlead_solver.allocation.explain.values import BindingConstraint
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


def test_what_binds_is_told_by_the_money_of_the_units_it_holds_back() -> None:
    rows = {"M": ("cheap", 500, 1), "L": ("dear", 30, 100), "N": ("middling", 40, 10)}
    found = binding(
        products=[{"id": p} for p, _, _ in rows.values()],
        lines=[
            line(id, asked, product=p, unit_price_micros=price * MICROS)
            for id, (p, asked, price) in rows.items()
        ],
        lots=[lot(p, 20, product=p) for p, _, _ in rows.values()],
    )
    assert [lots.rule.key for lots in found] == ["dear", "cheap", "middling"]


def test_bug_a_floor_that_binds_and_is_missed_has_nothing_left() -> None:
    """The contract is owed 12; the 1 there is goes to it, though another line is worth more."""
    lines = [line("K", 12, customer="C", unit_price_micros=MICROS), line("L", 5)]
    owed = {"id": "KC", "customer": "C", "floor_quantity": 12, "penalty_micros": 500 * MICROS}
    found = binding(lines=lines, lots=[lot("S", 1)], contracts=[owed], customers=[{"id": "C"}])
    (floor,) = (one for one in found if one.rule.family == "contract_floor")
    assert (floor.limit, floor.use, floor.slack) == (12, 1, -11)
