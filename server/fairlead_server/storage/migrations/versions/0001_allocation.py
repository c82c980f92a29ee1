"""Snapshots, decisions, operations with events, request ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _word(name: str, length: int = 128) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _parent(child: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", f"{parent}_id"],
        [f"{parent}.tenant", f"{parent}.id"],
        name=f"fk_{child}_{parent}",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "snapshot",
        _word("tenant"),
        _word("id"),
        _word("digest", 64),
        _time("created_micros"),
        _bytes("body"),
        sa.PrimaryKeyConstraint("tenant", "id"),
        sa.UniqueConstraint("tenant", "digest", name="uq_snapshot_digest"),
    )
    op.create_table(
        "snapshot_part",
        _word("tenant"),
        _word("snapshot_id"),
        _number("sequence"),
        _bytes("body"),
        sa.PrimaryKeyConstraint("tenant", "snapshot_id", "sequence"),
        _parent("snapshot_part", "snapshot"),
    )
    op.create_table(
        "decision",
        _word("tenant"),
        _word("id"),
        _time("created_micros"),
        _bytes("body"),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_table(
        "decision_part",
        _word("tenant"),
        _word("decision_id"),
        _word("kind", 16),
        _number("first_row"),
        _number("rows"),
        sa.Column("first_key", sa.Text, nullable=False),
        _bytes("body"),
        sa.PrimaryKeyConstraint("tenant", "decision_id", "kind", "first_row"),
        _parent("decision_part", "decision"),
    )
    op.create_table(
        "operation",
        _word("tenant"),
        _word("id"),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("full", sa.Boolean, nullable=False),
        _time("created_micros"),
        _bytes("body"),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_table(
        "operation_event",
        _word("tenant"),
        _word("operation_id"),
        _number("sequence"),
        _bytes("body"),
        sa.PrimaryKeyConstraint("tenant", "operation_id", "sequence"),
        _parent("operation_event", "operation"),
    )
    op.create_table(
        "request",
        _word("tenant"),
        _word("method"),
        _word("request_id"),
        _bytes("digest"),
        _time("created_micros"),
        _word("answer", 400),
        sa.PrimaryKeyConstraint("tenant", "method", "request_id"),
    )


def downgrade() -> None:
    for name in (
        *("request", "operation_event", "operation", "decision_part", "decision"),
        *("snapshot_part", "snapshot"),
    ):
        op.drop_table(name)
