"""Snapshots in the database: a body and its parts, visible only once all of it is there."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from .schema import snapshot, snapshot_part


class SnapshotExists(Exception):
    """The id is taken."""


def begin(connection: Connection, tenant: str, id: str, created_micros: int) -> None:
    """Claim the id. Raises SnapshotExists."""
    row = {"tenant": tenant, "id": id, "ready": False, "created_micros": created_micros}
    try:
        connection.execute(insert(snapshot).values(**row, body=b""))
    except IntegrityError:
        raise SnapshotExists from None


def add_part(connection: Connection, tenant: str, id: str, sequence: int, body: bytes) -> None:
    """Keep one part."""
    row = {"tenant": tenant, "snapshot_id": id, "sequence": sequence, "body": body}
    connection.execute(insert(snapshot_part).values(**row))


def publish(connection: Connection, tenant: str, id: str, body: bytes) -> None:
    """All parts are there: from now on it exists."""
    connection.execute(update(snapshot).where(*_is(tenant, id)).values(ready=True, body=body))


def remove(connection: Connection, tenant: str, id: str) -> bool:
    """Delete it with its parts; says whether it was there."""
    return connection.execute(delete(snapshot).where(*_is(tenant, id))).rowcount > 0


def remove_unfinished(connection: Connection) -> int:
    """Delete what an earlier server was still receiving; says how many."""
    return connection.execute(delete(snapshot).where(~snapshot.c.ready)).rowcount


def body(connection: Connection, tenant: str, id: str) -> bytes | None:
    """The snapshot's message; None where there is none."""
    query = select(snapshot.c.body).where(*_is(tenant, id), snapshot.c.ready)
    return connection.execute(query).scalar_one_or_none()


def parts(connection: Connection, tenant: str, id: str) -> list[bytes]:
    """Its parts in order."""
    query = (
        select(snapshot_part.c.body)
        .where(snapshot_part.c.tenant == tenant, snapshot_part.c.snapshot_id == id)
        .order_by(snapshot_part.c.sequence)
    )
    return list(connection.execute(query).scalars())


def page(connection: Connection, tenant: str, after: str, rows: int) -> list[tuple[str, bytes]]:
    """(id, message) of at most `rows` snapshots with greater ids, in order of id."""
    query = (
        select(snapshot.c.id, snapshot.c.body)
        .where(snapshot.c.tenant == tenant, snapshot.c.id > after, snapshot.c.ready)
        .order_by(snapshot.c.id)
        .limit(rows)
    )
    return [(row.id, row.body) for row in connection.execute(query)]


def _is(tenant: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return (snapshot.c.tenant == tenant, snapshot.c.id == id)
