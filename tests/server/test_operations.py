"""Long-running solves: followed by events, stopped, waited for, and never vanished."""

from __future__ import annotations

import time
from pathlib import Path

import grpc
import pytest
from google.longrunning import operations_pb2
from google.longrunning.operations_pb2 import Operation
from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2

from .cycles import PARENT, easy, endless, request
from .live import Live, details, live
from .metrics import value


def start(server: Live, wanted: pb.SolveAllocationRequest) -> Operation:
    message = pb.SolveAllocationLongRunningRequest(request=wanted)
    return server.allocation.SolveAllocationLongRunning(message)


def wait(server: Live, name: str, seconds: int = 60) -> Operation:
    timeout = Duration(seconds=seconds)
    return server.operations.WaitOperation(
        operations_pb2.WaitOperationRequest(name=name, timeout=timeout)
    )


def get(server: Live, name: str) -> Operation:
    return server.operations.GetOperation(operations_pb2.GetOperationRequest(name=name))


def cancel(server: Live, name: str) -> None:
    server.operations.CancelOperation(operations_pb2.CancelOperationRequest(name=name))


def events(server: Live, name: str, after: int = 0) -> grpc.Call:
    return server.allocation.StreamAllocationEvents(
        pb.StreamAllocationEventsRequest(name=name, after_sequence=after)
    )


def kinds(stream: grpc.Call) -> list[str]:
    return [str(event.WhichOneof("event")) for event in stream]


def metadata(operation: Operation) -> pb.SolveAllocationMetadata:
    message = pb.SolveAllocationMetadata()
    assert operation.metadata.Unpack(message)
    return message


def decision(operation: Operation) -> decision_pb2.Decision:
    message = pb.SolveAllocationResponse()
    assert operation.response.Unpack(message)
    return message.decision


def until_started(server: Live, name: str) -> None:
    """Wait for the event that says so."""
    stream = events(server, name)
    next(event for event in stream if event.HasField("started"))
    stream.cancel()


def test_an_operation_ends_with_the_decision_a_call_would_give(server: Live) -> None:
    at_once = server.allocation.SolveAllocation(request(easy())).decision
    accepted = start(server, request(easy()))
    assert accepted.name.startswith(f"{PARENT}/operations/")
    done = wait(server, accepted.name)
    assert done.done
    answer = decision(done)
    assert answer.digest == at_once.digest
    assert len(answer.lines) == 3
    said = metadata(done)
    assert said.state == pb.OPERATION_STATE_SUCCEEDED
    assert said.decision == answer.name
    assert said.create_time.seconds <= said.end_time.seconds


def test_a_summary_asked_for_is_a_summary_answered(server: Live) -> None:
    wanted = request(easy())
    wanted.options.view = pb.DECISION_VIEW_SUMMARY
    answer = decision(wait(server, start(server, wanted).name))
    assert answer.totals.lines == 3
    assert not answer.lines


def test_validate_only_gives_a_finished_operation_that_is_not_kept(server: Live) -> None:
    operation = start(server, request(easy(), validate_only=True))
    assert operation.done
    assert operation.name == ""
    message = pb.SolveAllocationResponse()
    assert operation.response.Unpack(message)
    assert message.validation.input_digest


def test_events_tell_the_story_in_order_and_without_gaps(server: Live) -> None:
    name = start(server, request(easy())).name
    told = list(events(server, name))
    assert [event.sequence for event in told] == list(range(1, len(told) + 1))
    story = [event.WhichOneof("event") for event in told]
    assert story[:3] == ["queued", "progress", "started"]
    assert {"incumbent", "bound"} <= set(story)
    assert story[-1] == "finished"
    assert told[2].started.lines == 3
    phases = [event.progress.phase for event in told if event.HasField("progress")]
    assert list(dict.fromkeys(phases)) == ["read", "check", "build", "solve", "explain", "encode"]
    last = told[-1].finished
    assert last.state == pb.OPERATION_STATE_SUCCEEDED
    assert last.status == decision_pb2.DECISION_STATUS_OPTIMAL
    assert last.decision == metadata(wait(server, name)).decision


def test_events_resume_after_any_sequence(server: Live) -> None:
    name = start(server, request(easy())).name
    told = list(events(server, name))
    for after in range(len(told)):
        assert list(events(server, name, after)) == told[after:]
    assert list(events(server, name, len(told))) == []


def test_invalid_input_is_told_by_the_operation(server: Live) -> None:
    bad = easy()
    bad.lines[0].quantity = -1
    done = wait(server, start(server, request(bad)).name)
    assert done.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert "lines[0].quantity" in done.error.message
    assert metadata(done).state == pb.OPERATION_STATE_FAILED


def test_a_cancelled_operation_says_so_and_frees_its_worker(server: Live) -> None:
    name = start(server, endless()).name
    until_started(server, name)
    cancel(server, name)
    done = get(server, name)
    assert done.done
    assert done.error.code == grpc.StatusCode.CANCELLED.value[0]
    assert metadata(done).state == pb.OPERATION_STATE_CANCELLED
    assert kinds(events(server, name))[-1] == "finished"
    cancel(server, name)  # once more: it stays as it is
    assert get(server, name) == done
    assert server.allocation.SolveAllocation(request(easy())).decision.lines


def test_waiting_no_longer_than_asked_gives_the_operation_as_it_stands(server: Live) -> None:
    name = start(server, endless()).name
    assert not wait(server, name, seconds=0).done
    cancel(server, name)


def test_operations_are_listed_by_page_and_filter_and_deleted(server: Live) -> None:
    tenant = "tenants/lister"
    wanted = request(easy())
    wanted.parent = tenant
    names = [start(server, wanted).name for _ in range(3)]
    for name in names:
        wait(server, name)
    seen, token = [], ""
    while True:
        page = server.operations.ListOperations(
            operations_pb2.ListOperationsRequest(
                name=tenant, page_size=2, page_token=token, filter="done=true"
            )
        )
        seen += [operation.name for operation in page.operations]
        token = page.next_page_token
        if not token:
            break
    assert seen == names[::-1]
    server.operations.DeleteOperation(operations_pb2.DeleteOperationRequest(name=names[0]))
    with pytest.raises(grpc.RpcError) as caught:
        get(server, names[0])
    assert details(caught.value)[:2] == (grpc.StatusCode.NOT_FOUND, "OPERATION_NOT_FOUND")


def test_an_operation_under_way_is_not_deleted(server: Live) -> None:
    name = start(server, endless()).name
    with pytest.raises(grpc.RpcError) as caught:
        server.operations.DeleteOperation(operations_pb2.DeleteOperationRequest(name=name))
    assert details(caught.value)[:2] == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "OPERATION_NOT_DONE",
    )
    cancel(server, name)


@pytest.mark.parametrize("call", [get, wait, cancel, lambda s, n: list(events(s, n))])
def test_an_unknown_operation_is_not_found(server: Live, call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(grpc.RpcError) as caught:
        call(server, f"{PARENT}/operations/none")
    assert details(caught.value)[1] == "OPERATION_NOT_FOUND"


def test_a_heartbeat_keeps_a_quiet_stream_open_and_is_not_replayed(tmp_path: Path) -> None:
    with live(tmp_path, "--heartbeat-seconds", "0.1") as server:
        name = start(server, endless()).name
        stream = events(server, name)
        beat = next(event for event in stream if event.HasField("heartbeat"))
        stream.cancel()
        assert beat.sequence >= 1
        cancel(server, name)
        assert "heartbeat" not in kinds(events(server, name))


def test_a_killed_server_leaves_its_operation_failed_not_vanished(tmp_path: Path) -> None:
    with live(tmp_path) as server:
        name = start(server, endless()).name
        until_started(server, name)
        server.kill()
        server.start()
        lost = get(server, name)
        assert lost.done
        assert lost.error.code == grpc.StatusCode.ABORTED.value[0]
        assert b"SERVER_RESTARTED" in lost.error.SerializeToString()
        told = [kind for kind in kinds(events(server, name)) if kind != "progress"]
        assert told == ["queued", "started", "finished"]
        assert metadata(lost).state == pb.OPERATION_STATE_FAILED
        assert server.allocation.SolveAllocation(request(easy())).decision.lines


def test_a_worker_killed_in_mid_solve_costs_an_operation_nothing_but_time(server: Live) -> None:
    wanted = endless()
    wanted.options.time_limit.FromSeconds(4)
    name = start(server, wanted).name
    until_started(server, name)
    server.kill_workers()
    done = wait(server, name)
    assert decision(done).status == decision_pb2.DECISION_STATUS_FEASIBLE_LIMIT
    told = list(events(server, name))
    assert [event.sequence for event in told] == list(range(1, len(told) + 1))
    restarts = [event.restarted for event in told if event.HasField("restarted")]
    assert [(r.count, r.most) for r in restarts] == [(1, 2)]
    assert "-9" in restarts[0].cause
    assert sum(event.HasField("started") for event in told) == 2


def test_an_operation_whose_workers_keep_dying_fails_after_its_restarts(tmp_path: Path) -> None:
    with live(tmp_path, "--solve-restarts", "1") as server:
        name = start(server, endless()).name
        for starts in (1, 2):
            stream = events(server, name)
            seen = (event for event in stream if event.HasField("started"))
            for _ in range(starts):
                next(seen)
            stream.cancel()
            server.kill_workers()
        lost = wait(server, name)
        assert b"WORKER_DIED" in lost.error.SerializeToString()
        assert kinds(events(server, name)).count("restarted") == 1
        assert server.allocation.SolveAllocation(request(easy())).decision.lines


def test_workers_end_with_their_server(tmp_path: Path) -> None:
    with live(tmp_path) as server:
        name = start(server, endless()).name
        until_started(server, name)
        workers = server.workers()
        assert workers
        server.kill()
        for pid in workers:
            while Path(f"/proc/{pid}/stat").exists():
                state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
                if state == "Z":
                    break


def test_a_drain_lets_calls_end_and_fails_what_outlasts_the_grace(tmp_path: Path) -> None:
    with live(tmp_path, "--workers", "2", "--drain-grace-seconds", "4") as server:
        long = start(server, endless()).name
        until_started(server, long)
        short = endless()
        short.options.time_limit.seconds = 2
        call = server.allocation.SolveAllocation.future(short)
        while value(server, "fairlead_solves_in_flight") < 2:
            time.sleep(0.02)
        assert server.terminate() == 0
        assert call.result().decision.status == decision_pb2.DECISION_STATUS_FEASIBLE_LIMIT
        server.start()
        assert b"SERVER_RESTARTED" in get(server, long).error.SerializeToString()
