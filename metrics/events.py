"""What happened, from the published table and from the journal: drawn on every trend, computed with in none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data_checks.journal_entries import Event, current
from data_checks.warehouse.contract import Warehouse
from metrics.scope import Scope


@dataclass(frozen=True, order=True)
class Happening:
    """Something that happened on a local day."""

    day: dt.date
    title: str


def loaded_events(warehouse: Warehouse, scope: Scope) -> tuple[Happening, ...]:
    """The events of a version; an event has no team, so who may see some teams only sees none."""
    if scope.teams is not None or "events" not in warehouse.facts.tables:
        return ()
    table = warehouse.table("events")
    found: Sequence[Sequence[Any]] = warehouse.read(sa.select(table.c.happened_on, table.c.title).select_from(table))
    return tuple(Happening(row[0], row[1]) for row in found if row[0] is not None and row[1])


def together(loaded: Iterable[Happening], written: Iterable[Event]) -> tuple[Happening, ...]:
    """Both kinds in order of their days; a corrected event is left out, and one told twice is told once."""
    return tuple(sorted({*loaded, *(Happening(one.happened_on, one.title) for one in current(written))}))
