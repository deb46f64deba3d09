"""What the values of a sample look like: times and their formats, numbers and their signs, words that mean nothing.

Whether a value reads is asked of the load's own reader (casts.py), so that what is proposed here is what a load does.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from data_checks.casts import END_DAY, FIRST_DAY, Reading, from_text
from data_checks.expression import LOCK

Values = Mapping[str, int]
"""Different values of one column or several, and how often each was seen."""

SURE_NULLS = ("?", "??", "-", "--", "n/a", "N/A", "#N/A", "NULL", "null", r"\N", "NaN", "nan", "(null)", "n.a.")
LIKELY_NULLS = ("NA", "na", "None", "none", ".", "Blank", "BLANK", "blank", "(blank)", "unknown", "Unknown", "UNKNOWN")
"""These are words as well, or a country's code: they mean nothing only where all others are numbers or times."""
_TIME = r"(?P<gap>[T ]\s*)(?P<clock>\d{1,2}:\d{2})(?P<seconds>:\d{2})?(?P<part>\.\d+)?(?P<half>\s?[AaPp][Mm])?"
_NUMERIC = re.compile(rf"(?P<a>\d{{1,4}})(?P<sign>[/.\-])(?P<b>\d{{1,2}})(?P=sign)(?P<c>\d{{1,4}})({_TIME})?")
_NAMED = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<sign>[ \-])(?P<month>[A-Za-z]{{3,9}})\.?(?P=sign)(?P<year>\d{{4}}|\d{{2}})({_TIME})?"
)
_SIGNED = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(LOCK)
    return connection


def misfits(values: Values, kind: str, reading: Reading) -> dict[str, int]:
    """The values the load would not read as `kind` (integer, number, boolean, time, day); all text reads as text."""
    if kind in ("text", "key") or not values:
        return {}
    sql = from_text("v", kind, reading)
    era = f" or x < date '{FIRST_DAY}' or x >= date '{END_DAY}'" if kind in ("time", "day") else ""
    rows = _reader().execute(
        f"select v from (select v, {sql} as x from (select unnest(?::varchar[]) as v)) where x is null{era}",
        [list(values)],
    )
    return {value: values[value] for (value,) in rows.fetchall()}


def together(columns: Iterable[Values]) -> Counter[str]:
    """The values of several columns as if of one."""
    found: Counter[str] = Counter()
    for values in columns:
        found.update(values)
    return found


def total(values: Values) -> int:
    """How many values, repeats counted."""
    return sum(values.values())


@dataclass(frozen=True)
class TimeShape:
    """Times written alike: the formats that read all of them. None: ISO 8601, which needs none."""

    formats: tuple[str, ...]
    is_iso: bool
    values: Values

    @property
    def example(self) -> str:
        return max(self.values, key=lambda value: self.values[value])

    @property
    def is_ambiguous(self) -> bool:
        return not self.is_iso and len(self.formats) > 1


@dataclass(frozen=True)
class Times:
    """How a source's times are written. `strange`: values of no shape known, or that no format reads."""

    shapes: tuple[TimeShape, ...]
    strange: Values
    seen: int

    @property
    def only_iso(self) -> bool:
        return all(shape.is_iso for shape in self.shapes)

    @property
    def share(self) -> float:
        """Of the values, those that look like times."""
        return 1 - total(self.strange) / self.seen if self.seen else 0.0

    @property
    def formats(self) -> tuple[str, ...]:
        """What to declare; only right when no shape is ambiguous."""
        if self.only_iso:
            return ()
        return tuple(dict.fromkeys(shape.formats[0] for shape in self.shapes))


def times(values: Values) -> Times:
    """The shapes of the values, each with every format that fits all of its values."""
    by_shape: dict[tuple[str, ...], dict[str, int]] = {}
    strange: dict[str, int] = {}
    iso_misfits = misfits(values, "time", Reading("UTC", "UTC"))
    for value, count in values.items():
        candidates = _formats(value)
        if candidates:
            by_shape.setdefault(candidates, {})[value] = count
        elif value not in iso_misfits:
            by_shape.setdefault((), {})[value] = count
        else:
            strange[value] = count
    shapes: list[TimeShape] = []
    for candidates, members in by_shape.items():
        fitting = tuple(f for f in candidates if not misfits(members, "time", Reading("UTC", "UTC", (f,))))
        is_iso = not iso_misfits.keys() & members.keys()
        if fitting or is_iso:
            shapes.append(TimeShape(fitting, is_iso, members))
        else:
            strange |= members
    shapes.sort(key=lambda shape: -total(shape.values))
    if len(shapes) > 1 and any(not shape.is_iso for shape in shapes):
        # A declared format shuts ISO out, so that it must be declared as well where it has a format.
        strange |= {v: n for shape in shapes if not shape.formats for v, n in shape.values.items()}
        shapes = [shape for shape in shapes if shape.formats]
    return Times(tuple(shapes), strange, total(values))


def _formats(value: str) -> tuple[str, ...]:
    """The formats a text of this shape may have; none for a text that is no time."""
    if found := _NUMERIC.fullmatch(value):
        a, c, sign = found["a"], found["c"], found["sign"]
        if len(a) == 4:
            orders: tuple[str, ...] = ("%Y{0}%m{0}%d",)
        elif len(c) == 4 and len(a) <= 2:
            orders = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y")
        elif len(a) <= 2 and len(c) <= 2:
            orders = ("%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d")
        else:
            return ()
        return tuple(order.format(sign) + _clock(found) for order in orders)
    if found := _NAMED.fullmatch(value):
        month = "%b" if len(found["month"]) == 3 else "%B"
        year = "%Y" if len(found["year"]) == 4 else "%y"
        return (f"%d{found['sign']}{month}{found['sign']}{year}" + _clock(found),)
    return ()


def _clock(found: re.Match[str]) -> str:
    if not found["gap"]:
        return ""
    hour = "%I" if found["half"] else "%H"
    parts = f"{found['gap']}{hour}:%M" + (":%S" if found["seconds"] else "") + (".%f" if found["part"] else "")
    return parts + (" %p" if found["half"] and found["half"][0] == " " else "%p" if found["half"] else "")


def parts_above_twelve(shape: TimeShape) -> int:
    """How many values have a number above 12 where the day stands: what tells it from a month."""
    counted = 0
    at = "abc"[[part[1:2] for part in re.findall(r"%[dmyYbB]", shape.formats[0])].index("d")]
    for value, count in shape.values.items():
        found = _NUMERIC.fullmatch(value)
        counted += count if found and int(found[at]) > 12 else 0
    return counted


@dataclass(frozen=True)
class Signs:
    """The decimal sign, and the sign between thousands or None."""

    decimal: str
    thousands: str | None = None

    def reading(self) -> Reading:
        return Reading("UTC", "UTC", (), (), self.decimal, self.thousands)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The keys that differ from the defaults."""
        found = (("decimal", self.decimal),) if self.decimal != "." else ()
        return (*found, ("thousands", self.thousands)) if self.thousands else found


_SIGNS = (
    Signs("."), Signs(","), Signs(",", "."), Signs(".", ","), Signs(",", " "), Signs(",", "\u00a0"),
    Signs(",", "\u202f"), Signs(".", "'"), Signs(",", "'"), Signs(".", " "),
)  # fmt: skip


def number_signs(values: Values) -> tuple[Signs, ...]:
    """The signs that read all the values: none when nothing does; two when they would read other numbers."""
    fitting = [signs for signs in _SIGNS if not misfits(values, "number", signs.reading())]
    if not fitting:
        return ()
    marked = [value.strip() for value in values if "." in value or "," in value]
    same = all(_SIGNED.fullmatch(value) and not re.match(r"[+-]?0", value) for value in marked)
    if marked and same:
        # 1.234 and 1,234: a fraction, or thousands.
        mark = "." if "." in marked[0] else ","
        other = "," if mark == "." else "."
        return (Signs(mark), Signs(other, mark)) if all(mark in value for value in marked) else ()
    return (fitting[0],)


def null_words(columns: Mapping[str, Values], typed: Iterable[str]) -> tuple[dict[str, int], dict[str, int]]:
    """(words that mean nothing, words that may) with the number of their columns.

    A word that may counts as sure where all other values of a column are numbers or times; `typed` names those.
    """
    sure: Counter[str] = Counter()
    maybe: Counter[str] = Counter()
    known = set(typed)
    for name, values in columns.items():
        for word in values:
            if word in SURE_NULLS:
                sure[word] += 1
            elif word in LIKELY_NULLS:
                (sure if name in known else maybe)[word] += 1
    return dict(sure), {word: count for word, count in maybe.items() if word not in sure}


def without(values: Values, words: Iterable[str]) -> dict[str, int]:
    """The values but for some words."""
    left_out = set(words)
    return {value: count for value, count in values.items() if value not in left_out}


def whole_numbers(values: Values) -> Counter[int] | None:
    """The values as whole numbers; None when one is none."""
    found: Counter[int] = Counter()
    for value, count in values.items():
        if not re.fullmatch(r"\s*-?\d{1,15}(\.0)?\s*", value):
            return None
        found[int(float(value))] += count
    return found
