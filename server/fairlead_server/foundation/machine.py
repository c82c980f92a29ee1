"""How much memory there is: the machine's, or what a container's control group leaves of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

KEPT_SHARE = 0.15  # for the server itself, the page cache and everybody else
_GROUPS = (
    Path("/sys/fs/cgroup/memory.max"),  # version 2, as a container sees its own
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),  # version 1
)
_BYTES_PER_KIB = 1024


@cache
def memory_bytes() -> int:
    """Bytes this process and its children may use together, at most."""
    limits = [_machine_bytes()]
    for path in _GROUPS:
        text = path.read_text(encoding="ascii").strip() if path.exists() else "max"
        if text != "max":
            limits.append(int(text))
    return min(limits)


def share_bytes(workers: int) -> int:
    """What each of so many workers may take, something kept for everybody else."""
    return int(memory_bytes() * (1 - KEPT_SHARE)) // workers


def _machine_bytes() -> int:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "MemTotal":
            return int(value.split()[0]) * _BYTES_PER_KIB
    raise RuntimeError("/proc/meminfo does not say how much memory there is")
