"""Whatever goes wrong in one call is told to that call, and the next one works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2

from fairlead.v1 import decision_pb2

from .cycles import easy, endless, in_columns, request
from .live import Live, detail, details, live, until
from .metrics import value

OPTIMAL = decision_pb2.DECISION_STATUS_OPTIMAL


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One worker, one place in the queue, a deaf solver is killed soon."""
    flags = ("--queue-length", "1", "--stop-grace-seconds", "0.3")
    with live(tmp_path_factory.mktemp("single"), *flags) as it:
        yield it


def works(server: Live) -> bool:
    return bool(server.allocation.SolveAllocation(request(easy())).decision.status == OPTIMAL)


def solving(server: Live) -> grpc.Future:
    """A call that is in the solver."""
    call = server.allocation.SolveAllocation.future(endless())
    until(lambda: value(server, "fairlead_solves_in_flight") == 1)
    return call


def test_a_worker_killed_in_mid_solve_fails_its_call_and_the_next_one_works(single: Live) -> None:
    call = solving(single)
    single.kill_workers()
    assert details(call.exception())[:2] == (grpc.StatusCode.INTERNAL, "WORKER_DIED")
    assert works(single)
    assert value(single, "fairlead_worker_restarts") >= 1


def test_bug_a_worker_killed_while_idle_costs_the_next_call_nothing(single: Live) -> None:
    before = value(single, "fairlead_worker_restarts")
    single.kill_workers()
    assert works(single)
    assert value(single, "fairlead_worker_restarts") == before + 1


def test_a_cancelled_call_stops_its_solver_and_the_next_one_works(single: Live) -> None:
    call = solving(single)
    call.cancel()
    until(lambda: value(single, "fairlead_solves_in_flight") == 0)
    assert works(single)


def test_a_call_over_its_deadline_stops_its_solver(single: Live) -> None:
    call = solving(single)
    waiting = single.allocation.SolveAllocation.future(request(easy()), timeout=1)
    assert waiting.exception().code() is grpc.StatusCode.DEADLINE_EXCEEDED
    until(lambda: value(single, "fairlead_queue_depth") == 0)
    call.cancel()
    assert works(single)


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(single: Live) -> None:
    call = solving(single)
    waiting = single.allocation.SolveAllocation.future(request(easy()))
    until(lambda: value(single, "fairlead_queue_depth") == 1)
    with pytest.raises(grpc.RpcError) as caught:
        single.allocation.SolveAllocation(request(easy()))
    assert details(caught.value)[:2] == (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL")
    retry = detail(caught.value, error_details_pb2.RetryInfo)
    # easy calls before this one held the worker for less than the least that is advised
    assert retry.retry_delay.ToTimedelta().total_seconds() >= 1.0
    with pytest.raises(grpc.RpcError) as caught:
        single.allocation.SolveAllocationLongRunning(long_running(request(easy())))
    assert details(caught.value)[1] == "QUEUE_FULL"
    call.cancel()
    assert waiting.result().decision.status == OPTIMAL


def test_a_solve_that_needs_too_much_memory_fails_alone(tmp_path: Path) -> None:
    with live(tmp_path, "--worker-memory-bytes", str(900 << 20)) as small:
        cycle = easy(1)
        del cycle.lines[:]
        columns = cycle.columns
        count = 1_500_000
        columns.lines.id.extend(f"L{i:07}" for i in range(count))
        columns.lines.product.dictionary.append("P")
        columns.lines.product.index.extend([0] * count)
        columns.lines.quantity.extend([5] * count)
        with pytest.raises(grpc.RpcError) as caught:
            small.allocation.SolveAllocation(request(cycle))
        assert details(caught.value)[1] in ("WORKER_MEMORY", "WORKER_DIED")
        assert works(small)


def long_running(inner):  # type: ignore[no-untyped-def]
    from fairlead.v1 import allocation_service_pb2

    return allocation_service_pb2.SolveAllocationLongRunningRequest(request=inner)


def test_a_cycle_that_would_not_fit_into_memory_is_refused_before_it_is_solved(
    tmp_path: Path,
) -> None:
    with live(tmp_path, "--solve-memory-bytes", "300000000") as small:
        with pytest.raises(grpc.RpcError) as caught:
            small.allocation.SolveAllocation(request(in_columns(easy(40_000))))
        code, reason, told = details(caught.value)
        assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "CYCLE_EXCEEDS_MEMORY")
        assert int(told["estimated_bytes"]) > int(told["limit_bytes"]) == 300_000_000
        assert (told["lines"], told["lots"], told["pairs"]) == ("40000", "1", "40000")
        assert value(small, "fairlead_worker_restarts") == 0
        assert works(small)
