"""Why contracts end: the reasons written down, of the contracts that ended in a span, beside the span before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.analyses.cohorts import bound, cannot_tell
from metrics.asking import ask_of
from metrics.question import Question
from metrics.scope import Scope
from metrics.sql.selection import Selection
from metrics.stats.intervals import Interval, proportion_difference
from metrics.stats.not_known import NotKnown
from metrics.stats.retention import Share, share

ENDED = "count(subscriptions at ended_on)"
Where = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Reason:
    """One reason, None: nobody wrote one down. share: of all that ended in the span. before: how many ended for it in
    the span before; change: of the share since then, with its interval; None where nothing ended then."""

    name: str | None
    share: Share
    before: int
    change: float | None
    change_ends: Interval | None


@dataclass(frozen=True)
class Leaving:
    """Contracts that ended in [start, end) by reason, the most frequent first, those without a reason last; every
    contract is in one row. before: how many ended in [before_start, start)."""

    before_start: dt.date
    start: dt.date
    end: dt.date
    ended: int
    before: int
    reasons: tuple[Reason, ...]


def leaving(
    warehouse: Warehouse,
    scope: Scope,
    before_start: dt.date,
    start: dt.date,
    end: dt.date,
    where: Where | None = None,
    until: dt.date | None = None,
) -> Leaving | NotKnown:
    """The reasons of the contracts that ended in [start, end), beside those of [before_start, start).

    Raises RequestError as ask() does."""
    aggregate = bound(ENDED)
    if lack := cannot_tell(warehouse, scope, aggregate):
        return lack
    if "end_reason" not in warehouse.facts.tables["subscriptions"].provided:
        return NotKnown("no_data", "no source provides subscriptions.end_reason")

    def counted(first: dt.date, last: dt.date) -> dict[str | None, int]:
        return _counted(warehouse, ask_of(warehouse, scope, [aggregate], "all", (), first, last, where, until))

    now, then = counted(start, end), counted(before_start, start)
    ended, before = sum(now.values()), sum(then.values())
    if not ended:
        return NotKnown("no_data", "no contract ended in these days")
    names = sorted(now.keys() | then.keys(), key=lambda name: (name is None, -now.get(name, 0), name or ""))
    reasons = tuple(_reason(name, now.get(name, 0), ended, then.get(name, 0), before) for name in names)
    return Leaving(before_start, start, end, ended, before, reasons)


def _reason(name: str | None, now: int, ended: int, then: int, before: int) -> Reason:
    part = share(now, ended)
    assert part is not None, "something ended"
    change = now / ended - then / before if before else None
    return Reason(name, part, then, change, proportion_difference((then, before), (now, ended)))


def _counted(warehouse: Warehouse, question: Question) -> dict[str | None, int]:
    aggregate = bound(ENDED)
    selection = Selection(aggregate.table, aggregate.window, question, warehouse.table)
    reason = selection.table.c.end_reason
    statement = selection.select([reason, sa.func.count().label("contracts")]).group_by(reason)
    rows: Any = warehouse.read(statement)
    return {row[0]: int(row[1]) for row in rows}
