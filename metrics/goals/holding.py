"""Which goal a result is held against: by date, by part of the house, by the days of a year that have passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from data_checks.calendar import Calendar
from metrics.definition import MetricDefinition
from metrics.goals import written
from metrics.goals.pace import Pace, at_pace
from metrics.language.bound import Value
from metrics.language.kinds import depends_on_length, kind_of
from metrics.organisation import Organisation
from metrics.period import Period
from metrics.question import AsOf
from metrics.result import MetricResult
from metrics.scope import Scope

GOAL_OF_A_MONTH = "the goal is for a month"
GOAL_OF_THE_WHOLE = "the goal is for the whole organisation"


@dataclass(frozen=True)
class Extent:
    """What a number is of. slices: the part that is asked for; `is_whole`: nothing is left out of it, by a filter or by
    what the reader may see; organisation: who belongs to whom. is_told: nothing but what is outside the slices is left
    out; not so with several values of one, or of a department for who may see some of its teams."""

    slices: Mapping[str, str | None]
    is_whole: bool
    organisation: Organisation
    is_told: bool = True

    @property
    def with_parents(self) -> Mapping[str, str | None]:
        return self.organisation.with_parents(self.slices)


def extent_of(where: Mapping[str, Sequence[str | None]], scope: Scope, organisation: Organisation) -> Extent:
    """What a filter leaves, for a reader of this scope."""
    slices = {name: values[0] for name, values in where.items() if len(values) == 1}
    is_told = len(slices) == len(where) and (scope.teams is None or "team" in slices)
    return Extent(slices, not where and scope.teams is None, organisation, is_told)


def goals_for(
    definition: MetricDefinition, bound: Value, period: Period, extent: Extent
) -> tuple[MetricDefinition, str]:
    """The definition with the goals that hold for a part on the period's first day, and why none does ('': one does,
    or none is set)."""
    held = written.at(definition, period.start, extent.with_parents)
    misfit = ""
    if period.grain != "month" and depends_on_length(bound):
        misfit = GOAL_OF_A_MONTH
    elif not extent.is_whole and kind_of(bound) == "total" and not _is_own(definition, period, extent):
        misfit = GOAL_OF_THE_WHOLE  # a part of a sum is not to be held against the goal of the whole
    if not misfit or held.goal is None:
        return held, ""
    return replace(held, red=None, goal=None, stretch=None), misfit


def _is_own(definition: MetricDefinition, period: Period, extent: Extent) -> bool:
    return extent.is_told and written.is_own(definition, period.start, extent.slices, extent.with_parents)


def held_at(
    definition: MetricDefinition, bound: Value, result: MetricResult, extent: Extent, reach: AsOf, calendar: Calendar
) -> tuple[MetricDefinition, Pace | None, str]:
    """The definition with the goals that a result is held against: those of its own period, of a year's as much as is
    due by the end of the period or of the data; the pace, and why no goal holds."""
    held, misfit = goals_for(definition, bound, result.period, extent)
    held, pace = paced(held, bound, result.value, min(result.period.end, reach.end), calendar)
    return held, pace, misfit


def paced(
    definition: MetricDefinition, bound: Value, value: float | None, until: dt.date, calendar: Calendar
) -> tuple[MetricDefinition, Pace | None]:
    """at_pace for a sum; a share or a mean of the year so far has the goal it has."""
    if kind_of(bound) != "total":
        return definition, None
    return at_pace(definition, value, until, calendar)
