"""SQL that engines spell differently, one construct each. Parameters stand in the clause list, so they are part of
SQLAlchemy's cache key (a parameter kept only on the object would return another one's cached SQL)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from metrics.period import Grain

Element = sa.ColumnElement[Any]
_STEPS = {"day": "1 day", "week": "7 days", "month": "1 month", "quarter": "3 months", "year": "1 year"}


class _Construct(FunctionElement[Any]):
    """Every construct says inherit_cache itself: SQLAlchemy looks at the class, not at its parents."""

    inherit_cache = True

    def texts(self, compiler: Any, **options: Any) -> list[str]:
        return [compiler.process(clause, **options) for clause in self.clauses]


class bucket(_Construct):  # noqa: N801 (reads as SQL)
    """The first day of the period of `grain` that holds a day. Weeks start on Monday."""

    type = sa.Date()
    name = "bucket"
    inherit_cache = True

    def __init__(self, grain: Grain, day: Element) -> None:
        super().__init__(sa.literal_column(f"'{_known(grain)}'"), day)


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

    def __init__(self, grain: Grain, day: Element) -> None:
        super().__init__(sa.literal_column(f"'{_known(grain)}'"), day)


class bucket_start(_Construct):  # noqa: N801
    """The first day of the period of `grain` with this running number: bucket_index turned back."""

    type = sa.Date()
    name = "bucket_start"
    inherit_cache = True

    def __init__(self, grain: Grain, index: Element) -> None:
        super().__init__(sa.literal_column(f"'{_known(grain)}'"), index)


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


def index_of(value: dt.date, grain: Grain) -> int:
    """bucket_index in Python."""
    match grain:
        case "week":
            return (value - dt.date(1970, 1, 5)).days // 7
        case "month":
            return value.year * 12 + value.month - 1
        case "quarter":
            return value.year * 4 + (value.month - 1) // 3
        case "year":
            return value.year
    return (value - dt.date(1970, 1, 5)).days


def start_of(index: int, grain: Grain) -> dt.date:
    """bucket_start in Python: index_of turned back."""
    match grain:
        case "month":
            return dt.date(index // 12, index % 12 + 1, 1)
        case "quarter":
            return dt.date(index // 4, index % 4 * 3 + 1, 1)
        case "year":
            return dt.date(index, 1, 1)
    return dt.date(1970, 1, 5) + dt.timedelta(days=index * (7 if grain == "week" else 1))


def _known(grain: Grain) -> str:
    if grain not in _STEPS:
        raise ValueError(f"no period of grain {grain!r}")
    return grain


@compiles(bucket, "duckdb")
def _bucket(element: bucket, compiler: Any, **options: Any) -> str:
    grain, value = element.texts(compiler, **options)
    return f"CAST(date_trunc({grain}, {value}) AS DATE)"


@compiles(bucket_end, "duckdb")
def _bucket_end(element: bucket_end, compiler: Any, **options: Any) -> str:
    step, value = element.texts(compiler, **options)
    return f"CAST({value} + {step} AS DATE)"


@compiles(bucket_index, "duckdb")
def _bucket_index(element: bucket_index, compiler: Any, **options: Any) -> str:
    grain, value = element.texts(compiler, **options)
    return {
        "'month'": f"(year({value}) * 12 + month({value}) - 1)",
        "'quarter'": f"(year({value}) * 4 + quarter({value}) - 1)",
        "'year'": f"year({value})",
        "'week'": f"((({value}) - DATE '1970-01-05') // 7)",
        "'day'": f"(({value}) - DATE '1970-01-05')",
    }[grain]


@compiles(bucket_start, "duckdb")
def _bucket_start(element: bucket_start, compiler: Any, **options: Any) -> str:
    grain, index = element.texts(compiler, **options)
    return {
        "'month'": f"make_date(({index}) // 12, ({index}) % 12 + 1, 1)",
        "'quarter'": f"make_date(({index}) // 4, ({index}) % 4 * 3 + 1, 1)",
        "'year'": f"make_date(({index}), 1, 1)",
        "'week'": f"(DATE '1970-01-05' + CAST(({index}) * 7 AS INTEGER))",
        "'day'": f"(DATE '1970-01-05' + CAST(({index}) AS INTEGER))",
    }[grain]


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
