"""Random small cycles: the families on OR-Tools and the reference on HiGHS decide the same.

The cycles are drawn first (the same in every run) and sent to one reference process together. A
failure prints the cycle as rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fairlead_solver.api.allocation import (
    Engine,
    EngineError,
    Options,
    Solved,
    check,
    intake,
    objective_terms,
    solve,
)
from fairlead_solver.reference.process import ReferenceAnswer, solve_all_apart
from fairlead_solver.tables import Ints
from tests.strategies import Drawn, Rule, cycles

EXACT = Options(relative_gap=0.0)
RELATIVE = 1e-6
MICROS = 1_000_000
ALONE, MIXED = 20, 150


@dataclass(frozen=True)
class Pair:
    """One cycle with both answers."""

    drawn: Drawn
    ours: Solved
    theirs: ReferenceAnswer


def drawn_cycles(strategy: st.SearchStrategy[Drawn], count: int) -> list[Drawn]:
    """The first `count` examples of a strategy, the same in every run."""
    found: list[Drawn] = []

    @settings(
        max_examples=count, phases=[Phase.generate], derandomize=True, database=None, deadline=None
    )
    @given(strategy)
    def collect(drawn: Drawn) -> None:
        found.append(drawn)

    collect()
    return found


def solved_by_both(drawn: Sequence[Drawn]) -> list[Pair]:
    """Both answers to each cycle."""
    problems = [intake(d.facts(), d.policy) for d in drawn]
    theirs = solve_all_apart(problems, "highs")
    return [
        Pair(d, solve(p, EXACT), answer)
        for d, p, answer in zip(drawn, problems, theirs, strict=True)
    ]


def assert_same(pair: Pair) -> None:
    """Status, objective and, under strict tiers, each tier's value; both plans keep every rule."""
    problem, decision = pair.ours.problem, pair.ours.decision
    assert decision.status.value == pair.theirs.status.value, pair.drawn
    if pair.theirs.packs is None:
        return  # ours may still hold a plan of the parts without a conflict
    assert decision.plan is not None, pair.drawn
    ours, theirs = decision.objective_micros, pair.theirs.objective_micros
    assert ours is not None and theirs is not None
    assert abs(ours - theirs) <= RELATIVE * max(MICROS, abs(theirs)), (ours, theirs, pair.drawn)
    for packs in (decision.plan.packs, pair.theirs.packs):
        assert check(problem, packs) == [], pair.drawn
    assert sum(decision.terms.values()) == ours, pair.drawn
    # both price the same plan alike, but for the last micro-unit of each rounded rate
    priced = sum(objective_terms(problem, pair.theirs.packs).values())
    assert abs(priced - theirs) <= RELATIVE * max(MICROS, abs(theirs)), pair.drawn
    if Rule.STRICT_TIERS in pair.drawn.rules:
        tiers = [tier_values(pair.ours, p) for p in (decision.plan.packs, pair.theirs.packs)]
        assert tiers[0] == tiers[1], pair.drawn


def tier_values(solved: Solved, packs: Ints) -> list[int]:
    """Filled value per tier, in micro-units."""
    line, arcs = solved.problem.line, solved.problem.arcs
    value = line.value_micros[arcs.line] * arcs.pack * packs
    totals = np.zeros(len(solved.problem.policy.tiers), dtype=np.int64)
    np.add.at(totals, line.tier[arcs.line], value)
    return [int(t) for t in totals]


@pytest.fixture(scope="module")
def alone() -> list[Pair]:
    """Both answers to every rule's own cycles, asked of one process."""
    return solved_by_both([d for rule in Rule for d in drawn_cycles(cycles(rule), ALONE)])


@pytest.mark.parametrize("rule", Rule)
def test_each_rule_alone_agrees_with_the_reference(alone: list[Pair], rule: Rule) -> None:
    pairs = [pair for pair in alone if pair.drawn.rules == {rule}]
    assert len(pairs) >= ALONE // 2
    for pair in pairs:
        assert_same(pair)


def test_mixed_rules_agree_with_the_reference() -> None:
    for pair in solved_by_both(drawn_cycles(cycles(), MIXED)):
        assert_same(pair)


@pytest.mark.parametrize("engine", Engine)
def test_every_engine_keeps_the_gap_and_a_true_bound(engine: Engine) -> None:
    drawn = drawn_cycles(cycles(), 60)
    problems = [intake(d.facts(), d.policy) for d in drawn]
    for d, problem, theirs in zip(drawn, problems, solve_all_apart(problems), strict=True):
        options = Options(engine=engine)
        try:
            decision = solve(problem, options).decision
        except EngineError:
            assert engine is Engine.CP_SAT, d  # it says so where it cannot take a model
            continue
        assert decision.status.value == theirs.status.value, d
        best = theirs.objective_micros
        if best is None:
            continue
        assert decision.objective_micros is not None and decision.bound_micros is not None
        noise = RELATIVE * max(MICROS, abs(best))
        short = best - decision.objective_micros
        assert short <= options.relative_gap * abs(best) + noise, d
        assert decision.bound_micros >= best - noise, d


@pytest.mark.slow
def test_many_more_mixed_rules_agree_with_the_reference() -> None:
    for pair in solved_by_both(drawn_cycles(cycles(), 12 * MIXED)):
        assert_same(pair)


@given(cycles(), st.integers(0, 2**16))
@settings(max_examples=60)
def test_the_decision_does_not_depend_on_the_order_of_rows(drawn: Drawn, seed: int) -> None:
    given_order = intake(drawn.facts(), drawn.policy)
    shuffled = intake(drawn.shuffled(seed).facts(), drawn.policy)
    assert given_order.digest == shuffled.digest
    assert solve(given_order, EXACT).decision.digest == solve(shuffled, EXACT).decision.digest
