"""Small cycles through gRPC under load: how long a call takes, how many a second are answered.

Clients call one after the other without a pause, each on a channel of its own, against a warm
server on loopback. A number of calls and a number of seconds bound every measurement.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

import grpc
import numpy as np
from pydantic import BaseModel

from fairlead.v1 import allocation_service_pb2 as messages
from fairlead.v1 import allocation_service_pb2_grpc as services
from fairlead.v1 import decision_pb2

from ..recipe.generator import Recipe
from ..running.process_memory import cpu_seconds
from .serving import Served

LEVELS = {
    "none": messages.EXPLANATION_LEVEL_NONE,
    "exact": messages.EXPLANATION_LEVEL_EXACT,
    "full": messages.EXPLANATION_LEVEL_FULL,
}
PARENT = "tenants/bench"
ORDERS = 50  # different orders, called in turn
WARM_CALLS = 30
CALL_SECONDS = 30.0
MILLI = 1000.0


class Load(BaseModel):
    """What one measurement found. Latencies in milliseconds, of calls that were answered.

    `server_cores` and `client_cores`: processor seconds a second, of all processes of each.
    """

    explanation: str
    clients: int
    lines: int
    calls: int
    errors: int
    first_error: str = ""
    seconds: float
    calls_per_second: float
    median_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    server_cores: float
    client_cores: float


@dataclass(frozen=True, slots=True)
class Pressure:
    """How hard to press: so many calls in all, for so many seconds at most, from each number of
    clients, at each explanation level; orders of `lines` lines."""

    calls: int
    seconds: float
    clients: tuple[int, ...]
    levels: tuple[str, ...]
    lines: int


@dataclass(slots=True)
class _Tally:
    """What one client saw."""

    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def together(cls, tallies: Iterable[Self]) -> Self:
        """Of all clients."""
        whole = cls()
        for tally in tallies:
            whole.milliseconds += tally.milliseconds
            whole.errors += tally.errors
        return whole


def orders(recipe: Recipe, lines: int) -> list[messages.SolveAllocationRequest]:
    """Different orders of so many lines, each a cycle of its own."""
    made = []
    for number in range(ORDERS):
        change = {"seed": recipe.seed + number, "lines": lines, "lines_per_order": float(lines)}
        one = recipe.model_copy(update=change)
        request = messages.SolveAllocationRequest(parent=PARENT, policy=one.policy())
        request.cycle.CopyFrom(one.cycle())
        made.append(request)
    return made


def press(
    server: Served, made: Sequence[messages.SolveAllocationRequest], pressure: Pressure
) -> Iterable[Load]:
    """Measure every explanation level from every number of clients, one after the other."""
    for level, clients in itertools.product(pressure.levels, pressure.clients):
        asked = [_at_level(request, level) for request in made]
        _called(server, asked, WARM_CALLS, clients, pressure.seconds)
        start, server_cpu, cpu = time.perf_counter(), cpu_seconds(server.pid), time.process_time()
        tally = _called(server, asked, pressure.calls, clients, pressure.seconds)
        seconds = time.perf_counter() - start
        yield Load(
            explanation=level,
            clients=clients,
            lines=pressure.lines,
            calls=len(tally.milliseconds) + len(tally.errors),
            errors=len(tally.errors),
            first_error=next(iter(tally.errors), ""),
            seconds=seconds,
            calls_per_second=len(tally.milliseconds) / seconds,
            **_quantiles(tally.milliseconds),
            server_cores=(cpu_seconds(server.pid) - server_cpu) / seconds,
            client_cores=(time.process_time() - cpu) / seconds,
        )


def _at_level(
    request: messages.SolveAllocationRequest, level: str
) -> messages.SolveAllocationRequest:
    asked = messages.SolveAllocationRequest()
    asked.CopyFrom(request)
    asked.options.explanation = LEVELS[level]
    return asked


def _called(
    server: Served,
    asked: Sequence[messages.SolveAllocationRequest],
    calls: int,
    clients: int,
    seconds: float,
) -> _Tally:
    """Share the calls among the clients."""
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as pool:
        shares = [range(client, calls, clients) for client in range(clients)]
        work = [pool.submit(_client, server.address, asked, share, end) for share in shares]
        return _Tally.together(done.result() for done in work)


def _client(
    address: str, asked: Sequence[messages.SolveAllocationRequest], share: range, end: float
) -> _Tally:
    tally = _Tally()
    # channels of one process share a connection unless they are told not to
    with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = services.AllocationServiceStub(channel)
        for number in share:
            if time.monotonic() > end:
                break
            start = time.perf_counter()
            try:
                answer = stub.SolveAllocation(asked[number % len(asked)], timeout=CALL_SECONDS)
            except grpc.RpcError as error:
                tally.errors.append(str(error))
                continue
            if answer.decision.status == decision_pb2.DECISION_STATUS_OPTIMAL:
                tally.milliseconds.append((time.perf_counter() - start) * MILLI)
            else:
                tally.errors.append(decision_pb2.DecisionStatus.Name(answer.decision.status))
    return tally


def _quantiles(milliseconds: Sequence[float]) -> dict[str, float]:
    if not milliseconds:
        return {}
    median, p95, p99 = np.quantile(milliseconds, [0.5, 0.95, 0.99])
    return {"median_ms": float(median), "p95_ms": float(p95), "p99_ms": float(p99)}
