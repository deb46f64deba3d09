"""What the satisfaction page asks of the floors below; remembered per load, reader and choice, words apart."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard import cache
from dashboard.cache import Load, Where
from dashboard.controls import Choice
from dashboard.retention.answers import or_why
from metrics.analyses.answers import CUSTOMERS, Heard, Spread, Voice
from metrics.analyses.score_drivers import ScoreDrivers
from metrics.language.bound import Aggregate
from metrics.period import Period, add_months
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.stats.not_known import NotKnown

SURVEYS = ("csat", "nps", "ces")
"""Metrics whose answers are shown one by one, by survey."""
RATE = "response_rate"
COMPARED = (*SURVEYS, RATE)
MONTHS_OF_DRIVERS = 12
Results = tuple[MetricResult, ...]


def spreads(load: Load, scope: Scope, choice: Choice) -> Mapping[str, tuple[Spread, ...] | NotKnown]:
    """The answers behind each survey metric of the catalogue, by score."""
    from metrics.analyses.answers import spread

    opened, period, where = cache.opened(load), choice.period, choice.where

    def compute() -> Mapping[str, tuple[Spread, ...] | NotKnown]:
        def one(metric: str) -> tuple[Spread, ...] | NotKnown:
            return or_why(lambda: spread(opened.warehouse, opened.catalog, scope, metric, period, dict(where)))

        return {metric: one(metric) for metric in SURVEYS if metric in load.definitions}

    return cache.remembered(("spreads", load.version, load.catalog, scope, period, where), compute)


def groups(load: Load, scope: Scope, choice: Choice, metric: str, by: str) -> Results | NotKnown:
    """A metric of the period by a slice; the response rate of the surveys that ask customers only."""
    if metric != RATE:
        return _by(load, scope, choice, metric, by, choice.where)
    surveys = _by(load, scope, choice, RATE, "survey", choice.where)
    if isinstance(surveys, NotKnown):
        return surveys
    asked = {one.slices["survey"] for one in surveys if one.n}
    known = tuple(survey for survey in CUSTOMERS if survey in asked)
    if not known:
        return NotKnown("no_data", "no customer was asked in these days")
    return _by(load, scope, choice, RATE, by, (*choice.where, ("survey", known)))


def _by(load: Load, scope: Scope, choice: Choice, metric: str, by: str, where: Where) -> Results | NotKnown:
    period = choice.period
    question = ("answers by", load.version, load.catalog, scope, metric, by, period, where)

    def compute() -> Results | NotKnown:
        return or_why(lambda: cache.floors().results(load, scope, metric, period.grain, (by,), period, where))

    return cache.remembered(question, compute)


def heard(load: Load, scope: Scope, choice: Choice) -> Heard | NotKnown:
    """What the silent ones could change of CSAT."""
    from metrics.analyses.answers import heard as asked

    opened, period, where = cache.opened(load), choice.period, choice.where

    def compute() -> Heard | NotKnown:
        if SURVEYS[0] not in load.definitions:
            return NotKnown("no_data", f"the metric {SURVEYS[0]} is not defined")
        return or_why(lambda: asked(opened.warehouse, opened.catalog, scope, SURVEYS[0], period, dict(where)))

    return cache.remembered(("heard", load.version, load.catalog, scope, period, where), compute)


def span_of_drivers(choice: Choice) -> Period:
    """The twelve months to the period's end: a month has too few answers to tell drivers apart."""
    return Period(add_months(choice.period.end, -MONTHS_OF_DRIVERS), choice.period.end, "all")


def drivers(load: Load, scope: Scope, choice: Choice) -> ScoreDrivers | NotKnown:
    """What goes with the CSAT score: what happened, and the other questions asked."""
    opened, span, where = cache.opened(load), span_of_drivers(choice), choice.where

    def compute() -> ScoreDrivers | NotKnown:
        from metrics.analyses.score_drivers import score_drivers
        from metrics.asking import ask

        metric = SURVEYS[0]
        if not isinstance(opened.catalog.bound.get(metric), Aggregate):
            return NotKnown("no_data", f"the metric {metric} is no score that people give")

        def found() -> ScoreDrivers:
            warehouse, catalog = opened.warehouse, opened.catalog
            asked = ask(warehouse, catalog, scope, [metric], "all", (), span.start, span.end, dict(where))
            return score_drivers(warehouse, catalog, asked, metric)

        return or_why(found)

    return cache.remembered(("drivers", load.version, load.catalog, scope, span, where), compute)


def voices(load: Load, scope: Scope, choice: Choice, unhappy: bool) -> tuple[Voice, ...] | NotKnown:
    """What customers wrote, the newest first; people's words, so kept no longer than the run that shows them."""
    from metrics.analyses.answers import voices as said

    warehouse, where = cache.opened(load).warehouse, dict(choice.where)
    return or_why(lambda: said(warehouse, scope, choice.period, where, unhappy))
