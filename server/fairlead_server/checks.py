"""The scalar rules of requests, as the contract's comments state them."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import DecodeError, Message

from fairlead.v1 import allocation_service_pb2 as pb

from .envelope import malformed
from .errors import Violation, invalid
from .ids import parse_name, parse_parent

MAX_REQUEST_ID = 64
MAX_PRIORITY = 9
_NANOS = 1_000_000_000


def parsed(kind: type[Message], body: bytes) -> Message:
    """A message out of its bytes. Raises ServiceError INVALID_ARGUMENT."""
    try:
        return kind.FromString(body)
    except DecodeError:
        raise malformed() from None


def check_solve(request: pb.SolveAllocationRequest, has_cycle: bool) -> str:
    """Check what stands beside cycle, policy and options (a worker checks those).

    Returns the tenant.

    Raises ServiceError INVALID_ARGUMENT with every violation.
    """
    tenant = parse_parent(request.parent)
    violations = [*_solve_violations(request, has_cycle)]
    if violations:
        first = f"{violations[0].field}: {violations[0].description}"
        raise invalid("REQUEST_INVALID", f"the request is refused: {first}", *violations)
    _check_tenant(request.snapshot, "snapshots", "snapshot", tenant)
    _check_tenant(request.options.start_decision, "decisions", "options.start_decision", tenant)
    return tenant


def _check_tenant(name: str, collection: str, field: str, tenant: str) -> None:
    """A resource a request names, if it names one, is of its own tenant."""
    if name and parse_name(name, collection, field).tenant != tenant:
        kind = collection.removesuffix("s")
        rule = Violation(field, f"{name!r}: a {kind} of tenants/{tenant}")
        raise invalid("REQUEST_INVALID", f"the {kind} is another tenant's", rule)


def _solve_violations(request: pb.SolveAllocationRequest, has_cycle: bool) -> Iterator[Violation]:
    if has_cycle == bool(request.snapshot):
        yield Violation("input", "exactly one of cycle and snapshot")
    yield from request_id_violations(request.request_id)
    if abs(request.priority) > MAX_PRIORITY:
        yield Violation("priority", f"{request.priority}: -{MAX_PRIORITY} to {MAX_PRIORITY}")
    options = request.options
    if options.HasField("time_limit") and time_limit(options) <= 0:
        yield Violation("options.time_limit", f"{time_limit(options)} s: above 0")


def request_id_violations(request_id: str) -> Iterator[Violation]:
    """What is wrong with a request id."""
    if len(request_id) > MAX_REQUEST_ID:
        yield Violation("request_id", f"{len(request_id)} characters: at most {MAX_REQUEST_ID}")


def time_limit(options: pb.SolveOptions) -> float:
    """The limit asked for, seconds; only where one is."""
    return options.time_limit.seconds + options.time_limit.nanos / _NANOS
