"""Why a call is refused or fails: the reason of its google.rpc.ErrorInfo, and its gRPC code.

A client acts on the reason; docs/operations.md says how, for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from grpc import StatusCode


class Reason(StrEnum):
    """The reasons, UPPER_SNAKE words of the domain "fairlead"."""

    MESSAGE_MALFORMED = "MESSAGE_MALFORMED"
    REQUEST_INVALID = "REQUEST_INVALID"
    INPUT_INVALID = "INPUT_INVALID"
    CYCLE_TOO_LARGE = "CYCLE_TOO_LARGE"
    ENGINE_UNSUITABLE = "ENGINE_UNSUITABLE"
    NAME_INVALID = "NAME_INVALID"
    FILTER_INVALID = "FILTER_INVALID"
    PAGE_SIZE_INVALID = "PAGE_SIZE_INVALID"
    PAGE_TOKEN_INVALID = "PAGE_TOKEN_INVALID"
    UPLOAD_INVALID = "UPLOAD_INVALID"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"

    OPERATION_NOT_DONE = "OPERATION_NOT_DONE"
    OPERATION_DONE = "OPERATION_DONE"
    INPUT_CHANGED = "INPUT_CHANGED"

    SNAPSHOT_NOT_FOUND = "SNAPSHOT_NOT_FOUND"
    DECISION_NOT_FOUND = "DECISION_NOT_FOUND"
    LINE_NOT_FOUND = "LINE_NOT_FOUND"
    OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND"
    DECISION_DELETED = "DECISION_DELETED"

    ETAG_MISMATCH = "ETAG_MISMATCH"
    SERVER_RESTARTED = "SERVER_RESTARTED"

    OPERATION_CANCELLED = "OPERATION_CANCELLED"

    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"

    QUEUE_FULL = "QUEUE_FULL"
    UPLOADS_FULL = "UPLOADS_FULL"
    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    RESPONSE_TOO_LARGE = "RESPONSE_TOO_LARGE"
    SNAPSHOT_TOO_LARGE = "SNAPSHOT_TOO_LARGE"
    WORKER_MEMORY = "WORKER_MEMORY"
    CYCLE_EXCEEDS_MEMORY = "CYCLE_EXCEEDS_MEMORY"

    STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
    CLUSTER_UNAVAILABLE = "CLUSTER_UNAVAILABLE"

    WORKER_DIED = "WORKER_DIED"
    INTERNAL = "INTERNAL"

    @property
    def code(self) -> StatusCode:
        """The gRPC code that a call with this reason ends with."""
        return _CODES[self]


_REASONS: Mapping[StatusCode, tuple[Reason, ...]] = {
    StatusCode.INVALID_ARGUMENT: (
        Reason.MESSAGE_MALFORMED,
        Reason.REQUEST_INVALID,
        Reason.INPUT_INVALID,
        Reason.CYCLE_TOO_LARGE,
        Reason.ENGINE_UNSUITABLE,
        Reason.NAME_INVALID,
        Reason.FILTER_INVALID,
        Reason.PAGE_SIZE_INVALID,
        Reason.PAGE_TOKEN_INVALID,
        Reason.UPLOAD_INVALID,
        Reason.REQUEST_ID_REUSED,
    ),
    StatusCode.FAILED_PRECONDITION: (
        Reason.OPERATION_NOT_DONE,
        Reason.OPERATION_DONE,
        Reason.INPUT_CHANGED,
    ),
    StatusCode.NOT_FOUND: (
        Reason.SNAPSHOT_NOT_FOUND,
        Reason.DECISION_NOT_FOUND,
        Reason.LINE_NOT_FOUND,
        Reason.OPERATION_NOT_FOUND,
        Reason.DECISION_DELETED,
    ),
    StatusCode.ABORTED: (
        Reason.ETAG_MISMATCH,
        Reason.SERVER_RESTARTED,
    ),
    StatusCode.CANCELLED: (Reason.OPERATION_CANCELLED,),
    StatusCode.DEADLINE_EXCEEDED: (Reason.DEADLINE_EXCEEDED,),
    StatusCode.RESOURCE_EXHAUSTED: (
        Reason.QUEUE_FULL,
        Reason.UPLOADS_FULL,
        Reason.MESSAGE_TOO_LARGE,
        Reason.RESPONSE_TOO_LARGE,
        Reason.SNAPSHOT_TOO_LARGE,
        Reason.WORKER_MEMORY,
        Reason.CYCLE_EXCEEDS_MEMORY,
    ),
    StatusCode.UNAVAILABLE: (
        Reason.STORAGE_UNAVAILABLE,
        Reason.CLUSTER_UNAVAILABLE,
    ),
    StatusCode.INTERNAL: (
        Reason.WORKER_DIED,
        Reason.INTERNAL,
    ),
}
_CODES = {reason: code for code, reasons in _REASONS.items() for reason in reasons}
