"""A real server in a process of its own, for tests that speak to it as a client would."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120.0


@dataclass(frozen=True)
class Address:
    """Where a running server listens: calls, and reflection with health."""

    calls: str
    admin: str


@contextmanager
def running_server(
    folder: Path, *flags: str, python: Path = Path(sys.executable)
) -> Iterator[Address]:
    """Serve from `folder` on free loopback ports until the block ends, then stop it.

    `python` is the interpreter whose Fairlead serves.

    Raises RuntimeError with the server's own words where it does not start.
    """
    ready, log = folder / "ready.json", folder / "server.log"
    command = [str(python), "-m", "fairlead_server", "--workers", "1", *flags]
    command += ["--port", "0", "--admin-port", "0", "--metrics-port", "0"]
    command += ["--ready-file", str(ready), "--database", str(folder / "fairlead.db")]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=folder, stdout=sink, stderr=subprocess.STDOUT)
    try:
        yield _address(process, ready, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], ready: Path, log: Path) -> Address:
    """Wait for the file the server writes once it is bound."""
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not start:\n" + log.read_text(errors="replace"))
        time.sleep(0.05)
    ports = json.loads(ready.read_text(encoding="utf-8"))
    return Address(f"127.0.0.1:{ports['port']}", f"127.0.0.1:{ports['admin_port']}")
