"""A large cycle from end to end: uploaded, decided, explained, downloaded, every line of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from google.longrunning import operations_pb2

from fairlead import wire
from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2
from fairlead.v1 import decision_service_pb2 as decisions_pb
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead_scenarios.recipe.generator import Recipe

from .cycles import PARENT
from .live import Live, live

LINES = 50_000
INFLOWS = ("on_hand_units", "inbound_units")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("large"), "--worker-threads", "2") as it:
        yield it


@pytest.fixture(scope="module")
def decision(large: Live) -> decision_pb2.Decision:
    """Decided as an operation, from a snapshot, with all that is exact explained."""
    recipe = Recipe(seed=11, lines=LINES)
    facts = wire.facts_of(recipe.cycle())
    snapshot = large.snapshots.UploadSnapshot(wire.upload_of(facts, PARENT, rows_per_chunk=20_000))
    request = pb.SolveAllocationRequest(
        parent=PARENT, snapshot=snapshot.name, policy=recipe.policy()
    )
    request.options.explanation = pb.EXPLANATION_LEVEL_EXACT
    request.options.relative_gap = 1e-3
    message = pb.SolveAllocationLongRunningRequest(request=request)
    name = large.allocation.SolveAllocationLongRunning(message).name
    wanted = pb.StreamAllocationEventsRequest(name=name)
    (finished,) = [
        event.finished
        for event in large.allocation.StreamAllocationEvents(wanted)
        if event.HasField("finished")
    ]
    assert finished.state == pb.OPERATION_STATE_SUCCEEDED
    done = large.operations.GetOperation(operations_pb2.GetOperationRequest(name=name))
    answer = pb.SolveAllocationResponse()
    assert done.response.Unpack(answer)
    return answer.decision


@pytest.fixture(scope="module")
def chunks(large: Live, decision: decision_pb2.Decision) -> list[DecisionLineColumns]:
    wanted = decisions_pb.DownloadDecisionLinesRequest(parent=decision.name)
    return [chunk.lines for chunk in large.decisions.DownloadDecisionLines(wanted)]


def column(chunks: list[DecisionLineColumns], name: str) -> np.ndarray:
    return np.concatenate([np.array(getattr(chunk, name), dtype=np.int64) for chunk in chunks])


def test_every_line_arrives_once_in_order_and_adds_up_to_the_totals(
    decision: decision_pb2.Decision, chunks: list[DecisionLineColumns]
) -> None:
    ids = [line for chunk in chunks for line in chunk.line]
    assert len(ids) == decision.totals.lines == LINES
    assert ids == sorted(set(ids))
    assert decision.status == decision_pb2.DECISION_STATUS_OPTIMAL
    assert decision.relative_gap <= 1e-3
    given, asked = (column(chunks, f"{n}_quantity") for n in ("confirmed", "requested"))
    assert given.sum() == decision.totals.confirmed_quantity
    assert asked.sum() == decision.totals.requested_quantity
    assert (given == asked).sum() == decision.totals.lines_full < LINES


def test_every_shortage_has_its_reasons_and_every_waterfall_sums_to_the_unit(
    chunks: list[DecisionLineColumns],
) -> None:
    for chunk in chunks:
        size = len(chunk.line)
        given, asked = np.array(chunk.confirmed_quantity), np.array(chunk.requested_quantity)
        told = np.zeros(size, dtype=np.int64)
        owner = np.repeat(np.arange(size), np.array(chunk.reasons.count))
        np.add.at(told, owner, np.array(chunk.reasons.units, dtype=np.int64))
        assert (told == asked - given).all()
        rest = np.zeros(size, dtype=np.int64)
        for field, units in chunk.waterfall.ListFields():
            rest += np.array(units) * (1 if field.name in INFLOWS else -1)
        assert (rest == 0).all()
        assert (np.array(chunk.waterfall.given_units) == given).all()
        assert len(chunk.sentence) == size


def test_one_line_and_a_page_of_short_lines_are_read_out_of_the_columns(
    large: Live, decision: decision_pb2.Decision, chunks: list[DecisionLineColumns]
) -> None:
    asked = decisions_pb.ListDecisionLinesRequest(
        parent=decision.name, short_only=True, page_size=20
    )
    page = large.decisions.ListDecisionLines(asked)
    rows = [row for chunk in chunks[:2] for row in wire.lines_of(chunk)]
    short = [row for row in rows if row.confirmed_quantity < row.requested_quantity][:20]
    for line, wanted in zip(page.lines, short, strict=True):
        again = large.decisions.ExplainDecisionLine(
            decisions_pb.ExplainDecisionLineRequest(name=line.name)
        )
        assert again == line
        wanted.name = line.name
        assert line == wanted
        assert line.explanation.waterfall
