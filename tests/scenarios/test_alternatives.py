"""What is said of the places a line could have come from is shared out anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fairlead.v1 import explanation_pb2
from fairlead_solver.allocation.cycle.facts import LotStatus
from fairlead_verifier.trials.trial import Kind
from fairlead_verifier.verify import Case
from tests.scenarios.test_sentences import found, told
from tests.solver.explain.cases import TODAY, Row, line, lot

Told = explanation_pb2.Explanation


def three_places() -> Case:
    """L gets the 5 of DC-1; at DC-2 a better line takes 9, and 4 are blocked; DC-3 keeps 6."""
    lots: list[Row] = [
        lot("S", 5),
        lot("T", 9, location="DC-2"),
        lot("B", 4, location="DC-2", status=LotStatus.BLOCKED),
        lot("K", 6, location="DC-3"),
    ]
    kept = {
        "id": "K",
        "product": "P",
        "locations": ("DC-3",),
        "quantity": 6,
        "group_channel": "web",
    }
    rival = line("M", 9, unit_price_micros=30_000_000, locations=("DC-2",))
    return told(
        lines=[line("L", 20), rival],
        lots=lots,
        locations=[{"id": f"DC-{n}"} for n in (1, 2, 3)],
        protections=[kept],
    )


def told_of(case: Case) -> Told:
    return next(i for i in case.decision.lines if i.line == "L").explanation


def test_alternatives_hold_with_the_units_and_reason_of_each_place() -> None:
    case = three_places()
    said = [(a.value, a.units, a.reason.code, a.reason.units) for a in told_of(case).alternatives]
    assert said == [
        ("DC-1", 5, explanation_pb2.REASON_CODE_UNSPECIFIED, 0),
        ("DC-2", 0, explanation_pb2.REASON_CODE_OUTRANKED_VALUE, 9),
        ("DC-3", 0, explanation_pb2.REASON_CODE_PROTECTED_STOCK, 6),
    ]
    assert found(case, Kind.ALTERNATIVE) == []


def late_by_the_way() -> Case:
    """The 5 of DC-1 are ready, and two days away; the 7 of DC-2 come after the last day."""
    lanes = [{"location": "DC-1", "destination": "C", "transit_days": 2}]
    lanes.append({"location": "DC-2", "destination": "C"})
    lots = [lot("S", 5), lot("T", 7, location="DC-2", available_day=TODAY + 9)]
    return told(
        lines=[line("L", 20, customer="C", latest_day=TODAY + 1)],
        lots=lots,
        lanes=lanes,
        customers=[{"id": "C"}],
        locations=[{"id": "DC-1"}, {"id": "DC-2"}],
    )


def test_bug_a_place_from_which_stock_is_late_by_the_way_alone_says_so() -> None:
    case = late_by_the_way()
    codes = [(a.value, a.reason.code, a.reason.units) for a in told_of(case).alternatives]
    assert codes == [
        ("DC-1", explanation_pb2.REASON_CODE_DATE_WINDOW, 5),
        ("DC-2", explanation_pb2.REASON_CODE_SUPPLY_TOO_LATE, 7),
    ]
    assert found(case, Kind.ALTERNATIVE) == []
    told_of(case).alternatives[0].reason.code = explanation_pb2.REASON_CODE_SUPPLY_TOO_LATE
    assert found(case, Kind.ALTERNATIVE) == ["SUPPLY_TOO_LATE accounts for 0 there"]


def _given(said: Told) -> None:
    said.alternatives[1].units += 1


def _units(said: Told) -> None:
    said.alternatives[2].reason.units -= 1


def _smaller_share(said: Told) -> None:
    reason = said.alternatives[1].reason
    reason.code, reason.units = explanation_pb2.REASON_CODE_SUPPLY_BLOCKED, 4


def _another_code(said: Told) -> None:
    said.alternatives[2].reason.code = explanation_pb2.REASON_CODE_SHELF_LIFE_SHORT


def _not_of_the_line(said: Told) -> None:
    said.alternatives[1].reason.code = explanation_pb2.REASON_CODE_FAIR_SHARE_RATIONED


def _surer(said: Told) -> None:
    certainties = {r.certainty for r in said.reasons if r.code == said.alternatives[1].reason.code}
    assert certainties == {explanation_pb2.CERTAINTY_PROVEN}
    said.alternatives[1].reason.certainty = explanation_pb2.CERTAINTY_EXACT


def _no_reason(said: Told) -> None:
    said.alternatives[1].ClearField("reason")


def _left_out(said: Told) -> None:
    del said.alternatives[2]


def _elsewhere(said: Told) -> None:
    said.alternatives[1].value = "DC-9"


@pytest.mark.parametrize(
    ("falsify", "note"),
    [
        (_given, "0 came from there"),
        (_units, "accounts for 6 there"),
        (_smaller_share, "9 were kept from it by something else"),
        (_another_code, "accounts for 0 there"),
        (_not_of_the_line, "no reason of the line"),
        (_surer, "of the line it is PROVEN"),
        (_no_reason, "9 more were there"),
        (_left_out, "also in reach: DC-3"),
        (_elsewhere, "not in reach"),
    ],
)
def test_what_is_false_of_a_place_is_found_out(falsify: Callable[[Told], None], note: str) -> None:
    case = three_places()
    falsify(told_of(case))
    notes = found(case, Kind.ALTERNATIVE)
    assert any(note in one for one in notes), notes
