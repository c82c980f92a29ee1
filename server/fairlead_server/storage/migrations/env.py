"""Alembic's way in: migrate on the connection the database hands over."""

from __future__ import annotations

from alembic import context

from fairlead_server.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
