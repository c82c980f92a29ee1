"""A rule is one file: registered, it is decided, reasoned with, listed, remedied and checked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest

from fairlead_solver.allocation.decision.decide import breaches
from fairlead_solver.allocation.explain.vocabulary.values import Certainty, Reason, Rule
from fairlead_solver.allocation.rules import families
from fairlead_solver.allocation.rules.explanation import FixKind, ReasonCode
from fairlead_solver.allocation.rules.family import Family
from fairlead_solver.allocation.rules.plan import Plan
from fairlead_solver.api import allocation as api
from tests.solver.explain import toy_rule
from tests.solver.explain.cases import Row, Told, facts, line, lot

RULE = Rule("toy", "L", "toy.most")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toy rule among the rules of allocation, for the length of a test."""
    toy = cast(Family, sys.modules[toy_rule.__name__])
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, toy))
    yield


def explained(lines: list[Row], lots: list[Row]) -> Told:
    """A cycle solved exactly, and explained by solving parts of it again."""
    problem = api.intake(facts(lines=lines, lots=lots), api.Policy())
    solved = api.solve(problem, api.Options(relative_gap=0.0))
    return Told(solved, api.explain(solved))


@pytest.fixture
def biting() -> Told:
    """A line asks for 10, and there are 30."""
    return explained([line("L", 10), line("M", 5)], [lot("S", 30)])


def test_the_rule_is_decided(biting: Told) -> None:
    plan = biting.solved.decision.plan
    assert plan is not None and plan.per_line().tolist() == [7, 5]


def test_the_rule_is_the_reason(biting: Told) -> None:
    assert biting.story("L").reasons == (Reason(ReasonCode.RULE, 3, Certainty.EXACT, RULE),)
    assert "L may have 7, and has no room for more" in biting.story("L").sentence


def test_the_rule_binds_and_one_step_more_of_it_is_worth_something(biting: Told) -> None:
    (binding,) = biting.explanation.binding
    assert (binding.rule, binding.limit, binding.use, binding.slack) == (RULE, 7, 7, 0)
    assert binding.marginal_up is not None and binding.marginal_up.value_micros > 0


def test_the_rule_is_waived_to_fill_the_line(biting: Told) -> None:
    fix = biting.story("L").fix
    assert fix is not None
    assert (fix.kind, fix.rule) == (FixKind.WAIVE_RULE, RULE)
    assert fix.effect.quantity == 10 and "let L have more than 7" in fix.sentence


def test_a_plan_that_breaks_the_rule_fails_the_check(biting: Told) -> None:
    plan = biting.solved.decision.plan
    assert plan is not None
    assert not breaches(plan)
    more = Plan(plan.problem, plan.packs + (np.arange(len(plan.packs)) == 0))
    assert [(b.family, b.limit, b.use) for b in breaches(more)] == [("toy", 7, 8)]


def test_the_rule_is_silent_where_no_line_asks_for_more() -> None:
    silent = explained([line("L", 7)], [lot("S", 5)])
    assert ReasonCode.RULE not in [r.code for r in silent.story("L").reasons]
    assert "toy" not in {b.rule.family for b in silent.explanation.binding}
