"""When things happen in the demo company: growth, seasons, weekdays, opening hours; local wall-clock times.

All randomness of the demo comes from one seeded NumPy generator that is passed in; there is no clock.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]
Rng = np.random.Generator

START = np.datetime64("2024-11-01")
END = np.datetime64("2026-10-20T18:00:00")
"""The moment of the export: October 2026 is unfinished, September is the last whole month."""

OUTAGE = (np.datetime64("2026-09-07"), np.datetime64("2026-09-19"))
"""Planted: the warehouse system is down, [from, to)."""

DAYS = np.arange(START, np.datetime64("2026-10-21"))
_NEVER = np.datetime64("NaT", "s")
_MONTHS = np.array([0.90, 0.92, 1.02, 1.00, 0.98, 0.96, 0.90, 0.86, 1.02, 1.05, 1.16, 1.24])
_WEEKDAYS = np.array([1.20, 1.16, 1.10, 1.08, 1.04, 0.80, 0.62])
_GROWTH_PER_YEAR = 0.12

# From 0 to 23 o'clock. Nothing begins between two and three: twice a year that hour is missing or doubled.
SHOP_HOURS = np.array([1, 0.5, 0, 0.2, 0.2, 0.5, 2, 4, 7, 9, 10, 9, 8, 8, 8, 7, 7, 7, 8, 9, 9, 7, 4, 2])
DESK_HOURS = np.array([0, 0, 0, 0, 0, 0, 1, 5, 11, 14, 13, 11, 9, 9, 10, 9, 8, 6, 4, 3, 2, 1, 0, 0])
_LAST_DAY_HOURS = 18


def day_weights() -> Floats:
    """One weight per day of DAYS, mean 1: growth × season × weekday."""
    months = DAYS.astype("datetime64[M]").astype(int) % 12
    weekdays = (DAYS.astype(int) + 3) % 7  # day 0 of the calendar was a Thursday
    growth = 1 + _GROWTH_PER_YEAR * (np.arange(len(DAYS)) / 365 - 1)
    weights = growth * _MONTHS[months] * _WEEKDAYS[weekdays]
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
    return np.where(times <= END, times, _NEVER)


def during_outage(times: Times) -> Flags:
    """Which times lie in the planted outage."""
    return np.asarray((times >= OUTAGE[0]) & (times < OUTAGE[1]))


def _clock_changes(times: Times) -> Flags:
    """Whether the day is the last Sunday of March or October; both months have 31 days."""
    days = times.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day_of_month = (days - months.astype("datetime64[D]")).astype(int) + 1
    sunday = (days.astype(int) + 3) % 7 == 6
    return np.asarray(sunday & (day_of_month > 24) & np.isin(months.astype(int) % 12, (2, 9)))
