"""Business time in derived columns: is_business(t) and business_minutes(a, b), from a table of days.

`business_days` has one row per UTC day: the working microseconds before it, and the pieces of working time that lie
in it. Every shift of every local day is first turned into two instants, so a day on which the clock changes is as
long as it really was, and finding a row's day takes no time zone. One look-up per time, no loop.

A null time gives null, and so does an end before its beginning, or a time outside FIRST … LAST. Where the clock is
put forward over the beginning of a shift, the shift begins that much later; of an hour that comes twice the later
one is meant.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from data_checks.business_hours import Shift
from data_checks.casts import to_utc
from data_checks.expression import quoted

FIRST, LAST = dt.date(1970, 1, 1), dt.date(2100, 1, 1)
"""The days the calendar covers: any real event, and every promise one can keep."""
TABLE = "business_days"
_MINUTE = 60_000_000
_CALL = re.compile(
    r"'(?:[^']|'')*'|\bis_business\(\s*(?P<moment>\w+)\s*\)|\bbusiness_minutes\(\s*(?P<a>\w+)\s*,\s*(?P<b>\w+)\s*\)"
)
_NAMES = re.compile(r"'(?:[^']|'')*'|\b(?:is_business|business_minutes)\b")


@dataclass(frozen=True)
class BusinessCalendar:
    """The working week, as a table `business_days` of the building engine. `pieces`: the most any day has."""

    pieces: int

    def over(self, sql: str, rows: str) -> tuple[str, str]:
        """(expression, relation): `sql` without its calls, over `rows` (a relation) joined to the calendar."""
        times = times_in(sql)
        looked_up = "".join(
            f", {self._worked(time)} as {_worked_name(time)}, {self._is_open(time)} as {_open_name(time)}"
            for time in times
        )
        joins = "".join(
            f" left join {TABLE} {_alias(time)} on {_alias(time)}.day = cast(r.{quoted(time)} as date)"
            for time in times
        )
        return _CALL.sub(_answer, sql), f"(select r.*{looked_up} from {rows} r{joins})"

    def helpers(self, sql: str) -> tuple[str, ...]:
        """The columns `over` adds, quoted, to be left out again."""
        return tuple(name for time in times_in(sql) for name in (_worked_name(time), _open_name(time)))

    def _worked(self, time: str) -> str:
        """The working microseconds from the calendar's first day up to this time."""
        day, moment = _alias(time), f"epoch_us(r.{quoted(time)})"
        parts = (f"greatest(0, least({moment}, {day}.ends_{k}) - {day}.begins_{k})" for k in range(1, self.pieces + 1))
        return " + ".join((f"{day}.before", *parts))

    def _is_open(self, time: str) -> str:
        day, moment = _alias(time), f"epoch_us(r.{quoted(time)})"
        pieces = range(1, self.pieces + 1)
        return " or ".join(f"({moment} >= {day}.begins_{k} and {moment} < {day}.ends_{k})" for k in pieces)


def needs_calendar(sql: str) -> bool:
    """Whether the expression calls is_business or business_minutes."""
    return any(not match.group().startswith("'") for match in _NAMES.finditer(sql))


def times_in(sql: str) -> tuple[str, ...]:
    """The columns whose business time is asked, each once. Raises ValueError for a call with anything else inside."""
    found = [match for match in _CALL.finditer(sql) if not match.group().startswith("'")]
    if len(found) != sum(not match.group().startswith("'") for match in _NAMES.finditer(sql)):
        raise ValueError(f"is_business(t) and business_minutes(a, b) take names of columns: {sql}")
    return tuple(dict.fromkeys(name for match in found for name in match.group("moment", "a", "b") if name))


def _answer(match: re.Match[str]) -> str:
    moment, a, b = match.group("moment", "a", "b")
    if moment:
        return _open_name(moment)
    if a:
        since = f"({_worked_name(b)} - {_worked_name(a)}) / {_MINUTE}.0"
        return f"case when {quoted(a)} <= {quoted(b)} then {since} end"
    return match.group()


def _alias(time: str) -> str:
    return quoted(f"day of {time}")


def _worked_name(time: str) -> str:
    return quoted(f"worked until {time}")


def _open_name(time: str) -> str:
    return quoted(f"working at {time}")


def create_calendar(
    connection: duckdb.DuckDBPyConnection, shifts: Sequence[Shift], holidays: Sequence[dt.date], timezone: str
) -> BusinessCalendar | None:
    """Build `business_days` for a week of shifts; None without any. Holidays have no shift."""
    if not shifts:
        return None
    begins, ends = (to_utc(f"d.day + to_minutes(w.{end})", timezone) for end in ("begins", "ends"))
    closed = ", ".join(f"date '{day}'" for day in holidays)
    is_working_day = f"cast(d.day as date) not in ({closed})" if closed else "true"
    week = ", ".join(f"({shift.weekday}, {shift.begins}, {shift.ends})" for shift in shifts)
    connection.execute(
        f"create temp table business_pieces as with shifts as ("
        f"select {begins} as b, {ends} as e "
        # a day more at either end: the first and the last UTC day touch local days beyond them
        f"from range(timestamp '{FIRST}' - interval 1 day, timestamp '{LAST}' + interval 1 day, interval 1 day) d(day) "
        f"join (values {week}) w(weekday, begins, ends) on isodow(d.day) = w.weekday where {is_working_day}), "
        f"cut as (select b, e, unnest(generate_series(date_trunc('day', b), e - interval 1 microsecond, "
        f"interval 1 day)) as day from shifts where b < e) "
        f"select cast(day as date) as day, epoch_us(greatest(b, day)) as begins, "
        f"epoch_us(least(e, day + interval 1 day)) as ends, row_number() over (partition by day order by b) as k "
        f"from cut"
    )
    pieces: int = connection.execute("select coalesce(max(k), 1) from business_pieces").fetchall()[0][0]
    connection.execute(f"create temp table {TABLE} as {_days(pieces)}")
    connection.execute("drop table business_pieces")
    return BusinessCalendar(pieces)


def _days(pieces: int) -> str:
    """Every day of the calendar with its pieces side by side (begins = ends = 0: none) and what was worked before."""
    columns = "".join(
        f", coalesce(max({end}) filter (k = {k}), 0) as {end}_{k}"
        for k in range(1, pieces + 1)
        for end in ("begins", "ends")
    )
    every = f"select cast(range as date) as day from range(timestamp '{FIRST}', timestamp '{LAST}', interval 1 day)"
    return (
        f"select * exclude (worked), cast(coalesce(sum(worked) over "
        f"(order by day rows between unbounded preceding and 1 preceding), 0) as bigint) as before "
        f"from (select day, coalesce(sum(ends - begins), 0) as worked{columns} "
        f"from ({every}) left join business_pieces using (day) group by day)"
    )
