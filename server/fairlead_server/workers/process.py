"""Inside a worker process: run one job after the other, until the server hangs up.

Started as a fresh interpreter, `python -m fairlead_server.workers.process SOCKET BEGUN MEMORY
MODULE…`, with the socket and the eventfd that counts jobs begun inherited. That is what
multiprocessing's spawn does, without importing the server's __main__ again and without pickling.
The modules named are imported before READY is sent, so that the first job finds everything warm.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import logging
import os
import queue
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from google.rpc import status_pb2

from ..foundation.errors import ServiceError, status_of
from ..foundation.reasons import Reason
from .frames import Frame, FrameKind, Outbox, PeerGone, receive, send

log = logging.getLogger(__name__)

_BUFFER_BYTES = 65_536  # read ahead from the server
_YOUNG_OBJECTS = 50_000  # a large decision makes millions of values, and hardly any cycle of them


class Run:
    """What a task may use while it runs: its input, its budget, and a way to report.

    It is the budget of the solver facade: `remaining_seconds` falls to 0 when the limit is
    reached or the server asks to stop.
    """

    def __init__(
        self,
        sock: socket.socket,
        parts: list[bytes],
        note: str,
        limit: float,
        quiet: bool = False,
    ) -> None:
        self.parts = parts
        self.note = note
        self.limit_seconds = limit
        self._sock = sock
        self.quiet = quiet
        self.spent = False  # set by a task that leaves work behind which does not stop
        self._end = time.monotonic() + limit
        self._stop = threading.Event()

    def remaining_seconds(self) -> float:
        """Seconds left; 0.0 once the job is to end."""
        if self._stop.is_set():
            return 0.0
        return max(0.0, self._end - time.monotonic())

    def cancelled(self) -> bool:
        """Whether nobody wants the result any more."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than until a stop; says whether one was asked for."""
        return self._stop.wait(seconds)

    def stop(self) -> None:
        """Ask the job to end early."""
        self._stop.set()

    def report(self, body: bytes) -> None:
        """Send progress to the server, if anybody there listens."""
        if not self.quiet:
            send(self._sock, Frame(FrameKind.PROGRESS, body))


Task = Callable[[Run], Iterable[bytes]]
"""A task takes its `Run` and returns (or yields) the parts of its result."""


def main(arguments: list[str]) -> None:
    """Serve jobs from the inherited socket."""
    descriptor, begun, memory_bytes, *modules = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's business
    if int(memory_bytes):
        resource.setrlimit(resource.RLIMIT_DATA, (int(memory_bytes), int(memory_bytes)))
    sock = socket.socket(fileno=int(descriptor))
    sock.setblocking(True)
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what was imported stays: no collection need look at it again
    gc.set_threshold(_YOUNG_OBJECTS)
    runs: queue.SimpleQueue[tuple[str, Run]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sock, runs), daemon=True).start()
    send(sock, Frame(FrameKind.READY))
    while True:
        task, run = runs.get()
        os.eventfd_write(int(begun), 1)
        _execute(sock, task, run)


def _listen(sock: socket.socket, runs: queue.SimpleQueue[tuple[str, Run]]) -> None:
    """Take jobs and stops as they come; when the server is gone, so are we, at once."""
    current: Run | None = None
    stream = io.BufferedReader(sock.makefile("rb", buffering=0), _BUFFER_BYTES)
    try:
        while True:
            frame = receive(stream)
            if frame.kind is FrameKind.STOP and current is not None:
                current.stop()
            elif frame.kind is FrameKind.JOB:
                head = json.loads(frame.body)
                parts = [receive(stream).body for _ in range(head["parts"])]
                current = Run(sock, parts, head["note"], head["limit"], head["quiet"])
                runs.put((head["task"], current))
    except (PeerGone, OSError):
        os._exit(0)


def _execute(sock: socket.socket, task: str, run: Run) -> None:
    """Run one job and send its result or its failure."""
    outbox = Outbox(sock)
    try:
        for part in _function(task)(run):
            outbox.put(Frame(FrameKind.PART, part))
    except BaseException as error:
        last = Frame(FrameKind.FAILED, _failure(task, error).SerializeToString())
    else:
        last = Frame(FrameKind.DONE, str(resident_bytes()).encode())
    if run.spent:
        outbox.put(Frame(FrameKind.SPENT))
    outbox.put(last)
    outbox.flush()


def _function(task: str) -> Task:
    module, _, name = task.partition(":")
    function: Task = getattr(importlib.import_module(module), name)
    return function


def _failure(task: str, error: BaseException) -> status_pb2.Status:
    if isinstance(error, MemoryError):
        return ServiceError(
            Reason.WORKER_MEMORY,
            "the solve needs more memory than a worker may use",
        ).status()
    if not isinstance(error, ServiceError):
        log.error("job %s failed", task, exc_info=error)
    return status_of(error)


def resident_bytes() -> int:
    """Memory this process holds now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s worker %(message)s")
    main(sys.argv[1:])
