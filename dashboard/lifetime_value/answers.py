"""What the page about the value of customers asks of the floors below; remembered per load, reader and choices."""

from __future__ import annotations

import datetime as dt

from dashboard import cache
from dashboard.cache import Load
from dashboard.controls import Choice
from dashboard.retention.answers import or_why, until
from metrics.analyses.point_value import PointValue
from metrics.models.customers import Base, HeldBack
from metrics.period import Period, add_months, floor, step
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.stats.not_known import NotKnown

MODEL = "predicted_lifetime_value"
AFTER = {"lifetime_value_12m": 12, "lifetime_value_24m": 24}
"""What a customer has brought after so many months."""
QUARTERS = 10
WHOLE_ONLY = "a model is fitted to the whole organisation, not to a part of it"


def last_day(load: Load, choice: Choice) -> dt.date:
    """The last day the models see."""
    return until(load, choice) or load.facts.as_of_day


def base(load: Load, scope: Scope, choice: Choice) -> Base | NotKnown:
    """What customers still bring, told apart; for the whole organisation alone."""
    opened, last = cache.opened(load), last_day(load, choice)

    def compute() -> Base | NotKnown:
        from metrics.language.bound import ModelOf
        from metrics.language.provided import missing
        from metrics.models.customers import customer_base

        if scope.teams is not None or choice.where:
            return NotKnown("undefined", WHOLE_ONLY)
        model = opened.catalog.bound.get(MODEL)
        if not isinstance(model, ModelOf):
            return NotKnown("no_data", f"the metric {MODEL} is not defined as a model")
        if lack := missing(model, load.facts.tables):
            return NotKnown("no_data", lack)
        return customer_base(opened.warehouse, model, last)

    return cache.remembered(("customer base", load.version, load.catalog, scope, choice.where, last), compute)


def held_back(load: Load, scope: Scope, choice: Choice) -> HeldBack | NotKnown:
    """What a fit half a year ago said, beside what came. Asked where base() has an answer."""
    warehouse, last = cache.opened(load).warehouse, last_day(load, choice)

    def compute() -> HeldBack | NotKnown:
        from metrics.models.customers import held_back as tested

        return tested(warehouse, last)

    return cache.remembered(("held back", load.version, load.catalog, scope, choice.where, last), compute)


def worth(load: Load, scope: Scope) -> PointValue | NotKnown:
    """What a point of satisfaction goes with, of all the data."""
    opened = cache.opened(load)

    def compute() -> PointValue | NotKnown:
        from metrics.analyses.point_value import point_value

        return or_why(lambda: point_value(opened.warehouse, opened.catalog, scope))

    return cache.remembered(("worth", load.version, load.catalog, scope), compute)


Results = tuple[MetricResult, ...]


def cohorts(load: Load, scope: Scope, choice: Choice, metric: str) -> Results | NotKnown:
    """What new customers brought, by the quarter of their first order, the newest last."""
    last = floor(choice.period.end - dt.timedelta(days=1), "quarter", load.facts.calendar)
    oldest = min((period.start for period in load.periods), default=choice.period.start)
    first = max(step(last, "quarter", 1 - QUARTERS), floor(oldest, "quarter", load.facts.calendar))
    span = Period(first, step(last, "quarter"), "quarter", load.facts.calendar.year_starts)
    return _results(load, scope, choice, metric, span, ())


def parts(load: Load, scope: Scope, choice: Choice, metric: str, by: str) -> Results | NotKnown:
    """What the customers who began in the newest twelve months that are ripe have brought, told apart."""
    end = add_months(choice.period.end, -AFTER[metric])
    return _results(load, scope, choice, metric, Period(add_months(end, -12), end, "all"), (by,))


def _results(
    load: Load, scope: Scope, choice: Choice, metric: str, span: Period, by: tuple[str, ...]
) -> Results | NotKnown:
    question = ("value", load.version, load.catalog, scope, metric, span, by, choice.where)
    return cache.remembered(
        question,
        lambda: or_why(lambda: cache.floors().results(load, scope, metric, span.grain, by, span, choice.where)),
    )
