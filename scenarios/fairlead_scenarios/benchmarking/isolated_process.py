"""Runs parts of the benchmark in processes of their own, watched and bounded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ..recipe.generator import Recipe
from ..running.process_memory import MemoryWatch
from .task import Ending, Run, Task, begun

PACKAGE = "fairlead_scenarios.benchmarking"
GRACE = 3  # a contender may overrun its limit so many times, and a minute, before it is ended
MINUTE = 60.0
LOOK_SECONDS = 0.05
TOLD = 500  # characters of a failed process's last words


class NotPrepared(RuntimeError):
    """A cycle could not be generated."""


def prepare_apart(recipe: Recipe, path: Path) -> None:
    """Write the recipe's cycle to `path`. Raises NotPrepared."""
    with _started("prepare", recipe.model_dump_json(), str(path)) as (process, output):
        if process.wait():
            raise NotPrepared(_last_words(process, output))


def run_apart(task: Task, memory_bytes: int) -> Run:
    """The measured run, ended from outside where it takes far too long or above `memory_bytes`."""
    lost = begun(task, Ending.FAILED)
    end = time.monotonic() + GRACE * task.time_limit + MINUTE
    with _started("measure", task.model_dump_json()) as (process, output):
        watch = MemoryWatch(process.pid)
        while not _ended(process):
            if watch.look() > memory_bytes:
                lost.status = Ending.OUT_OF_MEMORY
            elif time.monotonic() > end:
                lost.status = Ending.OVERRAN
            else:
                continue
            lost.peak_memory_bytes = watch.peak_bytes
            return lost
        if process.returncode:
            lost.note = _last_words(process, output)
            return lost
        output.seek(0)
        run = Run.model_validate_json(output.read().splitlines()[-1])
    run.peak_memory_bytes = max(watch.peak_bytes, run.peak_memory_bytes or 0)
    return run


@contextmanager
def _started(
    module: str, told: str, *arguments: str
) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A process told something on its input, and its output; ended with all its children."""
    path = os.pathsep.join(p for p in sys.path if p)
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as given:
        given.write(told)
        given.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", f"{PACKAGE}.{module}", *arguments],
            stdin=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        try:
            yield process, output
        finally:
            _end(process)


def _ended(process: subprocess.Popen[str]) -> bool:
    try:
        process.wait(LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and what it started, where they still run."""
    with suppress(ProcessLookupError):  # all have ended by themselves
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_words(process: subprocess.Popen[str], output: IO[str]) -> str:
    output.seek(0)
    return f"code {process.returncode}: {output.read().strip()[-TOLD:]}"
