"""From a request to a stored decision: admission, a worker, one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection

from fairlead.v1 import allocation_service_pb2 as pb

from ..foundation.clock_and_ids import Clock, Name, new_id, parse_name
from ..foundation.errors import ServiceError, not_found
from ..foundation.reasons import Reason
from ..foundation.settings import Settings
from ..foundation.telemetry import Telemetry
from ..jobs.job_messages import DESCRIBE, SOLVE, VALIDATE, Instructions, Solved
from ..storage import decisions, requests, snapshots
from ..storage.database import Database
from ..storage.requests import Answered, RequestKey
from ..transport import request_checks
from ..transport.envelope import open_envelope, wrap
from ..transport.packed_rows import rows_of_parts
from ..workers.frames import Job
from ..workers.job_queue import QueueFull
from ..workers.pool import Pool
from ..workers.worker import WorkerDied
from .stored_decisions import decision_body
from .time_limits import TimeLimit

TOO_LARGE = Reason.RESPONSE_TOO_LARGE
_CYCLE_FIELD = pb.SolveAllocationRequest.CYCLE_FIELD_NUMBER
_DECISION_FIELD = pb.SolveAllocationResponse.DECISION_FIELD_NUMBER
_COLUMNS_FIELD = pb.SolveAllocationResponse.LINE_COLUMNS_FIELD_NUMBER


@dataclass(frozen=True, slots=True)
class SolveCall:
    """A request, checked but for its cycle and policy, which a worker checks."""

    tenant: str
    request: pb.SolveAllocationRequest  # without the cycle
    light: bytes  # the same, serialized
    cycle: bytes | None  # serialized Cycle; None: the snapshot the request names
    root: str = ""  # leads to the request where it is a field of another one

    @classmethod
    def of(cls, body: bytes, root: str = "") -> SolveCall:
        """Out of a serialized request. Raises ServiceError INVALID_ARGUMENT."""
        envelope = open_envelope(body, _CYCLE_FIELD)
        request = request_checks.parsed(pb.SolveAllocationRequest, envelope.light)
        assert isinstance(request, pb.SolveAllocationRequest)
        has_cycle = bool(envelope.payloads)
        tenant = request_checks.check_solve(request, has_cycle, root)
        cycle = envelope.payload if has_cycle else None
        return cls(tenant, request, envelope.light, cycle, root)

    @property
    def view(self) -> View:
        """What the answer is to hold."""
        return View.of(self.request.options.view)

    def asked_seconds(self) -> float | None:
        """The time limit asked for."""
        options = self.request.options
        return request_checks.time_limit(options) if options.HasField("time_limit") else None


class View(Enum):
    """How lines and binding constraints are answered with."""

    SUMMARY = "summary"  # without them
    ROWS = "rows"
    COLUMNS = "columns"

    @classmethod
    def of(cls, asked: int) -> View:
        """The view asked for; rows where none is."""
        if asked == pb.DECISION_VIEW_SUMMARY:
            return cls.SUMMARY
        return cls.COLUMNS if asked == pb.DECISION_VIEW_COLUMNS else cls.ROWS


@dataclass(frozen=True, slots=True)
class Watch:
    """What a caller wants to hear while a solve waits and runs."""

    on_start: Callable[[], None] | None = None
    on_progress: Callable[[bytes], None] | None = None
    on_restart: Callable[[int, str], None] | None = None  # (count, cause); None: no restarts


class Solver:
    """Solves calls in workers and stores what they decide."""

    def __init__(
        self,
        settings: Settings,
        pool: Pool,
        database: Database,
        telemetry: Telemetry,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._database = database
        self._telemetry = telemetry
        self._clock = clock

    @property
    def waiting(self) -> int:
        """Solves waiting for a worker."""
        return self._pool.waiting

    def limit(self, call: SolveCall, time_left: Callable[[], float | None]) -> TimeLimit:
        """The time limit of a call whose caller waits as long as `time_left` says."""
        settings = self._settings
        return TimeLimit(
            call.asked_seconds(),
            settings.solve_limit_seconds,
            settings.deadline_margin_seconds,
            time_left,
        )

    async def validate(self, call: SolveCall, limit: TimeLimit) -> bytes:
        """Check only: a serialized SolveAllocationResponse with a validation."""
        (answer,) = await self._run(
            VALIDATE, call, limit, self._instructions(root=call.root), Watch()
        )
        return answer

    async def solve(self, call: SolveCall, limit: TimeLimit, watch: Watch | None = None) -> Solved:
        """Solve; nothing is stored.

        Raises ServiceError and RemoteFailure; WorkerDied where the worker did and `watch` is not
        there to hear of a restart, or it happened too often.
        """
        name = Name(call.tenant, "decisions", new_id())
        instructions = self._instructions(str(name), call.root)
        solved = Solved.of(await self._run(SOLVE, call, limit, instructions, watch or Watch()))
        self._telemetry.solves.labels(solved.status).inc()
        return solved

    async def store(
        self, solved: Solved, also: Callable[[Connection], None] = lambda _: None
    ) -> None:
        """Store a decision, and what belongs to it, in one transaction."""
        name = parse_name(solved.name, "decisions")
        created = self._clock()

        def write(connection: Connection) -> None:
            decisions.add(connection, name.tenant, name.id, created, solved.body, solved.parts)
            also(connection)

        await self._database.write(write)

    async def decide(
        self,
        call: SolveCall,
        limit: TimeLimit,
        remember: tuple[RequestKey, bytes] | None = None,
    ) -> Solved:
        """Solve and store; with `remember` (key, digest of the body) under that request id."""
        solved = await self.solve(call, limit)

        def also(connection: Connection) -> None:
            if remember is not None:
                key, digest = remember
                requests.add(connection, key, Answered(digest, solved.name), self._clock())

        await self.store(solved, also)
        return solved

    async def recall(self, name: str) -> Solved:
        """A stored decision, whole. Raises ServiceError NOT_FOUND."""
        where = parse_name(name, "decisions")

        def load(connection: Connection) -> Solved:
            body = decision_body(connection, where)
            kinds = (decisions.LINE, decisions.BINDING_CONSTRAINT)
            parts = tuple(
                part
                for kind in kinds
                for part in decisions.parts(connection, where.tenant, where.id, kind)
            )
            return Solved(name, "", body, parts)

        return await self._database.read(load)

    async def response(self, solved: Solved, view: View) -> bytes:
        """A serialized SolveAllocationResponse. Raises ServiceError where it is too large."""
        if view is View.SUMMARY:
            return wrap(_DECISION_FIELD, solved.body)
        binding = solved.of_kind(decisions.BINDING_CONSTRAINT)
        if view is View.COLUMNS:
            columns = [wrap(_COLUMNS_FIELD, part) for part in solved.of_kind(decisions.LINE)]
            return self._sized(solved, wrap(_DECISION_FIELD, solved.body, *binding), *columns)
        rows = solved.rows
        if rows is None:
            if solved.lines > self._settings.max_answer_rows:
                raise self._too_large(solved)
            parts = solved.of_kind(decisions.LINE)
            rows = await asyncio.to_thread(rows_of_parts, solved.name, parts)
        return self._sized(solved, wrap(_DECISION_FIELD, solved.body, *rows, *binding))

    def _sized(self, solved: Solved, *pieces: bytes) -> bytes:
        if sum(map(len, pieces)) > self._settings.max_message_bytes:
            raise self._too_large(solved)
        return b"".join(pieces)

    def _too_large(self, solved: Solved) -> ServiceError:
        return ServiceError(
            TOO_LARGE,
            "the decision is stored, but too large for one message: download its lines",
            {"decision": solved.name, "lines": str(solved.lines)},
        )

    async def describe(self, parts: Sequence[bytes], limit: TimeLimit) -> bytes:
        """Check a snapshot (header, chunks): a serialized Snapshot without name."""
        note = self._instructions().note()
        (answer,) = await self._admit(
            lambda: Job(DESCRIBE, limit.now(), parts, note, quiet=True), 0, Watch()
        )
        return answer

    async def _run(
        self,
        task: str,
        call: SolveCall,
        limit: TimeLimit,
        instructions: Instructions,
        watch: Watch,
    ) -> list[bytes]:
        limit.now()  # refuse what cannot be solved in time before anything is moved
        parts = (call.light, await self._basis(call), *await self._input(call))
        note = instructions.note()
        return await self._admit(
            lambda: Job(task, limit.now(), parts, note, quiet=watch.on_progress is None),
            call.request.priority,
            watch,
        )

    async def _admit(self, make_job: Callable[[], Job], priority: int, watch: Watch) -> list[bytes]:
        """Run a job; where its worker dies and somebody hears of it, on another one again."""
        restarts = 0
        while True:
            try:
                return await self._pool.run(
                    make_job,
                    priority=priority,
                    admitted=restarts > 0,
                    on_start=watch.on_start,
                    on_progress=watch.on_progress,
                )
            except QueueFull:
                raise self._refusal() from None
            except WorkerDied as died:
                if watch.on_restart is None or restarts == self._settings.solve_restarts:
                    raise
                restarts += 1
                watch.on_restart(restarts, died.cause)

    def check_room(self) -> None:
        """Raise ServiceError RESOURCE_EXHAUSTED where a solve that came now would be refused."""
        if self._pool.full:
            raise self._refusal()

    def _refusal(self) -> ServiceError:
        self._telemetry.refused.inc()
        return ServiceError(
            Reason.QUEUE_FULL,
            "all workers are busy and the queue is full",
            {"queue_length": str(self._settings.queue_length)},
            retry_seconds=self._pool.retry_seconds,
        )

    async def _basis(self, call: SolveCall) -> bytes:
        """What the decision to start from has left; empty where none is named or nothing is left.

        Raises ServiceError NOT_FOUND.
        """
        name = call.request.options.start_decision
        if not name:
            return b""
        where = parse_name(name, "decisions", "options.start_decision")

        def load(connection: Connection) -> bytes:
            decision_body(connection, where)  # raises where it is gone
            left = decisions.parts(connection, where.tenant, where.id, decisions.BASIS)
            return b"".join(part.body for part in left)

        return await self._database.read(load)

    async def _input(self, call: SolveCall) -> tuple[bytes, ...]:
        """A serialized Cycle; where the input is a snapshot, its header and chunks."""
        if call.cycle is not None:
            return (call.cycle,)
        where = parse_name(call.request.snapshot, "snapshots", "snapshot")
        parts = await self._database.read(lambda c: snapshots.parts(c, where.tenant, where.id))
        if not parts:
            raise not_found("snapshot", call.request.snapshot)
        return tuple(parts)

    def _instructions(self, decision: str = "", root: str = "") -> Instructions:
        settings = self._settings
        return Instructions(
            decision=decision,
            root=root,
            threads=settings.worker_threads,
            cluster=settings.cluster,
            max_rows=settings.max_rows,
            max_lines=settings.max_lines,
            memory_bytes=settings.memory_of_a_solve,
            part_lines=settings.decision_part_lines,
            max_competitors=settings.max_competitors,
            max_proofs=settings.max_proofs,
            max_values=settings.max_values,
            max_limits=settings.max_limits,
            max_fixes=settings.max_fixes,
            max_fixes_beside=settings.max_fixes_beside,
            max_answer_rows=settings.max_answer_rows,
        )
