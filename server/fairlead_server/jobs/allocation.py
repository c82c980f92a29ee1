"""Allocation in a worker: bytes in, checked and solved, bytes out."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from google.protobuf.message import DecodeError, Message

from fairlead import wire
from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import decision_pb2, facts_pb2, snapshot_service_pb2
from fairlead.wire.shared.phase_times import CHECK, ENCODE, EXPLAIN, READ, SOLVE, PhaseTimes
from fairlead_solver.api import allocation as api

from ..foundation.clock_and_ids import now_micros
from ..foundation.errors import ServiceError, Violation
from ..foundation.reasons import Reason
from ..storage.decisions import BASIS, BINDING_CONSTRAINT, LINE, Part
from ..transport.envelope import malformed
from ..transport.packed_rows import decision_of_rows
from ..transport.request_checks import violation_of
from ..workers.process import Run
from . import progress
from .job_messages import ROWS, Instructions, last_piece, piece
from .progress import Reporter

log = logging.getLogger(__name__)
AnyMessage = TypeVar("AnyMessage", bound=Message)
Value = TypeVar("Value")


def solve(run: Run) -> Iterator[bytes]:
    """Decide a cycle. Parts: the request without its cycle, the basis to start from (empty: none),
    then the input (see `_facts`)."""
    try:
        yield from _solved(run)
    finally:
        run.spent = api.left_behind() > 0


def _solved(run: Run) -> Iterator[bytes]:
    times = PhaseTimes()
    times.begin(READ)
    instructions = Instructions.of(run.note)
    request = _parsed(pb.SolveAllocationRequest, run.parts[0])
    reporter = Reporter(run.report)
    asked = _options(request.options, instructions)
    problem = _problem(run, request, asked, instructions, reporter, times)
    first = _checked(lambda: asked.first_lines(problem), instructions)
    reporter.phase(progress.BUILD)
    times.begin(SOLVE)
    options = replace(asked.options, workers=instructions.threads)
    basis = _basis(run.parts[1])
    try:
        with api.crew_at(instructions.cluster) as crew:
            solved = api.solve(problem, options, run, reporter.standing, start=basis, crew=crew)
    except api.EngineError as error:
        raise _engine_refusal(str(error), instructions) from error
    except api.ClusterError as error:
        raise ServiceError(Reason.CLUSTER_UNAVAILABLE, f"{error}; nothing was decided") from error
    times.begin(EXPLAIN)
    explanation = _explanation(solved, asked, run, reporter, _told(instructions, first))
    weights = api.weigh(solved, options, run) if asked.weigh else ()
    times.begin(ENCODE)
    message = wire.decision_message(solved, explanation, weights=weights, with_lines=False)
    _sign(message, request, instructions)
    if basis is not None:
        message.solve.start_decision = request.options.start_decision
    for part in _parts(message, solved, explanation, asked, instructions):
        reporter.phase(ENCODE, part.first_row, problem.num_lines)
        yield from piece(part)
    times.write(message.solve)
    status = decision_pb2.DecisionStatus.Name(message.status)
    with_rows = _with_rows(solved, asked, instructions)
    yield from last_piece(instructions.decision, status, message.SerializeToString(), with_rows)


def validate(run: Run) -> list[bytes]:
    """Check only: a SolveAllocationResponse with the validation."""
    request = _parsed(pb.SolveAllocationRequest, run.parts[0])
    instructions = Instructions.of(run.note)
    asked = _options(request.options, instructions)
    reporter, times = Reporter(run.report), PhaseTimes()
    problem = _problem(run, request, asked, instructions, reporter, times)
    _checked(lambda: asked.first_lines(problem), instructions)
    validation = wire.validation_message(problem)
    return [pb.SolveAllocationResponse(validation=validation).SerializeToString()]


def describe(run: Run) -> list[bytes]:
    """Check the content of a snapshot: a Snapshot without name. Parts: header, chunks."""
    instructions = Instructions.of(run.note)
    upload = _checked(lambda: _uploaded(run.parts), instructions)
    facts = _checked(upload.finish, instructions)
    places = upload.places()
    _check_size(facts, instructions, places)
    usable, left_out = facts, api.LeftOut()
    if upload.quarantine:
        usable, left_out = _checked(lambda: api.usable_facts(facts), instructions, places)
    digest = _checked(lambda: api.facts_digest(usable), instructions, places)
    snapshot = snapshot_service_pb2.Snapshot(
        digest=_digest_with(digest, left_out),
        cycle_day=facts.cycle_day,
        currency=facts.currency,
        as_of_day=facts.as_of_day,
        tables=[
            snapshot_service_pb2.TableSize(table=table.NAME, rows=len(table))
            for table in facts.tables()
            if len(table)
        ],
    )
    wire.write_left_out(snapshot, _in_request(left_out, places))
    return [snapshot.SerializeToString()]


def _digest_with(digest: str, left_out: api.LeftOut) -> str:
    """The digest of a snapshot's facts, told apart from one without the rows that are left out."""
    if not left_out.count:
        return digest
    faults = sorted(f"{f.id}: {f.value}: {f.rule}" for f in left_out.findings)
    return hashlib.sha256("\n".join([digest, str(left_out.count), *faults]).encode()).hexdigest()


def _explanation(
    solved: api.Solved, asked: wire.Asked, run: Run, reporter: Reporter, told: api.ExplainOptions
) -> api.Explanation | None:
    """As much explanation as was asked for."""
    if asked.explanation == pb.EXPLANATION_LEVEL_NONE:
        return None
    reporter.phase(EXPLAIN)
    prove = asked.explanation != pb.EXPLANATION_LEVEL_EXACT
    return api.explain(solved, told, prove=prove, budget=run)


def _told(instructions: Instructions, first: tuple[int, ...]) -> api.ExplainOptions:
    return api.ExplainOptions(
        proofs=instructions.max_proofs,
        marginals=instructions.max_values,
        used_up=instructions.max_limits,
        fixes=instructions.max_fixes,
        fixes_beside=instructions.max_fixes_beside,
        competitors=instructions.max_competitors,
        first=first,
    )


def _problem(
    run: Run,
    request: pb.SolveAllocationRequest,
    asked: wire.Asked,
    instructions: Instructions,
    reporter: Reporter,
    times: PhaseTimes,
) -> api.Problem:
    """The checked problem. Raises ServiceError INVALID_ARGUMENT, and RESOURCE_EXHAUSTED where
    it would not fit into memory."""
    reporter.phase(READ)
    policy = _checked(lambda: wire.policy_of(request.policy), instructions)
    facts, places = _facts(run, request, instructions)
    reporter.started(len(facts.lines))
    _check_size(facts, instructions, places)
    _check_memory(facts, instructions)
    reporter.phase(CHECK)
    times.begin(CHECK)
    problem = _checked(
        lambda: api.intake(facts, policy, quarantine=asked.quarantine), instructions, places
    )
    if problem.left_out is None:
        return problem
    return replace(problem, left_out=_in_request(problem.left_out, places))


def _in_request(left_out: api.LeftOut, places: wire.Places) -> api.LeftOut:
    """What was left out, by its place in the request."""
    return replace(left_out, findings=tuple(_placed(f, places) for f in left_out.findings))


def _placed(finding: api.Finding, places: wire.Places) -> api.Finding:
    other = finding.other and places.of(finding.other)
    return replace(finding, path=places.of(finding.path), other=other)


def _facts(
    run: Run, request: pb.SolveAllocationRequest, instructions: Instructions
) -> tuple[api.Facts, wire.Places]:
    """The input: one Cycle, or where it is a snapshot a SnapshotHeader and SnapshotChunks.

    Its bytes are let go: the solve needs the memory.
    """
    given = run.parts[2:]
    del run.parts[2:]
    if request.snapshot:
        stored = wire.CyclePlaces("snapshot")
        return _checked(lambda: _uploaded(given).finish(), instructions, stored), stored
    cycle = _parsed(facts_pb2.Cycle, given[0])
    places = wire.places_of(cycle)
    most = instructions.max_rows
    return _checked(lambda: wire.facts_of(cycle, most), instructions, places), places


def _uploaded(parts: list[bytes]) -> wire.Upload:
    upload = wire.Upload(_parsed(snapshot_service_pb2.SnapshotHeader, parts[0]))
    for part in parts[1:]:
        upload.add(_parsed(snapshot_service_pb2.SnapshotChunk, part))
    return upload


def _check_size(facts: api.Facts, instructions: Instructions, places: wire.Places) -> None:
    lines, most = len(facts.lines), instructions.max_lines
    if lines > most:
        raise ServiceError(
            Reason.CYCLE_TOO_LARGE,
            f"the cycle has {lines} lines, this server takes {most}",
            {"lines": str(lines), "limit": str(most)},
            [
                Violation(
                    f"{instructions.root}{places.of('lines')}", f"{lines} rows: at most {most}"
                )
            ],
        )


def _check_memory(facts: api.Facts, instructions: Instructions) -> None:
    size = api.size_of(facts)
    needed, most = size.memory_bytes(), instructions.memory_bytes
    if needed > most:
        raise ServiceError(
            Reason.CYCLE_EXCEEDS_MEMORY,
            f"the cycle would take about {needed / 2**30:.1f} GiB, this server gives a solve "
            f"{most / 2**30:.1f} GiB: nothing was solved",
            {
                "estimated_bytes": str(needed),
                "limit_bytes": str(most),
                "lines": str(size.lines),
                "lots": str(size.lots),
                "pairs": str(size.pairs),
            },
        )


def _options(message: pb.SolveOptions, instructions: Instructions) -> wire.Asked:
    asked = _checked(lambda: wire.options_of(message), instructions)
    if asked.reference:
        text = "the reference model is not served; use the command line"
        raise _engine_refusal(text, instructions)
    return asked


def _basis(body: bytes) -> api.Basis | None:
    """What was stored beside the decision to start from, if there is something this version reads:
    a caller that names its last decision each time is not to fail after an upgrade."""
    try:
        return api.basis_from_bytes(body) if body else None
    except api.NotABasis as error:
        log.warning("nothing to start from: %s", error)
        return None


def _engine_refusal(text: str, instructions: Instructions) -> ServiceError:
    return ServiceError(
        Reason.ENGINE_UNSUITABLE,
        f"the engine asked for cannot solve this cycle: {text}",
        violations=[Violation(f"{instructions.root}options.engine", text)],
    )


def _checked(
    read: Callable[[], Value], instructions: Instructions, places: wire.Places | None = None
) -> Value:
    """Turns InvalidInput into the refusal a client gets, with the paths of its own request."""
    try:
        return read()
    except api.InvalidInput as error:
        findings = [f if places is None else _placed(f, places) for f in error.findings]
        violations = [violation_of(f).under(instructions.root) for f in findings]
        first = f"{violations[0].field}: {violations[0].description}"
        raise ServiceError(
            Reason.INPUT_INVALID,
            f"{error.total} finding(s); the first: {first}",
            violations=violations,
            total_violations=error.total,
        ) from None


def _parsed(kind: type[AnyMessage], body: bytes) -> AnyMessage:
    try:
        return kind.FromString(body)
    except DecodeError:
        raise malformed() from None


def _sign(
    message: decision_pb2.Decision, request: pb.SolveAllocationRequest, instructions: Instructions
) -> None:
    """Names and times: what the solver cannot know."""
    message.name, message.snapshot = instructions.decision, request.snapshot
    message.create_time.FromMicroseconds(now_micros())
    for place, constraint in enumerate(message.binding_constraints, 1):
        constraint.id = constraint.id or str(place)
        constraint.name = f"{message.name}/bindingConstraints/{quote(constraint.id, safe='')}"


def _with_rows(solved: api.Solved, asked: wire.Asked, instructions: Instructions) -> bool:
    """Whether the answer is to hold the lines as rows."""
    return asked.with_rows and solved.problem.num_lines <= instructions.max_answer_rows


def _parts(
    message: decision_pb2.Decision,
    solved: api.Solved,
    explanation: api.Explanation | None,
    asked: wire.Asked,
    instructions: Instructions,
) -> Iterator[Part]:
    """The lines in columns, each part as rows too where they are wanted; what binds is taken out
    of the message; what the next cycle can start from."""
    lines = wire.decided_lines(solved.decision, explanation)
    size, first = instructions.part_lines, 0
    for columns in wire.line_chunks(lines, size) if lines is not None else ():
        count = len(columns.line)
        yield Part(LINE, first, count, columns.SerializeToString(), columns.line[0])
        if _with_rows(solved, asked, instructions):
            yield Part(ROWS, first, count, decision_of_rows(message.name, columns))
        first += count
    binding = message.binding_constraints
    for first in range(0, len(binding), size):
        some = decision_pb2.Decision(binding_constraints=binding[first : first + size])
        count = len(some.binding_constraints)
        yield Part(BINDING_CONSTRAINT, first, count, some.SerializeToString())
    message.ClearField("binding_constraints")
    left = api.left_of(solved)
    if left is not None:
        yield Part(BASIS, 0, 1, api.basis_to_bytes(left))
