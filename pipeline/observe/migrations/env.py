"""Runs the migrations on the connection that `store.migrate` hands in; one session at a time."""

from alembic import context
from sqlalchemy import text

LOCK = 0x61636D65  # any number that nobody else uses for an advisory lock

connection = context.config.attributes["connection"]
connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
context.configure(connection=connection)
context.run_migrations()
