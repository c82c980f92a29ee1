"""A request id runs once: the same request gets the first answer, another one is refused."""

from __future__ import annotations

import time
from pathlib import Path

import grpc
import pytest
from google.longrunning import operations_pb2

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1.snapshot_service_pb2 import DeleteSnapshotRequest

from .cycles import easy, endless, request, upload
from .live import Live, details, live
from .metrics import value


def test_the_same_id_and_body_give_the_first_answer(server: Live) -> None:
    wanted = request(easy(), request_id="same")
    first = server.allocation.SolveAllocation(wanted)
    assert server.allocation.SolveAllocation(wanted) == first


def test_the_same_id_with_another_body_is_refused(server: Live) -> None:
    server.allocation.SolveAllocation(request(easy(), request_id="other"))
    with pytest.raises(grpc.RpcError) as caught:
        server.allocation.SolveAllocation(request(easy(4), request_id="other"))
    assert details(caught.value)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")


def test_ids_of_other_tenants_and_methods_are_other_ids(server: Live) -> None:
    first = server.allocation.SolveAllocation(request(easy(), request_id="mine")).decision
    foreign = request(easy(4), request_id="mine")
    foreign.parent = "tenants/other"
    assert server.allocation.SolveAllocation(foreign).decision.name != first.name
    operation = server.allocation.SolveAllocationLongRunning(
        pb.SolveAllocationLongRunningRequest(request=request(easy(4), request_id="mine"))
    )
    assert operation.name


def test_calls_with_one_id_at_the_same_time_are_solved_once(server: Live) -> None:
    wanted = request(easy(), request_id="together")
    calls = [server.allocation.SolveAllocation.future(wanted) for _ in range(4)]
    assert len({call.result().decision.name for call in calls}) == 1


def test_another_body_is_refused_while_the_first_is_under_way(server: Live) -> None:
    wanted = endless()
    wanted.request_id = "under way"
    first = server.allocation.SolveAllocation.future(wanted)
    while value(server, "fairlead_solves_in_flight") < 1:
        time.sleep(0.02)
    with pytest.raises(grpc.RpcError) as caught:
        server.allocation.SolveAllocation(request(easy(), request_id="under way"))
    assert details(caught.value)[1] == "REQUEST_ID_REUSED"
    first.cancel()


def test_an_id_whose_call_failed_may_be_used_again(server: Live) -> None:
    bad = easy()
    bad.lines[0].quantity = -1
    with pytest.raises(grpc.RpcError):
        server.allocation.SolveAllocation(request(bad, request_id="retry"))
    assert server.allocation.SolveAllocation(request(easy(), request_id="retry")).decision.name


@pytest.mark.parametrize("attempt", range(3))
def test_bug_an_id_whose_call_passed_its_deadline_comes_again_at_once_with_more_time(
    server: Live, attempt: int
) -> None:
    wanted = request(easy(), request_id=f"late {attempt}")
    holding = server.allocation.SolveAllocation.future(endless())
    while value(server, "fairlead_solves_in_flight") < 1:
        time.sleep(0.02)
    with pytest.raises(grpc.RpcError) as caught:  # it waits for the only worker
        server.allocation.SolveAllocation(wanted, timeout=0.5)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    wanted.options.time_limit.FromSeconds(30)
    repeated = server.allocation.SolveAllocation.future(wanted)
    holding.cancel()
    answer = repeated.result()
    assert answer.decision.lines
    assert server.allocation.SolveAllocation(wanted) == answer


def test_bug_an_id_whose_call_was_cancelled_comes_again_with_another_body(server: Live) -> None:
    wanted = endless()
    wanted.request_id = "given up"
    call = server.allocation.SolveAllocation.future(wanted)
    while value(server, "fairlead_solves_in_flight") < 1:
        time.sleep(0.02)
    call.cancel()
    assert server.allocation.SolveAllocation(request(easy(), request_id="given up")).decision.name


def test_a_refused_id_names_the_answer_it_belongs_to(server: Live) -> None:
    first = server.allocation.SolveAllocation(request(easy(), request_id="named"))
    with pytest.raises(grpc.RpcError) as caught:
        server.allocation.SolveAllocation(request(easy(4), request_id="named"))
    assert details(caught.value)[2]["answer"] == first.decision.name


def test_bug_an_id_whose_operation_was_cancelled_starts_it_again(server: Live) -> None:
    wanted = pb.SolveAllocationLongRunningRequest(request=endless())
    wanted.request.request_id = "stopped"
    first = server.allocation.SolveAllocationLongRunning(wanted)
    assert server.allocation.SolveAllocationLongRunning(wanted).name == first.name
    cancel = operations_pb2.CancelOperationRequest(name=first.name)
    server.operations.CancelOperation(cancel)
    wanted.request.options.time_limit.FromMilliseconds(500)
    second = server.allocation.SolveAllocationLongRunning(wanted)
    assert second.name != first.name
    done = server.operations.WaitOperation(operations_pb2.WaitOperationRequest(name=second.name))
    assert done.HasField("response")
    assert server.allocation.SolveAllocationLongRunning(wanted).name == second.name


def test_bug_an_id_whose_operation_failed_starts_it_again(server: Live) -> None:
    bad = easy()
    bad.lines[0].quantity = -1
    wanted = pb.SolveAllocationLongRunningRequest(request=request(bad, request_id="failed"))
    first = server.allocation.SolveAllocationLongRunning(wanted)
    wait = operations_pb2.WaitOperationRequest(name=first.name)
    assert server.operations.WaitOperation(wait).HasField("error")
    wanted.request.cycle.CopyFrom(easy())
    assert server.allocation.SolveAllocationLongRunning(wanted).name != first.name


def test_bug_an_id_whose_operation_a_restart_ended_starts_it_again(tmp_path: Path) -> None:
    with live(tmp_path) as server:
        wanted = pb.SolveAllocationLongRunningRequest(request=endless())
        wanted.request.request_id = "lost"
        first = server.allocation.SolveAllocationLongRunning(wanted)
        server.kill()
        server.start()
        second = server.allocation.SolveAllocationLongRunning(wanted)
        assert second.name != first.name
        assert server.allocation.SolveAllocationLongRunning(wanted).name == second.name
        server.kill()  # a drain would wait for the solve


def test_an_upload_id_is_free_once_its_snapshot_is_deleted(server: Live) -> None:
    sent = upload(easy(5, 98), request_id="deleted")
    first = server.snapshots.UploadSnapshot(iter(sent))
    server.snapshots.DeleteSnapshot(DeleteSnapshotRequest(name=first.name))
    second = server.snapshots.UploadSnapshot(iter(sent))
    assert second.name != first.name
    assert second.digest == first.digest


def test_operations_and_uploads_are_idempotent_too(server: Live) -> None:
    wanted = pb.SolveAllocationLongRunningRequest(request=request(easy(), request_id="op"))
    first = server.allocation.SolveAllocationLongRunning(wanted)
    assert server.allocation.SolveAllocationLongRunning(wanted).name == first.name
    sent = upload(easy(5, 99), request_id="up")
    snapshot = server.snapshots.UploadSnapshot(iter(sent))
    assert server.snapshots.UploadSnapshot(iter(sent)) == snapshot
    with pytest.raises(grpc.RpcError) as caught:
        server.snapshots.UploadSnapshot(iter(upload(easy(6, 99), request_id="up")))
    assert details(caught.value)[1] == "REQUEST_ID_REUSED"


def test_ids_are_remembered_after_a_power_cut(tmp_path: Path) -> None:
    with live(tmp_path) as server:
        wanted = request(easy(), request_id="kept")
        first = server.allocation.SolveAllocation(wanted)
        server.kill()
        server.start()
        assert server.allocation.SolveAllocation(wanted) == first
        with pytest.raises(grpc.RpcError) as caught:
            server.allocation.SolveAllocation(request(easy(4), request_id="kept"))
        assert details(caught.value)[1] == "REQUEST_ID_REUSED"


def test_an_id_older_than_the_retention_may_be_used_again(tmp_path: Path) -> None:
    with live(tmp_path, "--request-retention-days", "1e-9") as forgetful:
        first = forgetful.allocation.SolveAllocation(request(easy(2), request_id="again"))
        second = forgetful.allocation.SolveAllocation(request(easy(3), request_id="again"))
        assert first.decision.name != second.decision.name
        assert len(second.decision.lines) == 3
