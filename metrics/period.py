"""Period: half-open local days [start, end), and the calendar's steps."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from data_checks.errors import RequestError

Grain = Literal["day", "week", "month", "quarter", "year", "all"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """The local days from `start` up to, not including, `end`."""

    start: dt.date
    end: dt.date
    grain: Grain = "all"

    def is_complete(self, as_of: dt.date, as_of_ends_day: bool) -> bool:
        """Whether the data reach the end of the last day; `as_of_ends_day`: as_of is the end of its day."""
        last_whole_day = as_of if as_of_ends_day else as_of - dt.timedelta(days=1)
        return self.end <= last_whole_day + dt.timedelta(days=1)


def floor(day: dt.date, grain: Grain) -> dt.date:
    """The first day of the period of this grain that holds `day`. Weeks start on Monday."""
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    if grain in _MONTHS:
        return day.replace(month=(day.month - 1) // _MONTHS[grain] * _MONTHS[grain] + 1, day=1)
    return day


def add_months(day: dt.date, months: int) -> dt.date:
    """The first of the month `months` away from a first of the month."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def step(start: dt.date, grain: Grain, by: int = 1) -> dt.date:
    """The start of the period `by` periods on (or back)."""
    if grain in _MONTHS:
        return add_months(start, _MONTHS[grain] * by)
    return start + dt.timedelta(days=by * (7 if grain == "week" else 1))


def period_at(day: dt.date, grain: Grain) -> Period:
    """The period of this grain that holds `day`; not for "all"."""
    start = floor(day, grain)
    return Period(start, step(start, grain), grain)


def spine(start: dt.date, end: dt.date, grain: Grain) -> tuple[Period, ...]:
    """Every period that touches [start, end), in order; "all" is that one span itself."""
    if grain == "all":
        return (Period(start, end, "all"),)
    periods, at = [], floor(start, grain)
    while at < end:
        following = step(at, grain)
        periods.append(Period(at, following, grain))
        at = following
    return tuple(periods)


@dataclass(frozen=True)
class Duration:
    """A span of calendar time, such as 90 days or 12 months."""

    count: int
    unit: Literal["day", "week", "month", "quarter", "year"]

    @property
    def about_days(self) -> int:
        """For comparing durations only."""
        return self.count * {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[self.unit]

    def after(self, day: dt.date) -> dt.date:
        """The day this much later; the same day of a later month, or that month's last."""
        if self.unit in ("day", "week"):
            return day + dt.timedelta(days=self.count * (7 if self.unit == "week" else 1))
        first = add_months(day.replace(day=1), self.count * _MONTHS[self.unit])
        return min(first + dt.timedelta(days=day.day - 1), add_months(first, 1) - dt.timedelta(days=1))

    def before(self, day: dt.date) -> dt.date:
        """The day this much earlier."""
        return Duration(-self.count, self.unit).after(day)


FIRST_YEAR, LAST_YEAR = 1900, 2199
_FORMS = {"year": r"(\d{4})", "month": r"(\d{4})-(\d{1,2})", "day": r"(\d{4})-(\d{1,2})-(\d{1,2})"}
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")


def parse_period(text: str) -> Period:
    """'2016', '2016-Q2', '2016-05', '2016-W07' or '2016-05-13' as a Period. Raises RequestError."""
    if (year := re.match(r"\d{4}", text)) and not FIRST_YEAR <= int(year[0]) <= LAST_YEAR:
        raise RequestError(f"'{text}' is too far away; years go from {FIRST_YEAR} to {LAST_YEAR}.")
    try:
        if match := _QUARTER.fullmatch(text):
            return period_at(dt.date(int(match[1]), int(match[2]) * 3, 1), "quarter")
        if match := _WEEK.fullmatch(text):
            return period_at(dt.date.fromisocalendar(int(match[1]), int(match[2]), 1), "week")
        for grain, form in _FORMS.items():
            if match := re.fullmatch(form, text):
                parts = [int(part) for part in match.groups()] + [1, 1]
                return period_at(dt.date(*parts[:3]), grain)  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        pass
    raise RequestError(f"'{text}' is no period; write 2016, 2016-Q2, 2016-05, 2016-W07 or 2016-05-13.")
