"""Calls with a request id: run once, answered as often as asked, forgotten if they fail.

While the first call is under way, others with the same id and body wait for its answer; with
another body they are refused. Once it is stored, `find` knows what it made, also after a restart.
A call that fails stores nothing: its id may be used again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .errors import ServiceError, Violation, invalid
from .storage.requests import Answered, RequestKey

Answer = TypeVar("Answer")
_HASH_IN_THREAD_BYTES = 1 << 20


async def body_digest(body: bytes) -> bytes:
    """SHA-256 of a request; a big one is hashed off the event loop."""
    if len(body) < _HASH_IN_THREAD_BYTES:
        return hashlib.sha256(body).digest()
    return await asyncio.to_thread(lambda: hashlib.sha256(body).digest())


@dataclass(slots=True)
class _Flight(Generic[Answer]):
    digest: bytes
    task: asyncio.Task[Answer]
    waiters: int = 0


class Flights(Generic[Answer]):
    """Single flight per request key.

    `find` looks a key up in the store; `replay` turns what it found into the first answer.
    """

    def __init__(
        self,
        find: Callable[[RequestKey], Awaitable[Answered | None]],
        replay: Callable[[str], Awaitable[Answer]],
    ) -> None:
        self._find = find
        self._replay = replay
        self._flying: dict[RequestKey, _Flight[Answer]] = {}

    async def run(
        self,
        key: RequestKey,
        digest: bytes,
        work: Callable[[], Coroutine[Any, Any, Answer]],
    ) -> Answer:
        """The first call's answer, or this one's where it is the first.

        Raises ServiceError INVALID_ARGUMENT / REQUEST_ID_REUSED. The work is cancelled when
        nobody waits for it any more.
        """
        flight = self._flying.get(key)
        if flight is None:
            flight = _Flight(digest, asyncio.create_task(self._once(key, digest, work)))
            self._flying[key] = flight
            flight.task.add_done_callback(lambda _: self._flying.pop(key, None))
        elif flight.digest != digest:
            raise reused(key)
        return await self._wait(flight)

    async def _once(
        self,
        key: RequestKey,
        digest: bytes,
        work: Callable[[], Coroutine[Any, Any, Answer]],
    ) -> Answer:
        known = await self._find(key)
        if known is None:
            return await work()
        if known.digest != digest:
            raise reused(key)
        return await self._replay(known.answer)

    async def _wait(self, flight: _Flight[Answer]) -> Answer:
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiters -= 1
            if flight.waiters == 0 and not flight.task.done():
                flight.task.cancel()


def reused(key: RequestKey) -> ServiceError:
    """The refusal of an id that was used for another request."""
    return invalid(
        "REQUEST_ID_REUSED",
        f"request_id {key.request_id!r} was used with another request",
        Violation("request_id", f"{key.request_id!r}: an id not used before"),
        request_id=key.request_id,
        method=key.method,
    )
