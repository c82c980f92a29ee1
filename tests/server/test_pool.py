"""The pool runs jobs in processes of their own, and outlives whatever happens to them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from fairlead_server.foundation.errors import RemoteFailure, error_info
from fairlead_server.workers.frames import Job
from fairlead_server.workers.job_queue import Handout, QueueFull
from fairlead_server.workers.pool import Pool
from fairlead_server.workers.worker import WorkerDied, WorkerSpec

JOBS = "tests.server.jobs"


def job(name: str, *parts: bytes, limit: float = 60.0) -> Callable[[], Job]:
    return lambda: Job(f"{JOBS}:{name}", limit, parts)


@asynccontextmanager
async def pool(size: int = 1, queue_length: int = 8, **spec: object) -> AsyncIterator[Pool]:
    it = Pool(WorkerSpec(preload=(JOBS,), **spec), size, queue_length)  # type: ignore[arg-type]
    await it.start()
    try:
        yield it
    finally:
        await it.close()


def running(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


async def started(it: Pool, name: str) -> tuple[asyncio.Task[list[bytes]], int]:
    """A job under way, and the process it is in."""
    said: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(it.run(job(name), on_progress=lambda b: said.set_result(int(b))))
    return task, await said


def test_a_process_with_work_left_behind_answers_and_is_replaced() -> None:
    async def work() -> None:
        async with pool() as it:
            (spent,) = await it.run(job("spend"))
            (fresh,) = await it.run(job("pid"))
            assert spent != fresh
            assert it.pids == [int(fresh)]
            assert it.restarts == 1

    running(work)


def test_parts_come_back_as_the_bytes_they_were() -> None:
    async def work() -> None:
        async with pool() as it:
            big = os.urandom(5_000_000)
            assert await it.run(job("echo", b"", b"x", big)) == [b"", b"x", big]

    running(work)


def test_jobs_run_outside_the_servers_process_and_one_worker_serves_many() -> None:
    async def work() -> None:
        async with pool() as it:
            first, second = [await it.run(job("pid")) for _ in range(2)]
            assert first == second == [str(it.pids[0]).encode()]
            assert it.pids[0] != os.getpid()

    running(work)


def test_a_killed_worker_fails_its_own_call_and_the_next_one_works() -> None:
    async def work() -> None:
        async with pool() as it:
            task, pid = await started(it, "hold")
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(WorkerDied) as died:
                await task
            assert died.value.metadata == {"pid": str(pid), "exit_code": "-9"}
            assert died.value.begun
            assert await it.run(job("echo", b"again")) == [b"again"]
            assert it.restarts == 1

    running(work)


def test_a_crash_in_an_engine_is_a_dead_worker_not_a_dead_server() -> None:
    async def work() -> None:
        async with pool() as it:
            with pytest.raises(WorkerDied):
                await it.run(job("crash"))
            assert await it.run(job("echo", b"again")) == [b"again"]

    running(work)


def test_bug_a_worker_killed_while_idle_costs_the_next_call_nothing() -> None:
    async def work() -> None:
        async with pool() as it:
            os.kill(it.pids[0], signal.SIGKILL)
            assert await it.run(job("echo", b"kept")) == [b"kept"]

    running(work)


def test_workers_killed_while_idle_are_replaced_before_any_call() -> None:
    async def work() -> None:
        async with pool(2) as it:
            killed = it.pids
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            while it.restarts < 2:
                await asyncio.sleep(0.01)
            assert len(it.pids) == 2
            assert not set(it.pids) & set(killed)
            made = [await it.run(job("pid")) for _ in range(2)]
            assert {int(pid) for (pid,) in made} <= set(it.pids)

    running(work)


def test_a_call_that_lost_its_worker_before_it_began_runs_on_another() -> None:
    async def work() -> None:
        async with pool() as it:
            lost = it.pids[0]
            os.kill(lost, signal.SIGSTOP)  # it takes the job and never begins it
            call = asyncio.create_task(it.run(job("pid")))
            while not it.busy:
                await asyncio.sleep(0.01)
            os.kill(lost, signal.SIGKILL)
            assert await call == [str(it.pids[0]).encode()] != [str(lost).encode()]
            assert it.restarts == 1

    running(work)


def test_a_call_that_loses_two_workers_before_it_began_fails() -> None:
    async def work() -> None:
        async with pool() as it:
            pids: list[int] = []

            def killing() -> Job:
                pids.append(it.pids[0])
                os.kill(pids[-1], signal.SIGKILL)
                return job("echo")()

            with pytest.raises(WorkerDied) as died:
                await it.run(killing)
            assert not died.value.begun
            assert len(set(pids)) == 2
            assert died.value.metadata["pid"] == str(pids[1])
            assert await it.run(job("echo", b"again")) == [b"again"]

    running(work)


def test_an_unforeseen_error_is_internal_and_keeps_its_text_to_itself() -> None:
    async def work() -> None:
        async with pool() as it:
            with pytest.raises(RemoteFailure) as failure:
                await it.run(job("fail"))
            status = failure.value.status_proto
            assert error_info(status).reason == "INTERNAL"
            assert "KeyError" in status.message
            assert "4711" not in status.message

    running(work)


def test_a_job_over_the_memory_limit_is_refused_and_the_worker_lives() -> None:
    async def work() -> None:
        async with pool(memory_bytes=1 << 30) as it:
            pids = it.pids
            with pytest.raises(RemoteFailure) as failure:
                await it.run(job("devour"))
            assert error_info(failure.value.status_proto).reason == "WORKER_MEMORY"
            assert await it.run(job("echo", b"again")) == [b"again"]
            assert it.pids == pids

    running(work)


def test_a_cancelled_job_that_obeys_keeps_its_worker() -> None:
    async def work() -> None:
        async with pool() as it:
            task, pid = await started(it, "hold")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await it.run(job("pid")) == [str(pid).encode()]

    running(work)


def test_a_cancelled_job_that_does_not_obey_is_killed_and_replaced() -> None:
    async def work() -> None:
        async with pool(stop_grace_seconds=0.1) as it:
            task, pid = await started(it, "ignore")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await it.run(job("pid")) != [str(pid).encode()]

    running(work)


def test_a_worker_is_replaced_after_its_count_of_jobs() -> None:
    async def work() -> None:
        async with pool(jobs=2) as it:
            pids = [await it.run(job("pid")) for _ in range(4)]
            assert pids[0] == pids[1] != pids[2] == pids[3]

    running(work)


def test_a_worker_is_replaced_when_it_holds_too_much_memory() -> None:
    async def work() -> None:
        async with pool(recycle_bytes=1) as it:
            assert await it.run(job("pid")) != await it.run(job("pid"))

    running(work)


def test_workers_that_cannot_start_fail_the_start() -> None:
    async def work() -> None:
        it = Pool(WorkerSpec(preload=("no.such.module",)), 1, 1)
        with pytest.raises(WorkerDied):
            await it.start()
        assert it.pids == []

    running(work)


def test_a_job_that_cannot_be_made_leaves_its_worker_free() -> None:
    async def work() -> None:
        async with pool() as it:
            with pytest.raises(ZeroDivisionError):
                await it.run(lambda: 1 // 0)  # type: ignore[arg-type, return-value]
            assert await it.run(job("echo", b"x")) == [b"x"]

    running(work)


def test_waiters_are_served_by_priority_then_by_arrival() -> None:
    async def work() -> None:
        handout: Handout[str] = Handout(9)
        served: list[str] = []

        async def wait(name: str, priority: int) -> None:
            await handout.take(priority)
            served.append(name)

        tasks = [
            asyncio.create_task(wait(*who)) for who in (("c", 0), ("a", 5), ("d", 0), ("b", 5))
        ]
        await asyncio.sleep(0)
        for _ in tasks:
            handout.offer("worker")
        await asyncio.gather(*tasks)
        assert served == ["a", "b", "c", "d"]

    running(work)


def test_one_more_than_may_wait_is_refused_and_a_cancelled_waiter_makes_room() -> None:
    async def work() -> None:
        handout: Handout[str] = Handout(1)
        first = asyncio.create_task(handout.take())
        await asyncio.sleep(0)
        with pytest.raises(QueueFull):
            await handout.take()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = asyncio.create_task(handout.take())
        await asyncio.sleep(0)
        handout.offer("worker")
        assert await second == "worker"

    running(work)


def test_a_thing_handed_to_a_waiter_that_left_goes_to_the_next() -> None:
    async def work() -> None:
        handout: Handout[str] = Handout(2)
        first = asyncio.create_task(handout.take(1))
        second = asyncio.create_task(handout.take(0))
        await asyncio.sleep(0)
        handout.offer("worker")
        first.cancel()
        assert await second == "worker"

    running(work)
