"""The tables, in types that SQLite and PostgreSQL share.

A resource's own message is stored as its serialized bytes (`body`), with the columns beside it
that are searched, sorted or checked. What is long (a snapshot's tables, a decision's lines) is cut
into numbered parts. Times are micro-seconds since 1970-01-01 UTC. Resource ids sort by creation
where the server makes them. Changes to this file need a revision in `migrations`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, String(128), primary_key=True)


def _parent(child: str, parent: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant", f"{parent}_id"],
        [f"{parent}.tenant", f"{parent}.id"],
        name=f"fk_{child}_{parent}",
        ondelete="CASCADE",
    )


snapshot = Table(
    "snapshot",
    metadata,
    _key("tenant"),
    _key("id"),
    Column("digest", String(64), nullable=False),  # of the canonical input: one snapshot each
    Column("created_micros", BigInteger, nullable=False),
    Column("uploaded_micros", BigInteger, nullable=False, server_default="0"),  # the last time
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("tenant", "digest", name="uq_snapshot_digest"),
    Index("ix_snapshot_age", "uploaded_micros"),
)

snapshot_part = Table(
    "snapshot_part",
    metadata,
    _key("tenant"),
    _key("snapshot_id"),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    _parent("snapshot_part", "snapshot"),
)

decision = Table(
    "decision",
    metadata,
    _key("tenant"),
    _key("id"),
    Column("created_micros", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # without its lines and binding constraints
    Index("ix_decision_age", "created_micros"),
)

deleted_decision = Table(
    "deleted_decision",
    metadata,
    _key("tenant"),
    _key("id"),
    Column("digest", String(64), nullable=False),  # of the decision that was there
    Column("deleted_micros", BigInteger, nullable=False),
    Index("ix_deleted_decision_age", "deleted_micros"),
)

decision_part = Table(
    "decision_part",
    metadata,
    _key("tenant"),
    _key("decision_id"),
    Column("kind", String(16), primary_key=True),  # line_columns, binding_constraint, basis
    Column("first_row", Integer, primary_key=True, autoincrement=False),
    Column("rows", Integer, nullable=False),
    Column("first_key", Text, nullable=False),  # id of its first line; "" for other kinds
    Column("body", LargeBinary, nullable=False),
    _parent("decision_part", "decision"),
)

operation = Table(
    "operation",
    metadata,
    _key("tenant"),
    _key("id"),
    Column("done", Boolean, nullable=False),
    Column("view", String(16), nullable=False),  # how the answer is to hold lines
    Column("created_micros", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # a google.longrunning.Operation
    Index("ix_operation_age", "created_micros"),
)

operation_event = Table(
    "operation_event",
    metadata,
    _key("tenant"),
    _key("operation_id"),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    _parent("operation_event", "operation"),
)

request = Table(
    "request",
    metadata,
    _key("tenant"),
    _key("method"),
    _key("request_id"),
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the whole request
    Column("created_micros", BigInteger, nullable=False),
    Column("answer", String(400), nullable=False),  # name of the resource the first call made
    Index("ix_request_age", "created_micros"),
    Index("ix_request_answer", "tenant", "answer"),
)

probe = Table(
    "probe",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
