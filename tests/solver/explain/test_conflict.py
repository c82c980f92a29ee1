"""Conflicts: the set is minimal, the way out is the cheapest, the rest is decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from fairlead_solver import api
from fairlead_solver.allocation.explain import Explanation, explain
from fairlead_solver.allocation.explain.case import family_named
from fairlead_solver.allocation.explain.conflict import cut
from fairlead_solver.allocation.explain.values import Conflict
from fairlead_solver.allocation.facts import Facts, Strategy
from fairlead_solver.allocation.families.time_fence import TimeFencePolicy
from fairlead_solver.model.draft import RowKind
from tests.strategies import Drawn, cycles

from .cases import Row, facts, line, lot
from .test_proofs import resolve

WIN = {"strategy": Strategy.WIN}
FENCED = api.Policy(time_fence=TimeFencePolicy(days=5))


def told(given: Facts, policy: api.Policy | None = None) -> tuple[api.Solved, Explanation]:
    problem = api.intake(given, policy or api.Policy())
    solved = api.solve(problem)
    rows = [(c.columns, c.rows) for c in solved.solution.contradictions]
    explained = explain(
        problem, solved.model, solved.decision, resolve=resolve, contradictions=rows
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
    "a lock beyond all stock": ({"lines": [line("L", 90, locked_quantity=80)]}, {"lock"}),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_rules_that_clash_are_named(name: str) -> None:
    rows, families = PAIRS[name]
    found = conflict_of(facts(lots=[lot("S", 30)], **rows), FENCED)
    assert {r.family for r in found.rules} == families


def test_what_gives_way_is_as_little_as_can_be() -> None:
    lines = [line("L", 20, locked_quantity=15), line("M", 20, **WIN)]
    found = conflict_of(facts(lines=lines, lots=[lot("S", 30)]))
    assert sum(r.amount for r in found.relaxations) == 5
    assert found.lines == ("L", "M")


def test_a_locked_line_without_any_stock_is_its_own_conflict() -> None:
    found = conflict_of(facts(lines=[line("L", 20, locked_quantity=15)]))
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
    first = solved.solution.contradictions[0]
    assert found.minimal
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
    return resolve(loose).x is not None
