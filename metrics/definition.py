"""MetricDefinition: one metric as written, frozen, no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from data_checks.errors import Place
from data_checks.yaml_file import Written
from metrics.period import add_months

PerspectiveId = Literal["financial", "customer", "internal_process", "learning_growth"]
PERSPECTIVES: tuple[PerspectiveId, ...] = ("financial", "customer", "internal_process", "learning_growth")
Unit = Literal["number", "percent", "currency", "minutes", "hours", "days", "score", "points"]
BOUNDS: Mapping[Unit, tuple[float | None, float | None]] = {
    "percent": (0.0, 1.0),
    "points": (-100.0, 100.0),
    "minutes": (0.0, None),
    "hours": (0.0, None),
    "days": (0.0, None),
}
"""What a unit can be; no entry, or None: no bound."""
Certification = Literal["draft", "certified", "deprecated"]


@dataclass(frozen=True)
class Duration:
    """A span of calendar time, such as 90 days or 12 months."""

    count: int
    unit: Literal["day", "week", "month", "year"]

    @property
    def about_days(self) -> int:
        """For comparing durations only."""
        return self.count * {"day": 1, "week": 7, "month": 31, "year": 366}[self.unit]

    def after(self, day: dt.date) -> dt.date:
        """The day this much later; the same day of a later month, or that month's last."""
        if self.unit in ("day", "week"):
            return day + dt.timedelta(days=self.count * (7 if self.unit == "week" else 1))
        first = add_months(day.replace(day=1), self.count * (12 if self.unit == "year" else 1))
        return min(first + dt.timedelta(days=day.day - 1), add_months(first, 1) - dt.timedelta(days=1))


@dataclass(frozen=True)
class Retention:
    """Members of a set in one period who are in it again `after` periods later, over its members."""

    of: str
    every: Literal["week", "month", "quarter", "year"] = "month"
    after: int = 1
    cohort: Literal["active", "first"] = "active"


@dataclass(frozen=True)
class MetricDefinition:
    """One metric. `red` is the limit below which it is red, `goal` the goal; goal < red means lower is better.

    percent values, red and goal are fractions here (0.85); all others are in their unit.
    Exactly one of `formula` and `retention` is set. `hash` changes whenever the meaning does.
    """

    metric: str
    place: Place
    formula: str | None = None
    retention: Retention | None = None
    name: str = ""
    question: str | None = None
    description: str | None = None
    perspective: PerspectiveId | None = None
    objective: str | None = None
    unit: Unit = "number"
    red: float | None = None
    goal: float | None = None
    stretch: float | None = None
    weight: float = 1.0
    min_n: int = 0
    ripe_after: Duration | None = None
    timing: Literal["leading", "lagging"] | None = None
    needs: tuple[str, ...] = ()
    owner: str | None = None
    status: Certification = "draft"
    unit_given: bool = False
    written: Written | None = None
    hash: str = ""
    other: Mapping[str, Any] = field(default_factory=dict)

    @property
    def higher_is_better(self) -> bool | None:
        """None without a goal: then neither direction is good."""
        return None if self.goal is None or self.red is None else self.goal > self.red
