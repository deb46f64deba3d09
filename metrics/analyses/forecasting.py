"""Where a metric will be in the months ahead, from its own months: bands, and the chance of meeting its goal."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.asking import ask, known_metric
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.evaluate import evaluate
from metrics.goals.holding import extent_of, goals_for, paced
from metrics.language.bound import Aggregate, Value
from metrics.language.kinds import kind_of
from metrics.organisation import organisation
from metrics.period import Period, shifted
from metrics.question import Question
from metrics.result import MetricResult, State
from metrics.scope import Scope
from metrics.stats.forecast import FEWEST, Forecast, Point, forecast
from metrics.stats.not_known import NotKnown

MONTHS_A_YEAR = 12
_WHY: Mapping[State, str] = {
    "withheld": "its numbers are withheld: {reason}",
    "suppressed": "its months are not shown: {reason}",
    "unripe": "no month is ripe yet; the last one is {reason}",
    "too_few": "no month has enough to judge it; the last one has {reason}",
}
"""Why no month counts, by the state of the newest one."""
MOST_MONTHS = 24
"""Further ahead a band says nothing any more."""


@dataclass(frozen=True)
class Chance:
    """Of being at the goal or beyond in a month; definition with the goal that holds then."""

    period: Period
    goal: float
    at_least: bool
    chance: float


@dataclass(frozen=True)
class Outlook:
    """A metric's past months and those ahead, oldest first. points stand beside periods, one each.

    goal_by: the month the goal is to be met in; chance is None where none holds then, which no_chance says ('': none
    is set). Values are in the metric's unit (percent as fractions).
    """

    definition: MetricDefinition
    history: tuple[MetricResult, ...]
    periods: tuple[Period, ...]
    points: tuple[Point, ...]
    forecast: Forecast
    goal_by: Period
    chance: Chance | None
    no_chance: str

    @property
    def used(self) -> tuple[MetricResult, ...]:
        """The months that the forecast stands on."""
        return tuple(result for result in self.history if is_used(result))


def is_used(result: MetricResult) -> bool:
    """Whether a month counts: ended, ripe, judged and with a value. Any other is missing, never zero."""
    return result.state == "ok" and result.complete and result.value is not None


def look_ahead(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    metric: str,
    months: int = 6,
    goal_by: Period | None = None,
    where: Mapping[str, Sequence[str | None]] | None = None,
    until: dt.date | None = None,
) -> Outlook | NotKnown:
    """The months after the last ended one, `months` of them or as far as `goal_by` (the last one unless given).

    Raises RequestError as ask() does, and for a `goal_by` that is no month ahead or too far ahead.
    """
    definition = known_metric(catalog, metric)
    bound = catalog.bound[metric]
    question = ask(warehouse, catalog, scope, [metric], where=where, until=until)
    results = evaluate(warehouse, catalog, question, [metric])[metric]
    history = tuple(result for result in results if result.complete)
    if not history:
        lack = results[-1].reason if results[-1].state == "not_provided" else "not enough history: no month has ended"
        return NotKnown("not_enough_history", lack)
    last = history[-1].period
    horizon = max(months, _ahead(last, goal_by) if goal_by else 0)
    if (few := _too_little(history)) is not None:
        return few
    values = [result.value if is_used(result) and result.value is not None else math.nan for result in history]
    found = forecast(values, horizon, MONTHS_A_YEAR, _bounds(definition, bound))
    if isinstance(found, NotKnown):
        return NotKnown(found.status, found.sentence.rstrip("."))
    periods = tuple(shifted(last, ahead) for ahead in range(1, horizon + 1))
    points = tuple(_within(point, definition, bound) for point in found.points)
    month = goal_by or periods[-1]
    chance = _chance(found, definition, bound, month, last, question, warehouse)
    told, why = (chance, "") if isinstance(chance, Chance) else (None, chance)
    return Outlook(definition, history, periods, points, found, month, told, why)


def _ahead(last: Period, month: Period) -> int:
    """How many months after the last ended one. Raises RequestError for none, or too many."""
    ahead = (month.start.year - last.start.year) * MONTHS_A_YEAR + month.start.month - last.start.month
    if month.grain != "month":
        raise RequestError(f"--goal-by takes a month, like {shifted(last, 3).start:%Y-%m}.")
    if ahead < 1:
        raise RequestError(f"{month.start:%Y-%m} has ended; name a month after {last.start:%Y-%m}.")
    if ahead > MOST_MONTHS:
        raise RequestError(f"{month.start:%Y-%m} is {ahead} months ahead; at most {MOST_MONTHS} are forecast.")
    return ahead


def _too_little(history: Sequence[MetricResult]) -> NotKnown | None:
    """Why the months are not enough: what hides all of them, or how few have a value."""
    used = sum(is_used(result) for result in history)
    if used >= FEWEST:
        return None
    newest = next((result for result in reversed(history) if not is_used(result)), None)
    if not used and newest is not None and newest.reason:
        return NotKnown("no_data", _WHY.get(newest.state, "{reason}").format(reason=newest.reason))
    word = "month" if used == 1 else "months"
    return NotKnown("not_enough_history", f"not enough history: {used} {word}, {FEWEST} are needed")


def _bounds(definition: MetricDefinition, bound: Value) -> tuple[float, float] | None:
    """Between which the values lie by nature: a share and an NPS stay inside."""
    low, high = definition.bounds
    is_bounded = kind_of(bound) in ("proportion", "nps") and low is not None and high is not None
    return (low, high) if is_bounded and low is not None and high is not None else None


def _within(point: Point, definition: MetricDefinition, bound: Value) -> Point:
    """The point held inside what it can be: no time and no count below zero."""
    low, high = definition.bounds
    if isinstance(bound, Aggregate) and bound.function in ("count", "distinct"):
        low = 0.0

    def held(value: float) -> float:
        return min(max(value, -math.inf if low is None else low), math.inf if high is None else high)

    numbers = (point.value, point.low_80, point.high_80, point.low_95, point.high_95)
    return Point(point.ahead, *map(held, numbers))


def _chance(
    found: Forecast, definition: MetricDefinition, bound: Value, month: Period, last: Period, question: Question,
    warehouse: Warehouse,
) -> Chance | str:  # fmt: skip
    """The chance of the goal that holds in the month, or why there is none as a clause ('': no goal is set)."""
    extent = extent_of(dict(question.where), question.scope, organisation(warehouse, question.scope))
    held, misfit = goals_for(definition, bound, month, extent)
    held, _ = paced(held, bound, None, month.end, question.calendar)
    if held.goal is None or held.higher_is_better is None:
        return misfit
    ahead = _ahead(last, month)
    return Chance(month, held.goal, held.higher_is_better, found.chance(held.goal, ahead, held.higher_is_better))
