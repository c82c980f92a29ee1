"""Around every call: errors become a status with details, and the call is counted.

Handlers raise `ServiceError`; here it turns into the code, the message and the trailing metadata
`grpc-status-details-bin`. Anything unforeseen is logged in full and told as INTERNAL.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError
from google.rpc import status_pb2
from grpc import aio

from ..foundation.errors import (
    RemoteFailure,
    ServiceError,
    code_of,
    retry_pushback_millis,
    status_of,
)
from ..foundation.telemetry import Telemetry
from .envelope import malformed

log = logging.getLogger(__name__)

_DETAILS = "grpc-status-details-bin"
_PUSHBACK = "grpc-retry-pushback-ms"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


class CallInterceptor(aio.ServerInterceptor):  # type: ignore[misc, unused-ignore]
    """Maps errors and measures, for all four kinds of methods."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap the method's handler."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        method = str(handler_call_details.method)
        around = self._around_stream if handler.response_streaming else self._around_call
        make, inner = _KINDS[bool(handler.request_streaming), bool(handler.response_streaming)]
        read = _parser(handler.request_deserializer, bool(handler.request_streaming))
        return make(
            around(method, getattr(handler, inner), read),
            request_deserializer=None,  # gRPC would answer INTERNAL to bytes that are no message
            response_serializer=handler.response_serializer,
        )

    def _around_call(
        self, method: str, inner: Callable[..., Any], read: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        async def call(request: Any, context: aio.ServicerContext[Any, Any]) -> Any:
            async with _Measured(self._telemetry, method, context):
                return await inner(read(request), context)

        return call

    def _around_stream(
        self, method: str, inner: Callable[..., Any], read: Callable[[Any], Any]
    ) -> Callable[..., Any]:
        async def call(request: Any, context: aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            async with _Measured(self._telemetry, method, context):
                async for response in inner(read(request), context):
                    yield response

        return call


def _trailing(status: status_pb2.Status) -> tuple[tuple[str, str | bytes], ...]:
    """The metadata that ends a refused call: its details, and when a retry policy may try again."""
    details = (_DETAILS, status.SerializeToString())
    pushback = retry_pushback_millis(status)
    return (details,) if pushback is None else (details, (_PUSHBACK, str(pushback)))


def _parser(deserializer: Callable[[bytes], Any] | None, streaming: bool) -> Callable[[Any], Any]:
    """What makes a handler's request out of bytes. It raises ServiceError INVALID_ARGUMENT."""

    def parsed(body: bytes) -> Any:
        try:
            return body if deserializer is None else deserializer(body)
        except DecodeError:
            raise malformed() from None

    async def parsed_stream(bodies: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        async for body in bodies:
            yield parsed(body)

    return parsed_stream if streaming else parsed


_KINDS = {
    (False, False): (grpc.unary_unary_rpc_method_handler, "unary_unary"),
    (False, True): (grpc.unary_stream_rpc_method_handler, "unary_stream"),
    (True, False): (grpc.stream_unary_rpc_method_handler, "stream_unary"),
    (True, True): (grpc.stream_stream_rpc_method_handler, "stream_stream"),
}


class _Measured:
    """One call: its time, its code, and its error told to the client."""

    def __init__(
        self, telemetry: Telemetry, method: str, context: aio.ServicerContext[Any, Any]
    ) -> None:
        self._telemetry = telemetry
        self._method = method
        self._context = context
        self._start = time.perf_counter()

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None:
            code = self._context.code() or grpc.StatusCode.OK
            self._count(code if isinstance(code, grpc.StatusCode) else grpc.StatusCode.OK)
        elif isinstance(error, asyncio.CancelledError | GeneratorExit):
            self._count(grpc.StatusCode.CANCELLED)  # by the client, or at its deadline
        elif isinstance(error, aio.AbortError):
            code = self._context.code()
            self._count(code if isinstance(code, grpc.StatusCode) else grpc.StatusCode.UNKNOWN)
        else:
            await self._tell(error)

    def _count(self, code: grpc.StatusCode) -> None:
        self._telemetry.calls.labels(self._method, code.name).inc()
        self._telemetry.call_seconds.labels(self._method).observe(time.perf_counter() - self._start)

    async def _tell(self, error: BaseException) -> None:
        if not isinstance(error, ServiceError | RemoteFailure):
            log.error("%s failed", self._method, exc_info=error)
        status = status_of(error)
        code = code_of(status)
        self._count(code)
        await self._context.abort(code, status.message, _trailing(status))
