"""The scalar rules of requests, as the contract's comments state them."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import DecodeError, Message

from fairlead import wire
from fairlead.v1 import allocation_service_pb2 as pb
from fairlead_solver.api import allocation as api

from ..foundation.clock_and_ids import parse_name, parse_parent
from ..foundation.errors import ServiceError, Violation, invalid
from ..foundation.reasons import Reason
from .envelope import malformed

MAX_REQUEST_ID = 64
MAX_PRIORITY = 9


def parsed(kind: type[Message], body: bytes) -> Message:
    """A message out of its bytes. Raises ServiceError INVALID_ARGUMENT."""
    try:
        return kind.FromString(body)
    except DecodeError:
        raise malformed() from None


def check_solve(request: pb.SolveAllocationRequest, has_cycle: bool, root: str = "") -> str:
    """Check everything but cycle and policy, which a worker checks. Returns the tenant.

    `root` leads to the request where it is a field of another one; all paths begin with it.

    Raises ServiceError INVALID_ARGUMENT with every violation.
    """
    tenant = parse_parent(request.parent, f"{root}parent")
    violations = [*_solve_violations(request, has_cycle)]
    if violations:
        raise refused(Reason.REQUEST_INVALID, *(v.under(root) for v in violations))
    options = request.options
    _check_tenant(request.snapshot, "snapshots", f"{root}snapshot", tenant)
    _check_tenant(options.start_decision, "decisions", f"{root}options.start_decision", tenant)
    return tenant


def refused(reason: Reason, *violations: Violation) -> ServiceError:
    """INVALID_ARGUMENT whose message is the first violation."""
    first = f"{violations[0].field}: {violations[0].description}"
    return invalid(reason, f"the request is refused: {first}", *violations)


def _check_tenant(name: str, collection: str, field: str, tenant: str) -> None:
    """A resource a request names, if it names one, is of its own tenant."""
    if name and parse_name(name, collection, field).tenant != tenant:
        kind = collection.removesuffix("s")
        rule = Violation(field, f"{name!r}: a {kind} of tenants/{tenant}")
        raise invalid(Reason.REQUEST_INVALID, f"the {kind} is another tenant's", rule)


def _solve_violations(request: pb.SolveAllocationRequest, has_cycle: bool) -> Iterator[Violation]:
    if has_cycle == bool(request.snapshot):
        yield Violation("cycle", "exactly one of cycle and snapshot")
    yield from request_id_violations(request.request_id)
    if abs(request.priority) > MAX_PRIORITY:
        yield Violation("priority", f"{request.priority}: -{MAX_PRIORITY} to {MAX_PRIORITY}")
    try:
        wire.options_of(request.options)
    except api.InvalidInput as error:
        yield from map(violation_of, error.findings)


def violation_of(finding: api.Finding) -> Violation:
    """A finding as the client gets it."""
    whose = f"{finding.id}: " if finding.id else ""
    return Violation(finding.path, f"{whose}{finding.fault}")


def request_id_violations(request_id: str, field: str = "request_id") -> Iterator[Violation]:
    """What is wrong with a request id."""
    if len(request_id) > MAX_REQUEST_ID:
        yield Violation(field, f"{len(request_id)} characters: at most {MAX_REQUEST_ID}")
    elif not api.is_word(request_id):
        yield Violation(field, f"{request_id!r}: no control characters")


def check_enum(message: Message, field: str) -> None:
    """Raise ServiceError INVALID_ARGUMENT where an enum field holds a number that is none."""
    number, kind = getattr(message, field), message.DESCRIPTOR.fields_by_name[field].enum_type
    assert kind is not None
    if number not in kind.values_by_number:
        words = ", ".join(value.name for value in kind.values)
        raise refused(Reason.REQUEST_INVALID, Violation(field, f"{number}: one of {words}"))


def seconds_to_wait(message: Message, field: str) -> float | None:
    """A duration of at least 0, in seconds; None where it is not set.

    Raises ServiceError INVALID_ARGUMENT.
    """
    if not message.HasField(field):
        return None
    given = getattr(message, field)
    rule = "at least 0" if wire.is_duration(given) else wire.DURATION_RULE
    seconds = wire.seconds_of(given)
    if rule == wire.DURATION_RULE or seconds < 0:
        raise refused(Reason.REQUEST_INVALID, Violation(field, f"{wire.written(given)}: {rule}"))
    return seconds


def time_limit(options: pb.SolveOptions) -> float:
    """The limit asked for, seconds; only where one is."""
    return wire.seconds_of(options.time_limit)
