"""Long-running solves: each a task of this server, its state and events in the database.

What the database says is what clients see, but for an end that could not be stored yet: that is
answered from memory, and stored once there is room again. A server that ends before an operation
does leaves it to `recover` of the next one, which marks it failed: never vanished, never for ever
under way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import grpc
from google.longrunning.operations_pb2 import Operation
from google.rpc import status_pb2
from sqlalchemy import Connection

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2

from ..foundation.clock_and_ids import Clock, Name, new_id, parse_name
from ..foundation.errors import ServiceError, Violation, error_info, invalid, not_found, status_of
from ..foundation.reasons import Reason
from ..foundation.settings import Settings
from ..foundation.shielded_tasks import settled
from ..jobs.job_messages import Solved
from ..storage import decisions, operations, requests
from ..storage.database import Database
from ..storage.requests import Answered, RequestKey
from ..transport.envelope import wrap
from .operation_journal import CANCELLED, Journal
from .solving import TOO_LARGE, SolveCall, Solver, View, Watch

log = logging.getLogger(__name__)

_DECISION_FIELD = pb.SolveAllocationResponse.DECISION_FIELD_NUMBER


@dataclass(frozen=True, slots=True)
class _Running:
    """An operation under way: the solve, and the task that stores how it goes."""

    task: asyncio.Task[None]
    solving: asyncio.Task[Solved]
    journal: Journal


class Operations:
    """Starts, follows, cancels and forgets long-running solves."""

    def __init__(
        self, settings: Settings, solver: Solver, database: Database, clock: Clock
    ) -> None:
        self._settings = settings
        self._solver = solver
        self._database = database
        self._clock = clock
        self._running: dict[Name, _Running] = {}
        self._stopping = asyncio.Event()

    async def recover(self) -> int:
        """Mark what an earlier server left unfinished as failed; says how many."""

        def write(connection: Connection) -> int:
            lost = operations.unfinished(connection)
            for tenant, id, body in lost:
                name = Name(tenant, "operations", id)
                journal = Journal(name, Operation.FromString(body), self._clock)
                journal.failed(restarted()).save(connection)
            return len(lost)

        return await self._database.write(write)

    async def start(
        self, call: SolveCall, remember: tuple[RequestKey, bytes] | None = None
    ) -> Operation:
        """Accept a solve; it goes on by itself. Raises ServiceError where the queue is full.

        Once it is being stored it is accepted, even when the caller is cancelled meanwhile.
        """
        self._solver.check_room()
        return await settled(asyncio.create_task(self._accept(call, remember)))

    async def _accept(
        self, call: SolveCall, remember: tuple[RequestKey, bytes] | None
    ) -> Operation:
        name = Name(call.tenant, "operations", new_id())
        journal = Journal.begin(name, self._solver.waiting, self._clock)
        entries = journal.pending()
        created = self._clock()

        def write(connection: Connection) -> None:
            operations.add(connection, name.tenant, name.id, created, call.view.value, b"")
            entries.save(connection)
            if remember is not None:
                key, digest = remember
                requests.add(connection, key, Answered(digest, str(name)), created)

        await self._database.write(write)
        journal.stored(entries)
        self._follow(name, call, journal)
        return entries.operation

    async def get(self, name: Name) -> Operation:
        """An operation as it stands, its answer included. Raises ServiceError NOT_FOUND."""
        operation, view = await self._stands(name)
        if operation.HasField("response") and view is not View.SUMMARY:
            await self._fill(operation, view)
        return operation

    async def _stands(self, name: Name) -> tuple[Operation, View]:
        """An operation, its answer a summary, and the view its answer is to have."""
        running = self._running.get(name)
        if running is not None and running.journal.only_here:
            return running.journal.operation(), View.SUMMARY  # it failed: there is no answer

        def load(connection: Connection) -> tuple[Operation, View]:
            found = operations.find(connection, name.tenant, name.id)
            if found is None:
                raise not_found("operation", str(name))
            body, view = found
            return _summed_up(connection, body), View(view)

        return await self._database.read(load)

    async def wait(self, name: Name, seconds: float) -> Operation:
        """As `get`, but wait until it is done or the time is over."""
        running = self._running.get(name)
        if running is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await running.journal.ended.wait()
        return await self.get(name)

    async def page(
        self, tenant: str, before: str, rows: int, done: bool | None
    ) -> list[tuple[str, Operation]]:
        """(id, operation) of at most `rows` operations, the newest first, without lines."""

        def load(connection: Connection) -> list[tuple[str, Operation]]:
            found = operations.page(connection, tenant, before, rows, done)
            return [(id, _summed_up(connection, body)) for id, body in found]

        return await self._database.read(load)

    async def cancel(self, name: Name) -> None:
        """Stop its solver. One that is cancelled stays so.

        Raises NOT_FOUND, and FAILED_PRECONDITION where it ended in another way.
        """
        running = self._running.get(name)
        if running is not None:
            running.solving.cancel()
            await running.journal.ended.wait()
        operation, _ = await self._stands(name)
        if error_info(operation.error).reason != CANCELLED:
            raise _ended(name, operation)

    async def delete(self, name: Name) -> None:
        """Forget it. Raises NOT_FOUND, and FAILED_PRECONDITION while it is under way."""
        running = self._running.get(name)
        if running is not None and not running.journal.ended.is_set():
            raise ServiceError(
                Reason.OPERATION_NOT_DONE,
                f"operation {str(name)!r} is under way: cancel it first",
                {"name": str(name)},
            )
        if not await self._database.write(lambda c: operations.remove(c, name.tenant, name.id)):
            raise not_found("operation", str(name))

    async def events(self, name: Name, after: int) -> AsyncIterator[bytes]:
        """Serialized AllocationEvents after a sequence, to the end. Raises NOT_FOUND."""
        if after < 0:
            rule = Violation("after_sequence", f"{after}: 0 or more")
            raise invalid(Reason.REQUEST_INVALID, "after_sequence is negative", rule)
        last = after
        await self._stands(name)
        while True:
            running = self._running.get(name)
            changed = running.journal.changed() if running else None
            for body in await self._events_after(name, last):
                yield body
                event = pb.AllocationEvent.FromString(body)
                last = event.sequence
                if event.HasField("finished"):
                    return
            if running is None or changed is None:
                return
            if running.journal.only_here:
                for event in running.journal.unstored(last):
                    yield event.SerializeToString()
                return
            try:
                async with asyncio.timeout(self._settings.heartbeat_seconds):
                    await changed.wait()
            except TimeoutError:
                yield running.journal.heartbeat(last).SerializeToString()

    async def _events_after(self, name: Name, last: int) -> Sequence[bytes]:
        return await self._database.read(lambda c: operations.events(c, name.tenant, name.id, last))

    async def drain(self, grace_seconds: float) -> None:
        """Wait for what is under way; after the grace, end it as failed."""
        running = list(self._running.values())
        if not running:
            return
        tasks = [each.task for each in running]
        await asyncio.wait(tasks, timeout=grace_seconds)
        self._stopping.set()
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
        task = asyncio.create_task(self._record(name, solving, journal))
        self._running[name] = _Running(task, solving, journal)

    async def _record(self, name: Name, solving: asyncio.Task[Solved], journal: Journal) -> None:
        """Store events as they come, then how it ended, however often that has to be tried."""
        try:
            await self._record_events(name, solving, journal)
            await self._record_end(name, solving, journal)
            while journal.unsaved.is_set() and not await self._save(name, journal):
                if self._stopping.is_set():
                    return  # the next server marks it failed
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.storage_probe_seconds):
                        await self._stopping.wait()
        finally:
            del self._running[name]

    async def _record_events(
        self, name: Name, solving: asyncio.Task[Solved], journal: Journal
    ) -> None:
        while not solving.done():
            unsaved = asyncio.create_task(journal.unsaved.wait())
            await asyncio.wait([solving, unsaved], return_when=asyncio.FIRST_COMPLETED)
            unsaved.cancel()
            if journal.unsaved.is_set() and not await self._save(name, journal):
                await asyncio.wait([solving], timeout=self._settings.storage_probe_seconds)

    async def _save(self, name: Name, journal: Journal) -> bool:
        """Store what is not stored yet; says whether that was possible."""
        entries = journal.pending()
        try:
            await self._database.write(entries.save)
        except ServiceError as error:
            log.warning("operation %s is not stored for now: %s", name, error)
            return False
        except Exception:
            log.exception("operation %s could not be stored", name)
            return False
        journal.stored(entries)
        return True

    async def _record_end(
        self, name: Name, solving: asyncio.Task[Solved], journal: Journal
    ) -> None:
        """The end of a solve. A decision and the success it means are stored together; where that
        cannot be, the operation has failed, and stays so."""
        try:
            solved = solving.result()
            success = journal.solved(solved)
            await self._solver.store(solved, success.save)
        except asyncio.CancelledError:
            end = restarted() if self._stopping.is_set() else cancelled()
            journal.end(journal.failed(end))
            await self._save(name, journal)
        except Exception as error:
            status = status_of(error)
            if error_info(status).reason == Reason.INTERNAL:
                log.error("operation %s failed", name, exc_info=error)
            journal.end(journal.failed(status))
            await self._save(name, journal)
        else:
            journal.end(success)
            journal.stored(success)
        journal.announce_end()

    async def _fill(self, operation: Operation, view: View) -> None:
        """Put the whole decision into the answer, unless it is too large for one message, or was
        deleted."""
        response = pb.SolveAllocationResponse()
        operation.response.Unpack(response)
        try:
            solved = await self._solver.recall(response.decision.name)
            operation.response.value = await self._solver.response(solved, view)
        except ServiceError as error:
            if error.reason != TOO_LARGE and error.code is not grpc.StatusCode.NOT_FOUND:
                raise


def _summed_up(connection: Connection, body: bytes) -> Operation:
    """A stored operation whose answer, if there is one, is the decision without its rows: an
    operation keeps its name alone, so that a decision that is deleted is gone."""
    operation = Operation.FromString(body)
    if operation.HasField("response"):
        response = pb.SolveAllocationResponse()
        operation.response.Unpack(response)
        name = parse_name(response.decision.name, "decisions")
        named = decision_pb2.Decision(name=str(name)).SerializeToString()
        stored = decisions.body(connection, name.tenant, name.id)
        operation.response.value = wrap(_DECISION_FIELD, named if stored is None else stored)
    return operation


def restarted() -> status_pb2.Status:
    """Why an operation failed that outlived its server."""
    return ServiceError(
        Reason.SERVER_RESTARTED,
        "the server ended before the operation did; nothing was decided: start it again, with the "
        "same request id or another",
    ).status()


def cancelled() -> status_pb2.Status:
    """Why an operation failed that its caller cancelled."""
    return ServiceError(CANCELLED, "the operation was cancelled").status()


def _ended(name: Name, operation: Operation) -> ServiceError:
    """Why an operation cannot be cancelled."""
    metadata = pb.SolveAllocationMetadata()
    operation.metadata.Unpack(metadata)
    state = pb.OperationState.Name(metadata.state)
    return ServiceError(
        Reason.OPERATION_DONE,
        f"operation {str(name)!r} ended before it could be cancelled: {state}",
        {"name": str(name), "state": state},
    )
