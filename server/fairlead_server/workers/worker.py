"""The server's side of one worker process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO

from google.rpc import status_pb2

from ..foundation.errors import RemoteFailure, ServiceError
from ..foundation.reasons import Reason
from .frames import Frame, FrameKind, Job, PeerGone, receive_async, send_async

Progress = Callable[[bytes], None]
_EXIT_SECONDS = 1.0
_COUNTER_BYTES = 8
_BUFFER_BYTES = 2**20  # read ahead from a worker


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """How workers are started and when one has served long enough."""

    preload: tuple[str, ...] = ()
    jobs: int = 500
    recycle_bytes: int = 2 << 30
    memory_bytes: int = 0  # hard limit on its data (RLIMIT_DATA); 0: none
    start_seconds: float = 60.0
    stop_grace_seconds: float = 2.0


class WorkerDied(ServiceError):
    """The process ended: killed, out of memory, or crashed. Only this call fails.

    `begun` says whether its job had begun: one that had not may run elsewhere at no risk.
    """

    def __init__(self, pid: int, exit_code: int | None, begun: bool) -> None:
        super().__init__(
            Reason.WORKER_DIED,
            "the worker process solving this call died; the call may be sent again",
            {"pid": str(pid), "exit_code": "unknown" if exit_code is None else str(exit_code)},
        )
        self.begun = begun

    @property
    def cause(self) -> str:
        """How it ended, in a few words."""
        return f"worker {self.metadata['pid']} ended with {self.metadata['exit_code']}"


class Worker:
    """One process and the socket to it. Runs one job at a time."""

    def __init__(
        self,
        spec: WorkerSpec,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        begun: int,
    ) -> None:
        self._spec = spec
        self._process = process
        self._reader = reader
        self._writer = writer
        # an eventfd: the process adds one as it begins a job
        self._begun: FileIO = os.fdopen(begun, "rb", buffering=0)
        self._jobs = 0
        self._resident_bytes = 0
        self._spent = False
        self.alive = True

    @classmethod
    async def start(cls, spec: WorkerSpec) -> Worker:
        """Start a process and wait until it is warm. Raises WorkerDied or TimeoutError."""
        begun = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        ours, theirs = socket.socketpair()
        try:
            process = await _spawn(spec, theirs.fileno(), begun)
        except BaseException:
            ours.close()
            os.close(begun)
            raise
        finally:
            theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours, limit=_BUFFER_BYTES)
        worker = cls(spec, process, reader, writer, begun)
        try:
            async with asyncio.timeout(spec.start_seconds):
                await worker._receive()
        except BaseException:
            await worker.close()
            raise
        return worker

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def worn(self) -> bool:
        """Whether it is to be replaced: dead, busy with work that does not stop, old, or holding
        too much memory."""
        return (
            not self.alive
            or self._spent
            or self._jobs >= self._spec.jobs
            or self._resident_bytes > self._spec.recycle_bytes
        )

    async def ended(self) -> None:
        """Wait until the process has ended, for whatever reason."""
        await self._process.wait()
        self.alive = False

    async def run(self, job: Job, on_progress: Progress | None = None) -> list[bytes]:
        """Run a job to its end; returns the parts of its result.

        Raises WorkerDied where the process ends, RemoteFailure where the job fails.
        """
        self._jobs += 1
        try:
            head = Frame(FrameKind.JOB, job.head(len(job.parts)))
            parts = (Frame(FrameKind.PART, part) for part in job.parts)
            await send_async(self._writer, head, *parts)
        except OSError:
            raise await self._death() from None
        return await self._result(on_progress)

    async def _result(self, on_progress: Progress | None) -> list[bytes]:
        parts: list[bytes] = []
        while True:
            frame = await self._receive()
            match frame.kind:
                case FrameKind.PART:
                    parts.append(frame.body)
                case FrameKind.PROGRESS:
                    if on_progress is not None:
                        on_progress(frame.body)
                case FrameKind.SPENT:
                    self._spent = True
                case FrameKind.FAILED:
                    raise RemoteFailure(status_pb2.Status.FromString(frame.body))
                case FrameKind.DONE:
                    self._resident_bytes = int(frame.body)
                    return parts
                case _:
                    raise RuntimeError(f"worker {self.pid} sent {frame.kind!r}")

    async def _receive(self) -> Frame:
        try:
            return await receive_async(self._reader)
        except (PeerGone, OSError):
            raise await self._death() from None

    async def _death(self) -> WorkerDied:
        """Its socket is closed: take its exit code, helping where it does not end by itself."""
        self.alive = False
        try:
            async with asyncio.timeout(_EXIT_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
        return WorkerDied(self.pid, await self._process.wait(), self._has_begun())

    def _has_begun(self) -> bool:
        """Whether the process, now dead, began the last job it was sent."""
        if self._begun.closed:
            return True  # the server ends: nothing is tried again
        count = self._begun.read(_COUNTER_BYTES)
        return count is not None and int.from_bytes(count, sys.byteorder) == self._jobs

    async def stop(self, running: asyncio.Task[list[bytes]]) -> None:
        """Cancel ladder: ask the job to end, wait the grace, then kill the process.

        `running` is the task in `run`; it has ended when this returns.
        """
        try:
            await send_async(self._writer, Frame(FrameKind.STOP))
        except OSError:
            self.kill()
        await asyncio.wait([running], timeout=self._spec.stop_grace_seconds)
        if not running.done():
            self.kill()
        await asyncio.wait([running])
        running.exception()  # seen: nobody else waits for it

    def kill(self) -> None:
        """End the process at once; a job in it ends with WorkerDied."""
        self.alive = False
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """End an idle process and take its exit. May be called once."""
        self.kill()
        self._writer.close()
        self._begun.close()
        await self._process.wait()


async def _spawn(spec: WorkerSpec, socket: int, begun: int) -> asyncio.subprocess.Process:
    """Start a process that has the two descriptors, and no others of ours."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "fairlead_server.workers.process"),
        *(str(socket), str(begun), str(spec.memory_bytes), *spec.preload),
        pass_fds=(socket, begun),
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        start_new_session=True,  # a signal to our terminal is not one to it
    )
