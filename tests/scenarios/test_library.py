"""Every folder of the library is a test: decided as expected, and every sum of it checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead_scenarios.files.expected_decision import Expected
from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.decision_check import faults_of
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_scenarios.spelling.message_reader import MICRO
from fairlead_solver.reference.process import solve_all_apart

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
FOLDERS = sorted(path for path in LIBRARY.iterdir() if path.is_dir())
ALLOWED_UNEXPLAINED = 0.005


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_scenario_is_decided_as_it_says(folder: Path, update: bool) -> None:
    scenario = read_scenario(folder)
    file = folder / "expected.yaml"
    expected = Expected.read(file) if file.exists() else Expected(status="")
    decision = solve_local(scenario, Asking(relative_gap=expected.gap))
    if update:
        fresh = Expected.of(decision, gap=expected.gap, unique=expected.unique)
        file.write_text(fresh.text(), encoding="utf-8")
        expected = Expected.read(file)
    assert not expected.differences(decision)
    assert not faults_of(problem_of(scenario), decision)
    assert _unexplained(decision) <= ALLOWED_UNEXPLAINED * max(1, len(decision.lines))


def _unexplained(decision: decision_pb2.Decision) -> int:
    """Short lines without a reason, or whose reason is that there is none."""
    none = explanation_pb2.REASON_CODE_UNEXPLAINED
    return sum(
        line.confirmed_quantity < line.requested_quantity
        and not any(reason.code != none for reason in line.explanation.reasons)
        for line in decision.lines
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_scenario_says_what_to_see(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert folder.name[:2].isdigit()


SMALL = [folder for folder in FOLDERS if not (folder / "recipe.yaml").exists()]


@pytest.mark.parametrize("engine", ["highs", "scip"])
@pytest.mark.parametrize("folder", SMALL, ids=lambda folder: folder.name)
def test_every_engine_decides_a_scenario_alike(folder: Path, engine: str) -> None:
    decision = solve_local(read_scenario(folder), Asking(engine, relative_gap=0))
    assert not Expected.read(folder / "expected.yaml").differences(decision)


def test_the_reference_finds_what_the_library_expects() -> None:
    problems = [problem_of(read_scenario(folder)) for folder in SMALL]
    for folder, answer in zip(SMALL, solve_all_apart(problems), strict=True):
        expected = Expected.read(folder / "expected.yaml")
        assert answer.status.name == expected.status, folder.name
        if answer.objective_micros is not None:
            assert expected.objective is not None
            assert answer.objective_micros == expected.objective * MICRO, folder.name
