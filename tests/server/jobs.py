"""Small real jobs that worker processes run in tests."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator

from fairlead_server.workers.process import Run


def echo(run: Run) -> list[bytes]:
    """Give the parts back."""
    return list(run.parts)


def pid(_: Run) -> list[bytes]:
    """The worker's process id."""
    return [str(os.getpid()).encode()]


def hold(run: Run) -> Iterator[bytes]:
    """Say who runs it, then wait for a stop or the limit; obedient."""
    run.report(str(os.getpid()).encode())
    while run.remaining_seconds() > 0:
        run.wait(0.01)
    yield b"ended early" if run.remaining_seconds() == 0 else b""


def ignore(run: Run) -> list[bytes]:
    """As `hold`, but deaf to a stop, as some engines are."""
    run.report(str(os.getpid()).encode())
    while True:
        time.sleep(0.01)


def fail(_: Run) -> list[bytes]:
    """An error nobody foresaw, whose text is nobody's business."""
    raise KeyError("customer 4711")


def crash(_: Run) -> list[bytes]:
    """As an engine that runs wild."""
    ctypes.string_at(0)
    return []


def devour(_: Run) -> list[bytes]:
    """Ask for more memory than any test allows."""
    return [bytes(8 << 30)[:1]]


def spend(run: Run) -> list[bytes]:
    """The worker's process id, from a job that leaves something behind in it."""
    run.spent = True
    return pid(run)
