"""Deletes what is to be kept no longer, every `sweep_seconds`: by age, by count, never in a hurry.

A transaction deletes for `sweep_hold_seconds` and then lets calls that want to store go first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from ..foundation.clock_and_ids import Clock, Name
from ..foundation.errors import ServiceError
from ..foundation.settings import Settings
from ..foundation.telemetry import Telemetry
from ..storage import operations, requests, retention, snapshots
from ..storage.database import Database
from ..usecases.stored_decisions import delete_decision

log = logging.getLogger(__name__)

_MICROS_PER_DAY = 86_400 * 10**6
_ROWS = 1000  # found at a time

Find = Callable[[Connection], list[Row[Any]]]


class Retention:
    """Sweeps decisions, operations, snapshots, request ids, and what deleted decisions left."""

    def __init__(
        self, settings: Settings, database: Database, telemetry: Telemetry, clock: Clock
    ) -> None:
        self._settings = settings
        self._database = database
        self._telemetry = telemetry
        self._clock = clock

    def since(self, days: float) -> int:
        """The moment so many days ago, micro-seconds since 1970."""
        return self._clock() - round(days * _MICROS_PER_DAY)

    async def run(self) -> None:
        """Sweep now and again, for ever."""
        while True:
            try:
                await self.sweep()
            except ServiceError as error:
                log.warning("what is old stays for now: %s", error)
            await asyncio.sleep(self._settings.sweep_seconds)

    async def sweep(self) -> None:
        """Delete all that is to be kept no longer. Raises ServiceError UNAVAILABLE."""
        settings = self._settings
        for kind in retention.KINDS:
            days = getattr(settings, f"{kind}_retention_days")
            if days:
                before = self.since(days)
                await self._delete(
                    kind, partial(retention.too_old, kind=kind, before_micros=before, rows=_ROWS)
                )
            count = getattr(settings, f"{kind}_retention_count")
            if count:
                await self._delete(
                    kind, partial(retention.too_many, kind=kind, keep=count, rows=_ROWS)
                )
        forgotten = self.since(settings.request_retention_days)
        await self._database.write(partial(requests.forget, before_micros=forgotten))
        left = self.since(settings.deleted_retention_days)
        await self._database.write(partial(retention.forget_deleted, before_micros=left))

    async def _delete(self, kind: str, find: Find) -> None:
        """Delete all that is found, in transactions of limited length."""
        remove = _REMOVERS[kind]

        def write(connection: Connection) -> tuple[int, bool]:
            end = time.monotonic() + self._settings.sweep_hold_seconds
            found = find(connection)
            for done, row in enumerate(found, 1):
                remove(connection, row.tenant, row.id, self._clock())
                if time.monotonic() > end:
                    return done, done < len(found) or len(found) == _ROWS
            return len(found), len(found) == _ROWS

        more = True
        while more:
            deleted, more = await self._database.write(write)
            self._telemetry.expired.labels(kind).inc(deleted)


def _remove_decision(connection: Connection, tenant: str, id: str, now: int) -> None:
    delete_decision(connection, Name(tenant, "decisions", id), now)


def _remove_operation(connection: Connection, tenant: str, id: str, _: int) -> None:
    operations.remove(connection, tenant, id)


def _remove_snapshot(connection: Connection, tenant: str, id: str, _: int) -> None:
    snapshots.remove(connection, tenant, id)
    requests.release(connection, tenant, str(Name(tenant, "snapshots", id)))


_REMOVERS: dict[str, Callable[[Connection, str, str, int], None]] = {
    "decision": _remove_decision,
    "operation": _remove_operation,
    "snapshot": _remove_snapshot,
}
