"""A real server in a process of its own, on free loopback ports, for as long as it is measured."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120.0
STOP_SECONDS = 60.0
TOLD = 2000  # characters of the log of a server that does not start


class NotServing(RuntimeError):
    """The server did not start; the message is its log's end."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    address: str
    pid: int


@contextmanager
def served() -> Iterator[Served]:
    """Serve with the server's own defaults until the block ends. Raises NotServing."""
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as name:
        folder = Path(name)
        ready, log = folder / "ready.json", folder / "server.log"
        command = [sys.executable, "-m", "fairlead_server", "--ready-file", str(ready)]
        command += ["--port", "0", "--admin-port", "0", "--metrics-port", "0"]
        command += ["--database", str(folder / "fairlead.db")]
        with log.open("wb") as sink:
            process = subprocess.Popen(command, cwd=folder, stdout=sink, stderr=subprocess.STDOUT)
        try:
            _wait_for(process, ready, log)
            port = json.loads(ready.read_text(encoding="utf-8"))["port"]
            yield Served(f"127.0.0.1:{port}", process.pid)
        finally:
            _stop(process)


def _wait_for(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotServing(log.read_text(errors="replace")[-TOLD:])
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
