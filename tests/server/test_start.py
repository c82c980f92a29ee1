"""A decision can start from the one before it, of the same tenant."""

from __future__ import annotations

import grpc
import pytest
from google.longrunning import operations_pb2

from fairlead import wire
from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2, facts_pb2
from fairlead_scenarios.recipe.following import following
from fairlead_scenarios.recipe.generator import Recipe

from .cycles import PARENT, easy, request
from .live import Live, details

RECIPE = Recipe(lines=3000, contracts_per_line=0.005)
GAP = 1e-3


def asked(cycle: facts_pb2.Cycle, start: str = "") -> pb.SolveAllocationRequest:
    made = request(cycle, policy=RECIPE.policy())
    made.options.relative_gap = GAP
    made.options.explanation = pb.EXPLANATION_LEVEL_NONE
    made.options.view = pb.DECISION_VIEW_SUMMARY
    made.options.start_decision = start
    return made


def changed() -> facts_pb2.Cycle:
    return wire.cycle_of(following(wire.facts_of(RECIPE.cycle(), max_rows=10_000)))


def steps(
    server: Live, wanted: pb.SolveAllocationRequest
) -> tuple[set[str], decision_pb2.Decision]:
    """What a long-running solve was busy with, and its decision."""
    operation = server.allocation.SolveAllocationLongRunning(
        pb.SolveAllocationLongRunningRequest(request=wanted)
    )
    events = server.allocation.StreamAllocationEvents(
        pb.StreamAllocationEventsRequest(name=operation.name)
    )
    seen = {event.progress.step for event in events if event.HasField("progress")}
    done = server.operations.GetOperation(operations_pb2.GetOperationRequest(name=operation.name))
    response = pb.SolveAllocationResponse()
    assert done.response.Unpack(response), done.error
    return seen, response.decision


def test_a_start_from_the_last_decision_saves_the_prices_and_proves_the_same_gap(
    server: Live,
) -> None:
    before = server.allocation.SolveAllocation(asked(RECIPE.cycle())).decision
    seen, warm = steps(server, asked(changed(), before.name))
    cold, fresh = steps(server, asked(changed()))
    assert ("prices" in seen, "prices" in cold) == (False, True)
    assert warm.status == fresh.status == decision_pb2.DECISION_STATUS_OPTIMAL
    assert abs(warm.objective_micros - fresh.objective_micros) <= GAP * fresh.objective_micros
    assert warm.bound_micros >= fresh.objective_micros
    assert warm.input_digest == fresh.input_digest
    assert (warm.solve.start_decision, fresh.solve.start_decision) == (before.name, "")
    again, _ = steps(server, asked(changed(), warm.name))
    assert "prices" not in again


def test_a_small_decision_leaves_nothing_and_a_start_from_it_changes_nothing(server: Live) -> None:
    before = server.allocation.SolveAllocation(request(easy())).decision
    wanted = request(easy(7, 23))
    fresh = server.allocation.SolveAllocation(wanted).decision
    wanted.options.start_decision = before.name
    warm = server.allocation.SolveAllocation(wanted).decision
    assert warm.solve.start_decision == ""
    assert warm.digest == fresh.digest


@pytest.mark.parametrize(
    ("start", "code", "reason"),
    [
        (f"{PARENT}/decisions/none", grpc.StatusCode.NOT_FOUND, "DECISION_NOT_FOUND"),
        ("tenants/other/decisions/d", grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID"),
        (f"{PARENT}/snapshots/s", grpc.StatusCode.INVALID_ARGUMENT, "NAME_INVALID"),
        ("yesterday's", grpc.StatusCode.INVALID_ARGUMENT, "NAME_INVALID"),
    ],
)
@pytest.mark.parametrize("validate_only", [False, True])
def test_a_start_that_is_no_decision_of_the_tenant_is_refused(
    server: Live, start: str, code: grpc.StatusCode, reason: str, validate_only: bool
) -> None:
    wanted = request(easy(), validate_only=validate_only)
    wanted.options.start_decision = start
    with pytest.raises(grpc.RpcError) as caught:
        server.allocation.SolveAllocation(wanted)
    assert details(caught.value)[:2] == (code, reason)
