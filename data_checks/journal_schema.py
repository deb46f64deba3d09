"""The journal's tables, and bringing a database up to them: the only place that runs migrations."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()
VERSION_TABLE = "journal_version"
REVISIONS = ("0001",)
"""Every revision this program knows, oldest first; the last is the one it writes."""
MIGRATIONS = Path(__file__).parent / "journal_migrations"
_LOCK_KEY = 0x6A6F75726E616C  # "journal": whoever migrates the same PostgreSQL database takes it
_one_at_a_time = threading.Lock()  # Alembic keeps what it works on in its module


def _table(name: str, *columns: sa.Column[Any] | sa.Constraint, replaces: bool = True) -> sa.Table:
    key = sa.ForeignKey(f"journal_{name}.id")
    last = [sa.Column("replaces", sa.Integer, key, unique=True)] if replaces else []
    return sa.Table(
        f"journal_{name}",
        METADATA,
        sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        *columns,
        *last,
        sqlite_autoincrement=True,
    )


def _about() -> list[sa.Column[Any]]:
    return [
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("slices", sa.Text, nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("grain", sa.String(10), nullable=False),
    ]


COMMENTS = _table("comments", *_about(), sa.Column("text", sa.Text, nullable=False))
REVIEWS = _table(
    "reviews",
    *_about(),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("comment", sa.Integer, sa.ForeignKey("journal_comments.id")),
    sa.CheckConstraint("status <> 'missed' or comment is not null", name="journal_red_needs_comment"),
    replaces=False,
)
INITIATIVES = _table(
    "initiatives",
    sa.Column("initiative", sa.Text, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("done_on", sa.Date),
    sa.Column("note", sa.Text, nullable=False),
)
EVENTS = _table(
    "events",
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision a database is at; None when it holds no journal."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(sa.text(f"select version_num from {VERSION_TABLE}")).scalar()
    return found


def bring_up(connection: sa.Connection) -> None:
    """Bring the database to the newest revision, within the connection's transaction. Who comes second waits."""
    if revision_of(connection) == REVISIONS[-1]:
        return
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
        if revision_of(connection) == REVISIONS[-1]:
            return
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, REVISIONS[-1])
