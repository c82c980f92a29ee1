"""What is kept, and for how long: days go by as the test says, everything else is real."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.longrunning import operations_pb2
from google.rpc import status_pb2

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_service_pb2, snapshot_service_pb2
from fairlead_server.foundation.errors import error_info

from .cycles import PARENT, easy, endless, request, upload
from .within import Within, until, within


async def fate(call: Awaitable[Any]) -> str:
    """The reason a call is refused with; "" where it is answered."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        trailing = dict(error.trailing_metadata() or ())
        status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
        return error_info(status).reason
    return ""


async def becomes(reason: str, call: Callable[[], Awaitable[Any]]) -> None:
    """Wait until a call is refused with that reason."""

    async def holds() -> bool:
        return await fate(call()) == reason

    await until(holds)


async def solved(server: Within, tenant: str = PARENT) -> str:
    """The name of a new decision."""
    wanted = request(easy())
    wanted.parent = tenant
    return str((await server.allocation.SolveAllocation(wanted)).decision.name)


async def started(server: Within, wanted: pb.SolveAllocationRequest) -> str:
    """The name of a new operation."""
    message = pb.SolveAllocationLongRunningRequest(request=wanted)
    return str((await server.allocation.SolveAllocationLongRunning(message)).name)


def decision(server: Within, name: str) -> Awaitable[Any]:
    return server.decisions.GetDecision(decision_service_pb2.GetDecisionRequest(name=name))


def operation(server: Within, name: str) -> Awaitable[Any]:
    return server.operations.GetOperation(operations_pb2.GetOperationRequest(name=name))


def snapshot(server: Within, name: str) -> Awaitable[Any]:
    return server.snapshots.GetSnapshot(snapshot_service_pb2.GetSnapshotRequest(name=name))


def test_every_kind_is_kept_for_its_days_and_no_longer() -> None:
    async def work() -> None:
        async with within(
            workers=2,
            sweep_seconds=0.02,
            decision_retention_days=10,
            operation_retention_days=5,
            snapshot_retention_days=20,
            deleted_retention_days=60,
        ) as server:
            made = await solved(server)
            done = await started(server, request(easy()))
            await server.operations.WaitOperation(operations_pb2.WaitOperationRequest(name=done))
            running = await started(server, endless())
            sent = upload(easy(5), request_id="sent")
            stored = (await server.snapshots.UploadSnapshot(iter(sent))).name

            server.clock.to_day(6)
            await becomes("OPERATION_NOT_FOUND", lambda: operation(server, done))
            assert (await operation(server, running)).done is False
            assert (await server.snapshots.UploadSnapshot(iter(upload(easy(5))))).name == stored
            assert await fate(decision(server, made)) == ""

            server.clock.to_day(11)
            await becomes("DECISION_DELETED", lambda: decision(server, made))

            server.clock.to_day(25)  # 25 from the first upload, 19 from the second
            later = await solved(server)
            server.clock.to_day(25.9)
            await asyncio.sleep(0.2)
            assert await fate(snapshot(server, stored)) == ""
            server.clock.to_day(27)
            await becomes("SNAPSHOT_NOT_FOUND", lambda: snapshot(server, stored))
            again = await server.snapshots.UploadSnapshot(iter(sent))
            assert again.name != stored
            assert await fate(decision(server, later)) == ""

            server.clock.to_day(72)
            await becomes("DECISION_NOT_FOUND", lambda: decision(server, made))

    asyncio.run(work())


def test_of_each_tenant_the_newest_are_kept() -> None:
    async def work() -> None:
        async with within(
            sweep_seconds=0.02, sweep_hold_seconds=1e-9, decision_retention_count=2
        ) as server:
            mine = [await solved(server) for _ in range(4)]
            other = await solved(server, "tenants/other")
            for name in mine[:2]:
                await becomes("DECISION_DELETED", lambda name=name: decision(server, name))  # type: ignore[misc]
            assert [await fate(decision(server, name)) for name in (*mine[2:], other)] == [""] * 3

    asyncio.run(work())


def test_without_a_retention_everything_is_kept() -> None:
    async def work() -> None:
        async with within(sweep_seconds=0.02) as server:
            made = await solved(server)
            kept = await started(server, request(easy()))
            server.clock.to_day(10_000)
            await asyncio.sleep(0.2)
            assert await fate(decision(server, made)) == await fate(operation(server, kept)) == ""

    asyncio.run(work())
