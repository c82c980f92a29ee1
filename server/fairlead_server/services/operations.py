"""google.longrunning.Operations."""

from __future__ import annotations

from typing import Any

import grpc
from google.longrunning import operations_pb2 as pb
from google.protobuf.empty_pb2 import Empty
from grpc import aio

from ..foundation.clock_and_ids import parse_name, parse_parent
from ..foundation.errors import Violation, invalid
from ..foundation.reasons import Reason
from ..foundation.settings import Settings
from ..transport.paging import Pages, decode_token, encode_token
from ..transport.request_checks import seconds_to_wait
from ..usecases.long_running import Operations

NAME = "google.longrunning.Operations"
Context = aio.ServicerContext[Any, Any]

_DONE = {"": None, "done=true": True, "done=false": False}


class OperationsService:
    """Gets, lists, waits for, cancels and deletes the operations of a tenant."""

    def __init__(self, settings: Settings, operations: Operations, pages: Pages) -> None:
        self._settings = settings
        self._operations = operations
        self._pages = pages

    def handlers(self) -> grpc.GenericRpcHandler:
        """The service's methods."""
        methods = (
            ("GetOperation", self.get, pb.GetOperationRequest),
            ("ListOperations", self.list, pb.ListOperationsRequest),
            ("WaitOperation", self.wait, pb.WaitOperationRequest),
            ("CancelOperation", self.cancel, pb.CancelOperationRequest),
            ("DeleteOperation", self.delete, pb.DeleteOperationRequest),
        )
        return grpc.method_handlers_generic_handler(
            NAME,
            {
                name: grpc.unary_unary_rpc_method_handler(
                    method, request.FromString, lambda answer: answer.SerializeToString()
                )
                for name, method, request in methods
            },
        )

    async def get(self, request: pb.GetOperationRequest, _: Context) -> pb.Operation:
        """An operation as it stands."""
        return await self._operations.get(parse_name(request.name, "operations"))

    async def list(
        self, request: pb.ListOperationsRequest, _: Context
    ) -> pb.ListOperationsResponse:
        """A tenant's operations, the newest first; filter: done=true or done=false."""
        tenant = parse_parent(request.name, "name")
        wanted = request.filter.replace(" ", "").lower()
        if wanted not in _DONE:
            rule = Violation("filter", f"{request.filter!r}: done=true or done=false")
            raise invalid(Reason.FILTER_INVALID, "the filter is unknown", rule)
        rows = self._pages.size(request.page_size)
        before = decode_token(request.page_token, "operations", tenant, wanted)
        found = await self._operations.page(tenant, before, rows + 1, _DONE[wanted])
        answer = pb.ListOperationsResponse(operations=[each for _, each in found[:rows]])
        if len(found) > rows:
            place = found[rows - 1][0]
            answer.next_page_token = encode_token(place, "operations", tenant, wanted)
        return answer

    async def wait(self, request: pb.WaitOperationRequest, context: Context) -> pb.Operation:
        """The operation once it is done, or as it stands when the time is over."""
        asked = seconds_to_wait(request, "timeout")
        left = context.time_remaining()
        limits = [self._settings.wait_limit_seconds]
        if asked is not None:
            limits.append(asked)
        if left is not None:
            limits.append(max(0.0, left - self._settings.deadline_margin_seconds))
        return await self._operations.wait(parse_name(request.name, "operations"), min(limits))

    async def cancel(self, request: pb.CancelOperationRequest, _: Context) -> Empty:
        """Stop it; one that ended in another way is an error that says how."""
        await self._operations.cancel(parse_name(request.name, "operations"))
        return Empty()

    async def delete(self, request: pb.DeleteOperationRequest, _: Context) -> Empty:
        """Forget one that is done."""
        await self._operations.delete(parse_name(request.name, "operations"))
        return Empty()
