"""Names for people: shown with the id behind them, and part of no decision."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running.local import problem_of
from tests.scenarios.commands import LIBRARY, fairlead
from tests.serving import running_server

CYCLE = """\
cycle_date: 2026-11-24
currency: EUR
products: [{id: P-17{product}}]
customers:
  - {id: C-1{first}}
  - {id: C-2{second}}
lots: [{id: L, product: P-17, location: W, quantity: 10}]
lines:
  - {id: SO-1, product: P-17, customer: C-1, tier: A, quantity: 10, unit_price: 5.00}
  - {id: SO-2, product: P-17, customer: C-2, tier: B, quantity: 4, unit_price: 5.00}
"""
NAMES = {"product": "Ball valve", "first": "City Hospital", "second": "Baker & Sons"}


def cycle_file(folder: Path, **names: str) -> Path:
    given = {key: f", display_name: {names[key]}" if key in names else "" for key in NAMES}
    text = CYCLE
    for key, value in given.items():
        text = text.replace("{" + key + "}", value)
    file = folder / "cycle.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_screens_files_and_reports_show_names_with_their_ids(tmp_path: Path) -> None:
    file = cycle_file(tmp_path, **NAMES)
    done = fairlead("solve", file, "--out", tmp_path / "out")
    shown = " ".join(done.stdout.split())
    assert "Baker & Sons (C-2)" in shown and "Ball valve (P-17)" in shown
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Baker &amp; Sons (C-2)" in page and "Ball valve (P-17)" in page
    rows = list(csv.DictReader((tmp_path / "out" / "lines.csv").open(encoding="utf-8")))
    assert [row["customer_name"] for row in rows] == ["City Hospital", "Baker & Sons"]
    assert {row["product_name"] for row in rows} == {"Ball valve"}
    story = " ".join(fairlead("explain", tmp_path / "out" / "decision.json", "SO-2").stdout.split())
    assert "Baker & Sons (C-2)" in story
    assert "City Hospital (C-1)" in story  # the rival


def test_without_names_the_ids_are_shown(tmp_path: Path) -> None:
    shown = fairlead("solve", cycle_file(tmp_path)).stdout
    assert "C-2" in shown and "(C-2)" not in shown


def test_names_change_no_decision_but_are_part_of_the_input(tmp_path: Path) -> None:
    plain = json.loads(fairlead("solve", cycle_file(tmp_path), "--json").stdout)
    named = json.loads(fairlead("solve", cycle_file(tmp_path, **NAMES), "--json").stdout)
    assert named["lines"] == plain["lines"]
    assert named["objectiveMicros"] == plain["objectiveMicros"]
    assert named["inputDigest"] != plain["inputDigest"]
    assert named["customerNames"] == {"C-1": "City Hospital", "C-2": "Baker & Sons"}


@pytest.mark.parametrize(
    ("scenario", "digest"),
    [
        ("02_supply_short", "905aa74194ecbe103c2ddd39a20a72726c8bd29bd182a10836167716fa1a6fef"),
        ("24_all_pull", "3a4dc70e59073d75d00d8d4328391f3ec528c2b772adf4dd36aea11060488ada"),
    ],
)
def test_columns_added_later_leave_the_digest_of_cycles_without_them(
    scenario: str, digest: str
) -> None:
    """The digests of revision 33fb816."""
    assert problem_of(read_scenario(LIBRARY / scenario)).digest == digest


def test_a_server_answers_with_the_names_too(tmp_path: Path) -> None:
    file = cycle_file(tmp_path, **NAMES)
    with running_server(tmp_path) as server:
        there = json.loads(fairlead("solve", file, "--json", "--server", server.calls).stdout)
    here = json.loads(fairlead("solve", file, "--json").stdout)
    assert there["digest"] == here["digest"]
    assert there["productNames"] == here["productNames"] == {"P-17": "Ball valve"}
