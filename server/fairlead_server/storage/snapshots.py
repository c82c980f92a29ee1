"""Snapshots in the database: a message, and the tables in parts. One for each content."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from .schema import snapshot, snapshot_part


def add(
    connection: Connection,
    tenant: str,
    id: str,
    digest: str,
    created_micros: int,
    body: bytes,
    parts: Sequence[bytes],
) -> None:
    """Keep a snapshot, whole."""
    row = {"tenant": tenant, "id": id, "digest": digest, "body": body}
    times = {"created_micros": created_micros, "uploaded_micros": created_micros}
    connection.execute(insert(snapshot).values(**row, **times))
    for sequence, part in enumerate(parts):
        of = {"tenant": tenant, "snapshot_id": id, "sequence": sequence}
        connection.execute(insert(snapshot_part).values(**of, body=part))


def uploaded(connection: Connection, tenant: str, digest: str, micros: int) -> bytes | None:
    """The message of the snapshot that holds this content, which was uploaded again at that
    moment; None where there is none."""
    row = (snapshot.c.tenant == tenant, snapshot.c.digest == digest)
    connection.execute(update(snapshot).where(*row).values(uploaded_micros=micros))
    return connection.execute(select(snapshot.c.body).where(*row)).scalar_one_or_none()


def remove(connection: Connection, tenant: str, id: str) -> None:
    """Delete it with its parts."""
    connection.execute(delete(snapshot).where(*_is(tenant, id)))


def body(connection: Connection, tenant: str, id: str) -> bytes | None:
    """The snapshot's message; None where there is none."""
    query = select(snapshot.c.body).where(*_is(tenant, id))
    return connection.execute(query).scalar_one_or_none()


def parts(connection: Connection, tenant: str, id: str) -> list[bytes]:
    """Its parts in order."""
    query = (
        select(snapshot_part.c.body)
        .where(snapshot_part.c.tenant == tenant, snapshot_part.c.snapshot_id == id)
        .order_by(snapshot_part.c.sequence)
    )
    return list(connection.execute(query).scalars())


def page(connection: Connection, tenant: str, before: str, rows: int) -> list[tuple[str, bytes]]:
    """(id, message) of at most `rows` snapshots with smaller ids ("": all), the newest first."""
    query = select(snapshot.c.id, snapshot.c.body).where(snapshot.c.tenant == tenant)
    if before:
        query = query.where(snapshot.c.id < before)
    query = query.order_by(snapshot.c.id.desc()).limit(rows)
    return [(row.id, row.body) for row in connection.execute(query)]


def _is(tenant: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return (snapshot.c.tenant == tenant, snapshot.c.id == id)
