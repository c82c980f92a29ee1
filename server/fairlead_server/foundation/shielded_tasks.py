"""Waiting for work that must not be left half done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def settled(
    work: asyncio.Future[Result], on_cancel: Callable[[], None] = lambda: None
) -> Result:
    """The result of `work`. A caller that is cancelled calls `on_cancel`, waits for the end of the
    work all the same, and is cancelled then: after it, nothing is under way any more."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        on_cancel()
        while not work.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # seen: the caller is gone
        raise
