"""The pool: warm workers, each replaced when it is worn or dead, handed out by priority."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from .frames import Job
from .job_queue import Handout
from .wait_estimate import WaitEstimate
from .worker import Progress, Worker, WorkerDied, WorkerSpec

log = logging.getLogger(__name__)

_RESTART_PAUSE_SECONDS = 1.0


class Pool:
    """`size` workers. `run` takes one, `start` and `close` bracket its life.

    A call that is cancelled leaves at once; its worker climbs the cancel ladder in the
    background and comes back, or is replaced. A process that ends while it is idle is replaced at
    once.
    """

    def __init__(
        self, spec: WorkerSpec, size: int, queue_length: int, wait: WaitEstimate | None = None
    ) -> None:
        self._spec = spec
        self._size = size
        self._free: Handout[Worker] = Handout(queue_length)
        self._workers: set[Worker] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._wait = wait or WaitEstimate(1.0, 60.0)
        self._closing = False
        self.busy = 0
        self.restarts = 0

    @property
    def waiting(self) -> int:
        """Calls waiting for a worker."""
        return self._free.waiting

    @property
    def full(self) -> bool:
        """Whether a call that came now would be refused."""
        return self._free.full

    @property
    def retry_seconds(self) -> float:
        """How long a call that is refused now would do well to wait."""
        return self._wait.seconds(self.waiting, self._size)

    @property
    def pids(self) -> list[int]:
        """The processes alive now."""
        return sorted(worker.pid for worker in self._workers)

    async def start(self) -> None:
        """Start all workers and wait until they are warm. Raises WorkerDied, TimeoutError."""
        try:
            for worker in await asyncio.gather(*(self._start() for _ in range(self._size))):
                self._free.offer(worker)
        except BaseException:
            await self.close()
            raise

    async def run(
        self,
        make_job: Callable[[], Job],
        *,
        priority: int = 0,
        admitted: bool = False,
        on_start: Callable[[], None] | None = None,
        on_progress: Progress | None = None,
    ) -> list[bytes]:
        """Run a job on the next free worker; returns the parts of its result.

        The job is made once a worker is there, when the time left to it is known. A job that was
        `admitted` before waits however full the queue is. One whose worker ends before the job
        began goes to another worker, once. Raises QueueFull, WorkerDied, RemoteFailure, and
        whatever `make_job` raises.
        """
        try:
            return await self._run(make_job, priority, admitted, on_start, on_progress)
        except WorkerDied as died:
            if died.begun:
                raise
            log.warning("%s before its job began: the job goes to another worker", died.cause)
        return await self._run(make_job, priority, True, on_start, on_progress)

    async def _run(
        self,
        make_job: Callable[[], Job],
        priority: int,
        admitted: bool,
        on_start: Callable[[], None] | None,
        on_progress: Progress | None,
    ) -> list[bytes]:
        worker = await self._free.take(priority, admitted=admitted)
        try:
            job = make_job()
        except BaseException:
            self._give_back(worker)
            raise
        if on_start is not None:
            on_start()
        self.busy += 1
        begun = asyncio.get_running_loop().time()
        running = asyncio.create_task(worker.run(job, on_progress))
        try:
            result = await asyncio.shield(running)
        except asyncio.CancelledError:
            self._later(self._stop(worker, running, begun))
            raise
        except BaseException:
            self._finish(worker, begun)
            raise
        self._finish(worker, begun)
        return result

    async def close(self) -> None:
        """End every process."""
        self._closing = True
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._free.withdraw()
        await asyncio.gather(*(worker.close() for worker in list(self._workers)))
        self._workers.clear()

    async def _start(self) -> Worker:
        worker = await Worker.start(self._spec)
        self._workers.add(worker)
        self._later(self._watch(worker))
        return worker

    async def _watch(self, worker: Worker) -> None:
        """Replace a process that ends while it is idle; of a busy one, its call takes notice."""
        await worker.ended()
        if self._free.remove(worker):
            log.warning("idle worker %d ended", worker.pid)
            await self._replace(worker)

    async def _stop(self, worker: Worker, running: asyncio.Task[list[bytes]], begun: float) -> None:
        try:
            await worker.stop(running)
        finally:
            self._finish(worker, begun)

    def _finish(self, worker: Worker, begun: float) -> None:
        self._wait.note(asyncio.get_running_loop().time() - begun)
        self.busy -= 1
        self._give_back(worker)

    def _give_back(self, worker: Worker) -> None:
        if self._closing:
            return
        if worker.worn:
            self._later(self._replace(worker))
        else:
            self._free.offer(worker)

    async def _replace(self, worker: Worker) -> None:
        """Put a fresh process in a worker's place, trying until one starts."""
        self._workers.discard(worker)
        await worker.close()
        while not self._closing:
            try:
                fresh = await self._start()
            except (WorkerDied, TimeoutError, OSError) as error:
                log.error("a worker could not be started: %s", error)
                await asyncio.sleep(_RESTART_PAUSE_SECONDS)
            else:
                self.restarts += 1
                self._free.offer(fresh)
                return

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
