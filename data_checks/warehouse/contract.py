"""What an engine must do: open one published version read-only and answer SQLAlchemy Core statements.

LoadFacts travels inside the version it describes, so numbers and the words about them can never be of two loads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import pyarrow as pa
import sqlalchemy as sa

from data_checks.calendar import EVERYBODYS, Calendar
from data_checks.contract import Severity

Outcome = Literal["passed", "failed", "broken"]


@dataclass(frozen=True)
class CheckOutcome:
    """One rule after one load. `bad_rows` of `rows`, 0 of 0 where it is of a table
    as a whole; broken: the check itself crashed and proves nothing.

    `columns`: those it is about; none: the table as a whole. `samples`: the keys of the first few bad rows.
    """

    rule: str
    table: str
    severity: Severity
    outcome: Outcome
    bad_rows: int
    rows: int
    columns: tuple[str, ...]
    why: str
    owner: str
    message: str = ""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableFacts:
    """A published table. `provided`: the columns that hold something (mapped, or derived from mapped ones);
    `first_day`, `last_day`: the local days its `time` spans; all None when the table has no such column.
    `accounts`: the row accounting (read, published, quarantined, superseded, merged, filtered)."""

    rows: int
    provided: frozenset[str]
    first_day: dt.date | None
    last_day: dt.date | None
    accounts: Mapping[str, int]
    derived_from_keys: bool = False
    reach: Mapping[str, tuple[dt.date, dt.date]] = field(default_factory=dict)
    """The first and last day of every day column that holds one."""

    def days_at(self, column: str) -> tuple[dt.date, dt.date] | None:
        """The days this table is known for when its rows count at another day column: its own, and that column's."""
        if self.first_day is None or self.last_day is None:
            return None
        first, last = self.reach.get(column, (self.first_day, self.last_day))
        return min(first, self.first_day), max(last, self.last_day)


@dataclass(frozen=True)
class LoadFacts:
    """What one load says about itself. `as_of` is a naive UTC instant ("data through"), `as_of_day` its local day.

    A declared date means the whole day, so its instant is the day's last microsecond. `calendar`: the year and week
    that periods are cut by; a version from before there was one has January and Monday.
    """

    load_id: str
    loaded_at: dt.datetime
    as_of: dt.datetime
    as_of_day: dt.date
    timezone: str
    title: str
    currency: str
    synthetic: bool
    tables: Mapping[str, TableFacts]
    checks: tuple[CheckOutcome, ...]
    notes: tuple[str, ...] = ()
    calendar: Calendar = EVERYBODYS

    @property
    def failed_checks(self) -> tuple[CheckOutcome, ...]:
        return tuple(check for check in self.checks if check.outcome != "passed")


class Warehouse(Protocol):
    """One published version, read-only. Safe to share between threads: every read takes its own cursor."""

    @property
    def facts(self) -> LoadFacts: ...

    @property
    def prepared(self) -> str:
        """What the floor above built into this version beside the tables, in its own words; '' for nothing."""
        ...

    def later(self) -> str:
        """What the floor above made of this version after it was published, in its own words; '' for nothing. Waits
        a minute while it is being made, or as long as somebody waits at all; TookTooLong then."""
        ...

    def table(self, name: str) -> sa.Table:
        """The canonical table, also when no source provides it. Raises KeyError for an unknown name."""
        ...

    def read(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> Sequence[sa.Row[Any]]:
        """All rows of one statement."""
        ...

    def within(self, seconds: float) -> Warehouse:
        """The same version for somebody who waits so long in all and no longer: what is read later is broken off and
        raises TookTooLong. Close it when nothing more is asked; this one stays open."""
        ...

    def columns(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> pa.Table:
        """The same by column, for what has millions of rows: no row becomes an object of its own."""
        ...

    def sql(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> str:
        """The statement as this engine's text with its values filled in; for people to read, never executed."""
        ...

    @property
    def dialect(self) -> str:
        """The name of the engine's SQL, as those who format SQL call it."""
        ...

    def rest(self) -> bool:
        """Called now and then: once nobody has read since the call before, what is kept in memory of the version's
        file is given back, and read again from the file when it is asked for. Whether that was done now."""
        ...

    def close(self) -> None: ...


class Unpublished(Warehouse, Protocol):
    """A version that is built but that no reader sees yet: the one place where tables can be added."""

    def keep(self, table: sa.Table, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> None:
        """The statement's answer as a table of the version."""
        ...

    def insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """A table of the version with these rows; an empty one without."""
        ...

    def note(self, prepared: str) -> None:
        """What was added, in the words `prepared` will give back."""
        ...


Prepare = Callable[[Unpublished], None]
"""Adds to a version before it is published. Raises LoadRefused when what it added proves wrong."""
