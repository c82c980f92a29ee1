"""Rows that break a rule on the command line, and what stands above the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scenarios.commands import fairlead

CYCLE = """\
cycle_date: 2026-11-24
lots:
  - {id: AMERICAS, product: SHIRT, location: AMERICAS, quantity: -4}
  - {id: DEFAULT, product: SHIRT, location: DEFAULT, quantity: 3}
lines:
  - {id: SO-1, product: SHIRT, quantity: 3, unit_price: 9.00}
  - {id: SO-3, product: SHIRT, quantity: 0, unit_price: 9.00}
"""


def _file(folder: Path, text: str = CYCLE) -> Path:
    file = folder / "cycle.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_are_refused_unless_it_is_asked_to_leave_them_out(tmp_path: Path) -> None:
    refused = fairlead("solve", _file(tmp_path))
    assert refused.exit_code == 2
    assert "cycle.yaml:3:" in refused.stderr and "'-4' is not between 0 and" in refused.stderr
    wrong = fairlead("solve", _file(tmp_path), "--intake", "ignore")
    assert wrong.exit_code == 2 and "'ignore' is not one of refuse, quarantine" in wrong.stderr


def test_what_is_left_out_stands_above_the_figures_of_every_view(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = fairlead("solve", _file(tmp_path), "--intake", "quarantine", "--out", out)
    assert done.exit_code == 0, done.output
    page = (out / "report.html").read_text(encoding="utf-8")
    for view, figures in ((done.stdout, "given"), (page, "in full")):
        assert view.index("2 rows are left out") < view.index(figures)
        assert "AMERICAS" in view and "SO-3" in view
    decision = json.loads((out / "decision.json").read_text(encoding="utf-8"))
    assert decision["quarantinedCount"] == "2"
    assert [found["id"] for found in decision["quarantined"]] == ["AMERICAS", "SO-3"]
    checked = fairlead("check", out / "decision.json", "--cycle", _file(tmp_path))
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize("command", ["explain", "check", "verify-explanations", "export-mps"])
def test_every_command_that_reads_a_scenario_can_leave_rows_out(
    tmp_path: Path, command: str
) -> None:
    more = ("--out", tmp_path / "model.mps") if command == "export-mps" else ()
    refused = fairlead(command, _file(tmp_path), *more)
    assert refused.exit_code == 2 and "'-4' is not between 0 and" in refused.stderr
    done = fairlead(command, _file(tmp_path), *more, "--intake", "quarantine")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("command", ["explain", "verify-explanations"])
def test_a_decision_with_rows_left_out_is_held_to_its_own_cycle(
    tmp_path: Path, command: str
) -> None:
    out = tmp_path / "out"
    fairlead("solve", _file(tmp_path), "--intake", "quarantine", "--out", out)
    done = fairlead(command, out / "decision.json", "--cycle", _file(tmp_path))
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    "name", ["lots.csv", "cycle.csv", "recipe.yaml", "policy.yml", "cycle.json", "stock.xlsx"]
)
def test_bug_a_file_that_is_not_read_beside_the_cycle_is_an_error(
    tmp_path: Path, name: str
) -> None:
    _file(tmp_path, CYCLE.replace("-4", "4").replace("quantity: 0", "quantity: 1"))
    assert fairlead("solve", tmp_path).exit_code == 0
    (tmp_path / name).write_text("id\n", encoding="utf-8")
    refused = fairlead("solve", tmp_path)
    assert refused.exit_code == 2
    assert f"{name}" in refused.stderr and "is not read beside" in refused.stderr


def test_what_a_solve_wrote_into_the_folder_is_no_input(tmp_path: Path) -> None:
    _file(tmp_path, CYCLE.replace("-4", "4").replace("quantity: 0", "quantity: 1"))
    for _ in range(2):
        done = fairlead("solve", tmp_path, "--out", tmp_path)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "lines.csv").exists()


def test_a_cycle_without_any_price_says_so_above_the_figures(tmp_path: Path) -> None:
    text = CYCLE.replace(", unit_price: 9.00", "").replace("-4", "4")
    text = text.replace("quantity: 0", "quantity: 2")
    out = tmp_path / "out"
    done = fairlead("solve", _file(tmp_path, text), "--out", out)
    page = (out / "report.html").read_text(encoding="utf-8")
    for view, figures in ((done.stdout, "given"), (page, "in full")):
        assert view.index("no line has a price") < view.index(figures)
    assert "no line has a price" in (out / "decision.json").read_text(encoding="utf-8")
