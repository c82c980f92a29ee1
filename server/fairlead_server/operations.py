"""Long-running solves: each a task of this server, its state and events in the database.

What the database says is what clients see. A server that ends before an operation does leaves it
to `recover` of the next one, which marks it failed: never vanished, never for ever under way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import grpc
from google.longrunning.operations_pb2 import Operation
from google.rpc import status_pb2
from sqlalchemy import Connection

from fairlead.v1 import allocation_service_pb2 as pb

from .errors import ServiceError, Violation, error_info, invalid, not_found, status_of
from .ids import Name, new_id, now_micros
from .jobs.handover import Solved
from .journal import Journal, event_now
from .settings import Settings
from .solving import TOO_LARGE, SolveCall, Solver, View, Watch
from .storage import operations, requests
from .storage.database import Database
from .storage.requests import Answered, RequestKey

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Running:
    """An operation under way: the solve, and the task that stores how it goes."""

    task: asyncio.Task[None]
    solving: asyncio.Task[Solved]
    journal: Journal


class Operations:
    """Starts, follows, cancels and forgets long-running solves."""

    def __init__(self, settings: Settings, solver: Solver, database: Database) -> None:
        self._settings = settings
        self._solver = solver
        self._database = database
        self._running: dict[Name, _Running] = {}
        self._stopping = False

    async def recover(self) -> int:
        """Mark what an earlier server left unfinished as failed; says how many."""

        def write(connection: Connection) -> int:
            lost = operations.unfinished(connection)
            for tenant, id, body in lost:
                journal = Journal(Name(tenant, "operations", id), Operation.FromString(body))
                journal.finish_failed(restarted())
                journal.take().save(connection)
            return len(lost)

        return await self._database.write(write)

    async def start(
        self, call: SolveCall, remember: tuple[RequestKey, bytes] | None = None
    ) -> Operation:
        """Accept a solve; it goes on by itself. Raises ServiceError where the queue is full."""
        self._solver.check_room()
        name = Name(call.tenant, "operations", new_id())
        journal = Journal.begin(name, self._solver.waiting)
        entries = journal.take()
        created = now_micros()

        def write(connection: Connection) -> None:
            operations.add(connection, name.tenant, name.id, created, call.view.value, b"")
            entries.save(connection)
            if remember is not None:
                key, digest = remember
                requests.add(connection, key, Answered(digest, str(name)), created)

        await self._database.write(write)
        self._follow(name, call, journal)
        return entries.operation

    async def get(self, name: Name) -> Operation:
        """An operation as it stands, its answer included. Raises ServiceError NOT_FOUND."""
        found = await self._database.read(lambda c: operations.find(c, name.tenant, name.id))
        if found is None:
            raise not_found("operation", str(name))
        body, view = found
        operation = Operation.FromString(body)
        if operation.HasField("response"):
            await self._fill(operation, View(view))
        return operation

    async def wait(self, name: Name, seconds: float) -> Operation:
        """As `get`, but wait until it is done or the time is over."""
        running = self._running.get(name)
        if running is not None:
            await asyncio.wait([running.task], timeout=seconds)
        return await self.get(name)

    async def page(
        self, tenant: str, before: str, rows: int, done: bool | None
    ) -> list[tuple[str, Operation]]:
        """(id, operation) of at most `rows` operations, the newest first, without lines."""
        found = await self._database.read(lambda c: operations.page(c, tenant, before, rows, done))
        return [(id, Operation.FromString(body)) for id, body in found]

    async def cancel(self, name: Name) -> None:
        """Stop its solver; an operation that is done stays as it is. Raises NOT_FOUND."""
        running = self._running.get(name)
        if running is None:
            await self.get(name)
            return
        running.solving.cancel()
        await asyncio.wait([running.task])

    async def delete(self, name: Name) -> None:
        """Forget it. Raises NOT_FOUND, and FAILED_PRECONDITION while it is under way."""
        if name in self._running:
            raise ServiceError(
                grpc.StatusCode.FAILED_PRECONDITION,
                "OPERATION_NOT_DONE",
                f"operation {str(name)!r} is under way: cancel it first",
                {"name": str(name)},
            )
        if not await self._database.write(lambda c: operations.remove(c, name.tenant, name.id)):
            raise not_found("operation", str(name))

    async def events(self, name: Name, after: int) -> AsyncIterator[bytes]:
        """Serialized AllocationEvents after a sequence, to the end. Raises NOT_FOUND."""
        if after < 0:
            rule = Violation("after_sequence", f"{after}: 0 or more")
            raise invalid("REQUEST_INVALID", "after_sequence is negative", rule)
        last = after
        await self.get(name)
        while True:
            running = self._running.get(name)
            changed = running.journal.changed() if running else None
            for body in await self._events_after(name, last):
                yield body
                event = pb.AllocationEvent.FromString(body)
                last = event.sequence
                if event.HasField("finished"):
                    return
            if changed is None:
                return
            try:
                async with asyncio.timeout(self._settings.heartbeat_seconds):
                    await changed.wait()
            except TimeoutError:
                beat = event_now(heartbeat=pb.Heartbeat())
                beat.sequence = last
                yield beat.SerializeToString()

    async def _events_after(self, name: Name, last: int) -> Sequence[bytes]:
        return await self._database.read(lambda c: operations.events(c, name.tenant, name.id, last))

    async def drain(self, grace_seconds: float) -> None:
        """Wait for what is under way; after the grace, end it as failed."""
        running = list(self._running.values())
        if not running:
            return
        tasks = [each.task for each in running]
        await asyncio.wait(tasks, timeout=grace_seconds)
        self._stopping = True
        for each in running:
            each.solving.cancel()
        await asyncio.wait(tasks)

    def _follow(self, name: Name, call: SolveCall, journal: Journal) -> None:
        limit = self._solver.limit(call, lambda: None)
        most = self._settings.solve_restarts

        watch = Watch(
            journal.start,
            journal.progress,
            lambda count, cause: journal.restart(count, most, cause),
        )
        solving = asyncio.create_task(self._solver.solve(call, limit, watch))
        task = asyncio.create_task(self._finish(name, solving, journal))
        self._running[name] = _Running(task, solving, journal)

    async def _finish(self, name: Name, solving: asyncio.Task[Solved], journal: Journal) -> None:
        """Store events as they come, then how it ended."""
        try:
            unsaved = asyncio.create_task(journal.unsaved.wait())
            while not solving.done():
                await asyncio.wait([solving, unsaved], return_when=asyncio.FIRST_COMPLETED)
                if unsaved.done():
                    await self._save(journal)
                    unsaved = asyncio.create_task(journal.unsaved.wait())
            unsaved.cancel()
            self._conclude(name, solving, journal)
            await self._save(journal)
        except Exception:
            log.exception("operation %s could not be stored", name)
        finally:
            del self._running[name]
            journal.announce()

    async def _save(self, journal: Journal) -> None:
        await self._database.write(journal.take().save)
        journal.announce()

    def _conclude(self, name: Name, solving: asyncio.Task[Solved], journal: Journal) -> None:
        if solving.cancelled():
            if self._stopping:
                journal.finish_failed(restarted())
            else:
                journal.finish_cancelled(cancelled())
            return
        error = solving.exception()
        if error is None:
            journal.finish_solved(solving.result())
            return
        status = status_of(error)
        if error_info(status).reason == "INTERNAL":
            log.error("operation %s failed", name, exc_info=error)
        journal.finish_failed(status)

    async def _fill(self, operation: Operation, view: View) -> None:
        """Put the whole decision into the answer, unless it is too large for one message."""
        if view is View.SUMMARY:
            return
        response = pb.SolveAllocationResponse()
        operation.response.Unpack(response)
        solved = await self._solver.recall(response.decision.name)
        try:
            operation.response.value = await self._solver.response(solved, view)
        except ServiceError as error:
            if error.reason != TOO_LARGE:
                raise


def restarted() -> status_pb2.Status:
    """Why an operation failed that outlived its server."""
    return ServiceError(
        grpc.StatusCode.ABORTED,
        "SERVER_RESTARTED",
        "the server ended before the operation did; nothing was decided: start it again",
    ).status()


def cancelled() -> status_pb2.Status:
    """Why an operation failed that its caller cancelled."""
    return ServiceError(
        grpc.StatusCode.CANCELLED, "OPERATION_CANCELLED", "the operation was cancelled"
    ).status()
