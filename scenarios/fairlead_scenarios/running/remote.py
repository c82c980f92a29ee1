"""Deciding a scenario through a server.

A small cycle is one call. A large one is uploaded first and its lines are downloaded in chunks, for
neither fits into a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from fairlead.v1 import (
    allocation_service_pb2,
    allocation_service_pb2_grpc,
    decision_pb2,
    decision_service_pb2,
    decision_service_pb2_grpc,
    snapshot_service_pb2_grpc,
)
from fairlead.v1.decision_columns_pb2 import DecisionLineColumns
from fairlead.wire.allocation.cycle import facts_of
from fairlead.wire.allocation.upload import upload_of
from fairlead.wire.shared.field_paths import table_path

from ..files.decision_file import Decided, is_many, lines_in
from ..files.scenario import Scenario
from ..spelling.yaml_documents import read_text, refuse
from .solve_arguments import Asking

PARENT = "tenants/default"
MAX_MESSAGE_BYTES = 64 * 2**20
INLINE_BYTES = 32 * 2**20  # above, the cycle is uploaded first
INLINE_ROWS = 20_000


class Refused(Exception):
    """The server answered with an error: what it said, finding by finding."""

    def __init__(self, error: grpc.RpcError) -> None:
        assert isinstance(error, grpc.Call)  # what a stub raises is the call itself
        self.bad_input: bool = error.code() in (
            grpc.StatusCode.INVALID_ARGUMENT,
            grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.FAILED_PRECONDITION,
        )
        super().__init__(_told(error))


@dataclass(frozen=True, slots=True)
class Server:
    """A server's HOST:PORT, and the certificates that vouch for it; None: plain text, as a server
    without TLS speaks on loopback."""

    address: str
    ca: Path | None = None


def open_channel(server: Server) -> grpc.Channel:
    """A channel to the server. Raises InvalidInput where the certificates cannot be read."""
    limits = [
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_receive_message_length", -1),
    ]
    if server.ca is None:
        return grpc.insecure_channel(server.address, options=limits)
    roots = grpc.ssl_channel_credentials(read_text(server.ca).encode())
    return grpc.secure_channel(server.address, roots, options=limits)


def solve_remote(scenario: Scenario, asking: Asking, server: Server) -> decision_pb2.Decision:
    """The decision of a server, its lines as rows. Raises as `decided_there` does."""
    return decided_there(scenario, asking, server).in_rows()


def decided_there(scenario: Scenario, asking: Asking, server: Server) -> Decided:
    """The decision of a server; many lines stay in columns.

    Raises Refused, and InvalidInput for a file to keep.
    """
    if asking.keep is not None:
        rule = "nothing: a server keeps it beside the decision, whose name --start takes"
        raise refuse("keep", asking.keep, rule)
    request = allocation_service_pb2.SolveAllocationRequest(
        parent=PARENT, policy=scenario.policy, options=asking.message()
    )
    request.options.start_decision = asking.start
    with open_channel(server) as channel:
        try:
            if _is_large(scenario):
                return _solve_large(channel, scenario, request)
            request.cycle.CopyFrom(scenario.cycle)
            return Decided(_solve(channel, request))
        except grpc.RpcError as error:
            raise Refused(error) from error


def stored_decision(
    name: str,
    line: str | None,
    digest_of: Callable[[decision_pb2.Decision], str],
    server: Server,
) -> decision_pb2.Decision:
    """A decision a server has stored, with one line or else all short ones.

    `digest_of`: the digest of the input the caller has, under the decision's policy; "" where the
    caller has none. Raises Refused, also where the decision was made from another input.
    """
    with open_channel(server) as channel:
        stub = decision_service_pb2_grpc.DecisionServiceStub(channel)
        try:
            wanted = decision_service_pb2.GetDecisionRequest(
                name=name, view=allocation_service_pb2.DECISION_VIEW_SUMMARY
            )
            decision = stub.GetDecision(wanted)
            if line is None:
                decision.lines.extend(_short_lines(stub, name))
            else:
                asked = decision_service_pb2.ExplainDecisionLineRequest(
                    name=f"{name}/lines/{quote(line, safe='')}", input_digest=digest_of(decision)
                )
                decision.lines.append(stub.ExplainDecisionLine(asked))
            return decision
        except grpc.RpcError as error:
            raise Refused(error) from error


def _short_lines(
    stub: decision_service_pb2_grpc.DecisionServiceStub, name: str
) -> Iterator[decision_pb2.DecisionLine]:
    asked = decision_service_pb2.ListDecisionLinesRequest(
        parent=name, short_only=True, page_size=1000
    )
    while True:
        page = stub.ListDecisionLines(asked)
        yield from page.lines
        asked.page_token = page.next_page_token
        if not page.next_page_token:
            return


def _solve(
    channel: grpc.Channel, request: allocation_service_pb2.SolveAllocationRequest
) -> decision_pb2.Decision:
    stub = allocation_service_pb2_grpc.AllocationServiceStub(channel)
    return stub.SolveAllocation(request).decision


def _solve_large(
    channel: grpc.Channel,
    scenario: Scenario,
    request: allocation_service_pb2.SolveAllocationRequest,
) -> Decided:
    quarantine = request.options.intake == decision_pb2.INTAKE_MODE_QUARANTINE
    request.snapshot = _upload(channel, scenario, quarantine=quarantine)
    request.options.view = allocation_service_pb2.DECISION_VIEW_SUMMARY
    decision = _solve(channel, request)
    chunks = _download(channel, decision) if decision.totals.lines else []
    if is_many(scenario.cycle):
        return Decided(decision, lambda: chunks)
    return Decided(Decided(decision, lambda: chunks).in_rows())


def _download(channel: grpc.Channel, decision: decision_pb2.Decision) -> list[DecisionLineColumns]:
    """Add binding constraints to a summary; returns the lines in columns."""
    stub = decision_service_pb2_grpc.DecisionServiceStub(channel)
    wanted = decision_service_pb2.DownloadDecisionLinesRequest(parent=decision.name)
    chunks = [chunk.lines for chunk in stub.DownloadDecisionLines(wanted)]
    asked = decision_service_pb2.ListBindingConstraintsRequest(parent=decision.name)
    while True:
        page = stub.ListBindingConstraints(asked)
        decision.binding_constraints.extend(page.binding_constraints)
        asked.page_token = page.next_page_token
        if not page.next_page_token:
            return chunks


def _is_large(scenario: Scenario) -> bool:
    return lines_in(scenario.cycle) > INLINE_ROWS or scenario.cycle.ByteSize() > INLINE_BYTES


def _upload(channel: grpc.Channel, scenario: Scenario, *, quarantine: bool) -> str:
    stub = snapshot_service_pb2_grpc.SnapshotServiceStub(channel)
    facts = facts_of(scenario.cycle, max_rows=len(scenario.cycle.lines) + INLINE_ROWS)
    return stub.UploadSnapshot(upload_of(facts, PARENT, quarantine=quarantine)).name


def _told(error: grpc.Call) -> str:
    """The violations of a refused input, one a line; else the status and its message."""
    status = rpc_status.from_call(error)
    for detail in status.details if status is not None else ():
        violations = error_details_pb2.BadRequest()
        if detail.Unpack(violations) and violations.field_violations:
            told = violations.field_violations
            return "\n".join(f"{table_path(v.field)}: {v.description}" for v in told)
    return f"{error.code().name}: {error.details()}"
