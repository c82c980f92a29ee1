"""SnapshotService: cycles of any size, stored once and whole."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.empty_pb2 import Empty
from grpc import aio
from sqlalchemy import Connection

from fairlead.v1 import snapshot_service_pb2 as pb
from fairlead.v1 import snapshot_service_pb2_grpc as pb_grpc

from ..foundation.clock_and_ids import Clock, Name, new_id, parse_name, parse_parent
from ..foundation.errors import ServiceError, Violation, invalid, not_found
from ..foundation.reasons import Reason
from ..foundation.settings import Settings
from ..storage import requests, snapshots
from ..storage.database import Database
from ..storage.requests import Answered, RequestKey
from ..transport.paging import Pages, decode_token, encode_token
from ..transport.request_checks import request_id_violations
from ..usecases.idempotent_calls import Flights
from ..usecases.solving import Solver
from ..usecases.time_limits import TimeLimit
from ..usecases.upload_spool import Spool, spool_folder

Context = aio.ServicerContext[Any, Any]


@dataclass(slots=True)
class _Upload:
    """What has arrived so far: the header, and in the spool header and chunks in sequence."""

    parts: Spool
    header: pb.SnapshotHeader | None = None
    size_bytes: int = 0
    taken: bool = False  # by what stores it, which may outlive the call and closes the spool
    digest: Any = field(default_factory=hashlib.sha256)

    def check(self, message: pb.UploadSnapshotRequest, max_chunk_bytes: int) -> int:
        """Look at the next message; returns its bytes. Raises ServiceError INVALID_ARGUMENT."""
        is_header = message.WhichOneof("part") == "header"
        if is_header != (self.header is None) or not (is_header or message.HasField("chunk")):
            raise _refused("header", "the header comes first and once")
        if is_header:
            return 0
        chunk, chunks = message.chunk, len(self.parts) - 1
        if chunk.sequence != chunks:
            raise _refused(f"chunk[{chunks}].sequence", f"{chunk.sequence}: {chunks} is next")
        size = len(chunk.cycle_columns)
        if size > max_chunk_bytes:
            rule = f"{size} bytes: at most {max_chunk_bytes}"
            raise _refused(f"chunk[{chunks}].cycle_columns", rule)
        return size

    async def keep(self, message: pb.UploadSnapshotRequest, size: int) -> None:
        """Keep a message that was checked."""
        if message.HasField("header"):
            self.header = message.header
            self.digest.update(message.header.SerializeToString(deterministic=True))
            await self.parts.add(message.header.SerializeToString())
            return
        self.digest.update(message.chunk.sha256)  # a worker checks that it is the content's
        self.size_bytes += size
        await self.parts.add(message.chunk.SerializeToString())

    def finish(self) -> pb.SnapshotHeader:
        """Everything arrived: the header. Raises ServiceError INVALID_ARGUMENT."""
        header, chunks = self.header, len(self.parts) - 1
        if header is None:
            raise _refused("header", "the header comes first and once")
        if header.chunk_count < 0:
            raise _refused("header.chunk_count", f"{header.chunk_count}: 0 or more")
        if header.chunk_count and header.chunk_count != chunks:
            rule = f"{header.chunk_count} chunks announced, {chunks} arrived"
            raise _refused("header.chunk_count", rule)
        for violation in request_id_violations(header.request_id, "header.request_id"):
            raise _refused(violation.field, violation.description)
        return header


class SnapshotService(pb_grpc.SnapshotServiceServicer):
    """Uploads, gets, lists and deletes snapshots."""

    def __init__(
        self,
        settings: Settings,
        solver: Solver,
        database: Database,
        flights: Flights[pb.Snapshot],
        pages: Pages,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._solver = solver
        self._database = database
        self._flights = flights
        self._pages = pages
        self._clock = clock
        self._arriving_bytes = 0

    async def UploadSnapshot(
        self, stream: AsyncIterator[pb.UploadSnapshotRequest], context: Context
    ) -> pb.Snapshot:
        """Take a header and chunks; check all of it; store it, or find it stored."""
        upload = _Upload(Spool(spool_folder(self._settings.database)))
        arriving = 0
        try:
            async for message in stream:
                size = upload.check(message, self._settings.snapshot_chunk_bytes)
                arriving += size
                self._arriving_bytes += size
                if self._arriving_bytes > self._settings.snapshot_max_bytes:
                    raise self._too_large(arriving)
                await upload.keep(message, size)
            header = upload.finish()
            return await self._accept(header, upload, context)
        finally:
            self._arriving_bytes -= arriving
            if not upload.taken:
                upload.parts.close()

    async def GetSnapshot(self, request: pb.GetSnapshotRequest, _: Context) -> pb.Snapshot:
        """A snapshot's description."""
        return await self._read(parse_name(request.name, "snapshots"))

    async def ListSnapshots(
        self, request: pb.ListSnapshotsRequest, _: Context
    ) -> pb.ListSnapshotsResponse:
        """A tenant's snapshots, the newest first."""
        tenant = parse_parent(request.parent)
        rows = self._pages.size(request.page_size)
        before = decode_token(request.page_token, "snapshots", tenant)
        found = await self._database.read(lambda c: snapshots.page(c, tenant, before, rows + 1))
        shown = [pb.Snapshot.FromString(body) for _, body in found[:rows]]
        answer = pb.ListSnapshotsResponse(snapshots=shown)
        if len(found) > rows:
            answer.next_page_token = encode_token(found[rows - 1][0], "snapshots", tenant)
        return answer

    async def DeleteSnapshot(self, request: pb.DeleteSnapshotRequest, _: Context) -> Empty:
        """Delete a snapshot; with an etag, only if it is still that one."""
        name = parse_name(request.name, "snapshots")

        def write(connection: Connection) -> None:
            stored = _stored(connection, name)
            if request.etag and request.etag != stored.etag:
                raise ServiceError(
                    Reason.ETAG_MISMATCH,
                    "the snapshot is not the one that was seen",
                    {"name": str(name), "etag": stored.etag},
                )
            snapshots.remove(connection, name.tenant, name.id)
            requests.release(connection, name.tenant, str(name))

        await self._database.write(write)
        return Empty()

    async def _accept(
        self, header: pb.SnapshotHeader, upload: _Upload, context: Context
    ) -> pb.Snapshot:
        tenant = parse_parent(header.parent, "header.parent")
        settings = self._settings
        limit = TimeLimit(
            None,
            settings.solve_limit_seconds,
            settings.deadline_margin_seconds,
            context.time_remaining,
        )
        if not header.request_id:
            return await self._store(tenant, upload, limit, None)
        key = RequestKey(tenant, "UploadSnapshot", header.request_id)
        digest = upload.digest.digest()
        return await self._flights.run(
            key, digest, lambda: self._store(tenant, upload, limit, (key, digest))
        )

    async def _store(
        self,
        tenant: str,
        upload: _Upload,
        limit: TimeLimit,
        remember: tuple[RequestKey, bytes] | None,
    ) -> pb.Snapshot:
        upload.taken = True
        try:
            return await self._keep(tenant, upload, limit, remember)
        finally:
            upload.parts.close()

    async def _keep(
        self,
        tenant: str,
        upload: _Upload,
        limit: TimeLimit,
        remember: tuple[RequestKey, bytes] | None,
    ) -> pb.Snapshot:
        parts = upload.parts
        described = pb.Snapshot.FromString(await self._solver.describe(parts, limit))
        created = self._clock()
        name = Name(tenant, "snapshots", new_id())
        described.name, described.etag = str(name), name.id
        described.size_bytes = upload.size_bytes
        described.create_time.FromMicroseconds(created)

        def write(connection: Connection) -> pb.Snapshot:
            known = snapshots.uploaded(connection, tenant, described.digest, created)
            answer = described if known is None else pb.Snapshot.FromString(known)
            if known is None:
                body, digest = described.SerializeToString(), described.digest
                snapshots.add(connection, tenant, name.id, digest, created, body, parts)
            if remember is not None:
                key, sent = remember
                requests.add(connection, key, Answered(sent, answer.name), created)
            return answer

        return await self._database.write(write)

    async def recall(self, name: str) -> pb.Snapshot:
        """The snapshot an earlier upload made. Raises ServiceError NOT_FOUND."""
        return await self._read(parse_name(name, "snapshots"))

    async def _read(self, name: Name) -> pb.Snapshot:
        return await self._database.read(lambda c: _stored(c, name))

    def _too_large(self, size_bytes: int) -> ServiceError:
        limit = self._settings.snapshot_max_bytes
        alone = size_bytes > limit
        return ServiceError(
            Reason.SNAPSHOT_TOO_LARGE if alone else Reason.UPLOADS_FULL,
            f"{'the snapshot is' if alone else 'uploads under way are'} over {limit} bytes",
            {"limit_bytes": str(limit)},
            retry_seconds=None if alone else self._settings.retry_delay_seconds,
        )


def _stored(connection: Connection, name: Name) -> pb.Snapshot:
    body = snapshots.body(connection, name.tenant, name.id)
    if body is None:
        raise not_found("snapshot", str(name))
    return pb.Snapshot.FromString(body)


def _refused(path: str, rule: str) -> ServiceError:
    return invalid(Reason.UPLOAD_INVALID, f"{path}: {rule}", Violation(path, rule))
