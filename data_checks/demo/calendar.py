"""When things happen in the demo company: growth, seasons, weekdays, holidays, opening hours; local wall-clock times.

All randomness of the demo comes from seeded NumPy generators that are passed in; there is no clock.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

Times = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]
Rng = np.random.Generator

START = np.datetime64("2023-10-01")
END = np.datetime64("2026-10-20T18:00:00")
"""The moment of the export: October 2026 is unfinished, September is the last whole month."""

OUTAGE = (np.datetime64("2026-09-07"), np.datetime64("2026-09-19"))
"""Planted: the warehouse system is down, [from, to)."""

BROKEN_WEEK = (np.datetime64("2026-06-08"), np.datetime64("2026-06-15"))
"""Planted: the survey tool writes 0 for every satisfaction, Monday to Sunday, [from, to)."""

PORTAL_FIRST = np.datetime64("2026-04-01")
"""Planted: from this day on customers are sent to the portal first."""

DAYS = np.arange(START, np.datetime64("2026-10-21"))
MONTHS = np.unique(DAYS.astype("datetime64[M]"))
NEVER = np.datetime64("NaT", "s")

_SEASON = np.array([0.90, 0.92, 1.02, 1.00, 0.98, 0.96, 0.90, 0.86, 1.02, 1.05, 1.16, 1.24])
_WEEKDAYS = np.array([1.20, 1.16, 1.10, 1.08, 1.04, 0.80, 0.62])
_ON_A_HOLIDAY = 0.55
_GROWTH_PER_YEAR = 0.10

# From 0 to 23 o'clock. Nothing begins between two and three: twice a year that hour is missing or doubled.
SHOP_HOURS = np.array([1, 0.5, 0, 0.2, 0.2, 0.5, 2, 4, 7, 9, 10, 9, 8, 8, 8, 7, 7, 7, 8, 9, 9, 7, 4, 2])
DESK_HOURS = np.array([0.1, 0, 0, 0, 0, 0.2, 1, 5, 11, 14, 13, 11, 9, 9, 10, 9, 8, 6, 4, 3, 2, 1, 0.4, 0.3])
_LAST_DAY_HOURS = 18

_FIXED_HOLIDAYS = ("01-01", "05-01", "10-03", "12-25", "12-26", "12-31")
_EASTER = {2023: "2023-04-09", 2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05"}
_AFTER_EASTER = (-2, 1, 39, 50)


def holidays() -> list[dt.date]:
    """The days on which the company is closed, in order, from the year of START to the end of the year of END."""
    fixed = [dt.date.fromisoformat(f"{year}-{day}") for year in _EASTER for day in _FIXED_HOLIDAYS]
    easter = [dt.date.fromisoformat(day) for day in _EASTER.values()]
    return sorted({*fixed, *(day + dt.timedelta(days=off) for day in easter for off in _AFTER_EASTER)})


def day_weights() -> Floats:
    """One weight per day of DAYS, mean 1: growth × season × weekday × holidays."""
    months = DAYS.astype("datetime64[M]").astype(int) % 12
    weekdays = (DAYS.astype(int) + 3) % 7  # day 0 of the calendar was a Thursday
    growth = 1 + _GROWTH_PER_YEAR * np.arange(len(DAYS)) / 365
    weights = growth * _SEASON[months] * _WEEKDAYS[weekdays]
    weights[np.isin(DAYS, np.array(holidays(), dtype="datetime64[D]"))] *= _ON_A_HOLIDAY
    weights[-1] *= _LAST_DAY_HOURS / 24
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def moments(rng: Rng, days: Times, hours: Floats) -> Times:
    """A wall-clock time on each day, drawn by the hours' weights; the last day ends with the export."""
    hour = rng.choice(24, size=len(days), p=hours / hours.sum())
    hour = np.where(days >= DAYS[-1], np.minimum(hour, _LAST_DAY_HOURS - 1 - hour % 9), hour)
    minutes = hour * 60 + rng.integers(0, 60, len(days))
    return np.asarray(days.astype("datetime64[s]") + minutes.astype("timedelta64[m]"))


def later(times: Times, hours: Floats) -> Times:
    """The times that many hours on, to the minute, never inside an hour the clocks skip or repeat."""
    moved = times + np.round(hours * 60).astype("timedelta64[m]")
    hour = (moved - moved.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    shift = np.where(_clock_changes(moved) & (hour == 2), 1, 0).astype("timedelta64[h]")
    return np.asarray(moved + shift)


def by_the_end(times: Times) -> Times:
    """What lies after the export has not happened yet: NaT."""
    return np.where(times <= END, times, NEVER)


def within(times: Times, span: tuple[np.datetime64, np.datetime64]) -> Flags:
    """Which times lie in [from, to)."""
    return np.asarray((times >= span[0]) & (times < span[1]))


def during_outage(times: Times) -> Flags:
    """Which times lie in the planted outage."""
    return within(times, OUTAGE)


def over_the_holidays(times: Times) -> Flags:
    """Planted: which times lie between 18 December and 3 January, when few people are at work."""
    days = times.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    day_of_month = (days - month.astype("datetime64[D]")).astype(int) + 1
    number = month.astype(int) % 12
    return np.asarray(((number == 11) & (day_of_month >= 18)) | ((number == 0) & (day_of_month <= 3)))


def seventh_of_january(times: Times) -> Times:
    """The 7 January on or after the month of each time: when everybody is back."""
    month = times.astype("datetime64[M]")
    return np.asarray((month + (-month.astype(int) % 12).astype("timedelta64[M]")).astype("datetime64[D]") + 6)


def month_number(times: Times) -> Counts:
    """Months since START's month, from 0; for NaT a large negative number."""
    return np.asarray(times.astype("datetime64[M]").astype(np.int64) - START.astype("datetime64[M]").astype(np.int64))


def pick(rng: Rng, weights: dict[str, float], size: int) -> Words:
    """`size` words drawn by their weights."""
    share = np.array(list(weights.values()))
    return np.asarray(np.array(list(weights), dtype=object)[rng.choice(len(share), size=size, p=share / share.sum())])


def only(kept: Flags, words: Words) -> Words:
    """The words where `kept`, None elsewhere."""
    found = np.asarray(words, dtype=object).copy()
    found[~kept] = None
    return found


def values_of(values: dict[str, float], words: Words) -> Floats:
    """The value of each word."""
    return np.asarray(pd.Series(words).map(values), dtype=np.float64)


def _clock_changes(times: Times) -> Flags:
    """Whether the day is the last Sunday of March or October; both months have 31 days."""
    days = times.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day_of_month = (days - months.astype("datetime64[D]")).astype(int) + 1
    sunday = (days.astype(int) + 3) % 7 == 6
    return np.asarray(sunday & (day_of_month > 24) & np.isin(months.astype(int) % 12, (2, 9)))
