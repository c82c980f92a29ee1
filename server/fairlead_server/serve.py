"""The composition root: builds the server out of its parts, runs it, drains it."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from google.longrunning import operations_pb2
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from fairlead.v1 import decision_service_pb2_grpc, snapshot_service_pb2, snapshot_service_pb2_grpc
from fairlead_solver.api import allocation as api

from .background.retention import Retention
from .background.storage_watch import StorageWatch
from .foundation.clock_and_ids import Clock, now_micros, parse_name
from .foundation.settings import Settings
from .foundation.telemetry import Telemetry
from .foundation.tls import TlsFiles, is_loopback, server_credentials
from .jobs.job_messages import PRELOAD, Solved
from .services import allocation, operations
from .services.allocation import AllocationService
from .services.decisions import DecisionService
from .services.operations import OperationsService
from .services.snapshots import SnapshotService
from .storage import requests
from .storage.database import Database, DatabaseRefused
from .transport.interceptor import CallInterceptor
from .transport.paging import Pages
from .transport.reflection import serve_reflection
from .usecases.idempotent_calls import Flights
from .usecases.long_running import Operations
from .usecases.solving import Solver
from .workers.pool import Pool
from .workers.wait_estimate import WaitEstimate
from .workers.worker import WorkerDied, WorkerSpec

log = logging.getLogger(__name__)

SERVICES = (
    allocation.NAME,
    "fairlead.v1.SnapshotService",
    "fairlead.v1.DecisionService",
    operations.NAME,
)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the server listens on, once bound."""

    port: int
    admin_port: int
    metrics_port: int


class StartRefused(RuntimeError):
    """The server cannot start; the message says why."""


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Returns the exit code: 0, or 1 if it cannot start.

    Both gRPC ports answer health, of every service by name, and reflection. Metrics have a port of
    their own.
    """
    try:
        asyncio.run(_serve(settings))
    except (StartRefused, DatabaseRefused) as error:
        log.error("the server cannot start: %s", error)
        return 1
    return 0


async def _serve(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        server = Server(settings)
        stack.push_async_callback(server.close)
        ports = await server.start()
        try:
            _announce(settings, ports)
        except OSError as error:
            raise StartRefused(f"the ready file cannot be written: {error}") from error
        await stopping.wait()
        log.info("draining, %s s at most", settings.drain_grace_seconds)
        await server.drain()


class Server:
    """All parts of one server, wired."""

    def __init__(self, settings: Settings, clock: Clock = now_micros) -> None:
        self._settings = settings
        self._clock = clock
        self._telemetry = Telemetry()
        self._database = Database.open(settings.database, settings.database_busy_seconds)
        wait = WaitEstimate(settings.retry_delay_seconds, settings.max_retry_delay_seconds)
        self._pool = Pool(_worker_spec(settings), settings.workers, settings.queue_length, wait)
        self._telemetry.watch(
            lambda: self._pool.waiting, lambda: self._pool.busy, lambda: self._pool.restarts
        )
        self._solver = Solver(settings, self._pool, self._database, self._telemetry, clock)
        self._operations = Operations(settings, self._solver, self._database, clock)
        self._health = health.aio.HealthServicer()
        self._calls = aio.server(
            interceptors=[CallInterceptor(self._telemetry)], options=_options(settings)
        )
        self._admin = aio.server(options=[("grpc.so_reuseport", 0)])
        self._metrics: Any = None
        self._storage = StorageWatch(settings, self._database, self._storing)
        self._retention = Retention(settings, self._database, self._telemetry, clock)
        self._background: list[asyncio.Task[None]] = []
        self._draining = False

    async def start(self) -> Ports:
        """Bind, warm the workers, recover, and serve. Raises StartRefused."""
        try:
            with api.crew_at(self._settings.cluster):
                pass  # neither its address nor what it needs here will change later
        except api.ClusterError as error:
            raise StartRefused(str(error)) from error
        ports = self._bind()
        try:
            await self._pool.start()
        except (WorkerDied, TimeoutError) as error:
            raise StartRefused(f"no worker process comes up: {error}") from error
        lost = await self._operations.recover()
        if lost:
            log.warning("%d operation(s) of an earlier server marked as failed", lost)
        self._add_services()
        self._background = [
            asyncio.create_task(work) for work in (self._retention.run(), self._storage.run())
        ]
        await self._calls.start()
        await self._admin.start()
        await self._say(health_pb2.HealthCheckResponse.SERVING)
        return ports

    async def drain(self) -> None:
        """Take no more calls; let those under way end, or end them after the grace."""
        self._draining = True
        await self._say(health_pb2.HealthCheckResponse.NOT_SERVING)
        grace = self._settings.drain_grace_seconds
        await asyncio.gather(self._calls.stop(grace), self._operations.drain(grace))

    async def close(self) -> None:
        """Let go of everything; what still runs has failed."""
        await self._calls.stop(0)
        await self._admin.stop(0)
        await self._operations.drain(0)
        for task in self._background:
            task.cancel()
        await self._pool.close()
        if self._metrics is not None:
            self._metrics.shutdown()
            self._metrics.server_close()
        self._database.close()

    def _bind(self) -> Ports:
        settings = self._settings
        try:
            port = _listen(self._calls, settings.host, settings.port, settings.tls)
            # A health check on this machine needs no certificate, and could show none.
            admin_tls = None if is_loopback(settings.admin_host) else settings.tls
            admin_port = _listen(self._admin, settings.admin_host, settings.admin_port, admin_tls)
            self._metrics, _, metrics_port = self._telemetry.serve(
                settings.admin_host, settings.metrics_port
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise StartRefused(f"cannot listen: {error}") from error
        return Ports(port, admin_port, metrics_port)

    def _add_services(self) -> None:
        settings, database = self._settings, self._database
        pages = Pages(settings.default_page_size, settings.max_page_size)
        line_pages = Pages(settings.default_page_size, settings.max_line_page_size)
        chunks = Pages(settings.download_chunk_lines, settings.max_download_chunk_lines)

        async def find(key: requests.RequestKey) -> requests.Answered | None:
            since = self._retention.since(settings.request_retention_days)
            return await database.read(lambda c: requests.find(c, key, since))

        async def operation(name: str) -> operations_pb2.Operation:
            return await self._operations.get(parse_name(name, "operations"))

        async def snapshot(name: str) -> snapshot_service_pb2.Snapshot:
            return await snapshots.recall(name)

        uploads: Flights[snapshot_service_pb2.Snapshot] = Flights(find, snapshot)
        snapshots = SnapshotService(settings, self._solver, database, uploads, pages, self._clock)
        solves: Flights[Solved] = Flights(find, self._solver.recall)
        starts = Flights(find, operation)
        calls = AllocationService(
            self._solver, self._operations, solves, starts, settings.max_message_bytes
        )
        self._calls.add_generic_rpc_handlers(
            (calls.handlers(), OperationsService(settings, self._operations, pages).handlers())
        )
        snapshot_service_pb2_grpc.add_SnapshotServiceServicer_to_server(snapshots, self._calls)
        decision_service_pb2_grpc.add_DecisionServiceServicer_to_server(
            DecisionService(
                *(database, pages, line_pages, chunks),
                *(settings.max_message_bytes, settings.max_answer_rows),
                self._clock,
            ),
            self._calls,
        )
        for server in (self._calls, self._admin):
            health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
            serve_reflection(server, (*SERVICES, health.SERVICE_NAME))

    async def _storing(self, works: bool) -> None:
        """Healthy is a server that can store what it decides."""
        if not self._draining:
            status = health_pb2.HealthCheckResponse
            await self._say(status.SERVING if works else status.NOT_SERVING)

    async def _say(self, status: Any) -> None:
        for service in ("", *SERVICES):
            await self._health.set(service, status)


def _worker_spec(settings: Settings) -> WorkerSpec:
    return WorkerSpec(
        preload=PRELOAD,
        jobs=settings.worker_jobs,
        recycle_bytes=settings.worker_recycle_bytes,
        memory_bytes=settings.worker_memory_bytes,
        start_seconds=settings.worker_start_seconds,
        stop_grace_seconds=settings.stop_grace_seconds,
    )


def _options(settings: Settings) -> list[tuple[str, Any]]:
    keepalive = round(settings.keepalive_seconds * 1000)
    return [
        ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a share
        # twice the limit: up to there the refusal is ours, and says what to do instead
        ("grpc.max_receive_message_length", 2 * settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.keepalive_time_ms", keepalive),
        ("grpc.keepalive_timeout_ms", keepalive),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", keepalive // 3),
        ("grpc.http2.max_pings_without_data", 0),
    ]


def _listen(server: aio.Server, host: str, port: int, tls: TlsFiles | None) -> int:
    address = f"{host}:{port}"
    if tls is None:
        return int(server.add_insecure_port(address))
    return int(server.add_secure_port(address, server_credentials(tls)))


def _announce(settings: Settings, ports: Ports) -> None:
    """Say where we listen: in the log, and whole or not at all in the ready file."""
    scheme = "tls" if settings.tls else "plain text"
    log.info("serving on %s:%d (%s)", settings.host, ports.port, scheme)
    log.info("admin on %s:%d", settings.admin_host, ports.admin_port)
    log.info("metrics on http://%s:%d/metrics", settings.admin_host, ports.metrics_port)
    if settings.ready_file is not None:
        draft = Path(f"{settings.ready_file}.new")
        draft.write_text(json.dumps(asdict(ports)), encoding="utf-8")
        draft.replace(settings.ready_file)
