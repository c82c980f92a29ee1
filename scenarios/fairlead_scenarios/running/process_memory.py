"""Memory and processor time of a process and its descendants, as Linux tells them."""

from __future__ import annotations

import os
import time
from pathlib import Path

KIB = 1024
_PROC = Path("/proc")
_TICK = 1 / os.sysconf("SC_CLK_TCK")
_USER, _CHILDREN_SYSTEM = 11, 14  # utime, stime, cutime, cstime after the name in /proc/N/stat


def tree_of(pid: int) -> list[int]:
    """The process and all that descend from it; those that have ended are left out."""
    found = [pid]
    for parent in found:  # grows while it is walked
        for listing in (_PROC / str(parent) / "task").glob("*/children"):
            found += [int(child) for child in _text(listing).split()]
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time of the tree so far, of children that have ended too."""
    return sum(map(_cpu_seconds, tree_of(pid)))


def _cpu_seconds(pid: int) -> float:
    """Of one process, and of its children that have ended."""
    fields = _text(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    return sum(map(int, fields[_USER : _CHILDREN_SYSTEM + 1])) * _TICK


def own_cpu_seconds() -> float:
    """Processor time of this process, finer than a tick, and of its descendants."""
    ended = os.times()
    alive = sum(map(_cpu_seconds, tree_of(os.getpid())[1:]))
    return time.process_time() + ended.children_user + ended.children_system + alive


class MemoryWatch:
    """The most memory a tree of processes held at once, of those times it was looked at.

    Pages that processes share count for each of them. A single process's own peak is the kernel's
    and misses nothing.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak_bytes = 0

    def look(self) -> int:
        """Look now: resident bytes of the tree."""
        tables = [_memory(member) for member in tree_of(self._pid)]
        now = sum(resident for resident, _ in tables)
        self.peak_bytes = max(self.peak_bytes, now, *(peak for _, peak in tables))
        return now


def available_bytes() -> int:
    """Memory the machine can still give."""
    return _field(_text(_PROC / "meminfo"), "MemAvailable:")


def _memory(pid: int) -> tuple[int, int]:
    """(resident, peak) bytes of one process."""
    status = _text(_PROC / str(pid) / "status")
    return _field(status, "VmRSS:"), _field(status, "VmHWM:")


def _field(text: str, name: str) -> int:
    line = next((line for line in text.splitlines() if line.startswith(name)), f"{name} 0 kB")
    return int(line.split()[1]) * KIB


def _text(path: Path) -> str:
    """Empty where the process is gone."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
