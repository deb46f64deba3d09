"""The journal: entries are added and read, never changed. A correction is a new entry that names the one it replaces.

The database itself refuses to change what is written (journal_migrations). An SQLite file is kept without a
write-ahead log: it stays one file, and a folder that may only be read can still be read from.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from data_checks import journal_entries as entries
from data_checks import journal_schema as schema
from data_checks.errors import RequestError
from data_checks.journal_entries import About, Comment, Entries, Event, InitiativeUpdate, Review, Step
from data_checks.workspace_journal import JournalPlace, wrong_engine
from data_checks.workspace_sql import masked

_WAIT_SECONDS = 15
"""So long one writer waits for another, and a connection for its server."""


class Journal:
    """One workspace's journal. Nothing is made before the first entry is written; safe to share between threads."""

    def __init__(self, place: JournalPlace) -> None:
        """Raises RequestError when the address is no database that can hold a journal."""
        self._place = place
        self._url = _url(place)
        self._file = Path(str(self._url.database)) if self._url.get_backend_name() == "sqlite" else None
        if self._file:
            self._reader, self._writer = _sqlite(self._file, writes=False), _sqlite(self._file, writes=True)
        else:
            with self._told("opened"):
                self._reader = self._writer = _postgresql(self._url)

    def close(self) -> None:
        """Let go of the database."""
        self._reader.dispose()
        self._writer.dispose()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────

    def read(self, metric: str | None = None) -> Entries:
        """Every entry, of the comments and reviews only those on `metric`. Raises RequestError."""
        if self._file and (not self._file.exists() or not self._file.stat().st_size):
            return Entries()
        with self._told("read"):
            with self._reader.connect() as connection:
                found = self._revision(connection)
                if found == schema.REVISIONS[-1]:
                    return _read(connection, metric)
            if found is None:
                return Entries()
            with self._writing() as connection:  # it is older: brought up, then read
                return _read(connection, metric)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────

    def write_comment(
        self, about: About, text: str, author: str, at: dt.datetime, replaces: int | None = None
    ) -> Comment:
        """Add a comment, written at a naive UTC instant. Raises RequestError."""
        row = _about(about) | {"text": entries.comment_text(text), "replaces": replaces}
        return Comment(about=about, text=row["text"], replaces=replaces, **self._add("comments", row, author, at))

    def write_review(self, about: About, status: str, author: str, at: dt.datetime) -> Review:
        """Mark a number of this status as reviewed. Raises RequestError: one that is red needs a comment first."""
        row = _about(about) | {"status": status}
        added = self._add("reviews", row, author, at)
        return Review(about=about, status=status, comment=row["comment"], **added)

    def write_initiative(
        self,
        initiative: str,
        status: Step,
        author: str,
        at: dt.datetime,
        done_on: dt.date | None = None,
        note: str = "",
        replaces: int | None = None,
    ) -> InitiativeUpdate:
        """Add how an initiative stands; `done_on` belongs to one that is done. Raises RequestError."""
        if (status == "done") != (done_on is not None):
            raise RequestError("an initiative has a day on which it was done exactly when its status is done.")
        row: dict[str, Any] = {
            "initiative": initiative,
            "status": status,
            "done_on": done_on,
            "note": entries.note_text(note),
        }
        return InitiativeUpdate(
            **row, replaces=replaces, **self._add("initiatives", row | {"replaces": replaces}, author, at)
        )

    def write_event(
        self,
        happened_on: dt.date,
        title: str,
        author: str,
        at: dt.datetime,
        kind: str = "",
        replaces: int | None = None,
    ) -> Event:
        """Add something that happened. Raises RequestError."""
        row: dict[str, Any] = {
            "happened_on": happened_on,
            "title": entries.event_title(title),
            "kind": entries.event_kind(kind),
        }
        return Event(**row, replaces=replaces, **self._add("events", row | {"replaces": replaces}, author, at))

    def _add(self, kind: str, row: dict[str, Any], author: str, at: dt.datetime) -> dict[str, Any]:
        """Add one row; what every entry has. Fills in the comment a review stands on."""
        common = {"written_at": at, "author": entries.author_name(author)}
        table = schema.METADATA.tables[f"journal_{kind}"]
        with self._told("written"):
            try:
                with self._writing() as connection:
                    if kind == "reviews":
                        row["comment"] = _explained(connection, row)
                    elif row["replaces"] is not None:
                        _check_replaced(connection, table, row)
                    key = connection.execute(table.insert().values(**common, **row)).inserted_primary_key
            except IntegrityError:  # two corrections of one entry at the same moment
                raise RequestError(f"entry {row.get('replaces')} has just been corrected by somebody else.") from None
        assert key is not None
        return common | {"id": key[0]}

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction in which the schema is the newest; on SQLite nobody else writes meanwhile."""
        if self._file and self._place.makes_its_folder:
            self._file.parent.mkdir(exist_ok=True)
        with self._writer.begin() as connection:
            self._revision(connection)
            schema.bring_up(connection)
            yield connection

    def _revision(self, connection: sa.Connection) -> str | None:
        """The database's revision. Raises RequestError when a newer program wrote it."""
        found = schema.revision_of(connection)
        if found is not None and found not in schema.REVISIONS:
            raise RequestError(
                f"the journal {self._place.shown} is of a newer Scorecard (revision {found}); "
                "use that version or a later one. Nothing has changed."
            )
        return found

    @contextlib.contextmanager
    def _told(self, done: str) -> Iterator[None]:
        """What driver and system say, as one sentence without an address or its secrets."""
        named = f"the journal {self._place.shown}"
        try:
            yield
        except OSError as error:
            raise RequestError(f"{named} cannot be {done}: {error.strerror}; check its permissions.") from None
        except ModuleNotFoundError as error:
            raise RequestError(
                f"{named} needs the driver {error.name}, which is not installed; "
                "install it (pip install 'scorecard[postgres]' for PostgreSQL)."
            ) from None
        except (SQLAlchemyError, ValueError) as error:
            cause = str(getattr(error, "orig", None) or error)
            said = masked(cause, {self._url.password or "", *(str(value) for value in self._url.query.values())})
            raise RequestError(
                f"{named} cannot be {done}: {said[:300].rstrip('.')}; check its address and its permissions."
            ) from None


def _read(connection: sa.Connection, metric: str | None) -> Entries:
    def rows(table: sa.Table) -> list[dict[str, Any]]:
        asked = sa.select(table).order_by(table.c.id)
        if metric is not None and "metric" in table.c:
            asked = asked.where(table.c.metric == metric)
        return [_entry(dict(row)) for row in connection.execute(asked).mappings()]

    return Entries(
        comments=tuple(Comment(**row) for row in rows(schema.COMMENTS)),
        reviews=tuple(Review(**row) for row in rows(schema.REVIEWS)),
        initiatives=tuple(InitiativeUpdate(**row) for row in rows(schema.INITIATIVES)),
        events=tuple(Event(**row) for row in rows(schema.EVENTS)),
    )


def _about(about: About) -> dict[str, Any]:
    slices = entries.slices_text(about.slices)
    return {"metric": about.metric, "slices": slices, "period_start": about.start, "grain": about.grain}


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    """A row as an entry's fields: what it is about becomes one."""
    if "metric" in row:
        slices, start = entries.read_slices(row.pop("slices")), row.pop("period_start")
        row["about"] = About(row.pop("metric"), slices, start, row.pop("grain"))
    return row


_SUBJECT = {"metric", "slices", "period_start", "grain", "initiative"}


def _check_replaced(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    """Raises RequestError unless the entry to correct is there, about the same, and not corrected yet."""
    number, kind = row["replaces"], table.name.removeprefix("journal_").removesuffix("s")
    found = connection.execute(sa.select(table).where(table.c.id == number)).mappings().first()
    if found is None:
        raise RequestError(f"there is no {kind} {number} to correct; `scorecard journal show` lists them.")
    if any(found[name] != row[name] for name in _SUBJECT & row.keys()):
        raise RequestError(f"{kind} {number} is about something else; a correction is about the same.")
    later = connection.execute(sa.select(table.c.id).where(table.c.replaces == number)).scalar()
    if later is not None:
        raise RequestError(f"{kind} {number} was already corrected by {later}; correct that one.")


def _explained(connection: sa.Connection, row: dict[str, Any]) -> int | None:
    """The number of the newest comment on what is reviewed. Raises RequestError when it is red and has none."""
    table = schema.COMMENTS
    same = [table.c[name] == row[name] for name in ("metric", "slices", "period_start", "grain")]
    found: int | None = connection.execute(sa.select(sa.func.max(table.c.id)).where(*same)).scalar()
    if problem := entries.review_problem(row["status"], commented=found is not None):
        raise RequestError(f"{row['metric']} cannot be marked reviewed: {problem}")
    return found


# ── the database ─────────────────────────────────────────────────────────────────────────────────────────


def _url(place: JournalPlace) -> sa.URL:
    """The address with its driver, a file's path from the workspace's folder on. Raises RequestError."""
    try:
        url = sa.make_url(place.address)
    except (ArgumentError, ValueError):
        raise RequestError(f"{place.shown} holds no database URL; correct it.") from None
    if wrong := wrong_engine(url.get_backend_name()):
        raise RequestError(f"{place.shown}: {wrong}")
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise RequestError(f"{place.shown} names no file; write one such as sqlite:///var/journal.db.")
        return url.set(database=str(place.folder / url.database))
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _sqlite(file: Path, writes: bool) -> sa.Engine:
    """Every connection is opened anew and closed after use; only a writer makes the file, and it writes alone."""
    address = f"file:{quote(str(file))}?mode={'rwc' if writes else 'rw'}"

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("pragma foreign_keys = on")
        return connection

    engine = sa.create_engine("sqlite://", creator=opened, poolclass=NullPool)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _postgresql(url: sa.URL) -> sa.Engine:
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": _WAIT_SECONDS}
    return sa.create_engine(url, connect_args=arguments, pool_pre_ping=True)
