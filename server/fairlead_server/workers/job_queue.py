"""Hands out scarce things to those who wait: by priority, then by arrival, never to too many."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class QueueFull(Exception):
    """As many are waiting as may wait."""


class Handout(Generic[Thing]):
    """A bounded priority queue of waiters for things that come back."""

    def __init__(self, queue_length: int) -> None:
        self._queue_length = queue_length
        self._things: list[Thing] = []
        self._waiters: list[tuple[int, int, asyncio.Future[Thing]]] = []
        self._arrivals = itertools.count()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(not future.done() for _, _, future in self._waiters)

    @property
    def full(self) -> bool:
        """Whether one who asks now would be refused."""
        return not self._things and self.waiting >= self._queue_length

    async def take(self, priority: int = 0, *, admitted: bool = False) -> Thing:
        """The next thing free; a higher priority is served first.

        Raises QueueFull at once, but for one who was `admitted` before.
        """
        if self._things:
            return self._things.pop()
        if self.full and not admitted:
            raise QueueFull
        future: asyncio.Future[Thing] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, (-priority, next(self._arrivals), future))
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.offer(future.result())  # it was ours for a moment: pass it on
            raise

    def offer(self, thing: Thing) -> None:
        """Give a thing to the first who waits, or keep it for the next who asks."""
        while self._waiters:
            _, _, future = heapq.heappop(self._waiters)
            if not future.done():
                future.set_result(thing)
                return
        self._things.append(thing)

    def remove(self, thing: Thing) -> bool:
        """Take back one thing; False where it is handed out, or was never here."""
        if thing not in self._things:
            return False
        self._things.remove(thing)
        return True

    def withdraw(self) -> list[Thing]:
        """Take back everything nobody has asked for."""
        things, self._things = self._things, []
        return things
