"""Each pair of hard rules that can clash: the set told is theirs, minimal, with a way out."""

from __future__ import annotations

from collections import Counter

import pytest

from fairlead.v1 import decision_pb2
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_verifier.trials.trial import Kind, Outcome, Verdict
from fairlead_verifier.verify import Case, verify

from .clashes import Clash, clashes

CLASHES = {clash.scenario.name: clash for clash in clashes()}


@pytest.fixture(scope="module")
def decided() -> dict[str, decision_pb2.Decision]:
    return {name: solve_local(clash.scenario, Asking()) for name, clash in CLASHES.items()}


@pytest.fixture(scope="module")
def verdicts(decided: dict[str, decision_pb2.Decision]) -> list[Verdict]:
    """Every set and every relaxation, tried anew by the reference in one process."""
    cases = [Case(n, problem_of(CLASHES[n].scenario), d) for n, d in decided.items()]
    return verify(cases)


@pytest.mark.parametrize("clash", CLASHES.values(), ids=CLASHES)
def test_the_rules_that_clash_are_named(
    clash: Clash, decided: dict[str, decision_pb2.Decision]
) -> None:
    decision = decided[clash.scenario.name]
    assert decision.status == decision_pb2.DECISION_STATUS_INFEASIBLE
    told = decision.conflict
    assert {rule.family for rule in told.rules} == clash.families, told.sentence
    assert told.minimal and told.relaxations and told.sentence
    assert all(rule.leaf for rule in told.rules)


def test_every_set_is_minimal_and_every_way_out_is_one(verdicts: list[Verdict]) -> None:
    conflicts = [v for v in verdicts if v.statement.kind in (Kind.CONFLICT, Kind.RELAXATION)]
    assert [v for v in conflicts if v.outcome is not Outcome.HELD] == []
    held = Counter(v.scenario for v in conflicts)
    assert held.keys() == CLASHES.keys() and min(held.values()) >= 4  # alone, dropped, way, no more


def test_nothing_false_is_said_of_the_lines_of_a_conflict(verdicts: list[Verdict]) -> None:
    assert [v for v in verdicts if v.outcome is Outcome.FAILED] == []
