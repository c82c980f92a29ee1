"""The value of a unit: what it is, and that weights count it while margin and credit do not."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead_solver.allocation.policy.churn import ChurnPolicy
from fairlead_solver.allocation.policy.fair_share import FairShareMode, FairSharePolicy
from fairlead_solver.allocation.policy.policy import Policy, Tier, TierMode
from fairlead_solver.allocation.rules.terms import Term
from fairlead_solver.allocation.rules.unit_value import unit_terms
from fairlead_solver.api.allocation import InvalidInput, objective_terms
from tests.solver.families.cycles import MICRO, cycle, given, line, lot, plan_of

FREE: dict[str, Any] = {"price": 0}


def value(of_line: dict[str, Any], product: dict[str, Any], *costs: int) -> int:
    lots = [
        lot(f"s{n}", 1, **({"unit_cost_micros": c * MICRO} if c else {}))
        for n, c in enumerate(costs or (0,))
    ]
    problem = cycle([line("a", 1, **of_line)], lots, products=[{"id": "P", **product}])
    return int(problem.line.value_micros[0]) // MICRO


def test_a_price_is_the_value_where_nothing_else_is_said() -> None:
    assert value({"price": 7}, {"list_price_micros": 9 * MICRO}) == 7


@pytest.mark.parametrize(
    ("of_line", "product", "costs", "expected"),
    [
        ({"price": 7, "value_micros": 3 * MICRO}, {}, (), 3),
        (FREE, {"list_price_micros": 9 * MICRO, "standard_cost_micros": 4 * MICRO}, (5,), 9),
        (FREE, {"standard_cost_micros": 4 * MICRO}, (5,), 4),
        (FREE, {}, (2, 5, 0), 5),
        (FREE, {}, (), 0),
    ],
)
def test_the_first_above_zero_counts(
    of_line: dict[str, Any], product: dict[str, Any], costs: tuple[int, ...], expected: int
) -> None:
    assert value(of_line, product, *costs) == expected


def test_weights_count_the_value_and_margin_the_price() -> None:
    policy = Policy(tiers=(Tier("A", 2.0, 0.5),))
    late = line("a", 1, price=3, value_micros=10 * MICRO, requested_day=19_999)
    terms = unit_terms(cycle([late], [lot("s", 1)], policy))
    assert terms[Term.MARGIN].tolist() == [3 * MICRO]
    assert terms[Term.SERVICE].tolist() == [20 * MICRO]


def test_churn_and_fair_share_count_the_value() -> None:
    policy = Policy(
        churn=ChurnPolicy(rate=2.0),
        fair_share=FairSharePolicy(mode=FairShareMode.PROPORTIONAL, shortfall_rate=1.0),
    )
    free = line("a", 4, price=0, value_micros=3 * MICRO, previous_quantity=4)
    problem = cycle([free], [lot("s", 3)], policy)
    terms = objective_terms(problem, plan_of(problem).packs)
    assert terms[Term.CHURN] == -2 * 3 * MICRO
    assert terms[Term.SERVICE] == 4 * 3 * 3 * MICRO  # tier C, 3 of 4 units


def test_strict_tiers_count_the_value() -> None:
    policy = Policy(tier_mode=TierMode.STRICT)
    lines = [
        line("free", 5, price=0, tier="A", value_micros=8 * MICRO),
        line("sold", 5, price=10, tier="B"),
    ]
    assert given(cycle(lines, [lot("s", 6)], policy)) == {"free": 5, "sold": 1}


def test_credit_counts_the_price() -> None:
    lines = [line("a", 5, price=2, customer="C", value_micros=100 * MICRO)]
    customers = [{"id": "C", "credit_micros": 6 * MICRO}]
    assert given(cycle(lines, [lot("s", 5)], customers=customers)) == {"a": 3}


def test_a_line_without_any_value_is_warned_of() -> None:
    problem = cycle([line("a", 1, price=0), line("b", 1)], [lot("s", 1)])
    assert [(w.path, w.id) for w in problem.warnings if "0, as are" in w.rule] == [
        ("lines.value_micros", "a")
    ]


@pytest.mark.parametrize(
    ("table", "column"), [("lines", "value_micros"), ("products", "list_price_micros")]
)
def test_a_negative_value_is_one_error(table: str, column: str) -> None:
    tables = {"lines": [line("a", 1)], "lots": [lot("s", 1)], "products": [{"id": "P"}]}
    tables[table][0][column] = -1
    with pytest.raises(InvalidInput) as refused:
        cycle(tables["lines"], tables["lots"], products=tables["products"])
    (finding,) = refused.value.findings
    assert (finding.path, finding.value) == (f"{table}[0].{column}", "-1")
    assert finding.rule.startswith("between 0 and")
