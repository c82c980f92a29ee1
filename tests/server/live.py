"""A real server in a process of its own, that a test may stop, kill and start again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.longrunning import operations_pb2_grpc as operations
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from fairlead.v1 import allocation_service_pb2_grpc as allocation
from fairlead.v1 import decision_service_pb2_grpc as decisions
from fairlead.v1 import snapshot_service_pb2_grpc as snapshots

START_SECONDS = 120.0
END_SECONDS = 60.0
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Live:
    """A server on free ports, its database in `folder`, with clients to it."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self._folder = folder
        self._flags = flags
        self._ready = folder / "ready.json"
        self.start()

    def start(self) -> None:
        """Start (again), with the same database."""
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "fairlead_server", "--workers", "1"]
        command += ["--port", "0", "--admin-port", "0", "--metrics-port", "0"]
        command += ["--database", str(self._folder / "fairlead.db")]
        command += ["--ready-file", str(self._ready), *self._flags]
        with (self._folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_SECONDS
        while not self._ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the server did not start:\n" + self.log())
            time.sleep(0.02)
        self.ports = json.loads(self._ready.read_text(encoding="utf-8"))
        self.target = f"127.0.0.1:{self.ports['port']}"
        self.admin = f"127.0.0.1:{self.ports['admin_port']}"
        self._connect(grpc.insecure_channel(self.target, UNLIMITED))

    def _connect(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self.allocation = allocation.AllocationServiceStub(channel)
        self.decisions = decisions.DecisionServiceStub(channel)
        self.snapshots = snapshots.SnapshotServiceStub(channel)
        self.operations = operations.OperationsStub(channel)

    def log(self) -> str:
        """What the server wrote."""
        return (self._folder / "server.log").read_text(errors="replace")

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(END_SECONDS)
        self.channel.close()
        return code

    def kill(self) -> None:
        """SIGKILL, as a power cut."""
        self.process.kill()
        self.ended()

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for file in children for pid in file.read_text().split()]

    def kill_workers(self) -> None:
        """SIGKILL to every worker."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """End it, whatever state it is in."""
        self.channel.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def live(folder: Path, *flags: str) -> Iterator[Live]:
    """A server for the length of a block."""
    server = Live(folder, *flags)
    try:
        yield server
    finally:
        server.close()


def details(error: grpc.RpcError) -> tuple[grpc.StatusCode, str, dict[str, str]]:
    """Code, and reason and metadata of the ErrorInfo every error carries."""
    info = detail(error, error_details_pb2.ErrorInfo)
    assert info is not None, error
    assert info.domain == "fairlead"
    return error.code(), info.reason, dict(info.metadata)


def detail(error: grpc.RpcError, kind: type) -> Any:
    """One detail of an error's status."""
    status = rpc_status.from_call(error)
    assert status is not None, error
    message = kind()
    return next((message for each in status.details if each.Unpack(message)), None)


def until(holds: Callable[[], bool]) -> None:
    """Wait for something another process does; the run's timeout ends a wait in vain."""
    while not holds():
        time.sleep(0.02)
