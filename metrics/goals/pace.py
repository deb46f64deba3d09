"""A goal for a whole year or quarter, and how much of it may be expected by now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from data_checks.calendar import Calendar
from metrics.definition import MetricDefinition
from metrics.period import Period, period_at


@dataclass(frozen=True)
class Pace:
    """How far a to-date value should be. goal: of the whole frame, in the unit; passed: share of its days that have
    passed (0–1); expected: goal × passed; of_goal: value / goal, None without a value or for a goal of zero."""

    frame: Period
    goal: float
    passed: float
    expected: float
    of_goal: float | None


def at_pace(
    definition: MetricDefinition, value: float | None, until: dt.date, calendar: Calendar
) -> tuple[MetricDefinition, Pace | None]:
    """The definition with red, goal and stretch cut to the days of the frame that have passed before `until`, and the
    pace; as it is, and None, for what is no sum since the start of a year, quarter or month, or has no goal.

    A goal of 1,200 for a year asks for 600 after half its days: what is sold evenly is on its way.
    """
    frame, goal = definition.frame, definition.goal
    if frame is None or frame.kind != "to_date" or frame.since is None or goal is None:
        return definition, None
    whole = period_at(until - dt.timedelta(days=1), frame.since, calendar)
    passed = (until - whole.start).days / (whole.end - whole.start).days
    red, stretch = (None if limit is None else limit * passed for limit in (definition.red, definition.stretch))
    of_goal = None if value is None or goal == 0 else value / goal
    cut = replace(definition, red=red, goal=goal * passed, stretch=stretch)
    return cut, Pace(whole, goal, passed, goal * passed, of_goal)
