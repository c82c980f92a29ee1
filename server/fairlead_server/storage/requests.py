"""Request ids in the database: what each of them was sent with, and what it made."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

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


def find(connection: Connection, key: RequestKey) -> Answered | None:
    """What is known of a request id."""
    query = select(request.c.digest, request.c.answer).where(
        request.c.tenant == key.tenant,
        request.c.method == key.method,
        request.c.request_id == key.request_id,
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Answered(row.digest, row.answer)


def add(connection: Connection, key: RequestKey, answered: Answered, created_micros: int) -> None:
    """Remember a request id, in the transaction that stores what it made."""
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
