"""Tickets that run at one instant: which are late, which fall due, and how old the backlog is.

A ticket runs when it was opened by then and neither resolved nor closed; it is late when its due time has passed. The
instant is the load's "data through", handed in, never a clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from data_checks.warehouse.contract import LoadFacts, Warehouse
from metrics.question import Filter
from metrics.rows.choice import RowChoice, instant
from metrics.scope import Scope
from metrics.sql.constructs import Element, seconds_between

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
AHEAD = dt.timedelta(days=2)
"""How far ahead a ticket stands beside those that are late."""
AGES = (0, 1, 3, 7, 14)
"""The days at which a band of the backlog begins."""
Ends = Literal["noon", "midnight", "noon tomorrow"]
Which = Literal["late", "soon", "open"]


@dataclass(frozen=True)
class Ticket:
    """One ticket that runs; times are naive UTC. agent, team: names."""

    ticket_id: str
    topic: str | None
    priority: str | None
    channel: str | None
    team: str | None
    agent: str | None
    opened_at: dt.datetime
    due_at: dt.datetime | None
    transfers: int | None
    reopens: int | None


@dataclass(frozen=True)
class Age:
    """The tickets that run for `days` days or more, and less than the next band's: now and a week before."""

    days: int
    now: int
    before: int


@dataclass(frozen=True)
class Work:
    """The backlog in numbers. late, soon: past due, and due before `until`. undated: without a due time. near: those
    whose due time is nearest to now, in its order; none is late by more than a week, or due in more than two days.

    missing: why there is no backlog, as a clause; no_due: why nothing is late or due.
    """

    now: dt.datetime
    until: dt.datetime
    ends: Ends
    running: int = 0
    before: int = 0
    late: int = 0
    late_over_a_week: int = 0
    soon: int = 0
    undated: int = 0
    ages: tuple[Age, ...] = ()
    near: tuple[Ticket, ...] = ()
    oldest: Ticket | None = None
    missing: str = ""
    no_due: str = ""


def horizon(facts: LoadFacts) -> tuple[dt.datetime, Ends]:
    """Until when something "falls due soon": the local noon where that is 2 hours off or more, else midnight, and from
    16:00 on the next noon. As naive UTC."""
    zone = ZoneInfo(facts.timezone)
    local = facts.as_of.replace(tzinfo=dt.UTC).astimezone(zone)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0, fold=0, tzinfo=None)
    ends: Ends = "noon" if local.hour < 10 else "midnight" if local.hour < 16 else "noon tomorrow"
    wall = {"noon": noon, "midnight": noon.replace(hour=0) + DAY, "noon tomorrow": noon + DAY}[ends]
    return wall.replace(tzinfo=zone).astimezone(dt.UTC).replace(tzinfo=None), ends


def open_work(warehouse: Warehouse, scope: Scope, where: Iterable[Filter] = (), near: int = 8) -> Work:
    """The backlog at the load's "data through", with the `near` tickets whose due time is nearest."""
    now = warehouse.facts.as_of
    until, ends = horizon(warehouse.facts)
    chosen = RowChoice(warehouse, "tickets", scope, where)
    if lack := _lack(chosen):
        return Work(now, until, ends, missing=lack)
    bands = list(zip(AGES, (*AGES[1:], None), strict=True))
    counted = [_sum(_running(chosen, at), _aged(chosen, at, *band)) for at in (now, now - WEEK) for band in bands]
    row = chosen.read(chosen.select(counted))[0]
    by_age = [int(number or 0) for number in row]
    ages = tuple(Age(days, by_age[place], by_age[place + len(AGES)]) for place, days in enumerate(AGES))
    running, before = sum(age.now for age in ages), sum(age.before for age in ages)
    oldest = _tickets(chosen, [_running(chosen, now)], [chosen.table.c.opened_at], 1)
    found = Work(now, until, ends, running, before, ages=ages, oldest=next(iter(oldest), None))
    return _with_due(found, chosen, near)


def _with_due(work: Work, chosen: RowChoice, near: int) -> Work:
    if not chosen.has("due_at"):
        return replace(work, no_due="no source provides tickets.due_at")
    due, runs = chosen.table.c.due_at, _running(chosen, work.now)
    late, soon = _which(chosen, "late", work), _which(chosen, "soon", work)
    long_ago = due < instant(work.now - WEEK)
    counts = [_sum(runs, late), _sum(runs, late, long_ago), _sum(runs, soon), _sum(runs, due.is_(None))]
    found = [int(number or 0) for number in chosen.read(chosen.select(counts))[0]]
    distance = sa.func.abs(seconds_between(instant(work.now), due))
    window = [runs, sa.not_(long_ago), due < instant(work.now + AHEAD)]
    nearest = _tickets(chosen, window, [distance], near)
    in_order = tuple(sorted(nearest, key=lambda one: (one.due_at or work.now, one.ticket_id)))
    late_, over, soon_, undated = found
    return replace(work, late=late_, late_over_a_week=over, soon=soon_, undated=undated, near=in_order)


def list_tickets(
    warehouse: Warehouse, scope: Scope, where: Iterable[Filter], which: Which, limit: int
) -> tuple[tuple[Ticket, ...], int]:
    """The tickets behind one of the numbers, the first to fall due first (open: the oldest), and how many there are."""
    chosen = RowChoice(warehouse, "tickets", scope, where)
    if _lack(chosen) or (which != "open" and not chosen.has("due_at")):
        return (), 0
    now = warehouse.facts.as_of
    until, ends = horizon(warehouse.facts)
    conditions = [_running(chosen, now)]
    if which != "open":
        conditions.append(_which(chosen, which, Work(now, until, ends)))
    order = chosen.table.c.opened_at if which == "open" else chosen.table.c.due_at
    return _tickets(chosen, conditions, [order], limit), chosen.count(*conditions)


def _lack(chosen: RowChoice) -> str:
    if chosen.missing:
        return chosen.missing
    return "" if chosen.has("done_at") else "no source says when tickets were resolved or closed"


def _running(chosen: RowChoice, at: dt.datetime) -> Element:
    done = chosen.table.c.done_at
    return sa.and_(chosen.table.c.opened_at <= instant(at), sa.or_(done.is_(None), done > instant(at)))


def _aged(chosen: RowChoice, at: dt.datetime, least: int, below: int | None) -> Element:
    """Opened `least` days before or earlier, and less than `below` days before."""
    opened = chosen.table.c.opened_at
    old = opened <= instant(at - least * DAY)
    return old if below is None else sa.and_(old, opened > instant(at - below * DAY))


def _which(chosen: RowChoice, which: Which, work: Work) -> Element:
    due = chosen.table.c.due_at
    if which == "late":
        return due < instant(work.now)
    return sa.and_(due >= instant(work.now), due < instant(work.until))


def _sum(*conditions: Element) -> Element:
    return sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0))


def _tickets(
    chosen: RowChoice, conditions: Sequence[Element], order: Sequence[Element], limit: int
) -> tuple[Ticket, ...]:
    own = ("topic", "priority", "channel")
    times = [chosen.column(name) for name in ("opened_at", "due_at", "transfers", "reopens")]
    columns = [chosen.column("ticket_id"), *map(chosen.column, own), chosen.slice("team"), chosen.slice("agent")]
    statement = chosen.select([*columns, *times], *conditions).order_by(*order, chosen.table.c.ticket_id).limit(limit)
    return tuple(Ticket(**row._asdict()) for row in chosen.read(statement))
