"""A fault's path begins at the request's own field, whatever form its table came in."""

from __future__ import annotations

import pytest

from fairlead.v1.facts_pb2 import Cycle
from fairlead.v1.snapshot_service_pb2 import SnapshotHeader
from fairlead.wire import CyclePlaces, Upload, cycle_of, facts_of, places_of, table_path, upload_of
from fairlead_solver.api.allocation import InvalidInput, Policy, facts_digest, intake


def cycle() -> Cycle:
    """Lots and lines in rows; the third lot and the second line have a wrong quantity."""
    made = Cycle(cycle_day=1)
    for name, quantity in (("S1", 1), ("S2", 1), ("S3", -1)):
        made.lots.add(id=name, product="P", location="W", quantity=quantity)
    made.lines.add(id="L1", product="P", quantity=1)
    made.lines.add(id="L2", product="P", quantity=0)
    return made


def found(given: Cycle) -> list[str]:
    places = places_of(given)
    with pytest.raises(InvalidInput) as refused:
        intake(facts_of(given), Policy())
    return [places.of(finding.path) for finding in refused.value.findings]


def test_a_row_is_found_in_the_rows_of_the_cycle() -> None:
    assert found(cycle()) == ["cycle.lots[2].quantity", "cycle.lines[1].quantity"]


def test_a_row_of_a_table_in_columns_is_found_in_its_column() -> None:
    in_columns = cycle_of(facts_of(cycle()))
    assert found(in_columns) == [
        "cycle.columns.lots.quantity[2]",
        "cycle.columns.lines.quantity[1]",
    ]
    mixed = cycle()
    mixed.columns.lines.CopyFrom(in_columns.columns.lines)
    mixed.ClearField("lines")
    assert found(mixed) == ["cycle.lots[2].quantity", "cycle.columns.lines.quantity[1]"]


def test_a_row_of_an_upload_is_found_in_its_chunk() -> None:
    header, *chunks = upload_of(facts_of(cycle()), "tenants/t", rows_per_chunk=2)
    upload = Upload(header.header)
    for message in chunks:
        upload.add(message.chunk)
    with pytest.raises(InvalidInput) as refused:
        facts_digest(upload.finish())
    assert [upload.places().of(finding.path) for finding in refused.value.findings] == [
        "chunk[1].cycle_columns.lots.quantity[0]",
        "chunk[2].cycle_columns.lines.quantity[1]",
    ]


def test_what_is_no_cell_is_found_in_its_table_or_in_the_header() -> None:
    places = Upload(SnapshotHeader(cycle_day=1)).places()
    assert places.of("lines") == "chunk.cycle_columns.lines"
    assert places.of("lots.quantity") == "chunk.cycle_columns.lots.quantity"
    assert places.of("currency") == "header.currency"
    assert places_of(Cycle()).of("currency") == "cycle.currency"
    in_columns = CyclePlaces("cycle", frozenset({"lots"}))
    assert in_columns.of("lots.quantity") == "cycle.columns.lots.quantity"
    assert in_columns.of("lots") == "cycle.columns.lots"
    assert CyclePlaces("snapshot").of("lines[3].tier") == "snapshot.lines[3].tier"


@pytest.mark.parametrize("path", ["policy.tiers[0].id", "options.engine"])
def test_what_is_beside_the_cycle_keeps_its_path(path: str) -> None:
    assert places_of(Cycle()).of(path) == path


@pytest.mark.parametrize("path", ["lines[3].quantity", "lots.quantity", "lines", "currency"])
def test_the_command_shows_table_and_row_again(path: str) -> None:
    for columns in (frozenset[str](), frozenset({"lines", "lots"})):
        assert table_path(CyclePlaces("cycle", columns).of(path)) == path
    assert table_path("policy.tiers[0].id") == "policy.tiers[0].id"
