"""Question: what is asked of a warehouse, apart from which metrics. Frozen, explicit, hashable."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from data_checks.calendar import Calendar
from metrics.period import Grain, Period, spine
from metrics.scope import Scope

Filter = tuple[str, tuple[str | None, ...]]
SliceValues = tuple[str | None, ...]
Group = tuple[dt.date | None, SliceValues]
"""What an answer is told apart by: the first day of its period (None: all of it is one) and the slices' values."""


@dataclass(frozen=True)
class AsOf:
    """How far the data reach: rows of later days do not count. `whole`: to the end of that local day."""

    day: dt.date
    whole: bool

    @property
    def end(self) -> dt.date:
        """The first day that is not counted."""
        return self.day + dt.timedelta(days=1)

    def completes(self, period: Period) -> bool:
        return period.is_complete(self.day, self.whole)


@dataclass(frozen=True)
class Question:
    """`start`, `end`: local days, half-open. `by`: slices to cut by. `where`: slice values to keep, None for
    rows without a value. `scope`: whose rows the reader may see. `calendar`: where its years and weeks begin."""

    scope: Scope
    as_of: AsOf
    start: dt.date
    end: dt.date
    calendar: Calendar
    grain: Grain = "month"
    by: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()

    @property
    def periods(self) -> tuple[Period, ...]:
        return spine(self.start, self.end, self.grain, self.calendar)

    def clipped_end(self, period: Period) -> dt.date:
        """The end of a period, or of what is known of it."""
        return min(period.end, self.as_of.end)

    def at(self, grain: Grain, start: dt.date, end: dt.date) -> Question:
        return replace(self, grain=grain, start=start, end=end)
