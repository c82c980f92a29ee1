"""The story of one operation: its state, and the events that led to it, until they are stored.

What could not be stored stays here until it can be: no event is lost, and an operation that ended
has ended, whatever the database says.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from google.longrunning import operations_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import status_pb2
from sqlalchemy import Connection

from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2

from ..foundation.clock_and_ids import Clock, Name, now_micros
from ..foundation.errors import error_info
from ..foundation.reasons import Reason
from ..jobs.job_messages import Solved
from ..storage import operations, requests

CANCELLED = Reason.OPERATION_CANCELLED


@dataclass(frozen=True, slots=True)
class Entries:
    """An operation as it stands, or as it would, and the events since it was stored last."""

    name: Name
    operation: operations_pb2.Operation
    events: tuple[pb.AllocationEvent, ...]

    def save(self, connection: Connection) -> None:
        """Store them, in the caller's transaction; nothing where the operation was deleted.

        An operation that ends with an error frees its request id.
        """
        tenant, id = self.name.tenant, self.name.id
        body = self.operation.SerializeToString()
        if not operations.save(connection, tenant, id, self.operation.done, body):
            return
        for event in self.events:
            operations.add_event(connection, tenant, id, event.sequence, event.SerializeToString())
        if self.operation.HasField("error"):
            requests.release(connection, tenant, str(self.name))


class Journal:
    """State and events of an operation. Lives on the event loop; `pending` is what gets stored."""

    def __init__(
        self, name: Name, operation: operations_pb2.Operation, clock: Clock = now_micros
    ) -> None:
        self._name = name
        self._clock = clock
        self._operation = operation
        self._metadata = pb.SolveAllocationMetadata()
        operation.metadata.Unpack(self._metadata)
        self._events: list[pb.AllocationEvent] = []
        self._changed = asyncio.Event()
        self.unsaved = asyncio.Event()
        self.ended = asyncio.Event()

    @classmethod
    def begin(cls, name: Name, position: int, clock: Clock = now_micros) -> Journal:
        """The journal of an operation accepted now."""
        journal = cls(name, operations_pb2.Operation(name=str(name)), clock)
        journal._metadata.create_time.CopyFrom(journal._now())
        journal._metadata.state = pb.OPERATION_STATE_QUEUED
        journal._add(pb.AllocationEvent(queued=pb.Queued(position=position)))
        return journal

    def operation(self) -> operations_pb2.Operation:
        """The operation as it stands (a copy)."""
        operation = operations_pb2.Operation()
        operation.CopyFrom(self._operation)
        operation.metadata.Pack(self._metadata)
        return operation

    def start(self) -> None:
        """A worker took it up."""
        self._metadata.state = pb.OPERATION_STATE_RUNNING
        self._metadata.start_time.CopyFrom(self._now())

    def restart(self, count: int, most: int, cause: str) -> None:
        """Its worker died; it waits for another."""
        self._metadata.state = pb.OPERATION_STATE_QUEUED
        restarted = pb.Restarted(count=count, most=most, cause=cause)
        self._add(pb.AllocationEvent(restarted=restarted))

    def progress(self, body: bytes) -> None:
        """A worker reports: a serialized AllocationEvent without sequence and time."""
        event = pb.AllocationEvent.FromString(body)
        if event.HasField("incumbent"):
            self._metadata.incumbent_micros = event.incumbent.objective_micros
        elif event.HasField("bound"):
            self._metadata.bound_micros = event.bound.bound_micros
        self._add(event)

    def solved(self, solved: Solved) -> Entries:
        """How it would end with this answer, of which it keeps the name. Nothing changes yet: the
        decision and this end are stored together, then `end` makes it so."""
        response = pb.SolveAllocationResponse()
        response.decision.name = solved.name
        operation = operations_pb2.Operation()
        operation.response.Pack(response)
        finished = pb.Finished(
            state=pb.OPERATION_STATE_SUCCEEDED,
            status=decision_pb2.DecisionStatus.Value(solved.status),
            decision=solved.name,
        )
        return self._ending(operation, finished)

    def failed(self, status: status_pb2.Status) -> Entries:
        """How it would end with this error; cancelled, where its caller stopped it."""
        was_cancelled = error_info(status).reason == CANCELLED
        state = pb.OPERATION_STATE_CANCELLED if was_cancelled else pb.OPERATION_STATE_FAILED
        return self._ending(operations_pb2.Operation(error=status), pb.Finished(state=state))

    def _ending(self, result: operations_pb2.Operation, finished: pb.Finished) -> Entries:
        metadata = pb.SolveAllocationMetadata(
            state=finished.state,
            end_time=self._now(),
            decision=finished.decision,
            last_sequence=self._metadata.last_sequence + 1,
        )
        event = pb.AllocationEvent(
            sequence=metadata.last_sequence, time=self._now(), finished=finished
        )
        operation = self.operation()
        operation.MergeFrom(result)
        operation.done = True
        changed = pb.SolveAllocationMetadata()
        changed.CopyFrom(self._metadata)
        changed.MergeFrom(metadata)
        operation.metadata.Pack(changed)
        return Entries(self._name, operation, (*self._events, event))

    def end(self, ending: Entries) -> None:
        """It ended so; to be stored, and then announced as `ended`."""
        self._operation = ending.operation
        self._operation.metadata.Unpack(self._metadata)
        self._events = list(ending.events)
        self.unsaved.set()

    def announce_end(self) -> None:
        """It may be seen to have ended, whether that could be stored or not."""
        self.ended.set()
        self._announce()

    def _add(self, event: pb.AllocationEvent) -> None:
        self._metadata.last_sequence += 1
        event.sequence = self._metadata.last_sequence
        event.time.CopyFrom(self._now())
        self._events.append(event)
        self.unsaved.set()

    def pending(self) -> Entries:
        """What is to be stored now; `stored` once it is."""
        return Entries(self._name, self.operation(), tuple(self._events))

    def stored(self, entries: Entries) -> None:
        """These are stored and may be read: wake those who wait for them."""
        last = max((event.sequence for event in entries.events), default=0)
        self._events = [event for event in self._events if event.sequence > last]
        if not self._events:
            self.unsaved.clear()
        self._announce()

    def unstored(self, after: int) -> list[pb.AllocationEvent]:
        """Its events after a sequence that are not stored yet."""
        return [event for event in self._events if event.sequence > after]

    @property
    def only_here(self) -> bool:
        """Whether it ended, and the database does not know."""
        return self.ended.is_set() and self.unsaved.is_set()

    def changed(self) -> asyncio.Event:
        """Set when something is stored, or it ends, after this call."""
        return self._changed

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def heartbeat(self, sequence: int) -> pb.AllocationEvent:
        """Nothing new after that event; not kept."""
        beat = pb.AllocationEvent(sequence=sequence, heartbeat=pb.Heartbeat())
        beat.time.CopyFrom(self._now())
        return beat

    def _now(self) -> Timestamp:
        stamp = Timestamp()
        stamp.FromMicroseconds(self._clock())
        return stamp
