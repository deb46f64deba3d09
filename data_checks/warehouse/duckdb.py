"""The DuckDB engine: one published version, opened read-only through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import LoadFacts
from data_checks.warehouse.facts import from_json
from data_checks.warehouse.tables import canonical_tables


class DuckDBWarehouse:
    """See warehouse/contract.py. Every read takes a connection of its own from the pool, so threads do not meet."""

    def __init__(self, path: Path) -> None:
        self._engine = sa.create_engine(f"duckdb:///{path}", connect_args={"read_only": True})
        with self._engine.connect() as connection:
            text = connection.execute(sa.text("select facts from _load")).scalar_one()
        self._facts = from_json(text)

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
