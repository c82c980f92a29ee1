"""Decisions in the database: a body, and its lines and binding constraints in parts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from .schema import decision, decision_part, deleted_decision

LINE = "line_columns"
BINDING_CONSTRAINT = "binding_constraint"
BASIS = "basis"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows `first_row` … `first_row + rows - 1` of one kind.

    LINE: serialized DecisionLineColumns. BINDING_CONSTRAINT: a serialized Decision of them alone,
    whose bytes after those of the decision's body make a decision that has them. BASIS: one row,
    what the next cycle can start from; where there is nothing, there is no part.
    """

    kind: str
    first_row: int
    rows: int
    body: bytes
    first_key: str = ""


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
            "first_key": part.first_key,
            "body": part.body,
        }
        for part in parts
    ]
    if rows:
        connection.execute(insert(decision_part), rows)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What is left of a deleted decision."""

    digest: str
    deleted_micros: int


def remove(connection: Connection, tenant: str, id: str, left: Deleted) -> None:
    """Delete a decision with its parts; its digest is left."""
    connection.execute(delete(decision).where(decision.c.tenant == tenant, decision.c.id == id))
    connection.execute(
        insert(deleted_decision).values(
            tenant=tenant, id=id, digest=left.digest, deleted_micros=left.deleted_micros
        )
    )


def deleted(connection: Connection, tenant: str, id: str) -> Deleted | None:
    """What a deleted decision left; None where there was none, or it is forgotten."""
    columns = deleted_decision.c
    query = select(columns.digest, columns.deleted_micros).where(
        columns.tenant == tenant, columns.id == id
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Deleted(row.digest, row.deleted_micros)


def body(connection: Connection, tenant: str, id: str) -> bytes | None:
    """The decision without its rows; None where there is none."""
    query = select(decision.c.body).where(decision.c.tenant == tenant, decision.c.id == id)
    return connection.execute(query).scalar_one_or_none()


def parts(
    connection: Connection, tenant: str, id: str, kind: str, first_row: int = 0
) -> Iterator[Part]:
    """The parts that hold rows from `first_row` on, in order, one at a time."""
    columns = decision_part.c
    query = (
        select(columns.kind, columns.first_row, columns.rows, columns.body, columns.first_key)
        .where(*_of(tenant, id, kind), columns.first_row + columns.rows > first_row)
        .order_by(columns.first_row)
        .execution_options(yield_per=1)
    )
    for row in connection.execute(query):
        yield Part(row.kind, row.first_row, row.rows, row.body, row.first_key)


def part_of_key(connection: Connection, tenant: str, id: str, key: str) -> bytes | None:
    """The part that holds the line with this id, if any does.

    Lines are in order of id; the comparison is Python's, whatever the database's collation.
    """
    columns = decision_part.c
    query = (
        select(columns.first_row, columns.first_key)
        .where(*_of(tenant, id, LINE))
        .order_by(columns.first_row)
    )
    firsts = list(connection.execute(query))
    place = bisect_right([row.first_key for row in firsts], key) - 1
    if place < 0:
        return None
    at = columns.first_row == firsts[place].first_row
    query_body = select(columns.body).where(*_of(tenant, id, LINE), at)
    body: bytes = connection.execute(query_body).scalar_one()
    return body


def count(connection: Connection, tenant: str, id: str, kind: str) -> int:
    """Rows of one kind."""
    query = select(func.sum(decision_part.c.rows)).where(*_of(tenant, id, kind))
    return connection.execute(query).scalar_one() or 0


def page(connection: Connection, tenant: str, before: str, rows: int) -> list[tuple[str, bytes]]:
    """(id, body) of at most `rows` decisions with smaller ids ("": all), the newest first."""
    query = select(decision.c.id, decision.c.body).where(decision.c.tenant == tenant)
    if before:
        query = query.where(decision.c.id < before)
    query = query.order_by(decision.c.id.desc()).limit(rows)
    return [(row.id, row.body) for row in connection.execute(query)]


def _of(tenant: str, id: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    columns = decision_part.c
    return (columns.tenant == tenant, columns.decision_id == id, columns.kind == kind)
