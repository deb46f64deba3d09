"""How far the data reach: the load's clock, which every number is counted to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from data_checks.casts import local_day, to_utc
from data_checks.contract import Contract
from data_checks.expression import literal, quoted

AHEAD = dt.timedelta(days=1)
"""A time so far behind the load is none that happened; within a day of it clocks and zones may differ."""
_APART = dt.timedelta(days=31)
"""So far from all other times a time that has not come yet is no plan."""
_FEW, _SOME = 1000, 20
"""One row of so many may be a slip of the pen; more than one of so many ahead, and this machine's clock is wrong, or
they are too few to tell."""


@dataclass(frozen=True)
class Reach:
    """`as_of`: naive UTC, None when there is none. `until`: nothing behind it is counted; None where all is. `note`:
    what lies ahead of the load. `problem`: why nothing can be published."""

    as_of: dt.datetime | None
    until: dt.datetime | None = None
    note: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Clock:
    """`now`: naive UTC; `as_of`: the declared day, None for the newest; `timezone`: the organisation's."""

    now: dt.datetime
    timezone: str
    as_of: dt.date | None = None


def reach_of(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Contract],
    provided: Mapping[str, frozenset[str]],
    clock: Clock,
) -> Reach:
    """The end of the declared day, else the newest event time (with only days: its end) of the clean rows."""
    kind = "time"
    times = _times(tables, provided, kind)
    newest = _newest(connection, times)
    if newest is None:
        kind = "day"
        times = _times(tables, provided, kind)
        newest = _newest(connection, times)
    zone = clock.timezone if kind == "time" else "UTC"  # a day is that day everywhere
    if clock.as_of:
        return _declared(connection, times, clock, zone)
    if newest is None:
        return Reach(
            None, problem="no row with a time was loaded, so nothing can be said as of any day; check `sources`."
        )
    found = Reach(newest) if newest <= clock.now + AHEAD else _without_slips(connection, times, newest, clock.now, zone)
    if kind == "time":
        return found
    end = _end_of_day(connection, (found.as_of or newest).date(), clock.timezone)
    return Reach(end, found.until and end, found.note)


def time_literal(instant: dt.datetime) -> str:
    """An instant in SQL."""
    return f"timestamp {literal(instant.isoformat(sep=' '))}"


def _declared(connection: duckdb.DuckDBPyConnection, times: str, clock: Clock, zone: str) -> Reach:
    assert clock.as_of is not None
    end = _end_of_day(connection, clock.as_of, clock.timezone)
    first = _one(connection, f"select min(t) from ({times}) where is_own") if times else None
    if first is None or first <= end:
        return Reach(end)
    begin = _day(connection, first, zone)
    said = f"the data begin on {begin}, after the day they are asked for, as of {clock.as_of}; correct `as_of`."
    return Reach(end, problem=said)


def _without_slips(
    connection: duckdb.DuckDBPyConnection, times: str, newest: dt.datetime, now: dt.datetime, zone: str
) -> Reach:
    """The newest time, unless it is of one of a few rows that lie after the load and far behind all others: a board
    must not end in 2062 because a year was mistyped. Where many lie ahead, this machine's clock is wrong, not the
    data."""
    last = time_literal(now + AHEAD)
    before, first, ahead, count, columns = connection.execute(
        f"select max(t) filter (where t <= {last}), min(t) filter (where t > {last}), "
        f"count(distinct (tbl, __row)) filter (where t > {last}), count(distinct (tbl, __row)), "
        f"string_agg(distinct place, ' and ' order by place) filter (where t > {last}) "
        f"from ({times}) where t is not null"
    ).fetchall()[0]
    if before is None or first - before <= _APART or ahead * _SOME > count:
        return Reach(newest)
    rows = "1 row lies" if ahead == 1 else f"{ahead:,} rows lie"
    furthest, end = (_day(connection, instant, zone) for instant in (newest, before))
    said = f"{rows} after this load by {columns}, up to {furthest}, and all others end on {end}"
    if ahead > max(1, count // _FEW):
        return Reach(newest, note=f"{said}; correct the dates, or declare `as_of`.")
    said += ": nothing after that is counted; correct the dates, or declare `as_of`."
    return Reach(before, before, said)


def _times(tables: Mapping[str, Contract], provided: Mapping[str, frozenset[str]], kind: str) -> str:
    """SQL of (tbl, __row, t, place, is_own) of every event time of the clean rows; '' for none. `is_own`: it says when
    the row happened, not what came of it."""
    return " union all ".join(_selects(tables, provided, kind))


def _selects(tables: Mapping[str, Contract], provided: Mapping[str, frozenset[str]], kind: str) -> Iterator[str]:
    for table in provided:
        for name, column in tables[table].columns.items():
            # What others publish says nothing about how far our own data reach.
            if column.type == kind and not (tables[table].reference or column.promise) and name in provided[table]:
                yield (
                    f"select '{table}' as tbl, __row, {quoted(name)}::timestamp as t, '{table}.{name}' as place, "
                    f"{name == tables[table].time} as is_own from clean_{table}"
                )


def _newest(connection: duckdb.DuckDBPyConnection, times: str) -> dt.datetime | None:
    return _one(connection, f"select max(t) from ({times})") if times else None


def _one(connection: duckdb.DuckDBPyConnection, statement: str) -> dt.datetime | None:
    found: dt.datetime | None = connection.execute(statement).fetchall()[0][0]
    return found


def _day(connection: duckdb.DuckDBPyConnection, instant: dt.datetime, zone: str) -> dt.date:
    found: dt.date = connection.execute(f"select {local_day(time_literal(instant), zone)}").fetchall()[0][0]
    return found


def _end_of_day(connection: duckdb.DuckDBPyConnection, day: dt.date, timezone: str) -> dt.datetime:
    midnight = to_utc(f"timestamp {literal((day + dt.timedelta(days=1)).strftime('%Y-%m-%d'))}", timezone)
    found: dt.datetime = connection.execute(f"select {midnight} - interval 1 microsecond").fetchall()[0][0]
    return found
