"""Alembic runs inside the connection that opens the store, so that the schema changes whole or not at all."""

from __future__ import annotations

from alembic import context

from calendars.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction is the one
    render_as_batch=True,
)
context.run_migrations()
