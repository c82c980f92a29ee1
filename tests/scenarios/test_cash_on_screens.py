"""Screens, reports and tables: cash with its currency, policy value in points, reasons in words."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead.wire import decision_message
from fairlead_scenarios.presenting.reason_phrases import PHRASES, phrase_of
from fairlead_scenarios.presenting.report import page
from fairlead_solver.api import allocation as api
from tests.scenarios.commands import LIBRARY, fairlead
from tests.strategies import Drawn, cycles

CODES = {
    value.name.removeprefix("REASON_CODE_")
    for value in explanation_pb2.ReasonCode.DESCRIPTOR.values
    if value.number
}
FIGURE = r"[-+]?\d[\d,]*(?:\.\d+)?"
SHOWN = ("02_supply_short", "14_credit", "16_fair_share_proportional", "24_all_pull")


def flat(text: str) -> str:
    """A text as one line, without tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def points_in_money(text: str, currency: str) -> list[str]:
    """Figures of policy value that have a currency, or are not told in points."""
    found = re.findall(rf"policy value {FIGURE} {currency}\b", text)
    found += re.findall(rf"{FIGURE} {currency} points", text)
    return found + re.findall(rf"policy value {FIGURE}(?![\d.,]| points)", text)


def test_every_reason_code_of_the_contract_has_a_phrase() -> None:
    assert set(PHRASES) == CODES
    assert phrase_of("OUTRANKED_TIER", "A") == "a tier A order got it"
    assert not any(re.search(r"[A-Z]{2}|_", phrase) for phrase in PHRASES.values())


@pytest.mark.parametrize("name", SHOWN)
def test_no_code_stands_on_a_screen(name: str) -> None:
    words = set(re.findall(r"\b[A-Z][A-Z_]{3,}\b", fairlead("explain", LIBRARY / name).stdout))
    assert not words & CODES


@pytest.mark.parametrize("name", SHOWN)
def test_no_screen_and_no_report_gives_points_a_currency(name: str, tmp_path: Path) -> None:
    solved = fairlead("solve", LIBRARY / name, "--out", tmp_path).stdout
    told = fairlead("explain", LIBRARY / name).stdout
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    for text in map(flat, (solved, told, report)):
        assert "policy value" in text and "cash" in text
        assert points_in_money(text, "EUR") == []


def headline(text: str) -> tuple[str, str]:
    """Cash and policy value as a solve begins with them."""
    found = re.search(r"cash (\S+ EUR), policy value (\S+) points", flat(text))
    assert found, text
    return found.group(1), found.group(2)


def test_a_raised_weight_raises_the_points_and_no_money(tmp_path: Path) -> None:
    text = (LIBRARY / "02_supply_short" / "cycle.yaml").read_text(encoding="utf-8")
    shown = []
    for rate in ("20.0", "40.0"):
        policy = f"tiers: [{{id: A, service_rate: {rate}}}, {{id: B, service_rate: 1.0}}]\n"
        folder = tmp_path / rate
        folder.mkdir()
        (folder / "cycle.yaml").write_text(text, encoding="utf-8")
        (folder / "policy.yaml").write_text(policy, encoding="utf-8")
        shown.append(headline(fairlead("solve", folder).stdout))
    (cash, points), (same, more) = shown
    assert cash == same
    assert float(more.replace(",", "")) > float(points.replace(",", ""))


def test_units_are_added_up_only_where_all_are_of_one_product() -> None:
    one, many = (fairlead("solve", LIBRARY / name).stdout for name in (SHOWN[0], SHOWN[3]))
    assert "asked, units" in one and "asked, units" not in many
    assert "3 lines short by 45 of COFFEE" in flat(many)


def test_a_table_of_lines_has_cash_and_points_in_columns_of_their_own(tmp_path: Path) -> None:
    fairlead("solve", LIBRARY / "02_supply_short", "--out", tmp_path)
    rows = list(csv.DictReader((tmp_path / "lines.csv").open(encoding="utf-8")))
    told = [(row["cash"], row["currency"], row["policy_value_points"]) for row in rows]
    assert told == [("136.4", "EUR", "2811.6"), ("46", "EUR", "660")]


def texts_of(decision: decision_pb2.Decision) -> list[str]:
    """Every sentence of a decision."""
    found = [line.explanation.sentence for line in decision.lines]
    found += [line.explanation.fix.sentence for line in decision.lines]
    for bound in decision.binding_constraints:
        found += [bound.scope, bound.sentence]
    found += [decision.conflict.sentence, *(way.sentence for way in decision.conflict.relaxations)]
    return found


@settings(max_examples=40)
@given(cycles())
def test_no_text_of_any_cycle_gives_points_a_currency(drawn: Drawn) -> None:
    facts = drawn.facts()
    solved = api.solve(api.intake(facts, drawn.policy))
    decision = decision_message(solved, api.explain(solved))
    for text in (*texts_of(decision), flat(page(decision, "drawn"))):
        assert points_in_money(text, "EUR") == []
        assert not re.search(r"\b(gains|earns|is worth) [\d,.]+(?! EUR)", text), text
    money = re.findall(rf"cash {FIGURE}(?! EUR)(?![\d.,])", " ".join(texts_of(decision)))
    assert money == []
