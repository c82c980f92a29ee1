"""A case decided to the end, with every statement of its explanation tried on the reference."""

from __future__ import annotations

from pathlib import Path

from fairlead.v1 import decision_pb2
from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_verifier.trials.trial import Outcome
from fairlead_verifier.verify import Case, verify

CASES = Path(__file__).parent


def decided(case: str) -> decision_pb2.Decision:
    """The decision of a case; no statement of it fails."""
    scenario = read_scenario(CASES / case)
    decision = solve_local(scenario, Asking(relative_gap=0.0))
    verdicts = verify([Case(case, problem_of(scenario), decision)])
    assert [v for v in verdicts if v.outcome is Outcome.FAILED] == []
    return decision


def given(decision: decision_pb2.Decision) -> dict[str, int]:
    """Units of each line."""
    return {line.line: line.confirmed_quantity for line in decision.lines}


def line_of(decision: decision_pb2.Decision, name: str) -> decision_pb2.DecisionLine:
    """One line."""
    return next(line for line in decision.lines if line.line == name)
