"""The hours that a zone's clocks skip in spring and repeat in autumn, as SQL: a time in one has no certain instant."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo

from data_checks.expression import literal

_FROM, _TO = dt.date(1970, 1, 1), dt.date(2100, 1, 1)
_STEP = dt.timedelta(minutes=15)
"""Every change of clocks in these years begins and ends at a quarter of an hour."""


def clock_sql(local: str, zone: str, skipped: int, repeated: int) -> str | None:
    """SQL that gives `skipped` for a naive time that the zone's clocks skip, `repeated` for one they show twice, else
    0; None for a zone whose clocks never change."""
    gaps, twice = _changes(zone)
    if not (gaps or twice):
        return None
    # The lists are long and looked at in few rows: those of an hour and a month in which clocks change at all.
    either = (*gaps, *twice)
    hours = " or ".join(f"hour({local}) = {hour}" for hour in sorted({quarter.hour for quarter in either}))
    months = " or ".join(f"month({local}) = {month}" for month in sorted({quarter.month for quarter in either}))
    found = f"case when {_among(local, gaps)} then {skipped} when {_among(local, twice)} then {repeated} else 0 end"
    return f"(case when ({hours}) and ({months}) then {found} else 0 end)"


def _among(local: str, quarters: tuple[dt.datetime, ...]) -> str:
    listed = ", ".join(literal(quarter.isoformat(sep=" ")) for quarter in quarters)
    return f"list_contains([{listed}]::timestamp[], time_bucket(interval 15 minutes, {local}))"


def changes_clocks(zone: str) -> bool:
    """Whether the zone's clocks ever skip or repeat an hour."""
    return any(_changes(zone))


@functools.cache
def _changes(zone: str) -> tuple[tuple[dt.datetime, ...], tuple[dt.datetime, ...]]:
    """The quarters of an hour, in local time, that are skipped, and those that are repeated."""
    place = zoneinfo.ZoneInfo(zone)
    gaps: list[dt.datetime] = []
    twice: list[dt.datetime] = []
    day = dt.datetime.combine(_FROM, dt.time(), dt.UTC)
    before = _offset(day, place)
    while day.date() < _TO:
        after = _offset(day + dt.timedelta(days=1), place)
        if after != before:
            moment = _moment(day, place, before)
            change = abs(after - before) // _STEP
            first = (moment + min(before, after)).replace(tzinfo=None)
            if change <= 12:  # a zone that crosses the date line skips whole days, and nobody's clock shows them
                (gaps if after > before else twice).extend(first + _STEP * step for step in range(change))
        day, before = day + dt.timedelta(days=1), after
    return tuple(gaps), tuple(twice)


def _offset(instant: dt.datetime, place: zoneinfo.ZoneInfo) -> dt.timedelta:
    return instant.astimezone(place).utcoffset() or dt.timedelta()


def _moment(day: dt.datetime, place: zoneinfo.ZoneInfo, before: dt.timedelta) -> dt.datetime:
    """The first quarter of an hour of this day with another offset."""
    step = next(n for n in range(97) if _offset(day + _STEP * n, place) != before)
    return day + _STEP * step
