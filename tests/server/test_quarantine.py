"""Rows that break a rule: refused by default; with intake QUARANTINE left out, listed, counted."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest
from google.rpc import error_details_pb2

from fairlead import wire
from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import facts_pb2
from fairlead.v1.decision_pb2 import INTAKE_MODE_QUARANTINE, INTAKE_MODE_REFUSE, Decision
from fairlead.v1.decision_service_pb2 import GetDecisionRequest

from .cycles import PARENT, easy, in_columns, request
from .live import Live, detail

Form = Callable[[facts_pb2.Cycle], facts_pb2.Cycle]


def messy() -> facts_pb2.Cycle:
    """Three good lines; a negative lot, a line of nothing, and one line sent twice."""
    cycle = easy()
    cycle.lots.add(id="MINUS", product="P", location="X", quantity=-4)
    cycle.lines.add(id="ZERO", product="P", quantity=0)
    cycle.lines.add().CopyFrom(cycle.lines[1])
    return cycle


def quarantined(
    cycle: facts_pb2.Cycle | None = None, **fields: object
) -> pb.SolveAllocationRequest:
    made = request(cycle, **fields)  # type: ignore[arg-type]
    made.options.intake = INTAKE_MODE_QUARANTINE
    return made


def violations(error: grpc.RpcError) -> list[error_details_pb2.BadRequest.FieldViolation]:
    return list(detail(error, error_details_pb2.BadRequest).field_violations)


def left_out(found: Decision | pb.Validation) -> list[tuple[str, str]]:
    return [(f.path, f.id) for f in found.quarantined]


@pytest.mark.parametrize(
    ("form", "paths"),
    [
        (
            lambda cycle: cycle,
            ["cycle.lots[1].quantity", "cycle.lines[4].id", "cycle.lines[3].quantity"],
        ),
        (
            in_columns,
            [
                "cycle.columns.lots.quantity[1]",
                "cycle.columns.lines.id[4]",
                "cycle.columns.lines.quantity[3]",
            ],
        ),
    ],
)
def test_the_rows_are_left_out_listed_and_counted(
    server: Live, form: Form, paths: list[str]
) -> None:
    decision = server.allocation.SolveAllocation(quarantined(form(messy()))).decision
    alone = server.allocation.SolveAllocation(request(easy())).decision
    assert decision.digest == alone.digest
    assert decision.input_digest == alone.input_digest
    assert left_out(decision) == list(zip(paths, ["MINUS", "L0001", "ZERO"], strict=True))
    assert decision.quarantined_count == 3
    assert decision.quarantined[0].value == "-4"
    assert "leave it out" in decision.quarantined[0].rule
    assert "lines[1]" in decision.quarantined[1].rule
    assert (decision.intake, alone.intake) == (INTAKE_MODE_QUARANTINE, INTAKE_MODE_REFUSE)
    assert not alone.quarantined and not alone.quarantined_count
    validation = server.allocation.SolveAllocation(quarantined(form(messy()), validate_only=True))
    assert left_out(validation.validation) == left_out(decision)
    assert validation.validation.quarantined_count == 3


def test_what_was_left_out_is_stored_with_the_decision(server: Live) -> None:
    decision = server.allocation.SolveAllocation(quarantined(messy())).decision
    stored = server.decisions.GetDecision(GetDecisionRequest(name=decision.name))
    assert left_out(stored) == left_out(decision)


def test_without_the_option_the_cycle_is_refused_as_a_whole(server: Live) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        server.allocation.SolveAllocation(request(messy()))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    told = "\n".join(v.description for v in violations(refused.value))
    assert "MINUS: '-4' is not between 0 and" in told


def test_a_number_that_is_no_mode_is_refused(server: Live) -> None:
    bad = request(easy())
    bad.options.intake = 7  # type: ignore[assignment]
    with pytest.raises(grpc.RpcError) as refused:
        server.allocation.SolveAllocation(bad)
    assert [v.field for v in violations(refused.value)] == ["options.intake"]


def test_a_cycle_without_a_line_left_is_refused_with_its_rows(server: Live) -> None:
    cycle = easy(1)
    cycle.lines[0].quantity = 0
    with pytest.raises(grpc.RpcError) as refused:
        server.allocation.SolveAllocation(quarantined(cycle))
    fields = [v.field for v in violations(refused.value)]
    assert fields == ["cycle.lines", "cycle.lines[0].quantity"]


def test_a_snapshot_keeps_such_rows_for_a_solve_that_leaves_them_out(server: Live) -> None:
    facts = wire.facts_of(messy())
    sent = list(wire.upload_of(facts, PARENT, quarantine=True))
    snapshot = server.snapshots.UploadSnapshot(iter(sent))
    assert snapshot.quarantined_count == 3
    assert [f.id for f in snapshot.quarantined] == ["MINUS", "L0001", "ZERO"]
    assert snapshot.quarantined[0].path == "chunk[0].cycle_columns.lots.quantity[1]"
    clean = server.snapshots.UploadSnapshot(wire.upload_of(wire.facts_of(easy()), PARENT))
    assert clean.name != snapshot.name and not clean.quarantined_count
    decision = server.allocation.SolveAllocation(quarantined(snapshot=snapshot.name)).decision
    assert decision.quarantined_count == 3
    assert decision.digest == server.allocation.SolveAllocation(request(easy())).decision.digest
    with pytest.raises(grpc.RpcError):
        server.allocation.SolveAllocation(request(snapshot=snapshot.name))
    with pytest.raises(grpc.RpcError):
        server.snapshots.UploadSnapshot(wire.upload_of(facts, PARENT))
    sent[0].header.intake = 9  # type: ignore[assignment]
    with pytest.raises(grpc.RpcError) as refused:
        server.snapshots.UploadSnapshot(iter(sent))
    assert [v.field for v in violations(refused.value)] == ["header.intake"]
