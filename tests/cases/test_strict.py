"""STRICT tiers, stopped: bounds stay true by tier and in money; no engine holds up another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.decision_check import faults_of
from fairlead_scenarios.running.local import problem_of
from fairlead_solver.api import allocation as api
from tests.scenarios.commands import fairlead
from tests.serving import running_server

CASES = Path(__file__).parent
STOPPED = CASES / "31_strict_false_bound"
OPTIMUM_MICROS = 1_429_121_000  # by an independent model
TIER_VALUES_MICROS = {"B": 1_855_550_000, "C": 2_600_680_000}


class Calls:
    """A budget of so many questions: it ends at the same place on any machine."""

    def __init__(self, allowed: int) -> None:
        self.left = allowed

    def remaining_seconds(self) -> float:
        self.left -= 1
        return 0.2 if self.left > 0 else 0.0

    def cancelled(self) -> bool:
        return False


@pytest.mark.parametrize("allowed", [0, 1, 2, 3, 5, 8, 13, 21])
def test_bug_a_stopped_strict_solve_has_a_bound_that_the_optimum_keeps(allowed: int) -> None:
    problem = problem_of(read_scenario(STOPPED))
    decision = api.solve(problem, api.Options(), Calls(allowed)).decision
    assert decision.status in (api.Status.FEASIBLE_LIMIT, api.Status.NO_SOLUTION_LIMIT)
    assert decision.bound_micros is not None and decision.bound_micros >= OPTIMUM_MICROS
    for goal in decision.tier_goals:
        assert goal.bound_micros >= TIER_VALUES_MICROS[goal.tier]
        assert goal.value_micros is None or goal.value_micros <= goal.bound_micros


def test_no_bound_exceeds_what_demand_alone_allows() -> None:
    problem = problem_of(read_scenario(STOPPED))
    stopped = api.solve(problem, api.Options(), Calls(0)).decision
    line = problem.line
    for goal in stopped.tier_goals:
        rank = [tier.id for tier in problem.policy.tiers].index(goal.tier)
        asked = (line.price_micros * line.quantity)[line.tier == rank].sum()
        assert goal.bound_micros <= asked


def test_bug_strict_tiers_with_credit_are_not_held_up_by_one_engine() -> None:
    done = fairlead("solve", CASES / "32_strict_engine_choice", "--json", "--time-limit", "60")
    decision = json.loads(done.stdout)
    assert decision["status"] == "DECISION_STATUS_OPTIMAL"
    assert decision["objectiveMicros"] == "1125944991"
    assert all(goal["proven"] for goal in decision["tierGoals"])
    assert set(decision["solve"]["engine"].split("+")) <= {"scip", "highs"}


def test_tiers_are_answered_by_a_server_and_checked(tmp_path: Path) -> None:
    scenario = read_scenario(STOPPED)
    with running_server(tmp_path) as server:
        file = tmp_path / "decision.json"
        done = fairlead("solve", STOPPED, "--time-limit", "1", "--json", "--server", server.calls)
        file.write_text(done.stdout, encoding="utf-8")
    from fairlead_scenarios.running.decision_check import parse_decision

    decision = parse_decision(done.stdout)
    assert [goal.tier for goal in decision.tier_goals] == ["B", "C"]
    assert decision.bound_micros >= OPTIMUM_MICROS
    assert not faults_of(problem_of(scenario), decision)
    decision.tier_goals[0].value_micros += 1
    (fault,) = faults_of(problem_of(scenario), decision)[:1]
    assert fault.path == "tier_goals[0].value_micros"


def test_the_screen_shows_each_tier_with_its_bound() -> None:
    shown = fairlead("solve", STOPPED, "--time-limit", "1").stdout
    assert "Tiers in strict order" in shown and "not proven" in shown
