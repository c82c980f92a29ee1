"""Conflicts: the set is minimal, the way out is the cheapest, the rest is decided."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead_solver.allocation.cycle.facts import Facts, Strategy
from fairlead_solver.allocation.explain import Explanation, Resolved, explain
from fairlead_solver.allocation.explain.conflict.explain_conflict import conflict
from fairlead_solver.allocation.explain.evidence.evidence import family_named
from fairlead_solver.allocation.explain.vocabulary.values import Conflict
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy
from fairlead_solver.api import allocation as api
from fairlead_solver.model.program.draft import RowKind
from fairlead_solver.model.resolve.elastic import cut
from tests.strategies import Drawn, cycles

from .cases import MICROS, TODAY, Row, facts, line, lot
from .test_proofs import again, solving

WIN = {"strategy": Strategy.WIN}
FENCED = api.Policy(time_fence=TimeFencePolicy(days=5))


def told(given: Facts, policy: api.Policy | None = None) -> tuple[api.Solved, Explanation]:
    problem = api.intake(given, policy or api.Policy())
    solved = api.solve(problem)
    rows = [(c.columns, c.rows) for c in solved.solution.contradictions]
    explained = explain(
        problem, solved.model, solved.decision, solving=solving(solved), contradictions=rows
    )
    return solved, explained


def conflict_of(given: Facts, policy: api.Policy | None = None) -> Conflict:
    _, explanation = told(given, policy)
    assert explanation.conflict is not None
    assert explanation.conflict.minimal
    return explanation.conflict


HARD = {"id": "K", "customer": "D", "floor_quantity": 20, "hard": True}
PAIRS: dict[str, tuple[dict[str, list[Row]], set[str]]] = {
    "a lock and a win": (
        {"lines": [line("L", 20, locked_quantity=15), line("M", 20, **WIN)]},
        {"lock", "strategy"},
    ),
    "two locks": (
        {"lines": [line("L", 20, locked_quantity=15), line("M", 20, locked_quantity=16)]},
        {"lock"},
    ),
    "a lock and a hard floor": (
        {
            "lines": [line("L", 20, locked_quantity=15), line("M", 20, customer="D")],
            "contracts": [HARD],
        },
        {"lock", "contract_floor"},
    ),
    "a lock and a fence": (
        {"lines": [line("L", 20, locked_quantity=15), line("M", 20, previous_quantity=16)]},
        {"lock", "time_fence"},
    ),
    "a win and a quota": (
        {
            "lines": [line("L", 20, customer="C", **WIN)],
            "quotas": [{"id": "Q", "customer": "C", "cap_quantity": 8}],
        },
        {"strategy", "quota"},
    ),
    "a lock and a strategy of the same line": (
        {"lines": [line("L", 20, locked_quantity=5, strategy=Strategy.LOSE)]},
        {"lock", "strategy"},
    ),
    "a lock and ship-complete": (
        {"lines": [line("L", 20, locked_quantity=5, ship_complete=True)]},
        {"lock", "ship_complete"},
    ),
    "two wins": ({"lines": [line("L", 20, **WIN), line("M", 20, **WIN)]}, {"strategy"}),
    "a fence and a strategy of the same line": (
        {"lines": [line("L", 20, previous_quantity=16, strategy=Strategy.LOSE)]},
        {"time_fence", "strategy"},
    ),
    "a fence and a win": (
        {"lines": [line("L", 20, previous_quantity=16), line("M", 20, **WIN)]},
        {"time_fence", "strategy"},
    ),
    "two fences": (
        {"lines": [line(name, 20, previous_quantity=16) for name in "LM"]},
        {"time_fence"},
    ),
    "a fence and a hard floor": (
        {
            "lines": [line("L", 20, previous_quantity=16), line("M", 20, customer="D")],
            "contracts": [HARD],
        },
        {"time_fence", "contract_floor"},
    ),
    "a win and a hard floor": (
        {"lines": [line("L", 20, **WIN), line("M", 20, customer="D")], "contracts": [HARD]},
        {"strategy", "contract_floor"},
    ),
    "two hard floors": (
        {
            "lines": [line("L", 20, customer="C"), line("M", 20, customer="D")],
            "contracts": [HARD, HARD | {"id": "J", "customer": "C"}],
        },
        {"contract_floor"},
    ),
    "a hard floor and a cap": (
        {
            "lines": [line("M", 30, customer="D")],
            "contracts": [HARD, {"id": "J", "product": "P", "cap_quantity": 12}],
        },
        {"contract_floor", "contract_cap"},
    ),
    "a hard floor and a quota": (
        {
            "lines": [line("M", 30, customer="D")],
            "contracts": [HARD],
            "quotas": [{"id": "Q", "product": "P", "cap_quantity": 12}],
        },
        {"contract_floor", "quota"},
    ),
    "a hard floor and a protection": (
        {
            "lines": [line("M", 30, customer="D")],
            "contracts": [HARD],
            "protections": [{"id": "R", "product": "P", "quantity": 18, "group_customer": "C"}],
        },
        {"contract_floor", "protection"},
    ),
    "a gain and credit": (
        {
            "lines": [
                line(
                    "L",
                    20,
                    customer="C",
                    previous_quantity=12,
                    strategy=Strategy.GAIN,
                    requested_day=TODAY + 90,
                )
            ],
            "customers": [{"id": "C", "credit_micros": 70 * MICROS}, {"id": "D"}],
        },
        {"strategy", "credit"},
    ),
    "a win and capacity": (
        {
            "lines": [line("L", 20, **WIN)],
            "resources": [{"location": "DC-1", "resource": "picks", "capacity_micros": 9 * MICROS}],
            "usages": [{"product": "P", "resource": "picks", "usage_micros": MICROS}],
        },
        {"strategy", "capacity"},
    ),
    "a win and a limit on sources": (
        {"lines": [line("L", 40, max_sources=1, **WIN)]},
        {"strategy", "sources"},
    ),
    "a lock and a minimum fill": (
        {"lines": [line("L", 20, locked_quantity=5, min_fill_rate=0.5)]},
        {"lock", "min_fill"},
    ),
    "a lock and a delivery group": (
        {
            "lines": [
                line("L", 20, locked_quantity=5, delivery_group="G"),
                line("M", 5, delivery_group="G"),
            ]
        },
        {"lock", "delivery_group"},
    ),
    "a lock beyond all stock": ({"lines": [line("L", 90, locked_quantity=80)]}, {"lock"}),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_rules_that_clash_are_named(name: str) -> None:
    rows, families = PAIRS[name]
    lots = [lot("S", 30)]
    if "sources" in families:
        lots.append(lot("T", 20, location="DC-2"))
    customers = {"customers": [{"id": "C"}, {"id": "D"}]} | rows
    solved, explanation = told(facts(lots=lots, **customers), FENCED)
    found = explanation.conflict
    assert found is not None
    assert {r.family for r in found.rules} == families
    assert_minimal(solved, found)
    assert_the_way_out_is_cheapest(solved, found)


def test_what_gives_way_is_as_little_as_can_be() -> None:
    lines = [line("L", 20, locked_quantity=15), line("M", 20, **WIN)]
    found = conflict_of(facts(lines=lines, lots=[lot("S", 30)]))
    assert sum(r.amount for r in found.relaxations) == 5
    assert found.lines == ("L", "M")


def test_a_locked_line_without_any_stock_is_its_own_conflict() -> None:
    found = conflict_of(facts(lines=[line("L", 20, locked_quantity=15)], lots=[lot("S", 0)]))
    assert [(r.family, r.key) for r in found.rules] == [("lock", "L")]
    assert [r.amount for r in found.relaxations] == [15]


def test_what_the_conflict_does_not_touch_is_decided() -> None:
    lines = [line("L", 20, locked_quantity=15), line("M", 20, **WIN), line("N", 5, product="Q")]
    solved, explanation = told(facts(lines=lines, lots=[lot("S", 30), lot("T", 9, product="Q")]))
    assert explanation.conflict is not None
    assert explanation.conflict.lines == ("L", "M")
    assert solved.decision.plan is not None
    assert solved.decision.plan.per_line().tolist() == [0, 0, 5]


@settings(max_examples=60)
@given(cycles())
def test_dropping_any_rule_of_the_set_restores_feasibility(drawn: Drawn) -> None:
    solved, explanation = told(drawn.facts(), drawn.policy)
    found = explanation.conflict
    if found is None:
        return
    assert_minimal(solved, found)


def assert_minimal(solved: api.Solved, found: Conflict) -> None:
    """Infeasible together; feasible without any one; and no physics among them."""
    first = solved.solution.contradictions[0]
    assert found.minimal
    assert not {r.family for r in found.rules} & {"supply", "demand", "lot_size", "flow"}
    worded = {id_of(solved, row): row for row in first.rows.tolist()}
    members = [worded[rule.family, rule.leaf, rule.key] for rule in found.rules]
    rules = [row for row in worded.values() if row not in members]
    assert not feasible(solved, first, rules)
    for member in members:
        assert feasible(solved, first, [*rules, member])


def id_of(solved: api.Solved, row: int) -> tuple[Any, ...]:
    block, key = solved.model.row_block(row)
    if block.kind is RowKind.LINK or block.family in ("supply", "demand"):
        return ("", row, "")
    words = family_named(block.family).words(solved.problem, block.name, key)
    return (block.family, words.leaf, words.key)


def feasible(solved: api.Solved, part: Any, dropped: list[int]) -> bool:
    """The component without the rules dropped (what is no rule stays)."""
    whole = cut(solved.model, part.columns, part.rows)
    kinds = {row: id_of(solved, row)[0] for row in dropped}
    gone = np.isin(part.rows, [row for row in dropped if kinds[row]])
    model = whole.model
    loose = replace(
        model,
        row_lower=np.where(gone, -np.inf, model.row_lower),
        row_upper=np.where(gone, np.inf, model.row_upper),
    )
    return again(loose).x is not None


def assert_the_way_out_is_cheapest(solved: api.Solved, found: Conflict) -> None:
    """The rules relaxed as told can be kept; by one unit less of any of them, they cannot."""
    first = solved.solution.contradictions[0]
    amounts = {(r.rule.family, r.rule.leaf, r.rule.key): r.amount for r in found.relaxations}
    assert amounts
    assert kept_within(solved, first, amounts)
    for rule in amounts:
        assert not kept_within(solved, first, amounts | {rule: amounts[rule] - 1})


def kept_within(solved: api.Solved, part: Any, amounts: dict[tuple[Any, ...], int]) -> bool:
    """Whether the component can be kept where these rules give way by at most these units."""
    model = cut(solved.model, part.columns, part.rows).model
    give = np.array([amounts.get(id_of(solved, row), 0) for row in part.rows.tolist()])
    loose = replace(model, row_lower=model.row_lower - give, row_upper=model.row_upper + give)
    return again(loose).x is not None


LINES = st.lists(
    st.tuples(
        st.integers(1, 6),  # asked
        st.integers(1, 4),  # price
        st.sampled_from(["lock", "win", "skip"]),
        st.integers(0, 6),  # how much of it is held
    ),
    min_size=2,
    max_size=3,
)


@settings(max_examples=40)
@given(LINES, st.integers(0, 8))
def test_no_cheaper_way_out_exists(drawn: list[tuple[int, int, str, int]], stock: int) -> None:
    rows, held = [], []
    for number, (asked, price, rule, wanted) in enumerate(drawn):
        units = min(asked, wanted)
        held_by: dict[str, Row] = {
            "lock": {"locked_quantity": units},
            "win": WIN,
            "skip": {"previous_quantity": units, "strategy": Strategy.SKIP},
        }
        says = held_by[rule]
        rows.append(line(f"L{number}", asked, unit_price_micros=price * MICROS, **says))
        held.append(asked if rule == "win" else units)
    _, explanation = told(facts(lines=rows, lots=[lot("S", stock)]))
    every = product(*(range(asked + 1) for asked, *_ in drawn))
    least = min(
        sum(abs(given - must) * d[1] for given, must, d in zip(plan, held, drawn, strict=True))
        for plan in every
        if sum(plan) <= stock
    )
    found = explanation.conflict
    prices = {f"L{n}": d[1] for n, d in enumerate(drawn)}
    paid = sum(r.amount * prices[r.rule.key] for r in found.relaxations) if found else 0
    assert paid == least


def test_the_sentence_is_a_planners() -> None:
    lines = [
        line("SO-1", 30, **WIN),
        line("SO-2", 20, locked_quantity=10, unit_price_micros=99 * MICROS),
    ]
    found = conflict_of(facts(lines=lines, lots=[lot("S", 35)]))
    assert found.sentence == (
        "SO-1 is to be filled in full (WIN, 30) and SO-2 keeps 10 (locked): DC-1 has 35 of P. "
        "Cheapest way out: SO-1 gets 25 instead of 30."
    )


def test_stock_is_not_blamed_where_rules_clash_by_themselves() -> None:
    lines = [line("SO-1", 20, locked_quantity=5, strategy=Strategy.LOSE)]
    found = conflict_of(facts(lines=lines, lots=[lot("S", 35)]))
    assert found.sentence.startswith(
        "SO-1 keeps 5 (locked) and SO-1 gives up what it had (LOSE): that cannot be. "
    )


def test_a_pack_that_does_not_fit_is_told_as_a_fact() -> None:
    found = conflict_of(
        facts(lines=[line("L", 20, locked_quantity=7, pack=5)], lots=[lot("S", 35)])
    )
    assert [r.family for r in found.rules] == ["lock"]
    assert "line L is served in packs of 5" in found.sentence
    assert found.sentence.endswith("L gets 5 instead of 7.")


def test_the_dearer_line_keeps_its_word() -> None:
    lines = [line("L", 20, **WIN), line("M", 20, unit_price_micros=11 * MICROS, **WIN)]
    found = conflict_of(facts(lines=lines, lots=[lot("S", 30)]))
    assert [(r.rule.key, r.amount) for r in found.relaxations] == [("L", 10)]


def test_words_do_not_depend_on_the_order_of_the_input() -> None:
    lines = [line("L", 20, **WIN), line("M", 20, **WIN), line("N", 20, locked_quantity=3)]
    lots = [lot("S", 30)]
    there, back = (conflict_of(facts(lines=ls, lots=lots)) for ls in (lines, lines[::-1]))
    assert there == back


def test_without_time_nothing_is_claimed() -> None:
    problem = api.intake(
        facts(lines=[line("L", 20, **WIN), line("M", 20, **WIN)], lots=[lot("S", 30)]),
        api.Policy(),
    )
    solved = api.solve(problem)
    rows = [(c.columns, c.rows) for c in solved.solution.contradictions]
    found = conflict(problem, solved.model, rows, lambda model: Resolved(None, closed=False))
    assert found is not None
    assert not found.minimal
    assert (found.rules, found.relaxations) == ((), ())
    assert "not found out in the time given" in found.sentence
