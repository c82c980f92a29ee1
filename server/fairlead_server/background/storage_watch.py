"""Watches whether anything can be stored, and says so where that changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy import Connection

from ..foundation.errors import ServiceError
from ..foundation.settings import Settings
from ..storage import probes
from ..storage.database import Database

log = logging.getLogger(__name__)


class StorageWatch:
    """Tries to store a little where there is doubt: a call could not store, or the disk is full.

    Free space alone proves nothing (quotas, file limits, disks that turned read-only), so what
    counts is a write of `storage_probe_bytes` that was committed.
    """

    def __init__(
        self, settings: Settings, database: Database, say: Callable[[bool], Awaitable[None]]
    ) -> None:
        self._settings = settings
        self._database = database
        self._say = say
        self._works = True

    async def run(self) -> None:
        """Watch for ever; `say` hears of every change."""
        while True:
            if not self._works or self._in_doubt():
                self._database.doubtful.clear()
                works = await self._probe()
                if works is not self._works:
                    self._works = works
                    log.warning("storing works again" if works else "nothing can be stored")
                    await self._say(works)
            await self._pause()

    def _in_doubt(self) -> bool:
        free = self._database.free_bytes()
        short = free is not None and free < self._settings.storage_probe_bytes
        return short or self._database.doubtful.is_set()

    async def _probe(self) -> bool:
        """Whether a little can be stored."""
        body = bytes(self._settings.storage_probe_bytes)

        def write(connection: Connection) -> None:
            probes.add(connection, body)

        try:
            await self._database.write(write)
            await self._database.write(probes.remove)
        except ServiceError:
            return False
        return True

    async def _pause(self) -> None:
        """Until the next look: at once where a call just failed to store."""
        seconds = self._settings.storage_probe_seconds
        if not self._works:
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._database.doubtful.wait()
