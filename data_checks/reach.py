"""How far the data reach: the load's clock, which every number is counted to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from data_checks.casts import to_utc
from data_checks.contract import Contract
from data_checks.errors import LoadRefused
from data_checks.expression import literal, quoted
from data_checks.organisation import Shape
from data_checks.workspace import Workspace

AHEAD = dt.timedelta(days=1)
"""A time so far behind the load is none that happened; within a day of it clocks and zones may differ."""
APART = dt.timedelta(days=31)
"""So far from all other times a time that has not come yet is no plan."""
_FEW = 1000
"""One time of so many may be a slip of the pen."""


@dataclass(frozen=True)
class Reach:
    """`as_of`: naive UTC; `note`: what was left out of it and why, '' for nothing."""

    as_of: dt.datetime
    note: str = ""


def reach_of(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    tables: Mapping[str, Contract],
    shape: Shape,
    provided: Mapping[str, frozenset[str]],
    now: dt.datetime,
) -> Reach:
    """The end of the declared day, else the newest event time (with only days: its end).

    Raises LoadRefused when no row has a time, or all times lie after the declared day.
    """
    times = {kind: list(_event_times(tables, shape, provided, kind)) for kind in ("time", "day")}
    if workspace.as_of:
        end = _end_of_day(connection, workspace.as_of, workspace.timezone)
        first = _one(connection, f"select min(t) from ({_all(times['time'])})")
        if first and first > end:
            raise LoadRefused(
                f"the data begin on {first:%Y-%m-%d}, after the day they are asked for, as of {workspace.as_of}; "
                "correct `as_of`. The version before stays."
            )
        return Reach(end)
    if times["time"] and (newest := _one(connection, f"select max(t) from ({_all(times['time'])})")):
        return Reach(newest) if newest <= now + AHEAD else _without_slips(connection, times["time"], newest, now)
    day = _one(connection, f"select max(t)::timestamp from ({_all(times['day'])})") if times["day"] else None
    if day is None:
        raise LoadRefused("no row with a time was loaded, so nothing can be said as of any day; check `sources`.")
    return Reach(_end_of_day(connection, day.date(), workspace.timezone))


def time_literal(instant: dt.datetime) -> str:
    """An instant in SQL."""
    return f"timestamp {literal(instant.isoformat(sep=' '))}"


def _without_slips(
    connection: duckdb.DuckDBPyConnection, times: list[str], newest: dt.datetime, now: dt.datetime
) -> Reach:
    """The newest time, unless it is one of a few that lie after the load and far behind all others: a board must not
    end in 2062 because a year was mistyped. Where many lie ahead, this machine's clock is wrong, not the data."""
    last = time_literal(now + AHEAD)
    before, first, ahead, count, columns = connection.execute(
        f"select max(t) filter (where t <= {last}), min(t) filter (where t > {last}), "
        f"count(*) filter (where t > {last}), count(*), "
        f"string_agg(distinct place, ' and ') filter (where t > {last}) from ({_all(times)}) where t is not null"
    ).fetchall()[0]
    if before is None or first - before <= APART or ahead > max(1, count // _FEW):
        return Reach(newest)
    many = f"{ahead:,} times of {columns} lie" if ahead > 1 else f"one time of {columns} lies"
    return Reach(
        before,
        f"{many} after this load, up to {newest:%Y-%m-%d}, and all others end on {before:%Y-%m-%d}: nothing after that "
        "is counted; correct the dates, or declare `as_of`.",
    )


def _event_times(
    tables: Mapping[str, Contract], shape: Shape, provided: Mapping[str, frozenset[str]], kind: str
) -> Iterator[str]:
    for table in provided:
        for name, column in tables[table].columns.items():
            # What others publish says nothing about how far our own data reach.
            if column.type == kind and not (tables[table].reference or column.promise) and name in provided[table]:
                yield f"select {quoted(name)} as t, '{table}.{name}' as place from {shape.views[table]}"


def _all(times: list[str]) -> str:
    return " union all ".join(times) or "select null::timestamp as t, '' as place"


def _one(connection: duckdb.DuckDBPyConnection, statement: str) -> dt.datetime | None:
    found: dt.datetime | None = connection.execute(statement).fetchall()[0][0]
    return found


def _end_of_day(connection: duckdb.DuckDBPyConnection, day: dt.date, timezone: str) -> dt.datetime:
    midnight = to_utc(f"timestamp {literal((day + dt.timedelta(days=1)).strftime('%Y-%m-%d'))}", timezone)
    found: dt.datetime = connection.execute(f"select {midnight} - interval 1 microsecond").fetchall()[0][0]
    return found
