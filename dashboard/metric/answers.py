"""What a metric's page asks of the floors below by itself: why it changed, ahead, drivers, cohorts, others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import cache
from dashboard.cache import Load
from dashboard.controls import Level
from dashboard.wording import say
from metrics.drafts.drafting import Written, written
from metrics.period import Period, shifted
from metrics.scope import Scope

if TYPE_CHECKING:
    from metrics.analyses.benchmarks import Benchmarks
    from metrics.analyses.cohorts import Every, Triangle
    from metrics.analyses.explain import Explanation
    from metrics.analyses.forecasting import Outlook
    from metrics.analyses.score_drivers import ScoreDrivers
    from metrics.stats.not_known import NotKnown

DRIVER_MONTHS = 12
SECTIONS = ("forecast", "drivers", "cohorts", "beside", "definition")


def sections(load: Load, scope: Scope, level: Level) -> tuple[tuple[str, ...], str]:
    """The sections in which a metric has something to say, and what is to be said of one that only the whole
    organisation has ('': nothing)."""
    from metrics.analyses.score_drivers import is_scored

    opened, lacking, told = cache.opened(load), set(), ""
    definition = opened.catalog.metrics[level.metric]
    if not is_scored(opened.catalog.bound[level.metric]):
        lacking.add("drivers")
    kept = definition.retention
    if kept is None or not kept.of.lstrip().startswith("orders.") or kept.every not in ("month", "quarter"):
        lacking.add("cohorts")
    elif scope.teams is not None or level.where:
        lacking.add("cohorts")
        told = say("mx_cohorts_of_all")
    if definition.benchmark is None:
        lacking.add("beside")
    return tuple(name for name in SECTIONS if name not in lacking), told


def explanation(load: Load, scope: Scope, level: Level, period: Period, against: Period) -> Explanation:
    """Why it changed between two periods. Raises RequestError."""
    from metrics.analyses.explain import explain
    from metrics.asking import ask

    def compute() -> Explanation:
        warehouse, catalog = cache.opened(load).warehouse, cache.opened(load).catalog
        question = ask(
            warehouse, catalog, scope, [level.metric], period.grain, (), period.start, period.end, dict(level.where)
        )
        return explain(warehouse, catalog, question, level.metric, against)

    asked = ("explain", load.version, load.catalog, scope, level.metric, period, against, level.where)
    return cache.remembered(asked, compute)


def forecast(load: Load, scope: Scope, level: Level) -> Outlook | NotKnown:
    """The months ahead. Raises RequestError."""
    from metrics.analyses.forecasting import look_ahead

    def compute() -> Outlook | NotKnown:
        opened = cache.opened(load)
        return look_ahead(opened.warehouse, opened.catalog, scope, level.metric, where=dict(level.where))

    return cache.remembered(("forecast", load.version, load.catalog, scope, level.metric, level.where), compute)


def drivers(load: Load, scope: Scope, level: Level) -> ScoreDrivers:
    """What goes with a score in the year up to the period's end. Raises RequestError."""
    from metrics.analyses.score_drivers import score_drivers
    from metrics.asking import ask

    start, end = shifted(level.period, 1 - DRIVER_MONTHS).start, level.period.end

    def compute() -> ScoreDrivers:
        warehouse, catalog = cache.opened(load).warehouse, cache.opened(load).catalog
        question = ask(warehouse, catalog, scope, [level.metric], "all", (), start, end, dict(level.where))
        return score_drivers(warehouse, catalog, question, level.metric)

    asked = ("drivers", load.version, load.catalog, scope, level.metric, start, end, level.where)
    return cache.remembered(asked, compute)


def cohorts(load: Load, scope: Scope, every: Every) -> Triangle | NotKnown:
    """Buyers by when they first bought. Raises RequestError."""
    from metrics.analyses.cohorts import retention_triangle

    asked = ("cohorts", load.version, load.catalog, scope, every)
    return cache.remembered(asked, lambda: retention_triangle(cache.opened(load).warehouse, scope, every))


def beside(load: Load, scope: Scope, level: Level) -> Benchmarks:
    """Its own value beside those of others. Raises RequestError."""
    from metrics.analyses.benchmarks import compare

    def compute() -> Benchmarks:
        opened = cache.opened(load)
        return compare(opened.warehouse, opened.catalog, scope, level.period, level.metric, dict(level.where))

    asked = ("beside", load.version, load.catalog, scope, level.metric, level.period, level.where)
    return cache.remembered(asked, compute)


def definition(load: Load, metric: str) -> Written | None:
    """Its definition as it is written."""
    return written(cache.opened(load).catalog, metric)
