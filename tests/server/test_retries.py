"""The service config makes a client wait for a full queue, and not try what never fits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from fairlead import contract
from fairlead.v1 import allocation_service_pb2_grpc as services

from .cycles import easy, endless, request
from .live import Live, details, live, until
from .metrics import value

METHOD = "/fairlead.v1.AllocationService/SolveAllocation"


def client(server: Live) -> services.AllocationServiceStub:
    options = [("grpc.service_config", contract.service_config())]
    return services.AllocationServiceStub(grpc.insecure_channel(server.target, options))


def refusals(server: Live) -> float:
    return value(server, "fairlead_calls_total", method=METHOD, code="RESOURCE_EXHAUSTED")


def test_a_call_to_a_full_queue_is_made_again_when_the_server_says(tmp_path: Path) -> None:
    flags = ("--queue-length", "0", "--retry-delay-seconds", "2.0")
    with live(tmp_path, *flags) as server, ThreadPoolExecutor(1) as pool:
        busy = endless()
        busy.options.time_limit.seconds = 4  # under the four tries, two seconds apart
        first = pool.submit(server.allocation.SolveAllocation, busy)
        until(lambda: value(server, "fairlead_solves_in_flight") == 1)
        assert refused_now(server)
        seen = refusals(server)
        assert client(server).SolveAllocation(request(easy())).decision.lines
        assert refusals(server) > seen  # it was refused, and came again
        assert first.result().decision.name


def refused_now(server: Live) -> bool:
    """Whether a solve without retries is refused: the one worker is busy."""
    try:
        server.allocation.SolveAllocation(request(easy()))
    except grpc.RpcError as error:
        assert details(error)[1] == "QUEUE_FULL"
        return True
    return False


def test_a_call_whose_answer_is_too_large_is_made_once(tmp_path: Path) -> None:
    with live(tmp_path, "--max-message-bytes", "2000") as server:
        with pytest.raises(grpc.RpcError) as caught:
            client(server).SolveAllocation(request(easy(60)))
        assert details(caught.value)[1] == "RESPONSE_TOO_LARGE"
        assert refusals(server) == 1
        trailing = dict(caught.value.trailing_metadata())
        assert trailing["grpc-retry-pushback-ms"] == "-1"
