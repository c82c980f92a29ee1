"""A run of verification ends when its seconds are over, and says what it did not come to."""

from __future__ import annotations

import os

import pytest

from fairlead_scenarios.cli.commands.verify_explanations import asking
from fairlead_scenarios.files.scenario import Scenario, read_scenario
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_solver.reference.process import OutOfTime, Question, Reply, _ask, ask_apart
from fairlead_verifier.trials.trial import Kind, Outcome
from fairlead_verifier.verify import Case, Effort, verify
from tests.scenarios.commands import LIBRARY, fairlead

SCENARIO = LIBRARY / "02_supply_short"
RAN_OUT = "the time given for all statements ran out"


@pytest.fixture(scope="module")
def case() -> Case:
    scenario = read_scenario(SCENARIO)
    return Case("", problem_of(scenario), solve_local(scenario, Asking(relative_gap=0.0)))


def test_without_any_time_left_what_needs_a_solve_is_skipped_and_says_why(case: Case) -> None:
    verdicts = verify([case], Effort(together=0.0))
    skipped = {v.statement.kind for v in verdicts if v.outcome is Outcome.SKIPPED}
    assert {v.note for v in verdicts if v.outcome is Outcome.SKIPPED} == {RAN_OUT}
    assert {Kind.STATUS, Kind.PROVEN, Kind.FIX, Kind.MARGINAL} <= skipped
    held = {v.statement.kind for v in verdicts if v.outcome is Outcome.HELD}
    assert {Kind.WATERFALL, Kind.COMPETITOR, Kind.SENTENCE, Kind.LIMIT} <= held
    assert {v.outcome for v in verdicts} == {Outcome.HELD, Outcome.SKIPPED}


def test_with_time_enough_a_budget_changes_nothing(case: Case) -> None:
    assert verify([case], Effort(together=3600.0)) == verify([case])


def test_questions_are_answered_in_order_until_their_seconds_are_over(case: Case) -> None:
    question = Question(case.problem.facts, case.problem.policy, "highs", 0.0, None)
    (late,) = ask_apart([question], seconds=0.0)
    (answered,) = ask_apart([question], seconds=3600.0)
    assert isinstance(late, OutOfTime) and isinstance(answered, Reply)


def test_bug_questions_for_a_process_that_has_ended_are_dropped() -> None:
    """What waits to be written is not written again when the pipe is closed."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as stdin:
        _ask(stdin, [])
        assert stdin.closed


@pytest.mark.parametrize(
    ("lines", "asked", "gap"), [(500, None, 0.0), (501, None, None), (501, 0.0, 0.0), (9, 0.5, 0.5)]
)
def test_a_large_scenario_is_not_decided_to_the_end_unless_that_is_asked_for(
    lines: int, asked: float | None, gap: float | None
) -> None:
    recipe = Recipe.of({"lines": lines})
    scenario = Scenario("recipe", recipe.cycle(), recipe.policy())
    wanted = asking(scenario, asked, 60.0)
    assert (wanted.relative_gap, wanted.time_limit_seconds) == (gap, 60.0)


def test_the_command_takes_a_budget() -> None:
    done = fairlead("verify-explanations", SCENARIO, "--budget", "0")
    assert done.exit_code == 0, done.output
    assert f"skipped: {RAN_OUT}" in done.stdout
