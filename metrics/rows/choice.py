"""The rows of one table that a reader may see and has chosen, at no period: the ground of every list of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from data_checks.contract import contracts
from data_checks.warehouse.contract import LoadFacts, Warehouse
from metrics.language.provided import knows_teams
from metrics.question import Filter
from metrics.scope import Scope
from metrics.sql.constructs import Element
from metrics.sql.row_sql import RowSql
from metrics.sql.scope_sql import in_scope

Row = sa.Row[Any]


def instant(moment: dt.datetime) -> Element:
    """A naive UTC instant as a literal."""
    return sa.literal(moment, sa.DateTime())


class RowChoice:
    """Scope and filters of `where` (slice → values, None for rows without one) on every statement.

    `missing`: why there are no rows to choose from, as a clause; '' when there are. Ask it before anything else.
    """

    def __init__(self, warehouse: Warehouse, table: str, scope: Scope, where: Iterable[Filter] = ()) -> None:
        self.warehouse, self.scope, self.where = warehouse, scope, tuple(where)
        self.contract = contracts()[table]
        self.table = warehouse.table(table)
        nothing: Element = sa.null()
        self._rows = RowSql(self.table, self.contract, warehouse.table, (nothing, nothing))
        facts = warehouse.facts.tables.get(table)
        self.provided = facts.provided if facts else frozenset()
        self.missing = self._missing()

    def has(self, *columns: str) -> bool:
        return all(column in self.provided for column in columns)

    def column(self, name: str) -> Element:
        """A column under its name; null where no source provides it."""
        return (self.table.c[name] if self.has(name) else sa.null()).label(name)

    def slice(self, name: str) -> Element:
        """A slice under its name; null where no source provides the column it begins at."""
        slice_ = self.contract.slices[name]
        return (self._rows.slice(slice_) if self.has(slice_.column) else sa.null()).label(name)

    def select(self, columns: Iterable[Element], *conditions: Element) -> sa.Select[Any]:
        """SELECT columns FROM the chosen rows WHERE the conditions hold too."""
        kept = [*self._conditions(), *conditions]
        return sa.select(*columns).select_from(self._rows.source()).where(*kept)

    def read(self, statement: sa.Select[Any]) -> list[Row]:
        return list(self.warehouse.read(statement))

    def count(self, *conditions: Element) -> int:
        """How many of the chosen rows hold to the conditions."""
        return int(self.read(self.select([sa.func.count()], *conditions))[0][0])

    def _conditions(self) -> list[Element]:
        found = [self._chosen(name, values) for name, values in self.where]
        return [*found, *in_scope(self.table, self.contract.table, self.scope)]

    def _chosen(self, name: str, values: Iterable[str | None]) -> Element:
        """Whether a row's slice is one of these values; None: it has none."""
        column = self._rows.slice(self.contract.slices[name])
        values = tuple(values)
        choices: list[Element] = [column.in_([value for value in values if value is not None])]
        return sa.or_(*choices, *([column.is_(None)] if None in values else []))

    def _missing(self) -> str:
        table = self.contract.table
        if not self.provided:
            return f"no source provides {table}"
        if self.scope.teams is not None and not knows_teams(table, self.warehouse.facts.tables):
            return f"{table} does not know teams, so only the whole organisation may see its rows"
        for name, _ in self.where:
            slice_ = self.contract.slices.get(name)
            if slice_ is None or not self.has(slice_.column):
                return f"{table} cannot be cut by {name}"
        return broken(self.warehouse.facts, table)


def broken(facts: LoadFacts, table: str) -> str:
    """That a check of the table broke and proves nothing, so that its rows are withheld, as a clause; '' when none."""
    names = [check.rule for check in facts.checks if check.table == table and check.outcome == "broken"]
    return f"the check {names[0]} on {table} broke, so its rows are withheld" if names else ""
