"""Decisions in the database: a body, and its lines and binding constraints in parts of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from .schema import decision, decision_part

LINE = "line"
BINDING_CONSTRAINT = "binding_constraint"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows `first_row` … `first_row + rows - 1` of one kind, serialized together."""

    kind: str
    first_row: int
    rows: int
    body: bytes


def add(
    connection: Connection,
    tenant: str,
    id: str,
    created_micros: int,
    body: bytes,
    parts: Iterable[Part],
) -> None:
    """Keep a decision, whole."""
    connection.execute(
        insert(decision).values(tenant=tenant, id=id, created_micros=created_micros, body=body)
    )
    rows = [
        {
            "tenant": tenant,
            "decision_id": id,
            "kind": part.kind,
            "first_row": part.first_row,
            "rows": part.rows,
            "body": part.body,
        }
        for part in parts
    ]
    if rows:
        connection.execute(insert(decision_part), rows)


def body(connection: Connection, tenant: str, id: str) -> bytes | None:
    """The decision without its rows; None where there is none."""
    query = select(decision.c.body).where(decision.c.tenant == tenant, decision.c.id == id)
    return connection.execute(query).scalar_one_or_none()


def parts(
    connection: Connection, tenant: str, id: str, kind: str, first_row: int, rows: int
) -> list[Part]:
    """The parts that hold any of `rows` rows from `first_row`, in order."""
    columns = decision_part.c
    query = (
        select(columns.kind, columns.first_row, columns.rows, columns.body)
        .where(
            columns.tenant == tenant,
            columns.decision_id == id,
            columns.kind == kind,
            columns.first_row < first_row + rows,
            columns.first_row + columns.rows > first_row,
        )
        .order_by(columns.first_row)
    )
    return [Part(row.kind, row.first_row, row.rows, row.body) for row in connection.execute(query)]


def page(connection: Connection, tenant: str, before: str, rows: int) -> list[tuple[str, bytes]]:
    """(id, body) of at most `rows` decisions with smaller ids ("": all), the newest first."""
    query = select(decision.c.id, decision.c.body).where(decision.c.tenant == tenant)
    if before:
        query = query.where(decision.c.id < before)
    query = query.order_by(decision.c.id.desc()).limit(rows)
    return [(row.id, row.body) for row in connection.execute(query)]
