"""Refusals a client can act on: a status code, a google.rpc.ErrorInfo, and what it needs beside.

Every error of the service is a `ServiceError`, with a `Reason`. BadRequest carries at most 50
violations, fewer where they are long, because all of it travels in the trailing metadata, of which
clients accept 8 KiB; `violations_total` counts all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from .reasons import Reason

DOMAIN = "fairlead"
MAX_VIOLATIONS = 50
_MAX_STATUS_BYTES = 5000  # base64 and the other metadata have to fit into 8 KiB beside it
_MAX_TEXT = 160

_NUMBERS: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that breaks a rule: its path, and what is there and what should be."""

    field: str
    description: str

    def under(self, root: str) -> Violation:
        """The same, its path from further out."""
        return Violation(f"{root}{self.field}", self.description)


@dataclass(slots=True)
class ServiceError(Exception):
    """A call refused or failed, with everything the client is told."""

    reason: Reason
    message: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: Sequence[Violation] = ()
    total_violations: int = 0
    retry_seconds: float | None = None

    @property
    def code(self) -> grpc.StatusCode:
        """The gRPC code of the reason."""
        return self.reason.code

    def __str__(self) -> str:
        return f"{self.code.name} {self.reason}: {self.message}"

    def status(self) -> status_pb2.Status:
        """The google.rpc.Status with all details, small enough to travel."""
        kept = list(self.violations[:MAX_VIOLATIONS])
        while True:
            status = self._status(kept)
            if len(kept) <= 1 or status.ByteSize() <= _MAX_STATUS_BYTES:
                return status
            kept = kept[: max(1, len(kept) * 3 // 4)]

    def _status(self, violations: Sequence[Violation]) -> status_pb2.Status:
        status = status_pb2.Status(code=self.code.value[0], message=self.message[:1000])
        metadata = {name: _short(value) for name, value in self.metadata.items()}
        if self.violations:
            total = max(self.total_violations, len(self.violations))
            metadata["violations_total"] = str(total)
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=metadata)
        status.details.add().Pack(info)
        if violations:
            bad = error_details_pb2.BadRequest()
            for v in violations:
                bad.field_violations.add(field=_short(v.field), description=_short(v.description))
            status.details.add().Pack(bad)
        if self.retry_seconds is not None:
            delay = Duration()
            delay.FromNanoseconds(int(self.retry_seconds * 1e9))
            status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
        return status


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def code_of(status: status_pb2.Status) -> grpc.StatusCode:
    """The gRPC code of a status; UNKNOWN where its number is none."""
    return _NUMBERS.get(status.code, grpc.StatusCode.UNKNOWN)


def error_info(status: status_pb2.Status) -> error_details_pb2.ErrorInfo:
    """The ErrorInfo of a status; empty where it carries none."""
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info):
            break
    return info


def retry_pushback_millis(status: status_pb2.Status) -> int | None:
    """When a client's retry policy may try again: by its RetryInfo, never (-1), or freely (None).

    Of RESOURCE_EXHAUSTED only a full queue is worth another try: what is too large stays so.
    """
    info = error_details_pb2.RetryInfo()
    for detail in status.details:
        if detail.Unpack(info):
            return max(1, int(info.retry_delay.ToMilliseconds()))
    return -1 if code_of(status) is grpc.StatusCode.RESOURCE_EXHAUSTED else None


class RemoteFailure(Exception):
    """A failure that arrives as a finished status (from a worker, or from a stored operation)."""

    def __init__(self, status: status_pb2.Status) -> None:
        self.status_proto = status
        super().__init__(status.message)


def status_of(error: BaseException) -> status_pb2.Status:
    """The status of any error. One we did not foresee is INTERNAL and says no more than its type.

    (Its text may hold a customer's data; the log has it in full.)
    """
    if isinstance(error, ServiceError):
        return error.status()
    if isinstance(error, RemoteFailure):
        return error.status_proto
    return ServiceError(
        Reason.INTERNAL,
        f"the server failed ({type(error).__name__}); its log has the details",
    ).status()


def invalid(reason: Reason, message: str, *violations: Violation, **metadata: str) -> ServiceError:
    """INVALID_ARGUMENT."""
    return ServiceError(reason, message, metadata, violations)


def not_found(kind: str, name: str) -> ServiceError:
    """NOT_FOUND of a resource, by its kind and full name."""
    return ServiceError(
        Reason(f"{kind.upper()}_NOT_FOUND"),
        f"there is no {kind} {name!r}",
        {"name": name},
    )
