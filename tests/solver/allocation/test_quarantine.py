"""Rows that break a rule are left out, named and counted; the rest is decided as if alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.allocation.cycle import facts as f
from fairlead_solver.api.allocation import Facts, InvalidInput, Outcome, Policy, Tier, intake, solve

TODAY = 20_000
Tables = dict[str, Any]


def cycle(**tables: Any) -> Facts:
    """Lines a, b of P and c of Q; a lot of each product."""
    given: Tables = {
        "lines": f.Lines.of(id=["a", "b", "c"], product=["P", "P", "Q"], quantity=[4, 5, 6]),
        "lots": f.Lots.of(id=["s", "t"], product=["P", "Q"], location=["W", "W"], quantity=[7, 6]),
    }
    return Facts(cycle_day=TODAY, **(given | tables))


def lines(**columns: Any) -> f.Lines:
    kept: Tables = {"id": ["a", "b", "c"], "product": ["P", "P", "Q"], "quantity": [4, 5, 6]}
    return f.Lines.of(**(kept | columns))


BAD: dict[str, tuple[Callable[[], Facts], set[str], list[str]]] = {
    "negative stock": (
        lambda: cycle(
            lots=f.Lots.of(id=["s", "t"], product=["P", "Q"], location=["W", "W"], quantity=[-4, 6])
        ),
        {"a", "b", "c"},
        [
            "lots[0].quantity (s): '-4' is not between 0 and 1,000,000,000,000,000: "
            "a lot whose stock is negative has none: leave it out"
        ],
    ),
    "nothing open": (
        lambda: cycle(lines=lines(quantity=[4, 0, 6])),
        {"a", "c"},
        [
            "lines[1].quantity (b): '0' is not between 1 and 1,000,000,000,000,000: "
            "a line with nothing open is left out"
        ],
    ),
    "the same row twice": (
        lambda: cycle(lines=lines(id=["a", "b", "b"], product=["P"] * 3, quantity=[4, 5, 5])),
        {"a", "b"},
        ["lines[2].id (b): 'b' is given twice, by equal rows (see lines[1])"],
    ),
    "one id for two rows": (
        lambda: cycle(lines=lines(id=["a", "b", "b"])),
        {"a"},
        ["lines[2].id (b): 'b' is given twice (see lines[1])"],
    ),
    "three rows of one id, two of them equal": (
        lambda: cycle(
            lines=f.Lines.of(id=["a", "b", "b", "b"], product=["P"] * 4, quantity=[1, 5, 5, 6])
        ),
        {"a"},
        [
            "lines[2].id (b): 'b' is given twice (see lines[1])",
            "lines[3].id (b): 'b' is given twice (see lines[1])",
        ],
    ),
    "a product that is left out takes its lines and lots along": (
        lambda: cycle(products=f.Products.of(id=["P", "Q"], pack=[0, 1])),
        {"c"},
        [
            "products[0].pack (P): '0' is not between 1 and 1,000,000,000,000,000",
            "lots[0].product (s): 'P' is not an id of products",
            "lines[0].product (a): 'P' is not an id of products",
            "lines[1].product (b): 'P' is not an id of products",
        ],
    ),
    "an order with two customers": (
        lambda: cycle(lines=lines(order=["O", "O", "N"], customer=["C", "D", "C"])),
        {"c"},
        [
            "lines[1].customer (b): 'D' is not the customer of the order's other lines "
            "(see lines[0])"
        ],
    ),
    "a tier that the policy lacks": (
        lambda: cycle(lines=lines(tier=["A", "Z", ""])),
        {"a", "c"},
        ["lines[1].tier (b): 'Z' is not one of policy.tiers: A, B, C"],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_rows_that_break_a_rule_are_left_out_and_named(case: str) -> None:
    make, stay, told = BAD[case]
    problem = intake(make(), Policy(), quarantine=True)
    assert set(problem.facts.lines.id) == stay
    assert [str(finding) for finding in problem.left_out.findings] == told
    given_rows = sum(len(table) for table in make().tables())
    left = sum(len(rows) for rows in problem.left_out.stay.values())
    assert problem.left_out.count == given_rows - left
    with pytest.raises(InvalidInput):
        intake(make(), Policy())


def test_the_rest_is_decided_as_if_the_rows_had_never_been_given() -> None:
    make, _, _ = BAD["nothing open"]
    alone = cycle(lines=f.Lines.of(id=["a", "c"], product=["P", "Q"], quantity=[4, 6]))
    without = intake(alone, Policy())
    quarantined = intake(make(), Policy(), quarantine=True)
    assert quarantined.digest == without.digest
    assert solve(quarantined).decision.digest == solve(without).decision.digest


def test_good_facts_are_the_same_cycle_in_either_mode() -> None:
    both = intake(cycle(), Policy()), intake(cycle(), Policy(), quarantine=True)
    assert both[0].digest == both[1].digest
    assert both[1].left_out.count == 0


def test_a_line_that_is_left_out_leaves_its_group_and_no_floor_counts_it() -> None:
    facts = cycle(
        lines=lines(quantity=[4, 0, 6], delivery_group=["G", "G", ""], channel=["web"] * 3),
        contracts=f.Contracts.of(id=["K"], channel=["web"], floor_rate=[0.5], hard=[True]),
    )
    problem = intake(facts, Policy(), quarantine=True)
    decision = solve(problem).decision
    assert decision.lines is not None
    assert dict(zip(problem.facts.lines.id, decision.lines.confirmed, strict=True)) == {
        "a": 4,
        "c": 6,
    }
    alone = cycle(
        lines=f.Lines.of(
            id=["a", "c"],
            product=["P", "Q"],
            quantity=[4, 6],
            delivery_group=["G", ""],
            channel=["web"] * 2,
        ),
        contracts=facts.contracts,
    )
    assert problem.digest == intake(alone, Policy()).digest


@pytest.mark.parametrize(
    "facts",
    [
        cycle(lines=lines(quantity=[0, 0, 0])),
        cycle(
            lots=f.Lots.of(id=["s"], product=["P"], location=["W"], quantity=[-1]),
        ),
    ],
)
def test_where_no_line_or_no_lot_is_left_the_cycle_is_refused(facts: Facts) -> None:
    with pytest.raises(InvalidInput) as refused:
        intake(facts, Policy(), quarantine=True)
    assert "at least one l" in str(refused.value.findings[0])
    assert len(refused.value.findings) > 1  # and the rows


def test_what_is_wrong_with_no_row_is_refused() -> None:
    bad = Facts(cycle_day=TODAY, currency="euro", lines=cycle().lines, lots=cycle().lots)
    with pytest.raises(InvalidInput):
        intake(bad, Policy(), quarantine=True)
    with pytest.raises(InvalidInput):
        intake(cycle(), Policy(tiers=(Tier("A", -1.0, 0.0),)), quarantine=True)


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_what_stays_does_not_depend_on_the_order_of_the_rows(seed: int) -> None:
    draw = random.Random(seed)
    rows = [
        (f"l{draw.randrange(6)}", draw.choice("PQR"), draw.randrange(-1, 4), draw.choice("CD"))
        for _ in range(draw.randrange(2, 14))
    ]

    def problem(some: list[tuple[str, str, int, str]]) -> str:
        ids, products, quantities, customers = (list(column) for column in zip(*some, strict=True))
        given_lines = f.Lines.of(
            id=ids,
            product=products,
            quantity=quantities,
            customer=customers,
            order=["O" if c == "D" else "" for c in customers],
        )
        facts = cycle(lines=given_lines, products=f.Products.of(id=["P", "Q"]))
        try:
            return intake(facts, Policy(), quarantine=True).digest
        except InvalidInput as refused:
            return str(refused.findings[0])

    turned = draw.sample(rows, len(rows))
    assert problem(rows) == problem(turned)


def test_a_past_latest_day_is_cancelled_and_never_refused() -> None:
    late = {"latest_day": [TODAY - 3] * 3}
    for requested in ({}, {"requested_day": [TODAY - 5] * 3}):
        decision = solve(intake(cycle(lines=lines(**late, **requested)), Policy())).decision
        assert decision.lines is not None
        assert set(decision.lines.outcome.tolist()) == {Outcome.CANCELLED}


def test_the_case_from_practice_is_answered_as_by_hand() -> None:
    """cases/15: -4 in one bin, 3 in another, a line of zero, a line sent twice."""
    facts = Facts(
        cycle_day=TODAY,
        lots=f.Lots.of(
            id=["AMERICAS", "DEFAULT", "MUGS"],
            product=["SHIRT", "SHIRT", "MUG"],
            location=["AMERICAS", "DEFAULT", "DEFAULT"],
            quantity=[-4, 3, 10],
        ),
        lines=f.Lines.of(
            id=["SO-1", "SO-2", "SO-3", "SO-2"],
            product=["SHIRT", "MUG", "MUG", "MUG"],
            quantity=[3, 4, 0, 4],
            unit_price_micros=[9_000_000, 5_000_000, 5_000_000, 5_000_000],
        ),
    )
    problem = intake(facts, Policy(), quarantine=True)
    decision = solve(problem).decision
    assert decision.lines is not None and decision.plan is not None
    assert dict(zip(problem.facts.lines.id, decision.lines.confirmed, strict=True)) == {
        "SO-1": 3,
        "SO-2": 4,
    }
    assert [(n.path, n.id) for n in problem.left_out.findings] == [
        ("lots[0].quantity", "AMERICAS"),
        ("lines[3].id", "SO-2"),
        ("lines[2].quantity", "SO-3"),
    ]
    assert problem.left_out.count == 3
