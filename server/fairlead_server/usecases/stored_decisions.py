"""A stored decision by its name, or the error that says why there is none; and its end."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Connection

from fairlead.v1.decision_pb2 import Decision

from ..foundation.clock_and_ids import Name
from ..foundation.errors import ServiceError, not_found
from ..foundation.reasons import Reason
from ..storage import decisions


def decision_body(connection: Connection, name: Name) -> bytes:
    """The decision without its rows. Raises ServiceError NOT_FOUND: DECISION_DELETED where there
    was one, DECISION_NOT_FOUND where there never was or what it left is forgotten."""
    body = decisions.body(connection, name.tenant, name.id)
    if body is not None:
        return body
    left = decisions.deleted(connection, name.tenant, name.id)
    raise not_found("decision", str(name)) if left is None else _deleted(name, left)


def delete_decision(connection: Connection, name: Name, now_micros: int) -> None:
    """Delete it; its digest is left. Raises ServiceError as `decision_body` does."""
    digest = Decision.FromString(decision_body(connection, name)).digest
    left = decisions.Deleted(digest, now_micros)
    decisions.remove(connection, name.tenant, name.id, left)


def _deleted(name: Name, left: decisions.Deleted) -> ServiceError:
    when = Timestamp()
    when.FromMicroseconds(left.deleted_micros)
    return ServiceError(
        Reason.DECISION_DELETED,
        f"decision {str(name)!r} was deleted",
        {"name": str(name), "digest": left.digest, "delete_time": when.ToJsonString()},
    )
