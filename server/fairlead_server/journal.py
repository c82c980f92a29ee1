"""The story of one operation: its state, and the events that led to it, until they are stored."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from google.longrunning import operations_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import status_pb2
from sqlalchemy import Connection

from fairlead.v1 import allocation_service_pb2 as pb

from .ids import Name, now_micros
from .jobs.handover import Solved
from .storage import operations


@dataclass(frozen=True, slots=True)
class Entries:
    """An operation as it stands, and the events since it was stored last."""

    name: Name
    operation: operations_pb2.Operation
    events: tuple[pb.AllocationEvent, ...]

    def save(self, connection: Connection) -> None:
        """Store them, in the caller's transaction."""
        tenant, id = self.name.tenant, self.name.id
        body = self.operation.SerializeToString()
        operations.save(connection, tenant, id, self.operation.done, body)
        for event in self.events:
            operations.add_event(connection, tenant, id, event.sequence, event.SerializeToString())


class Journal:
    """State and events of an operation. Lives on the event loop; `take` is what gets stored."""

    def __init__(self, name: Name, operation: operations_pb2.Operation) -> None:
        self._name = name
        self._operation = operation
        self._metadata = pb.SolveAllocationMetadata()
        operation.metadata.Unpack(self._metadata)
        self._events: list[pb.AllocationEvent] = []
        self._changed = asyncio.Event()
        self.unsaved = asyncio.Event()

    @classmethod
    def begin(cls, name: Name, position: int) -> Journal:
        """The journal of an operation accepted now."""
        journal = cls(name, operations_pb2.Operation(name=str(name)))
        journal._metadata.create_time.CopyFrom(_now())
        journal._metadata.state = pb.OPERATION_STATE_QUEUED
        journal._add(event_now(queued=pb.Queued(position=position)))
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
        self._metadata.start_time.CopyFrom(_now())

    def restart(self, count: int, most: int, cause: str) -> None:
        """Its worker died; it waits for another."""
        self._metadata.state = pb.OPERATION_STATE_QUEUED
        self._add(event_now(restarted=pb.Restarted(count=count, most=most, cause=cause)))

    def progress(self, body: bytes) -> None:
        """A worker reports: a serialized AllocationEvent without sequence and time."""
        event = pb.AllocationEvent.FromString(body)
        event.time.CopyFrom(_now())
        if event.HasField("incumbent"):
            self._metadata.incumbent_micros = event.incumbent.objective_micros
        elif event.HasField("bound"):
            self._metadata.bound_micros = event.bound.bound_micros
        self._add(event)

    def finish_solved(self, solved: Solved) -> None:
        """It ended with an answer."""
        response = pb.SolveAllocationResponse()
        response.decision.ParseFromString(solved.body)
        self._operation.response.Pack(response)
        self._metadata.decision = solved.name
        finished = pb.Finished(
            state=pb.OPERATION_STATE_SUCCEEDED,
            status=response.decision.status,
            decision=solved.name,
        )
        self._finish(finished)

    def finish_failed(self, status: status_pb2.Status) -> None:
        """It ended with an error."""
        self._operation.error.CopyFrom(status)
        self._finish(pb.Finished(state=pb.OPERATION_STATE_FAILED))

    def finish_cancelled(self, status: status_pb2.Status) -> None:
        """Its caller stopped it."""
        self._operation.error.CopyFrom(status)
        self._finish(pb.Finished(state=pb.OPERATION_STATE_CANCELLED))

    def _finish(self, finished: pb.Finished) -> None:
        self._operation.done = True
        self._metadata.state = finished.state
        self._metadata.end_time.CopyFrom(_now())
        self._add(event_now(finished=finished))

    def _add(self, event: pb.AllocationEvent) -> None:
        self._metadata.last_sequence += 1
        event.sequence = self._metadata.last_sequence
        self._events.append(event)
        self.unsaved.set()

    def take(self) -> Entries:
        """What is to be stored now; `announce` once it is."""
        events, self._events = self._events, []
        self.unsaved.clear()
        return Entries(self._name, self.operation(), tuple(events))

    def announce(self) -> None:
        """What was taken may be read: wake those who wait for it."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def changed(self) -> asyncio.Event:
        """Set when something is saved after this call."""
        return self._changed


def event_now(**what: Any) -> pb.AllocationEvent:
    """An event of this moment."""
    return pb.AllocationEvent(time=_now(), **what)


def _now() -> Timestamp:
    stamp = Timestamp()
    stamp.FromMicroseconds(now_micros())
    return stamp
