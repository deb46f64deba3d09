"""Text → typed value as DuckDB SQL: a value that does not read becomes null, never an error and never a guess.

Inside a mapping, times are naive in the source's own zone, as they are written; `to_utc` comes last.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
import zoneinfo
from dataclasses import dataclass

import duckdb

from data_checks.contract import ColumnType
from data_checks.errors import did_you_mean
from data_checks.expression import engine, literal

FIRST_DAY, END_DAY = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
"""Times and days lie from the first up to the second; all others stand for something else, such as "still open"."""
ERA = f"{FIRST_DAY.year} to {END_DAY.year - 1}"
EXCEL = "excel"
"""Among `datetimes` and `dates`: the number of days since 1899-12-30, as a spreadsheet stores a time."""
_NO_OFFSET = "[+-](1[5-9]|[2-9][0-9]|[0-9]{2}:?[6-9][0-9])(:?[0-9]{2})? *$"
"""The end of a time whose offset no clock on earth has: they lie within fourteen hours. DuckDB would reckon with it."""
_WITH_ZONE = ":[0-9][0-9:.]*( ?(?i:z|utc|gmt)|[+-][0-9]{2}(:?[0-9]{2}){0,2}) *$"
"""The end of an ISO time that says how far from UTC it is. DuckDB reads some of them as a time that does not."""
_TIME_PARTS = re.compile(r"%-?[HIMSfgnpcX]")


@dataclass(frozen=True)
class Reading:
    """How one source writes its values. `zone`: of its times; `home`: of the organisation, where dates belong."""

    zone: str
    home: str
    datetimes: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str | None = None
    typed: bool = False
    """Values with a type of their own reach the mapping in ISO 8601, beside whatever formats are declared."""


def from_text(text: str, kind: str, reading: Reading) -> str:
    """SQL that reads the SQL expression `text` (varchar) as integer, number, boolean, time, day, text or key."""
    if kind == "number":
        return _number(text, reading)
    if kind == "integer":
        return _whole(_plain_number(text, reading))
    if kind == "boolean":
        return (
            f"case when lower(trim({text})) in ('true', 't', 'yes', 'y', '1') then true "
            f"when lower(trim({text})) in ('false', 'f', 'no', 'n', '0') then false end"
        )
    if kind == "time":
        return _local_time(text, reading)
    if kind == "day":
        return _day(text, reading)
    return text


def to_type(value: str, sql_type: str, kind: ColumnType, reading: Reading) -> str:
    """SQL that turns `value` of DuckDB's `sql_type` into the contract's `kind`; times become naive UTC."""
    is_text = sql_type in ("VARCHAR", '"NULL"', "NULL")
    if kind == "key" and sql_type == "VARCHAR":
        return f"(case when trim({value}) <> '' then {value} end)"  # blanks name nobody
    if kind in ("key", "text"):
        return value if sql_type == "VARCHAR" else f"cast({value} as varchar)"
    if kind == "time":
        if sql_type == "TIMESTAMP WITH TIME ZONE":
            return f"({value} at time zone 'UTC')"
        if sql_type == "DATE":
            return to_utc(f"cast({value} as timestamp)", reading.home)
        return _instant(value, reading) if is_text else to_utc(f"cast({value} as timestamp)", reading.zone)
    if is_text:
        return f"cast({from_text(value, kind, reading)} as {_STORED[kind]})"
    if kind == "integer":
        return _whole(f"cast({value} as double)") if sql_type in ("DOUBLE", "FLOAT") else f"try_cast({value} as bigint)"
    if kind == "day" and sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"cast(({value} at time zone {literal(reading.home)}) as date)"
    if kind == "number":
        return f"(case when isfinite(cast({value} as double)) then cast({value} as double) end)"
    return f"try_cast({value} as {_STORED[kind]})"


_STORED = {"number": "double", "integer": "bigint", "boolean": "boolean", "time": "timestamp", "day": "date"}


def stored_type(kind: ColumnType) -> str:
    """DuckDB's type of a published column."""
    return _STORED.get(kind, "varchar")


def to_utc(local: str, zone: str) -> str:
    """A naive time of `zone` as naive UTC."""
    return local if zone == "UTC" else f"(({local}) at time zone {literal(zone)} at time zone 'UTC')"


def local_day(instant: str, zone: str) -> str:
    """The day a naive UTC instant falls on in `zone`."""
    return f"cast({instant} as date)" if zone == "UTC" else f"cast({_in_zone(instant, zone)} as date)"


def _in_zone(instant: str, zone: str) -> str:
    return f"(({instant}) at time zone 'UTC' at time zone {literal(zone)})"


def _plain_number(text: str, reading: Reading) -> str:
    """The text with a dot as its decimal sign and nothing between its digits; null when it is written otherwise."""
    decimal, thousands = reading.decimal, reading.thousands
    if decimal == "." and thousands is None:
        # An underscore is legal in DuckDB's numbers, in no export.
        return f"case when not contains({text}, '_') then {text} end"
    point, group = re.escape(decimal), re.escape(thousands or "")
    whole = rf"(\d+|\d{{1,3}}({group}\d{{3}})+)" if thousands else r"\d+"
    pattern = rf"\s*[+-]?({whole}({point}\d*)?|{point}\d+)\s*"
    bare = f"replace({text}, {literal(thousands)}, '')" if thousands else text
    if decimal != ".":
        bare = f"replace({bare}, {literal(decimal)}, '.')"
    return f"case when regexp_full_match({text}, {literal(pattern)}) then {bare} end"


def _number(text: str, reading: Reading) -> str:
    value = f"try_cast({_plain_number(text, reading)} as double)"
    return f"(case when isfinite({value}) then {value} end)"


def _whole(value: str) -> str:
    """A whole number, or null: DuckDB alone would round 1.5 to 2."""
    return f"(case when try_cast({value} as double) = try_cast({value} as bigint) then try_cast({value} as bigint) end)"


@dataclass(frozen=True)
class _Time:
    """SQL of one text read as a time: naive in the source's zone, with an offset of its own, or a day alone."""

    naive: str
    zoned: str
    day: str


def _times(text: str, reading: Reading) -> tuple[_Time, ...]:
    """The ways a text may say a time, in the order they are tried."""
    if not reading.datetimes:
        return (_iso(text),)
    formats = [f for f in reading.datetimes if f != EXCEL]
    zoned = [f for f in formats if has_zone(f)]
    timed = [f for f in formats if _TIME_PARTS.search(f) and f not in zoned]
    dates = [f for f in formats if not _TIME_PARTS.search(f) and f not in zoned]
    naive, instant, day = (_strptime(text, some) if some else "" for some in (timed, zoned, dates))
    if instant and all(f.endswith("%z") for f in zoned):
        instant = f"case when not regexp_matches({text}, '{_NO_OFFSET}') then {instant} end"
    ways = [_Time(naive, instant, day)]
    if EXCEL in reading.datetimes:
        moment = _serial(text, reading)
        is_day = f"{moment} = date_trunc('day', {moment})"
        ways.append(
            _Time(f"case when not ({is_day}) then {moment} end", "", f"case when {is_day} then {moment} end"),
        )
    return (*ways, _iso(text)) if reading.typed else tuple(ways)


def _iso(text: str) -> _Time:
    """ISO 8601 alone. DuckDB's own cast would read 1/2/20 as year 1 and would drop an offset such as +02:00."""
    iso = f"substr({text}, 5, 1) = '-' and substr({text}, 8, 1) = '-'"
    with_zone = f"regexp_matches({text}, '{_WITH_ZONE}')"
    real = f"not regexp_matches({text}, '{_NO_OFFSET}')"
    # It reads no offset behind a time without seconds.
    filled = f"regexp_replace({text}, '^(.{{11}}[0-9]{{2}}:[0-9]{{2}})([^0-9:.])', '\\1:00\\2')"
    return _Time(
        f"case when {iso} and length({text}) <> 10 and not {with_zone} then try_cast({text} as timestamp) end",
        f"case when {iso} and length({text}) > 10 and {with_zone} and {real} "
        f"then coalesce(try_cast({text} as timestamptz), try_cast({filled} as timestamptz)) end",
        f"case when {iso} and length({text}) = 10 then try_cast({text} as timestamp) end",
    )


def _local_time(text: str, reading: Reading) -> str:
    """A naive time in the source's zone. A date without a time is midnight at home, so its day never shifts."""
    parts = []
    for way in _times(text, reading):
        parts += [way.naive] if way.naive else []
        parts += [f"({way.zoned} at time zone {literal(reading.zone)})"] if way.zoned else []
        parts += [_midnight_at_home(way.day, reading)] if way.day else []
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _instant(text: str, reading: Reading) -> str:
    """The naive UTC instant. An offset in the text is kept: it alone tells the two hours apart that autumn repeats."""
    parts = []
    for way in _times(text, reading):
        parts += [to_utc(way.naive, reading.zone)] if way.naive else []
        parts += [f"({way.zoned} at time zone 'UTC')"] if way.zoned else []
        parts += [to_utc(way.day, reading.home)] if way.day else []
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def uncertain_time(value: str, sql_type: str, reading: Reading) -> str | None:
    """SQL of the naive time, in the source's zone, that `value` of DuckDB's `sql_type` says without an offset.
    None when it says no such time."""
    if sql_type in ("VARCHAR", '"NULL"', "NULL"):
        naive = [way.naive for way in _times(value, reading) if way.naive]
    else:
        naive = [value] if sql_type.startswith("TIMESTAMP") and sql_type != "TIMESTAMP WITH TIME ZONE" else []
    if not naive:
        return None
    return f"coalesce({', '.join(naive)})" if len(naive) > 1 else naive[0]


def _midnight_at_home(day: str, reading: Reading) -> str:
    if reading.zone == reading.home:
        return day
    return f"({day} at time zone {literal(reading.home)} at time zone {literal(reading.zone)})"


def _day(text: str, reading: Reading) -> str:
    """A day as it is written; that of an instant is the day at home."""
    formats = [f for f in (reading.dates or reading.datetimes) if f != EXCEL]
    plain, zoned = [f for f in formats if not has_zone(f)], [f for f in formats if has_zone(f)]
    parts = [f"cast({_strptime(text, plain)} as date)"] if plain else []
    parts += [f"cast(({_strptime(text, zoned)} at time zone {literal(reading.home)}) as date)"] if zoned else []
    if EXCEL in (reading.dates or reading.datetimes):
        parts.append(f"cast({_serial(text, reading)} as date)")
    if reading.typed or not parts:
        iso = _iso(text)
        parts += [f"cast({way} as date)" for way in (iso.day, iso.naive)]
        parts.append(f"cast(({iso.zoned} at time zone {literal(reading.home)}) as date)")
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def has_zone(form: str) -> bool:
    """Whether a format of strptime reads how far from UTC a time is."""
    return "%z" in form or "%Z" in form


def _serial(text: str, reading: Reading) -> str:
    """A spreadsheet's number as a time, to the millisecond; null before 1 March 1900, where its days are off by one."""
    days = _number(text, reading)
    sign = reading.decimal
    if sign != ".":
        days = f"coalesce({days}, {_number(text, Reading(reading.zone, reading.home))})"
    moment = f"timestamp '1899-12-30' + to_milliseconds(cast(round(({days}) * 86400000.0) as bigint))"
    return f"case when ({days}) >= 61 and ({days}) < 109576 then {moment} end"


def _strptime(text: str, formats: list[str]) -> str:
    listed = ", ".join(literal(f) for f in formats)
    first = f"try_strptime({text}, {listed if len(formats) == 1 else f'[{listed}]'})"
    return _agreed(text, formats, first) if contradict(tuple(formats)) else first


def _agreed(text: str, formats: list[str], first: str) -> str:
    """What all formats that read the text say, null where they differ; a year that cannot be says nothing, and is told
    only where no format knows a better one."""
    each = [_strptime(text, [one]) for one in formats]
    possible = ", ".join(f"case when {one} >= '{FIRST_DAY}' and {one} < '{END_DAY}' then {one} end" for one in each)
    least, greatest = f"least({possible})", f"greatest({possible})"
    return f"(case when {least} = {greatest} then {least} when {least} is null then {first} end)"


@functools.lru_cache(maxsize=256)
def contradict(formats: tuple[str, ...]) -> bool:
    """Whether one of these formats reads a text that another one writes as another time, such as 05/04/2003."""
    asked = (
        "select bool_or(try_strptime(strftime(time, $1), $2)::varchar <> "
        "try_strptime(strftime(time, $1), $1)::varchar) "
        "from range(timestamp '2001-01-01 06:07:08', timestamp '2031-01-01', interval 37 hours) t(time)"
    )
    cursor = engine().cursor()
    pairs = itertools.permutations(formats, 2)
    return any(cursor.execute(asked, list(pair)).fetchall()[0][0] for pair in pairs)


_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_TIMES = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S", "DATE")


def fits(sql_type: str, kind: ColumnType) -> bool:
    """Whether a result of this DuckDB type can become the contract's type without guessing."""
    if sql_type in ("VARCHAR", '"NULL"', "NULL") or kind in ("key", "text"):
        return not sql_type.endswith(("]", ")")) or sql_type.startswith("DECIMAL")
    if kind in ("number", "integer"):
        return sql_type in (*_NUMBERS, "UHUGEINT", "FLOAT", "DOUBLE") or sql_type.startswith("DECIMAL")
    return sql_type == "BOOLEAN" if kind == "boolean" else sql_type in _TIMES


@functools.lru_cache(maxsize=256)
def format_problem(form: str) -> str:
    """What is wrong with a format of strptime for a time or a day, as a clause; '' for nothing."""
    try:
        engine().cursor().execute("select try_strptime('', ?)", [form])
    except duckdb.Error as error:
        said = str(error).split(": ")[-1].strip().rstrip(".")
        return f"'{form}' is no format ({said})"
    if "%" not in form:
        return f"'{form}' is no format"
    parts = set(re.findall(r"%-?(.)", form))
    by_month = parts & set("mbB") and "d" in parts
    by_week = parts & set("UVW") and parts & set("aAuw")
    if not (parts & set("cx") or (parts & set("YyG") and (by_month or by_week or "j" in parts))):
        return f"'{form}' names no whole day: a year, a month and a day"
    return ""


def known_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone."""
    return name in zoneinfo.available_timezones()


def zone_problem(name: str) -> str:
    """The sentence for an unknown time zone."""
    near = did_you_mean(name, zoneinfo.available_timezones())
    return f"there is no time zone '{name}'; write one like Europe/Berlin or UTC.{near}"
