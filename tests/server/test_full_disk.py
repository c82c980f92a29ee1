"""A full disk: every call says so, health says so, and what ended has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from google.longrunning import operations_pb2
from google.longrunning.operations_pb2 import Operation
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_service_pb2
from fairlead_server.health import serving

from .cycles import PARENT, easy, endless, request, upload
from .disks import Disk, LimitedFiles, small_disk
from .live import Live, details, live, until

UNAVAILABLE = (grpc.StatusCode.UNAVAILABLE, "STORAGE_UNAVAILABLE")


@pytest.fixture(params=["small disk", "limited files"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """Where the database is."""
    if request.param == "limited files":
        yield LimitedFiles(tmp_path)
        return
    with small_disk(tmp_path / "disk", "12m") as mounted:
        if mounted is None:
            pytest.skip("only root may mount a file system")
        yield mounted


@pytest.fixture
def server(disk: Disk, tmp_path: Path) -> Iterator[Live]:
    """Two workers: one may be busy while another's decisions cannot be stored."""
    flags = ("--database", str(disk.folder / "fairlead.db"), "--workers", "2")
    with live(tmp_path, *flags, "--storage-probe-seconds", "0.1") as it:
        yield it


def refused(call: Callable[[], object]) -> tuple[grpc.StatusCode, str] | None:
    """Code and reason; None where the call went well."""
    try:
        call()
    except grpc.RpcError as error:
        return details(error)[:2]
    return None


def stored(server: Live) -> list[str]:
    """Names of all decisions."""
    found = server.decisions.ListDecisions(
        decision_service_pb2.ListDecisionsRequest(parent=PARENT, page_size=1000)
    )
    return [decision.name for decision in found.decisions]


def solve(server: Live) -> object:
    return server.allocation.SolveAllocation(request(easy()))


def full(server: Live, disk: Disk) -> None:
    """Fill the disk, and the room the database had taken before."""
    disk.fill(server)
    until(lambda: refused(lambda: solve(server)) == UNAVAILABLE)


def get(server: Live, name: str) -> Operation:
    return server.operations.GetOperation(operations_pb2.GetOperationRequest(name=name))


def reason(operation: Operation) -> str:
    info = error_details_pb2.ErrorInfo()
    return next((info.reason for detail in operation.error.details if detail.Unpack(info)), "")


def test_a_call_on_a_full_disk_is_refused_and_health_says_so_until_there_is_room(
    server: Live, disk: Disk
) -> None:
    solve(server)
    before = stored(server)
    full(server, disk)
    until(lambda: not serving(server.admin))
    assert not serving(server.target, "fairlead.v1.AllocationService")
    assert set(before) <= set(stored(server))  # what is stored can be read
    disk.free(server)
    until(lambda: serving(server.admin))
    assert serving(server.target, "fairlead.v1.AllocationService")
    assert refused(lambda: solve(server)) is None


def test_bug_an_upload_on_a_full_disk_is_refused_as_such(server: Live, disk: Disk) -> None:
    messages = upload(easy(20_000), rows_per_chunk=10_000, request_id="up")
    disk.fill(server)
    call = lambda: server.snapshots.UploadSnapshot(iter(messages))  # noqa: E731
    assert refused(call) == UNAVAILABLE
    disk.free(server)
    assert refused(call) is None


def test_bug_an_operation_whose_decision_cannot_be_stored_fails_and_stays_so(
    server: Live, disk: Disk
) -> None:
    wanted = endless()
    wanted.request_id = "kept"
    wanted.options.time_limit.FromSeconds(4)
    message = pb.SolveAllocationLongRunningRequest(request=wanted)
    name = server.allocation.SolveAllocationLongRunning(message).name
    events = server.allocation.StreamAllocationEvents(pb.StreamAllocationEventsRequest(name=name))
    next(event for event in events if event.HasField("started"))
    full(server, disk)
    waited = server.operations.WaitOperation(
        operations_pb2.WaitOperationRequest(name=name, timeout=Duration(seconds=120))
    )
    assert waited.done
    assert reason(waited) == "STORAGE_UNAVAILABLE"
    assert get(server, name) == waited
    last = list(events)[-1]
    assert last.finished.state == pb.OPERATION_STATE_FAILED
    cancel = operations_pb2.CancelOperationRequest(name=name)
    assert refused(lambda: server.operations.CancelOperation(cancel)) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "OPERATION_DONE",
    )
    disk.free(server)
    until(lambda: serving(server.admin))
    assert get(server, name) == waited
    assert server.terminate() == 0
    server.start()
    assert get(server, name) == waited
    again = server.allocation.StreamAllocationEvents(pb.StreamAllocationEventsRequest(name=name))
    sequences = [event.sequence for event in again]
    assert sequences == list(range(1, last.sequence + 1))
    assert server.allocation.SolveAllocationLongRunning(message).name != name
