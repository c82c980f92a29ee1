"""Fixes of cases seen: they name who really loses, by the least that does."""

from __future__ import annotations

from pathlib import Path

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead.v1.fix_pb2 import FIX_AMOUNT_LEAST
from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_verifier.trials.trial import Outcome
from fairlead_verifier.verify import Case, verify

CASES = Path(__file__).parent


def decided(name: str) -> Case:
    """A case, decided to a closed gap and explained."""
    scenario = read_scenario(CASES / name)
    return Case(name, problem_of(scenario), solve_local(scenario, Asking(relative_gap=0.0)))


def fix_of(decision: decision_pb2.Decision, line: str) -> explanation_pb2.Fix:
    (found,) = (one.explanation for one in decision.lines if one.line == line)
    assert found.HasField("fix")
    return found.fix


def test_bug_filling_is_not_monotone_and_the_least_fix_is_found_all_the_same() -> None:
    """33: two minutes more fill L8, three or four do not, for then L6 takes one more of its own."""
    case = decided("33_fix_not_least")
    fix = fix_of(case.decision, "L8")
    assert (fix.amount, list(fix.losers)) == (2_000_000, [])
    assert fix.effect.how_much == FIX_AMOUNT_LEAST
    assert not [v for v in verify([case]) if v.outcome is Outcome.FAILED]
