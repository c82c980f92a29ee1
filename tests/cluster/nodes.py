"""Ray nodes of one processor each, on loopback, every one a process group of its own."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

STORE_BYTES = 100_000_000
START_SECONDS = 90.0
END_SECONDS = 20.0
ADDRESSES = ("127.0.0.2", "127.0.0.3")  # Ray replaces 127.0.0.1 by an address of the outside
_QUICK = {  # a node that is killed is missed soon
    "RAY_health_check_initial_delay_ms": "0",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}


def settings() -> dict[str, str]:
    """What nodes and callers must have in their environment: nothing is sent out, and only who
    knows the token is answered."""
    return {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
    }


@dataclass
class Nodes:
    """The nodes of one cluster; `end` stops what still runs."""

    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=lambda: _free_port())
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The head's."""
        return f"{ADDRESSES[0]}:{self.port}"

    def head(self, processors: int = 1) -> None:
        """Start the first node and wait until it listens."""
        self._start(
            processors,
            *("--head", f"--port={self.port}", f"--node-ip-address={ADDRESSES[0]}"),
            *("--include-dashboard=false", f"--temp-dir={self.folder}"),
        )

    def join(self, processors: int = 1) -> subprocess.Popen[bytes]:
        """Start another node and wait until it has joined."""
        return self._start(
            processors, f"--address={self.address}", f"--node-ip-address={ADDRESSES[1]}"
        )

    def kill(self, node: subprocess.Popen[bytes]) -> None:
        """End a node as a power cut would, with all its processes."""
        for group in {node.pid, *_groups_under(node.pid)}:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        node.wait()
        self.running.remove(node)

    def end(self) -> None:
        """Stop all nodes."""
        for node in reversed(list(self.running)):
            node.terminate()
            with suppress(subprocess.TimeoutExpired):
                node.wait(END_SECONDS)
            self.kill(node)

    def _start(self, processors: int, *flags: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"node{len(self.running)}.log"
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", *flags]
        command += [f"--num-cpus={processors}", f"--object-store-memory={STORE_BYTES}"]
        command += ["--disable-usage-stats"]
        with log.open("wb") as sink:
            node = subprocess.Popen(
                command,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, **_QUICK, **self.environment},
                start_new_session=True,
            )
        self.running.append(node)
        deadline = time.monotonic() + START_SECONDS
        while b"Ray runtime started" not in log.read_bytes():
            if node.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace"))
            time.sleep(0.1)
        return node


def _groups_under(pid: int) -> set[int]:
    """Process groups of all that descend from a process."""
    found = [pid]
    for parent in found:  # grows while it is walked
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in listing.read_text().split()]
    groups = set()
    for member in found:
        with suppress(ProcessLookupError):
            groups.add(os.getpgid(member))
    return groups


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESSES[0], 0))
        port: int = probe.getsockname()[1]
        return port
