"""SQL that engines spell differently, one construct each. Parameters stand in the clause list, so they are part of
SQLAlchemy's cache key (a parameter kept only on the object would return another one's cached SQL)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from data_checks.calendar import Calendar
from metrics.period import Grain

Element = sa.ColumnElement[Any]
_STEPS = {"day": "1 day", "week": "7 days", "month": "1 month", "quarter": "3 months", "year": "1 year"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_A_MONDAY = dt.date(1, 1, 1)
"""Before every day there is: integer division of what lies before zero differs between engines."""


class _Construct(FunctionElement[Any]):
    """Every construct says inherit_cache itself: SQLAlchemy looks at the class, not at its parents."""

    inherit_cache = True

    def texts(self, compiler: Any, **options: Any) -> list[str]:
        return [compiler.process(clause, **options) for clause in self.clauses]


class bucket(_Construct):  # noqa: N801 (reads as SQL)
    """The first day of the period of `grain` that holds a day."""

    type = sa.Date()
    name = "bucket"
    inherit_cache = True

    def __init__(self, grain: Grain, day: Element, calendar: Calendar) -> None:
        super().__init__(sa.literal_column(f"'{_known(grain)}'"), day, _ahead(grain, calendar))


class bucket_end(_Construct):  # noqa: N801
    """The first day after the period of `grain` that starts on `start`."""

    type = sa.Date()
    name = "bucket_end"
    inherit_cache = True

    def __init__(self, grain: Grain, start: Element) -> None:
        super().__init__(sa.literal_column(f"INTERVAL '{_STEPS[_known(grain)]}'"), start)


class bucket_index(_Construct):  # noqa: N801
    """The running number of the period of `grain` that holds a day; neighbours differ by one. See index_of."""

    type = sa.Integer()
    name = "bucket_index"
    inherit_cache = True

    def __init__(self, grain: Grain, day: Element, calendar: Calendar) -> None:
        super().__init__(sa.literal_column(f"'{_known(grain)}'"), day, _ahead(grain, calendar))


class bucket_start(_Construct):  # noqa: N801
    """The first day of the period of `grain` with this running number: bucket_index turned back."""

    type = sa.Date()
    name = "bucket_start"
    inherit_cache = True

    def __init__(self, grain: Grain, index: Element, calendar: Calendar) -> None:
        super().__init__(sa.literal_column(f"'{_known(grain)}'"), index, _ahead(grain, calendar))


class month_start(_Construct):  # noqa: N801
    """The first day of the month of a year."""

    type = sa.Date()
    name = "month_start"
    inherit_cache = True


class shifted_bit(_Construct):  # noqa: N801
    """A 64-bit number of which only bit `place` (0–62) is set."""

    type = sa.BigInteger()
    name = "shifted_bit"
    inherit_cache = True


class seconds_between(_Construct):  # noqa: N801
    """Elapsed seconds from the first instant to the second, fractional."""

    type = sa.Float()
    name = "seconds_between"
    inherit_cache = True


class whole_days_between(_Construct):  # noqa: N801
    """Days from the first day to the second."""

    type = sa.Integer()
    name = "whole_days_between"
    inherit_cache = True


class percentile(_Construct):  # noqa: N801
    """The interpolated quantile (0–1) of a number; nulls are left out."""

    type = sa.Float()
    name = "percentile"
    inherit_cache = True

    def __init__(self, share: float, of: Element) -> None:
        super().__init__(sa.literal_column(repr(float(share))), of)


def day(value: dt.date) -> Element:
    """A day as a literal of type DATE on every engine."""
    return sa.literal(value, sa.Date())


def index_of(value: dt.date, grain: Grain, calendar: Calendar) -> int:
    """bucket_index in Python."""
    ahead = _steps_ahead(grain, calendar)
    if grain in _MONTHS:
        return (value.year * 12 + value.month - 1 - ahead) // _MONTHS[grain]
    days = (value - _A_MONDAY).days
    return (days + ahead) // 7 if grain == "week" else days


def _known(grain: Grain) -> str:
    if grain not in _STEPS:
        raise ValueError(f"no period of grain {grain!r}")
    return grain


def _ahead(grain: Grain, calendar: Calendar) -> Element:
    return sa.literal_column(str(_steps_ahead(grain, calendar)))


def _steps_ahead(grain: Grain, calendar: Calendar) -> int:
    """What has to be added or taken away to count as everybody does: a week's days before the next Monday, a fiscal
    year's months after January."""
    if grain == "week":
        return (1 - calendar.week_starts) % 7
    return calendar.year_starts - 1 if grain in ("quarter", "year") else 0


@compiles(bucket, "duckdb")
def _bucket(element: bucket, compiler: Any, **options: Any) -> str:
    grain, value, ahead = element.texts(compiler, **options)
    if ahead == "0":
        return f"CAST(date_trunc({grain}, {value}) AS DATE)"
    if grain == "'week'":
        return f"(CAST(date_trunc({grain}, {value} + {ahead}) AS DATE) - {ahead})"
    months = f"INTERVAL {ahead} MONTH"
    return f"CAST(date_trunc({grain}, {value} - {months}) + {months} AS DATE)"


@compiles(bucket_end, "duckdb")
def _bucket_end(element: bucket_end, compiler: Any, **options: Any) -> str:
    step, value = element.texts(compiler, **options)
    return f"CAST({value} + {step} AS DATE)"


@compiles(bucket_index, "duckdb")
def _bucket_index(element: bucket_index, compiler: Any, **options: Any) -> str:
    grain, value, ahead = element.texts(compiler, **options)
    more, less = ("", "") if ahead == "0" else (f" + {ahead}", f" - {ahead}")
    days, months = f"(({value}) - DATE '{_A_MONDAY}')", f"(year({value}) * 12 + month({value}) - 1{less})"
    return {
        "'day'": days,
        "'week'": f"(({days}{more}) // 7)",
        "'month'": months,
        "'quarter'": f"({months} // 3)",
        "'year'": f"({months} // 12)",
    }[grain]


@compiles(bucket_start, "duckdb")
def _bucket_start(element: bucket_start, compiler: Any, **options: Any) -> str:
    grain, index, ahead = element.texts(compiler, **options)
    if grain in ("'day'", "'week'"):
        days = f"({index}) * 7 - {ahead}" if grain == "'week'" else index
        return f"(DATE '{_A_MONDAY}' + CAST({days} AS INTEGER))"
    months = {"'month'": f"({index})", "'quarter'": f"(({index}) * 3", "'year'": f"(({index}) * 12"}[grain]
    months += "" if grain == "'month'" else f" + {ahead})"
    return f"make_date({months} // 12, {months} % 12 + 1, 1)"


@compiles(month_start, "duckdb")
def _month_start(element: month_start, compiler: Any, **options: Any) -> str:
    year, month = element.texts(compiler, **options)
    return f"make_date({year}, {month}, 1)"


@compiles(shifted_bit, "duckdb")
def _shifted_bit(element: shifted_bit, compiler: Any, **options: Any) -> str:
    (place,) = element.texts(compiler, **options)
    return f"(1::BIGINT << CAST(({place}) AS INTEGER))"


@compiles(seconds_between, "duckdb")
def _seconds_between(element: seconds_between, compiler: Any, **options: Any) -> str:
    first, second = element.texts(compiler, **options)
    return f"(epoch({second}) - epoch({first}))"


@compiles(whole_days_between, "duckdb")
def _whole_days_between(element: whole_days_between, compiler: Any, **options: Any) -> str:
    first, second = element.texts(compiler, **options)
    return f"date_diff('day', {first}, {second})"


@compiles(percentile, "duckdb")
def _percentile(element: percentile, compiler: Any, **options: Any) -> str:
    share, value = element.texts(compiler, **options)
    return f"quantile_cont({value}, {share})"
