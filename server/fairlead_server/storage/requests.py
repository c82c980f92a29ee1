"""Request ids in the database: what each of them was sent with, and what it made."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from .schema import request


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Request ids are unique for a tenant and method."""

    tenant: str
    method: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An earlier call with the same id: the digest of its body and the resource it made."""

    digest: bytes
    answer: str


def find(connection: Connection, key: RequestKey, since_micros: int = 0) -> Answered | None:
    """What is known of a request id that was used after that moment."""
    query = select(request.c.digest, request.c.answer).where(
        *_is(key), request.c.created_micros >= since_micros
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Answered(row.digest, row.answer)


def add(connection: Connection, key: RequestKey, answered: Answered, created_micros: int) -> None:
    """Remember a request id, in the transaction that stores what it made. An earlier use of it is
    forgotten: `find` was asked before, so it is too old to count."""
    connection.execute(delete(request).where(*_is(key)))
    connection.execute(
        insert(request).values(
            tenant=key.tenant,
            method=key.method,
            request_id=key.request_id,
            digest=answered.digest,
            created_micros=created_micros,
            answer=answered.answer,
        )
    )


def forget(connection: Connection, before_micros: int) -> int:
    """Delete the ids used before that moment; says how many."""
    return connection.execute(
        delete(request).where(request.c.created_micros < before_micros)
    ).rowcount


def release(connection: Connection, tenant: str, answer: str) -> None:
    """Forget the ids whose calls made this resource: they may come again."""
    connection.execute(
        delete(request).where(request.c.tenant == tenant, request.c.answer == answer)
    )


def _is(key: RequestKey) -> tuple[ColumnElement[bool], ...]:
    return (
        request.c.tenant == key.tenant,
        request.c.method == key.method,
        request.c.request_id == key.request_id,
    )
