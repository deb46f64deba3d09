"""A query on a database → a plain copy in the load's private folder: read-only, in batches, within its time.

No message repeats an address from the environment, and what a driver says is searched for its secrets.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from data_checks.errors import LoadRefused
from data_checks.sources.text import CopyWriter, cell_text
from data_checks.workspace_files import DataFile
from data_checks.workspace_source import Source
from data_checks.workspace_sql import Query, engine_problem, masked

_BATCH = 10_000
_CONNECT_SECONDS = 15
_DRIVERS = {"postgresql": "postgresql+psycopg"}
"""The driver for a URL that names none."""


def fetch_queries(
    sources: Sequence[Source], folder: Path, progress: Callable[[str], None], rows: bool = True
) -> list[Source]:
    """The sources, each query's result in a file of `folder`; without `rows` only its header.

    Raises LoadRefused when a database cannot be reached or a query fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fetched = []
    for number, source in enumerate(sources):
        if source.sql is not None:
            if rows:
                progress(f"asking {source.sql.shown} for {source.table}")
            copy = folder / f"query-{number}.csv"
            _fetch(source, source.sql, copy, rows)
            source = dataclasses.replace(source, files=(DataFile(copy, source.sql.shown, "copied"),))
        fetched.append(source)
    return fetched


def _fetch(source: Source, query: Query, copy: Path, rows: bool) -> None:
    place, url = source.places["sql"], _url(source, query)
    text = query.text.strip().rstrip(";")
    if not rows:
        text = f"select * from ({text}\n) as q where 1 = 0"
    try:
        with _connection(url, query.timeout_seconds) as (connection, late):
            try:
                # No parameters: a colon or a percent sign in the query is the query's own.
                options = {"stream_results": True, "max_row_buffer": _BATCH, "no_parameters": True}
                result = connection.execution_options(**options).exec_driver_sql(text)
                names = result.keys()
                with CopyWriter(copy, [str(name) for name in names]) as target:
                    for batch in result.partitions(_BATCH):
                        for row in batch:
                            target.row(cell_text(value, source.decimal) for value in row)
            except Exception:
                if late.is_set():
                    raise LoadRefused(
                        f"{place}: {query.shown} took longer than {_seconds(query.timeout_seconds)}; "
                        "ask for less, or raise `timeout`."
                    ) from None
                raise
    except LoadRefused:
        raise
    except ModuleNotFoundError as error:
        raise LoadRefused(
            f"{place}: {query.shown} needs the driver {error.name}, which is not installed; "
            "install it (pip install 'scorecard[postgres]' for PostgreSQL)."
        ) from None
    except (SQLAlchemyError, OSError, ValueError, RuntimeError) as error:
        raise LoadRefused(f"{place}: {_said(query, url, error)}") from None


def _url(source: Source, query: Query) -> sa.URL:
    """The address with its driver, a file's path from the workspace's folder on. Raises LoadRefused."""
    place = source.places["sql"]
    try:
        url = sa.make_url(query.address)
    except (ArgumentError, ValueError):
        raise LoadRefused(f"{place}: {query.variable} holds no database URL; correct it.") from None
    if problem := engine_problem(url.get_backend_name()):
        raise LoadRefused(f"{place}: {query.shown}: {problem}")
    if url.get_backend_name() in ("sqlite", "duckdb"):
        if not url.database or url.database == ":memory:":
            raise LoadRefused(f"{place}: {query.shown} names no file; write one such as sqlite:///data/helpdesk.db.")
        return url.set(database=str(source.folder / url.database))
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


@contextlib.contextmanager
def _connection(url: sa.URL, seconds: int) -> Iterator[tuple[sa.Connection, threading.Event]]:
    """A connection that cannot write, and that is interrupted after its time; the event says that it was."""
    engine = _engine(url)
    late = threading.Event()
    try:
        with engine.connect() as connection:
            if url.get_backend_name() == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            elif url.get_backend_name() == "duckdb":
                connection.exec_driver_sql("set TimeZone = 'UTC'")
            driver: Any = connection.connection.driver_connection
            cancel = driver.cancel if hasattr(driver, "cancel") else driver.interrupt

            def stop() -> None:
                late.set()
                cancel()

            timer = threading.Timer(seconds, stop)
            timer.daemon = True
            timer.start()
            try:
                yield connection, late
            finally:
                timer.cancel()
    finally:
        engine.dispose()


def _engine(url: sa.URL) -> sa.Engine:
    kind, file = url.get_backend_name(), url.database or ""
    if kind == "sqlite":

        def opened() -> sqlite3.Connection:
            address = f"file:{quote(file)}?mode=ro"
            return sqlite3.connect(address, uri=True, check_same_thread=False, timeout=_CONNECT_SECONDS)

        return sa.create_engine("sqlite://", creator=opened, poolclass=NullPool)
    if kind == "duckdb":
        only_this = {"enable_external_access": "false"}
        return sa.create_engine(url, connect_args={"read_only": True, "config": only_this}, poolclass=NullPool)
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    return sa.create_engine(url, connect_args=arguments, poolclass=NullPool)


def _said(query: Query, url: sa.URL, error: Exception) -> str:
    """What the driver says, on one line, without the address and its secrets."""
    if isinstance(error, NoSuchModuleError):
        return f"{query.shown} names a driver that does not exist; correct its URL."
    cause = getattr(error, "orig", None) or error
    text = masked(str(cause), {url.password or "", *(str(value) for value in url.query.values())})
    if query.variable:
        text = text.replace(query.address, query.variable)
    if url.database and url.get_backend_name() != "postgresql":
        text = text.replace(url.database, Path(url.database).name)
    return f"{query.shown} failed: {text[:300].rstrip('.')}; correct the query, or the address and who may read it."


def _seconds(count: int) -> str:
    return "1 second" if count == 1 else f"{count:,} seconds"
