"""The scenario library: the reference reaches the same objective for every cycle in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.local import problem_of
from fairlead_solver.api.allocation import Options, Problem, Status, solve
from fairlead_solver.reference.process import ReferenceAnswer, solve_all_apart

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
LARGE = "25_distributor"
RELATIVE = 1e-6
MICROS = 1_000_000


def assert_same(problem: Problem, theirs: ReferenceAnswer, gap: float) -> None:
    """Same status; objectives no further apart than the gap allows."""
    ours = solve(problem, Options(relative_gap=gap)).decision
    assert ours.status.value == theirs.status.value
    if ours.status is not Status.INFEASIBLE:
        assert ours.objective_micros is not None and theirs.objective_micros is not None
        apart = abs(ours.objective_micros - theirs.objective_micros)
        assert apart <= max(gap, RELATIVE) * max(MICROS, abs(theirs.objective_micros))


def test_the_library_agrees_with_the_reference() -> None:
    folders = sorted(p for p in LIBRARY.iterdir() if p.is_dir() and p.name != LARGE)
    assert len(folders) >= 12
    problems = [problem_of(read_scenario(folder)) for folder in folders]
    for problem, theirs in zip(problems, solve_all_apart(problems), strict=True):
        assert_same(problem, theirs, 0.0)


@pytest.mark.slow
def test_the_scenario_of_distributor_size_agrees_with_the_reference() -> None:
    problem = problem_of(read_scenario(LIBRARY / LARGE))
    gap = 1e-5
    assert_same(problem, solve_all_apart([problem], gap=gap)[0], gap)
