"""Operations know the view asked for, where they knew only whether lines were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


_operation = sa.table("operation", sa.column("full", sa.Boolean), sa.column("view", sa.String))


def upgrade() -> None:
    with op.batch_alter_table("operation") as table:
        table.add_column(sa.Column("view", sa.String(16), nullable=False, server_default="rows"))
    op.execute(_operation.update().where(~_operation.c.full).values(view="summary"))
    with op.batch_alter_table("operation") as table:
        table.drop_column("full")
        table.alter_column("view", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("operation") as table:
        table.add_column(sa.Column("full", sa.Boolean, nullable=False, server_default=sa.true()))
    op.execute(_operation.update().where(_operation.c.view == "summary").values(full=False))
    with op.batch_alter_table("operation") as table:
        table.drop_column("view")
        table.alter_column("full", server_default=None)
