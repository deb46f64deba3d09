"""What the rows of benchmarks are called, and of when they are: for the terminal and for the screen. Pure."""

from __future__ import annotations

import datetime as dt

from dashboard import wording
from dashboard.wording import say
from metrics.analyses.benchmarks import BenchmarkRow, Comparison


def names_of(comparison: Comparison) -> dict[BenchmarkRow, str]:
    """Every row's competitor or industry; both where a competitor is there for several industries."""
    rows = [*(rival.row for rival in comparison.rivals), *(one.row for one in comparison.refused)]
    industries: dict[str | None, set[str | None]] = {}
    for row in rows:
        industries.setdefault(row.competitor, set()).add(row.industry)
    return {row: name_of(row, len(industries[row.competitor]) > 1) for row in rows}


def name_of(row: BenchmarkRow, with_industry: bool = False) -> str:
    """The competitor, or the industry."""
    if row.competitor is None:
        return say("bm_industry", industry=row.industry) if row.industry else say("bm_nobody")
    both = with_industry and row.industry
    return say("bm_in", competitor=row.competitor, industry=row.industry) if both else row.competitor


def since(day: dt.date) -> str:
    """The year, where a value is a year's; else the month."""
    return str(day.year) if (day.month, day.day) == (1, 1) else wording.month_short(day)
