"""What operators watch: Prometheus metrics, served over HTTP on the admin side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600)


class Telemetry:
    """All metrics of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "fairlead_calls", "Calls ended", ("method", "code"), registry=self.registry
        )
        self.call_seconds = Histogram(
            "fairlead_call_seconds",
            "Duration of calls",
            ("method",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.solves = Counter(
            "fairlead_solves", "Solves ended", ("status",), registry=self.registry
        )
        self.refused = Counter(
            "fairlead_refused", "Solves refused: the queue was full", registry=self.registry
        )
        self.expired = Counter(
            "fairlead_expired",
            "Resources deleted at the end of their retention",
            ("kind",),
            registry=self.registry,
        )

    def watch(
        self, waiting: Callable[[], int], busy: Callable[[], int], restarts: Callable[[], int]
    ) -> None:
        """Read the pool's figures whenever they are asked for."""
        for name, text, read in (
            ("fairlead_queue_depth", "Solves waiting for a worker", waiting),
            ("fairlead_solves_in_flight", "Solves in a worker", busy),
            ("fairlead_worker_restarts", "Workers replaced since the start", restarts),
        ):
            Gauge(name, text, registry=self.registry).set_function(read)

    def serve(self, host: str, port: int) -> tuple[WSGIServer, threading.Thread, int]:
        """Serve /metrics; returns the server, its thread and the port it took."""
        server, thread = start_http_server(port, host, registry=self.registry)
        return server, thread, int(server.server_port)
