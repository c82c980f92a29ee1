"""Calls with a request id: run once, answered as often as asked, forgotten if they fail.

While the first call is under way, others with the same id and body wait for its answer; with
another body they are refused. Once it is stored, `find` knows what it made, also after a restart.
A call that ends without an answer, cancelled or failed, stores nothing: its id is free.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..foundation.errors import ServiceError, Violation, invalid
from ..foundation.reasons import Reason
from ..storage.requests import Answered, RequestKey

Answer = TypeVar("Answer")
_HASH_IN_THREAD_BYTES = 1 << 20
_LEAVING_SECONDS = 0.5  # a repeat may overtake the news that its client gave the first call up


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
    abandoned: bool = False  # by its last waiter: its answer is nobody's

    def leave(self) -> None:
        """One waiter less; the last one takes the work along."""
        self.waiters -= 1
        if self.waiters == 0 and not self.task.done():
            self.abandoned = True
            self.task.cancel()


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
        flight = await self._joinable(key, digest)
        if flight is None:
            flight = _Flight(digest, asyncio.create_task(self._once(key, digest, work)))
            self._flying[key] = flight
            flight.task.add_done_callback(lambda task: self._landed(key, task))
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.leave()

    async def _joinable(self, key: RequestKey, digest: bytes) -> _Flight[Answer] | None:
        """The call under way whose answer is this one's too; None where there is none.

        One that is given up is waited for: it may be storing its answer just now.
        """
        waited = False
        while (flight := self._flying.get(key)) is not None and not flight.task.done():
            if flight.digest == digest and not flight.abandoned:
                return flight
            if waited and not flight.abandoned:
                raise reused(key)
            await asyncio.wait([flight.task], timeout=_LEAVING_SECONDS)
            waited = True
        return None

    def _landed(self, key: RequestKey, task: asyncio.Task[Answer]) -> None:
        flight = self._flying.get(key)
        if flight is not None and flight.task is task:
            del self._flying[key]

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
            raise reused(key, answer=known.answer)
        return await self._replay(known.answer)


def reused(key: RequestKey, **more: str) -> ServiceError:
    """The refusal of an id that was used for another request."""
    return invalid(
        Reason.REQUEST_ID_REUSED,
        f"request_id {key.request_id!r} was used with another request",
        Violation("request_id", f"{key.request_id!r}: an id not used before"),
        request_id=key.request_id,
        method=key.method,
        **more,
    )
