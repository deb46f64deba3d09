"""The DuckDB engine: one published version, opened read-only through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa

from data_checks.errors import RequestError
from data_checks.warehouse.contract import LoadFacts
from data_checks.warehouse.facts import from_json
from data_checks.warehouse.tables import canonical_tables


def _in_utc(connection: Any, record: object) -> None:
    """The zone of the process that reads decides nothing."""
    del record
    connection.execute("set TimeZone = 'UTC'")


class DuckDBWarehouse:
    """See warehouse/contract.py. Every read takes a connection of its own from the pool, so threads do not meet.

    Raises RequestError when there is no sound version at `path`.
    """

    def __init__(self, path: Path) -> None:
        # A URL object: a folder's name may hold what means something in a URL's text.
        url = sa.URL.create("duckdb", database=str(path))
        self._engine = sa.create_engine(url, connect_args={"read_only": True})
        sa.event.listen(self._engine, "connect", _in_utc)
        try:
            with self._engine.connect() as connection:
                text = connection.execute(sa.text("select facts from _load")).scalar_one()
            self._facts = from_json(text)
        except (sa.exc.SQLAlchemyError, duckdb.Error, ValueError):
            self._engine.dispose()
            raise RequestError(f"the version {path.stem} cannot be read.") from None

    @property
    def facts(self) -> LoadFacts:
        return self._facts

    def table(self, name: str) -> sa.Table:
        return canonical_tables()[name]

    def read(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> Sequence[sa.Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(statement).fetchall()

    def sql(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> str:
        return str(statement.compile(self._engine, compile_kwargs={"literal_binds": True}))

    def close(self) -> None:
        self._engine.dispose()


def is_sound(path: Path) -> bool:
    """Whether every table of the version can be read to its end."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
                connection.execute(f"select count(columns(*)) from {table}").fetchall()
    except duckdb.ConnectionException:  # this very process reads it, with other options
        return True
    except duckdb.Error:
        return False
    return True
