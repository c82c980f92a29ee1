"""A real server within the test's own process, whose clock the test sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.longrunning import operations_pb2_grpc as operations

from fairlead.v1 import allocation_service_pb2_grpc as allocation
from fairlead.v1 import decision_service_pb2_grpc as decisions
from fairlead.v1 import snapshot_service_pb2_grpc as snapshots
from fairlead_server.foundation.settings import Settings
from fairlead_server.serve import Server

DAY_MICROS = 86_400 * 10**6
START_MICROS = 20_000 * DAY_MICROS


@dataclass
class SetClock:
    """Says the time it was set to."""

    micros: int = START_MICROS

    def __call__(self) -> int:
        return self.micros

    def to_day(self, day: float) -> None:
        """So many days after the start."""
        self.micros = START_MICROS + round(day * DAY_MICROS)


class Within:
    """Clients of a server, asynchronous ones."""

    def __init__(self, target: str, clock: SetClock) -> None:
        self.clock = clock
        self.channel = grpc.aio.insecure_channel(target)
        self.allocation: Any = allocation.AllocationServiceStub(self.channel)
        self.decisions: Any = decisions.DecisionServiceStub(self.channel)
        self.snapshots: Any = snapshots.SnapshotServiceStub(self.channel)
        self.operations: Any = operations.OperationsStub(self.channel)


@asynccontextmanager
async def within(**settings: Any) -> AsyncIterator[Within]:
    """A server with one worker on any free port, its database in memory."""
    given = {"port": 0, "admin_port": 0, "metrics_port": 0, "workers": 1, "database": ":memory:"}
    clock = SetClock()
    server = Server(Settings(**{**given, "drain_grace_seconds": 0, **settings}), clock)
    try:
        ports = await server.start()
        clients = Within(f"127.0.0.1:{ports.port}", clock)
        yield clients
        await clients.channel.close()
        await server.drain()
    finally:
        await server.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something the server does by itself; the run's timeout ends a wait in vain."""
    while not await holds():
        await asyncio.sleep(0.02)
