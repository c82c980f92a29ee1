"""Disks that a test fills and frees: a small file system, or a limit on the server's files."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from .live import Live


class Disk(Protocol):
    """Where a server keeps its database."""

    folder: Path

    def fill(self, server: Live) -> None:
        """From now on nothing can be stored there."""

    def free(self, server: Live) -> None:
        """There is room again."""


class SmallDisk:
    """A file system of its own, filled by a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server: Live) -> None:
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError as error:
                    assert error.errno == errno.ENOSPC

    def free(self, server: Live) -> None:
        (self.folder / "ballast").unlink()


class LimitedFiles:
    """A server whose files may not be written: EFBIG, as beyond a quota."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, server: Live) -> None:
        self._limit(server, 0)

    def free(self, server: Live) -> None:
        self._limit(server, resource.RLIM_INFINITY)

    def _limit(self, server: Live, size: int) -> None:
        limits = (size, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk | None]:
    """A file system of that size; None where this user may not mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
