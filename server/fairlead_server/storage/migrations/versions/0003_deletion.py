"""What a deleted decision leaves; request ids by answer; what retention searches by; the probe."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_deleted_decision_age", "deleted_decision", ("deleted_micros",)),
    ("ix_decision_age", "decision", ("created_micros",)),
    ("ix_operation_age", "operation", ("created_micros",)),
    ("ix_snapshot_age", "snapshot", ("uploaded_micros",)),
    ("ix_request_age", "request", ("created_micros",)),
    ("ix_request_answer", "request", ("tenant", "answer")),
)
_snapshot = sa.table(
    "snapshot", sa.column("created_micros", sa.BigInteger), sa.column("uploaded_micros")
)


def upgrade() -> None:
    op.create_table(
        "deleted_decision",
        sa.Column("tenant", sa.String(128), nullable=False),
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("deleted_micros", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_table(
        "probe",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    uploaded = sa.Column("uploaded_micros", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("snapshot", uploaded)
    op.execute(_snapshot.update().values(uploaded_micros=_snapshot.c.created_micros))
    for name, table_name, columns in _INDEXES:
        op.create_index(name, table_name, list(columns))


def downgrade() -> None:
    for name, table_name, _ in _INDEXES:
        op.drop_index(name, table_name)
    op.drop_table("deleted_decision")
    op.drop_table("probe")
    op.drop_column("snapshot", "uploaded_micros")
