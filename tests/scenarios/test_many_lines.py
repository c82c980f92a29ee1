"""Decisions of many lines stay in columns, and cycles that memory cannot hold are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import json_format

from fairlead.v1.allocation_service_pb2 import SolveAllocationResponse
from fairlead.v1.decision_pb2 import Decision
from fairlead_scenarios.files import decision_file
from fairlead_scenarios.files.decision_file import Decided, Shortest, read_columns_file
from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.decision_check import faults_of
from fairlead_scenarios.running.local import problem_of
from fairlead_scenarios.running.memory_check import ExceedsMemory, check_memory
from fairlead_solver.api.allocation import Facts
from tests.scenarios.commands import LIBRARY, fairlead
from tests.serving import running_server

CYCLE = LIBRARY / "25_distributor"


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines are many already."""
    monkeypatch.setattr(decision_file, "MANY_LINES", 1)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same cycle decided with its lines as rows, and what was shown."""
    folder = tmp_path_factory.mktemp("rows")
    shown = fairlead("solve", CYCLE, "--out", folder).stdout
    (folder / "shown.txt").write_text(shown, encoding="utf-8")
    return folder


def untimed(decision: Decision) -> Decision:
    """Without what differs from run to run."""
    decision.solve.ClearField("total_duration")
    decision.solve.ClearField("phases")
    return decision


def written(folder: Path) -> Decided:
    """The decision in columns of a folder."""
    found = read_columns_file(folder / "decision.binpb")
    assert found is not None
    return found


@pytest.mark.usefixtures("many")
def test_many_lines_are_written_in_columns_and_say_what_rows_say(
    tmp_path: Path, rows: Path
) -> None:
    shown = fairlead("solve", CYCLE, "--out", tmp_path).stdout
    assert shown == (rows / "shown.txt").read_text(encoding="utf-8")
    assert not (tmp_path / "decision.json").exists()
    for name in ("lines.csv", "report.html"):
        assert (tmp_path / name).read_text() == (rows / name).read_text()
    there = json_format.Parse((rows / "decision.json").read_text(), Decision())
    assert untimed(written(tmp_path).in_rows()) == untimed(there)


@pytest.mark.usefixtures("many")
def test_many_lines_are_shown_as_few_are(rows: Path) -> None:
    assert fairlead("solve", CYCLE).stdout == (rows / "shown.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("many")
def test_a_decision_in_columns_is_checked_against_its_cycle(tmp_path: Path) -> None:
    fairlead("solve", CYCLE, "--out", tmp_path)
    file = tmp_path / "decision.binpb"
    done = fairlead("check", file, "--cycle", CYCLE)
    assert (done.exit_code, "every sum exact" in done.stdout) == (0, True)
    assert fairlead("check", file).exit_code == 2
    response = SolveAllocationResponse.FromString(file.read_bytes())
    response.line_columns[0].sources.quantity[0] += 1
    response.line_columns[0].waterfall.given_units[1] += 3
    file.write_bytes(response.SerializeToString())
    done = fairlead("check", file, "--cycle", CYCLE)
    assert done.exit_code == 1
    assert "confirmed_quantity" in done.stdout and "waterfall.given" in done.stdout


@pytest.mark.usefixtures("many")
def test_the_statements_of_a_decision_in_columns_are_verified(tmp_path: Path) -> None:
    cycle = LIBRARY / "02_supply_short"
    fairlead("solve", cycle, "--out", tmp_path)
    file = tmp_path / "decision.binpb"
    done = fairlead("verify-explanations", file, "--cycle", cycle)
    assert done.exit_code == 0, done.output
    assert "proven reason" in done.stdout
    assert fairlead("verify-explanations", file).exit_code == 2
    response = SolveAllocationResponse.FromString(file.read_bytes())
    response.line_columns[0].competitors.units[0] += 1
    file.write_bytes(response.SerializeToString())
    done = fairlead("verify-explanations", file, "--cycle", cycle)
    assert done.exit_code == 1
    assert "FAILED" in done.stdout and "out of this line's reach" in done.stdout


def test_lines_that_are_missing_are_told(tmp_path: Path, rows: Path) -> None:
    decision = json_format.Parse((rows / "decision.json").read_text(), Decision())
    some = decision.lines[1:]
    found = faults_of(problem_of(read_scenario(CYCLE)), decision, some)
    assert f"the {len(decision.lines)} lines of the cycle" in [f.rule for f in found]


@pytest.mark.usefixtures("many")
def test_many_lines_are_not_printed_as_json() -> None:
    done = fairlead("solve", CYCLE, "--json")
    assert done.exit_code == 2
    assert "--json" in done.stderr


@pytest.mark.usefixtures("many")
def test_a_server_s_many_lines_stay_in_columns_too(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairlead_scenarios.running.remote.INLINE_ROWS", 1)
    with running_server(tmp_path) as server:
        out = ("--out", tmp_path / "out")
        assert fairlead("solve", CYCLE, "--server", server.calls, *out).exit_code == 0
    assert (tmp_path / "out" / "lines.csv").read_text() == (rows / "lines.csv").read_text()
    assert written(tmp_path / "out").message.name.startswith("tenants/default/decisions/")


def test_a_file_of_something_else_is_no_decision(tmp_path: Path) -> None:
    cycle = tmp_path / "cycle.binpb"
    cycle.write_bytes(read_scenario(CYCLE).cycle.SerializeToString())
    assert read_columns_file(cycle) is None


def test_of_lines_equally_short_the_first_are_kept() -> None:
    decision = Decision()
    for name, given in (("A", 9), ("B", 4), ("C", 2), ("D", 4), ("E", 2)):
        decision.lines.add(line=name, requested_quantity=9, confirmed_quantity=given)
    shortest = Shortest(3)
    shortest.add(decision.lines[:2])
    shortest.add(decision.lines[2:])
    assert [line.line for line in shortest.beside(Decision()).lines] == ["C", "E", "B"]


def test_a_cycle_that_memory_cannot_hold_is_refused_before_it_is_solved() -> None:
    done = fairlead("solve", CYCLE, "--memory-limit", "0.1")
    assert done.exit_code == 1
    for words in ("CYCLE_EXCEEDS_MEMORY", "0.1 GiB may be used", "nothing was solved"):
        assert words in done.stderr


@pytest.mark.parametrize("limit", ["0", "0.9"])
def test_the_memory_limit_can_be_lifted_or_suffice(limit: str) -> None:
    assert fairlead("solve", CYCLE, "--memory-limit", limit).exit_code == 0


def test_without_a_limit_what_is_available_is_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = Facts(cycle_day=20_000)
    monkeypatch.setattr("fairlead_scenarios.running.memory_check.available_bytes", lambda: 10**8)
    with pytest.raises(ExceedsMemory):
        check_memory(facts, None)
    monkeypatch.setattr("fairlead_scenarios.running.memory_check.available_bytes", lambda: 10**9)
    check_memory(facts, None)
