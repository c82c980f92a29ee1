"""Something stored to see whether anything can be; at most one row, and none for long."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert

from .schema import probe


def add(connection: Connection, body: bytes) -> None:
    """Store it, in the place of one that could not be removed."""
    remove(connection)
    connection.execute(insert(probe).values(body=body))


def remove(connection: Connection) -> None:
    """Delete it. In a transaction of its own: what a transaction stores and deletes may never
    reach the disk."""
    connection.execute(delete(probe))
