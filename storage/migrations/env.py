"""Alembic's entry: runs the migrations on the connection that storage.migrate hands over."""

from __future__ import annotations

from alembic import context

from storage import tables_camp

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables_camp.departments.metadata)
with context.begin_transaction():
    context.run_migrations()
