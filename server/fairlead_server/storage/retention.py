"""What is older than it is to be kept, or more than is to be kept, of any kind of resource."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, select

from .schema import decision, deleted_decision, operation, snapshot

_AGES = {
    "decision": decision.c.created_micros,
    "operation": operation.c.created_micros,
    "snapshot": snapshot.c.uploaded_micros,
}
_TABLES = {table.name: table for table in (decision, operation, snapshot)}
KINDS = tuple(_TABLES)


def too_old(connection: Connection, kind: str, before_micros: int, rows: int) -> list[Row[str]]:
    """(tenant, id) of at most `rows` resources from before that moment, the oldest first."""
    table, age = _TABLES[kind], _AGES[kind]
    query = select(table.c.tenant, table.c.id).where(age < before_micros, *_finished(table))
    return list(connection.execute(query.order_by(age).limit(rows)))


def too_many(connection: Connection, kind: str, keep: int, rows: int) -> list[Row[str]]:
    """(tenant, id) of at most `rows` resources beyond the newest `keep` of their tenant."""
    table = _TABLES[kind]
    found: list[Row[str]] = []
    for tenant in connection.execute(select(table.c.tenant).distinct()).scalars().all():
        query = select(table.c.tenant, table.c.id).where(
            table.c.tenant == tenant, *_finished(table)
        )
        surplus = query.order_by(table.c.id.desc()).offset(keep).limit(rows - len(found))
        found += connection.execute(surplus)
    return found


def forget_deleted(connection: Connection, before_micros: int) -> None:
    """Delete what decisions left that were deleted before that moment."""
    connection.execute(
        delete(deleted_decision).where(deleted_decision.c.deleted_micros < before_micros)
    )


def _finished(table: Table) -> tuple[ColumnElement[bool], ...]:
    """An operation under way is never too old."""
    return (operation.c.done,) if table is operation else ()
