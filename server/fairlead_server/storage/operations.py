"""Long-running operations in the database, with the events that happened to them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from .schema import operation, operation_event


def add(
    connection: Connection, tenant: str, id: str, created_micros: int, view: str, body: bytes
) -> None:
    """Keep a new operation, not done. `view`: how its answer is to hold lines."""
    row = {"tenant": tenant, "id": id, "created_micros": created_micros, "body": body}
    connection.execute(insert(operation).values(**row, done=False, view=view))


def save(connection: Connection, tenant: str, id: str, done: bool, body: bytes) -> bool:
    """Keep its new state; says whether the operation is there."""
    changed = update(operation).where(*_is(tenant, id)).values(done=done, body=body)
    return connection.execute(changed).rowcount > 0


def find(connection: Connection, tenant: str, id: str) -> tuple[bytes, str] | None:
    """Its message, and how its answer is to hold lines; None where there is none."""
    query = select(operation.c.body, operation.c.view).where(*_is(tenant, id))
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.body, row.view)


def remove(connection: Connection, tenant: str, id: str) -> bool:
    """Delete it with its events; says whether it was there."""
    return connection.execute(delete(operation).where(*_is(tenant, id))).rowcount > 0


def page(
    connection: Connection, tenant: str, before: str, rows: int, done: bool | None = None
) -> list[tuple[str, bytes]]:
    """(id, message) of at most `rows` operations with smaller ids, the newest first."""
    query = select(operation.c.id, operation.c.body).where(operation.c.tenant == tenant)
    if before:
        query = query.where(operation.c.id < before)
    if done is not None:
        query = query.where(operation.c.done == done)
    query = query.order_by(operation.c.id.desc()).limit(rows)
    return [(row.id, row.body) for row in connection.execute(query)]


def unfinished(connection: Connection) -> list[tuple[str, str, bytes]]:
    """(tenant, id, message) of every operation that is not done."""
    query = select(operation.c.tenant, operation.c.id, operation.c.body).where(~operation.c.done)
    return [(row.tenant, row.id, row.body) for row in connection.execute(query)]


def add_event(connection: Connection, tenant: str, id: str, sequence: int, body: bytes) -> None:
    """Keep one event."""
    row = {"tenant": tenant, "operation_id": id, "sequence": sequence, "body": body}
    connection.execute(insert(operation_event).values(**row))


def last_sequence(connection: Connection, tenant: str, id: str) -> int:
    """Sequence number of the last event; 0 where there is none."""
    query = select(func.max(operation_event.c.sequence)).where(*_of(tenant, id))
    return connection.execute(query).scalar_one() or 0


def events(connection: Connection, tenant: str, id: str, after: int) -> Sequence[bytes]:
    """Its events with greater sequence numbers, in order."""
    query = (
        select(operation_event.c.body)
        .where(*_of(tenant, id), operation_event.c.sequence > after)
        .order_by(operation_event.c.sequence)
    )
    return connection.execute(query).scalars().all()


def _is(tenant: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return (operation.c.tenant == tenant, operation.c.id == id)


def _of(tenant: str, id: str) -> tuple[ColumnElement[bool], ...]:
    return (operation_event.c.tenant == tenant, operation_event.c.operation_id == id)
