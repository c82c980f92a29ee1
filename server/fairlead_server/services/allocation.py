"""AllocationService. Requests and decisions pass as bytes; `handlers` registers it that way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.longrunning import operations_pb2
from grpc import aio

from fairlead.v1 import allocation_service_pb2 as pb

from ..foundation.clock_and_ids import parse_name
from ..foundation.errors import ServiceError
from ..foundation.reasons import Reason
from ..jobs.job_messages import Solved
from ..storage.requests import RequestKey
from ..transport.envelope import open_envelope
from ..usecases.idempotent_calls import Flights, body_digest
from ..usecases.long_running import Operations
from ..usecases.solving import SolveCall, Solver

NAME = "fairlead.v1.AllocationService"
_REQUEST_FIELD = pb.SolveAllocationLongRunningRequest.REQUEST_FIELD_NUMBER
Context = aio.ServicerContext[Any, Any]


class AllocationService:
    """Decides cycles, at once or as operations."""

    def __init__(
        self,
        solver: Solver,
        operations: Operations,
        solves: Flights[Solved],
        starts: Flights[operations_pb2.Operation],
        max_message_bytes: int,
    ) -> None:
        self._solver = solver
        self._operations = operations
        self._solves = solves
        self._starts = starts
        self._max_message_bytes = max_message_bytes

    def handlers(self) -> grpc.GenericRpcHandler:
        """The service's methods; a request or answer that may be big stays bytes."""
        return grpc.method_handlers_generic_handler(
            NAME,
            {
                "SolveAllocation": grpc.unary_unary_rpc_method_handler(self.solve),
                "SolveAllocationLongRunning": grpc.unary_unary_rpc_method_handler(
                    self.start, None, operations_pb2.Operation.SerializeToString
                ),
                "StreamAllocationEvents": grpc.unary_stream_rpc_method_handler(
                    self.stream_events, pb.StreamAllocationEventsRequest.FromString, None
                ),
            },
        )

    async def solve(self, body: bytes, context: Context) -> bytes:
        """SolveAllocation: a serialized request in, a serialized response out."""
        self._check_size(body)
        call = SolveCall.of(body)
        limit = self._solver.limit(call, _time_left(context))
        if call.request.validate_only:
            return await self._solver.validate(call, limit)
        if not call.request.request_id:
            solved = await self._solver.decide(call, limit)
        else:
            key = RequestKey(call.tenant, "SolveAllocation", call.request.request_id)
            digest = await body_digest(body)
            solved = await self._solves.run(
                key, digest, lambda: self._solver.decide(call, limit, (key, digest))
            )
        return await self._solver.response(solved, call.view)

    async def start(self, body: bytes, context: Context) -> operations_pb2.Operation:
        """SolveAllocationLongRunning."""
        self._check_size(body)
        call = SolveCall.of(open_envelope(body, _REQUEST_FIELD).payload, "request.")
        if call.request.validate_only:
            limit = self._solver.limit(call, _time_left(context))
            checked = pb.SolveAllocationResponse.FromString(
                await self._solver.validate(call, limit)
            )
            operation = operations_pb2.Operation(done=True)
            operation.response.Pack(checked)
            return operation
        if not call.request.request_id:
            return await self._operations.start(call)
        key = RequestKey(call.tenant, "SolveAllocationLongRunning", call.request.request_id)
        digest = await body_digest(body)
        return await self._starts.run(
            key, digest, lambda: self._operations.start(call, (key, digest))
        )

    async def stream_events(
        self, request: pb.StreamAllocationEventsRequest, context: Context
    ) -> AsyncIterator[bytes]:
        """StreamAllocationEvents."""
        name = parse_name(request.name, "operations")
        async for event in self._operations.events(name, request.after_sequence):
            yield event

    def _check_size(self, body: bytes) -> None:
        if len(body) > self._max_message_bytes:
            raise ServiceError(
                Reason.MESSAGE_TOO_LARGE,
                "the request is too large: upload the cycle as a snapshot",
                {"size_bytes": str(len(body)), "limit_bytes": str(self._max_message_bytes)},
            )


def _time_left(context: Context) -> Callable[[], float | None]:
    return context.time_remaining
