"""Runs the journal's revisions on the connection it is handed, inside that connection's own transaction."""

from alembic import context

from data_checks.journal_schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
