"""The organisation's year and week: in which month the one begins, on which day the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data_checks.business_hours import DAYS
from data_checks.errors import Problem, did_you_mean
from data_checks.yaml_file import Document

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SHORTEST = 3


@dataclass(frozen=True)
class Calendar:
    """`year_starts`: the month the fiscal year begins in, 1–12; `week_starts`: 1 Monday … 7 Sunday.

    Quarters are thirds of four of that year. Months and days are everybody's.
    """

    year_starts: int = 1
    week_starts: int = 1


EVERYBODYS = Calendar()
"""Years from January, weeks from Monday."""


def read_calendar(document: Document, problems: list[Problem]) -> Calendar:
    """The year and week of `calendar:` in workspace.yaml, January and Monday where nothing is said. Adds what is
    wrong."""
    return Calendar(
        _place_of(document, "fiscal_year_starts", "month", MONTHS, problems),
        _place_of(document, "week_starts", "day", DAYS, problems),
    )


def _place_of(document: Document, key: str, kind: str, names: Sequence[str], problems: list[Problem]) -> int:
    """The number of a name, from 1; three letters are enough."""
    calendar = document.data.get("calendar")
    written = calendar.get(key) if isinstance(calendar, dict) else None
    if written is None:
        return 1
    text = str(written).strip().lower()
    for place, name in enumerate(names, start=1):
        if text in (name, name[:_SHORTEST]):
            return place
    told = f"there is no {kind} '{written}'; write one such as {names[3]} or {names[3][:_SHORTEST]}."
    problems.append(Problem(document.place("calendar", key), told + did_you_mean(text, names)))
    return 1
