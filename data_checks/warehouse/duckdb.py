"""The DuckDB engine: one published version, opened read-only through SQLAlchemy."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from data_checks.errors import RequestError, TookTooLong
from data_checks.warehouse.contract import LoadFacts
from data_checks.warehouse.facts import from_json
from data_checks.warehouse.later import added
from data_checks.warehouse.tables import canonical_tables

_Found = TypeVar("_Found")
_WAIT = 60.0
"""Seconds that are waited for what is being made of a version; it is said not to be there after that."""


def _in_utc(connection: Any, record: object) -> None:
    """The zone of the process that reads decides nothing."""
    del record
    connection.execute("set TimeZone = 'UTC'")


class _Reading:
    """Who reads a version now, and how often it was read: nothing may be taken from under a reader. `limit`: how much
    memory the engine may use for it, as it was when it was opened."""

    limit = ""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = self._ever = self._looked = self._rested = 0

    def begin(self) -> None:
        with self._lock:
            self._now += 1
            self._ever += 1

    def end(self) -> None:
        with self._lock:
            self._now -= 1

    @contextlib.contextmanager
    def pause(self) -> Iterator[bool]:
        """Nobody begins to read inside. False: somebody reads, or has since the last look, or nobody has since the
        last pause; then there is nothing to be done."""
        with self._lock:
            was, self._looked = self._looked, self._ever
            is_idle = not self._now and was == self._ever != self._rested
            yield is_idle
            if is_idle:
                self._rested = self._ever


_READINGS: weakref.WeakValueDictionary[str, _Reading] = weakref.WeakValueDictionary()
"""By file: within a process the engine opens a file once, whoever opens it, with one memory for all."""
_OPENING = threading.Lock()


class DuckDBWarehouse:
    """See warehouse/contract.py. Every read takes a connection of its own from the pool, so threads do not meet.

    Raises RequestError when there is no sound version at `path`.
    """

    def __init__(self, path: Path, options: Mapping[str, Any] | None = None) -> None:
        # A URL object: a folder's name may hold what means something in a URL's text.
        url = sa.URL.create("duckdb", database=str(path))
        self._engine = sa.create_engine(url, connect_args=dict(options or {"read_only": True}))
        sa.event.listen(self._engine, "connect", _in_utc)
        self._path = path
        with _OPENING:
            self._reading = _READINGS.setdefault(str(path.resolve()), _Reading())
        try:
            with self._connected() as connection:
                facts, prepared = connection.execute(sa.text("select facts, prepared from _load")).one()
                limit = str(connection.execute(sa.text("select current_setting('memory_limit')")).scalar_one())
                self._reading.limit = self._reading.limit or limit
            self._facts, self._prepared = from_json(facts), str(prepared)
        except (sa.exc.SQLAlchemyError, duckdb.Error, ValueError, RequestError):
            self._engine.dispose()
            raise RequestError(f"the version {path.stem} cannot be read.") from None

    @property
    def facts(self) -> LoadFacts:
        return self._facts

    @property
    def prepared(self) -> str:
        return self._prepared

    def later(self) -> str:
        with contextlib.suppress(TookTooLong):
            return added(self._path, _WAIT)
        return ""

    def table(self, name: str) -> sa.Table:
        return canonical_tables()[name]

    def read(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> Sequence[sa.Row[Any]]:
        with self._connected() as connection:
            return connection.execute(statement).fetchall()

    def columns(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> pa.Table:
        with self._connected() as connection:
            return _table(connection.execute(statement))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        self._reading.begin()
        try:
            with self._engine.connect() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if not _is_damage(error.orig):
                raise
            what = f"the version {self._path.stem} is damaged; run `scorecard load` to build it again."
            raise RequestError(what) from None
        finally:
            self._reading.end()

    def rest(self) -> bool:
        with self._reading.pause() as is_idle:
            if is_idle:
                _let_go(self._engine, self._reading.limit)
        return is_idle

    @property
    def dialect(self) -> str:
        return "duckdb"

    def within(self, seconds: float) -> DuckDBWarehouse:
        return _Impatient(self, seconds)

    def sql(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> str:
        return str(statement.compile(self._engine, compile_kwargs={"literal_binds": True}))

    def close(self) -> None:
        self._engine.dispose()


class _Impatient(DuckDBWarehouse):
    """The same version for a reader who waits so many seconds in all and no longer; counted from the first read."""

    def __init__(self, patient: DuckDBWarehouse, seconds: float) -> None:
        self._engine, self._facts, self._prepared = patient._engine, patient.facts, patient.prepared
        self._reading, self._path = patient._reading, patient._path
        self._seconds = seconds
        self._lock = threading.Lock()
        self._running: set[Any] = set()
        self._timer: threading.Timer | None = None
        self._is_over = False

    def later(self) -> str:
        return added(self._path, self._seconds)

    def read(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> Sequence[sa.Row[Any]]:
        return self._in_time(lambda connection: connection.execute(statement).fetchall())

    def columns(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> pa.Table:
        return self._in_time(lambda connection: _table(connection.execute(statement)))

    def _in_time(self, fetch: Callable[[sa.Connection], _Found]) -> _Found:
        with self._connected() as connection:
            raw = connection.connection.dbapi_connection
            self._begin(raw)
            try:
                return fetch(connection)
            except (sa.exc.SQLAlchemyError, duckdb.Error):
                if self._is_over:
                    raise TookTooLong(self._seconds) from None
                raise
            finally:
                with self._lock:
                    self._running.discard(raw)

    def _begin(self, raw: Any) -> None:
        with self._lock:
            if self._is_over:
                raise TookTooLong(self._seconds)
            self._running.add(raw)
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self._stop)
                self._timer.daemon = True
                self._timer.start()

    def _stop(self) -> None:
        with self._lock:
            self._is_over = True
            for raw in self._running:
                raw.interrupt()

    def close(self) -> None:
        """Ends the waiting; the version itself belongs to whoever opened it."""
        if self._timer is not None:
            self._timer.cancel()


def _let_go(engine: sa.Engine, limit: str) -> None:
    """Have the engine forget what it read of the file. It has no word for that, but it forgets what does not fit: for a
    moment next to nothing does, which would break off whoever reads meanwhile. `limit`: its own, to be set again:
    DuckDB 1.5's `reset` brings back the setting's text and not the limit."""
    # In a transaction, a setting that is refused would have the next one refused, too.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            with contextlib.suppress(sa.exc.SQLAlchemyError, duckdb.Error):  # so little is left that it is refused
                connection.execute(sa.text("set memory_limit = '1MB'"))
        finally:
            connection.execute(sa.text(f"set memory_limit = '{limit}'"))


def _table(found: sa.CursorResult[Any]) -> pa.Table:
    cursor: Any = found.cursor
    return cursor.to_arrow_table()


def _in_its_own_words(context: Any) -> None:
    """A load hears the engine's error itself: a full disk is one whoever filled it."""
    if isinstance(context.original_exception, duckdb.Error):
        raise context.original_exception


class UnpublishedDuckDB(DuckDBWarehouse):
    """See Unpublished in warehouse/contract.py. `memory`: the most the engine holds; `spill`: where the rest goes.

    Used in a `with`: at its good end everything is in the one file, and no log is left beside it.
    """

    def __init__(self, path: Path, memory: str, spill: Path) -> None:
        super().__init__(path, {"config": {"memory_limit": memory, "temp_directory": str(spill)}})
        sa.event.listen(self._engine, "handle_error", _in_its_own_words)

    def __enter__(self) -> UnpublishedDuckDB:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                with self._engine.begin() as connection:
                    connection.execute(sa.text("checkpoint"))
        finally:
            self.close()

    def keep(self, table: sa.Table, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> None:
        with self._engine.begin() as connection:
            table.create(connection)
            connection.execute(table.insert().from_select([column.name for column in table.c], statement))

    def insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        with self._engine.begin() as connection:
            table.create(connection)
            if rows:
                given = pa.Table.from_pylist([dict(row) for row in rows])
                connection.execute(sa.text("register(:name, :df)"), {"name": "given", "df": given})
                connection.execute(sa.text(f"insert into {table.name} by name select * from given"))

    def note(self, prepared: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text("update _load set prepared = :prepared"), {"prepared": prepared})
        self._prepared = prepared


def _is_damage(error: BaseException | None) -> bool:
    """Whether the engine could not make sense of its own file, which is nobody's question's fault."""
    return isinstance(error, duckdb.SerializationException | duckdb.FatalException) or "orrupt" in str(error)


def is_sound(path: Path) -> bool:
    """Whether every value of the version can be read. A count would do without those that are never missing."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
            for table in tables:
                connection.execute(f"select bit_xor(hash(t)) from {table} t").fetchall()
            return "_load" in tables
    except duckdb.ConnectionException:  # this very process reads it, with other options
        return True
    except duckdb.Error:
        return False
