"""Period: half-open local days [start, end), and the calendar's steps.

A fiscal year is named by the calendar year in which it ends, and so are its quarters: where the year starts in April,
2017-Q1 is April to June 2016. It is shown with both years, FY 2016/17.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass, replace
from typing import Literal, cast

from data_checks.business_hours import DAYS
from data_checks.calendar import Calendar
from data_checks.errors import RequestError

Grain = Literal["day", "week", "month", "quarter", "year", "all"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """The local days from `start` up to, not including, `end`.

    `year_starts`: of a quarter or a year, the month its fiscal year begins in; 1 for every other grain.
    """

    start: dt.date
    end: dt.date
    grain: Grain = "all"
    year_starts: int = 1

    def is_complete(self, as_of: dt.date, as_of_ends_day: bool) -> bool:
        """Whether the data reach the end of the last day; `as_of_ends_day`: as_of is the end of its day."""
        last_whole_day = as_of if as_of_ends_day else as_of - dt.timedelta(days=1)
        return self.end <= last_whole_day + dt.timedelta(days=1)


def floor(day: dt.date, grain: Grain, calendar: Calendar) -> dt.date:
    """The first day of the period of this grain that holds `day`."""
    if grain == "week":
        return day - dt.timedelta(days=(day.isoweekday() - calendar.week_starts) % 7)
    if grain in _MONTHS:
        into = (day.month - _first_month(grain, calendar)) % _MONTHS[grain]
        return add_months(day.replace(day=1), -into)
    return day


def _first_month(grain: Grain, calendar: Calendar) -> int:
    """The month that periods of this grain are counted from."""
    return 1 if grain == "month" else calendar.year_starts


def add_months(day: dt.date, months: int) -> dt.date:
    """The first of the month `months` away from a first of the month."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def step(start: dt.date, grain: Grain, by: int = 1) -> dt.date:
    """The start of the period `by` periods on (or back)."""
    if grain in _MONTHS:
        return add_months(start, _MONTHS[grain] * by)
    return start + dt.timedelta(days=by * (7 if grain == "week" else 1))


def shifted(period: Period, by: int) -> Period:
    """The period `by` periods on (or back); not for "all"."""
    start = step(period.start, period.grain, by)
    return replace(period, start=start, end=step(start, period.grain))


def period_at(day: dt.date, grain: Grain, calendar: Calendar) -> Period:
    """The period of this grain that holds `day`; not for "all"."""
    start = floor(day, grain, calendar)
    year_starts = calendar.year_starts if grain in ("quarter", "year") else 1
    return Period(start, step(start, grain), grain, year_starts)


@functools.lru_cache(maxsize=256)  # a question is asked for its periods by everyone who answers it
def spine(start: dt.date, end: dt.date, grain: Grain, calendar: Calendar) -> tuple[Period, ...]:
    """Every period that touches [start, end), in order; "all" is that one span itself."""
    if grain == "all":
        return (Period(start, end, "all"),)
    periods, at = [], period_at(start, grain, calendar)
    while at.start < end:
        periods.append(at)
        at = shifted(at, 1)
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

    @property
    def mean_days(self) -> float:
        """How long it is on average: twelve months are as long as a year."""
        year = 365.25
        return self.count * {"day": 1, "week": 7, "month": year / 12, "quarter": year / 4, "year": year}[self.unit]

    def after(self, day: dt.date) -> dt.date:
        """The day this much later; the same day of a later month, or that month's last."""
        if self.unit in ("day", "week"):
            return day + dt.timedelta(days=self.count * (7 if self.unit == "week" else 1))
        first = add_months(day.replace(day=1), self.count * _MONTHS[self.unit])
        return min(first + dt.timedelta(days=day.day - 1), add_months(first, 1) - dt.timedelta(days=1))

    def before(self, day: dt.date) -> dt.date:
        """The day this much earlier."""
        return Duration(-self.count, self.unit).after(day)


_DURATION = re.compile(r"(\d{1,12}) (day|week|month|quarter|year)s?")


def duration(text: str | None) -> Duration | None:
    """'3 months' as a span of time; None for anything else."""
    match = _DURATION.fullmatch(text or "")
    return Duration(int(match[1]), cast(Literal["day"], match[2])) if match else None


FIRST_YEAR, LAST_YEAR = 1900, 2199
_YEAR = re.compile(r"(\d{4})(?:-?[Qq]([1-4]))?")
_FISCAL = re.compile(r"(?:[Ff][Yy] ?)?(\d{4})(?:/(\d{2}|\d{4}))?(?:[- ]?[Qq]([1-4]))?")
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_DAYS: tuple[tuple[Grain, str], ...] = (
    ("month", r"(\d{4})-(\d{1,2})"),
    ("day", r"(\d{4})-(\d{1,2})-(\d{1,2})"),
)


def parse_period(text: str, calendar: Calendar) -> Period:
    """'2016', '2016-Q2', '2016-05', '2016-W07' or '2016-05-13' as a Period; where the year does not start in January
    also 'FY 2016/17 Q2', '2016/17' and '2016/17-Q2'. Raises RequestError."""
    if (year := re.match(r"(?:FY ?)?(\d{4})", text, re.IGNORECASE)) and not FIRST_YEAR <= int(year[1]) <= LAST_YEAR:
        raise RequestError(f"'{text}' is too far away; years go from {FIRST_YEAR} to {LAST_YEAR}.")
    try:
        if (found := _year_or_quarter(text, calendar)) is not None:
            return found
        if match := _WEEK.fullmatch(text):
            return _iso_week(text, dt.date.fromisocalendar(int(match[1]), int(match[2]), 1), calendar)
        for grain, form in _DAYS:
            if match := re.fullmatch(form, text):
                parts = [int(part) for part in match.groups()] + [1]
                return period_at(dt.date(*parts[:3]), grain, calendar)
    except (ValueError, OverflowError):
        pass
    forms = ["2016", "2016-Q2", "2016-05"]
    forms += ["2016/17"] if calendar.year_starts != 1 else []
    forms += ["2016-W07"] if calendar.week_starts == 1 else []
    raise RequestError(f"'{text}' is no period; write {', '.join(forms)} or 2016-05-13.")


def _year_or_quarter(text: str, calendar: Calendar) -> Period | None:
    """A year, or a quarter of it. A fiscal year bears the number of the year in which it ends."""
    if calendar.year_starts == 1:
        match = _YEAR.fullmatch(text)
        ends, quarter = (int(match[1]), match[2]) if match else (0, None)
    else:
        match = _FISCAL.fullmatch(text)
        ends, quarter = (_ending(match[1], match[2]), match[3]) if match else (0, None)
    if match is None:
        return None
    first = dt.date(ends - (calendar.year_starts > 1), calendar.year_starts, 1)
    if quarter is None:
        return period_at(first, "year", calendar)
    return period_at(add_months(first, 3 * (int(quarter) - 1)), "quarter", calendar)


def _ending(first: str, second: str | None) -> int:
    """The year in which 2017, 2016/17 or 2016/2017 ends. Raises ValueError for years that do not follow."""
    if second is None:
        return int(first)
    if not str(int(first) + 1).endswith(second):
        raise ValueError(second)
    return int(first) + 1


def _iso_week(text: str, monday: dt.date, calendar: Calendar) -> Period:
    if calendar.week_starts == 1:
        return period_at(monday, "week", calendar)
    starts = DAYS[calendar.week_starts - 1].capitalize()
    first = floor(monday, "week", calendar)
    raise RequestError(
        f"'{text}' is a week that starts on Monday, and weeks start on {starts} here; write a day, like {first}."
    )
