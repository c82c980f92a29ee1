"""Lots that are used up bind, whatever other reason is told of the lines they stop."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead_solver import api
from fairlead_solver.allocation.explain.values import BindingConstraint
from tests.solver.explain.cases import facts, line, lot

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
