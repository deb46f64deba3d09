"""The four kinds of entries, and the triggers that keep a written one as it is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_COMMON = (("written_at", sa.DateTime(), False), ("author", sa.String(100), False))
_ABOUT = (
    ("metric", sa.Text(), False),
    ("slices", sa.Text(), False),
    ("period_start", sa.Date(), False),
    ("grain", sa.String(10), False),
)
_OWN: dict[str, tuple[tuple[str, Any, bool], ...]] = {
    "comments": (*_ABOUT, ("text", sa.Text(), False)),
    "reviews": (*_ABOUT, ("status", sa.String(20), False)),
    "initiatives": (
        ("initiative", sa.Text(), False),
        ("status", sa.String(20), False),
        ("done_on", sa.Date(), True),
        ("note", sa.Text(), False),
    ),
    "events": (
        ("happened_on", sa.Date(), False),
        ("title", sa.String(200), False),
        ("kind", sa.String(40), False),
    ),
}


def upgrade() -> None:
    """Make the tables, then close them to every change but new entries."""
    for name, own in _OWN.items():
        columns: list[sa.Column[Any]] = [
            sa.Column(column, type_, nullable=empty) for column, type_, empty in (*_COMMON, *own)
        ]
        op.create_table(
            f"journal_{name}",
            sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
            *columns,
            *_named(name),
            sqlite_autoincrement=True,
        )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _for_sqlite() if is_sqlite else _for_postgresql():
        op.execute(sa.text(statement))


def _named(name: str) -> list[sa.schema.SchemaItem]:
    """The entry that one names: at most one correction of each, and a review of what is red has its comment."""
    if name == "reviews":
        return [
            sa.Column("comment", sa.Integer(), sa.ForeignKey("journal_comments.id"), nullable=True),
            sa.CheckConstraint("status <> 'missed' or comment is not null", name="journal_red_needs_comment"),
        ]
    key = sa.ForeignKey(f"journal_{name}.id")
    return [sa.Column("replaces", sa.Integer(), key, nullable=True, unique=True)]


def _for_sqlite() -> list[str]:
    """No update, no delete, and no `insert or replace`, which would delete without asking the trigger for that."""
    found = []
    for name in _OWN:
        refuse = "begin select raise(abort, 'the journal is append-only'); end"
        same = f"select 1 from journal_{name} where id = new.id"
        if name != "reviews":
            same += " or replaces = new.replaces"
        found += [
            f"create trigger journal_{name}_update before update on journal_{name} {refuse}",
            f"create trigger journal_{name}_delete before delete on journal_{name} {refuse}",
            f"create trigger journal_{name}_again before insert on journal_{name} when exists ({same}) {refuse}",
        ]
    return found


def _for_postgresql() -> list[str]:
    found = [
        "create function journal_append_only() returns trigger language plpgsql as "
        "$$ begin raise exception 'the journal is append-only'; end $$"
    ]
    for name in _OWN:
        found.append(
            f"create trigger journal_{name}_kept before update or delete or truncate on journal_{name} "
            "for each statement execute function journal_append_only()"
        )
    return found
