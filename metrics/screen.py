"""One screen's worth of numbers: the scorecard of a period with its comparison and trend, in as few scans as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from data_checks.contract import contracts
from data_checks.errors import RequestError, did_you_mean
from data_checks.warehouse.contract import Warehouse
from metrics import goals
from metrics.asking import as_of, ask, cannot_cut
from metrics.catalog import Catalog
from metrics.definition import PERSPECTIVES, MetricDefinition
from metrics.evaluate import evaluate
from metrics.kinds import depends_on_length, kind_of
from metrics.period import Grain, Period, shifted, spine, step
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard, make_branch, make_card, make_scorecard

GOAL_OF_A_MONTH = "the goal is for a month"
GOAL_OF_THE_WHOLE = "the goal is for the whole organisation"
TREND = 13
"""Periods in a trend: a year and the same month before it."""


def periods_of(warehouse: Warehouse, grain: Grain = "month", until: dt.date | None = None) -> tuple[Period, ...]:
    """Every period the loaded data touch, oldest first; the last may be unfinished."""
    reach = as_of(warehouse.facts, until)
    days = [facts.first_day for facts in warehouse.facts.tables.values() if facts.first_day is not None]
    return spine(min([*days, reach.day]), reach.end, grain, warehouse.facts.calendar)


def default_period(warehouse: Warehouse, grain: Grain = "month", until: dt.date | None = None) -> Period:
    """The last complete period; the running one when none is complete."""
    reach = as_of(warehouse.facts, until)
    periods = periods_of(warehouse, grain, until)
    complete = [period for period in periods if reach.completes(period)]
    return complete[-1] if complete else periods[-1]


def before(period: Period, by: int = 1) -> Period:
    """The period `by` steps earlier, of the same grain."""
    return shifted(period, -by)


def build_scorecard(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    period: Period,
    against: Period | None = None,
    where: Mapping[str, Sequence[str | None]] | None = None,
    until: dt.date | None = None,
) -> Scorecard:
    """The scorecard of `period` beside `against` (the period before, unless given).

    A metric whose tables cannot be cut by the filter is left unjudged, never shown as the company's number.
    Goals are set for months: what grows with the period has none in a quarter. They are those that hold on the
    period's first day, a filter's own before the whole organisation's.
    An unfinished period is not compared: half a month is no fall.
    """
    against = against or before(period)
    reach = as_of(warehouse.facts, until)
    on_card = [name for name, metric in catalog.metrics.items() if metric.perspective is not None]
    _check_slices(where or {})
    part = bool(where) or scope.teams is not None
    uncut = {name: lack for name in on_card if (lack := cannot_cut(warehouse, catalog.bound[name], where or {}))}
    cut = [name for name in on_card if name not in uncut]
    first = periods_of(warehouse, period.grain, until)[0].start
    begin = min(against.start, step(period.start, period.grain, -TREND)) - _ripening(catalog, cut)
    start = min(period.start, max(first, begin))
    results: dict[str, tuple[MetricResult, ...]] = {}
    if cut:
        question = ask(warehouse, catalog, scope, cut, period.grain, (), start, period.end, where, until)
        results = evaluate(warehouse, catalog, question, cut)
        empty = [name for name in cut if _is_empty(results[name], period, catalog.metrics[name])] if where else []
        uncut |= _unnamed(warehouse, catalog, scope, empty, period, where or {}, until)

    def card(name: str) -> Card:
        here = {name: values[0] for name, values in (where or {}).items() if len(values) == 1}
        definition, found = goals.at(catalog.metrics[name], period.start, here), results.get(name, ())
        own = goals.is_own(catalog.metrics[name], period.start, here)
        misfit = ""
        if period.grain != "month" and depends_on_length(catalog.bound[name]):
            misfit = GOAL_OF_A_MONTH
        elif part and not own and kind_of(catalog.bound[name]) == "total":
            misfit = GOAL_OF_THE_WHOLE  # a part of a sum is not to be held against the goal of the whole
        if misfit and definition.goal is not None:
            definition = replace(definition, red=None, goal=None, stretch=None)
            found = tuple(replace(result, reason=result.reason or misfit) for result in found)
        if name in uncut:
            lack = uncut[name]
            absent = MetricResult(name, period, None, "not_provided", complete=reach.completes(period), reason=lack)
            return make_card(definition, absent, None, ())
        by_start = {result.period.start: result for result in found}
        shown = _newest_ripe(by_start[period.start], found)
        earlier = by_start.get(_as_far_before(shown.period, period, against)) if reach.completes(shown.period) else None
        trend = [result for result in found if result.complete and result.state != "unripe"][-TREND:]
        return make_card(definition, shown, earlier, trend, period)

    branches = [
        make_branch(perspective, [card(name) for name in on_card if catalog.metrics[name].perspective == perspective])
        for perspective in PERSPECTIVES
    ]
    return make_scorecard(period, against, reach.completes(period), branches)


def _is_empty(found: Sequence[MetricResult], period: Period, definition: MetricDefinition) -> bool:
    """Whether nothing was counted in the period; a zero that fills in for it says no more than no data does."""
    here = next((result for result in found if result.period.start == period.start), None)
    return here is not None and (here.state == "no_data" or (definition.fills_zero and not here.n))


def _unnamed(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    names: Sequence[str],
    period: Period,
    where: Mapping[str, Sequence[str | None]],
    until: dt.date | None,
) -> dict[str, str]:
    """Metrics that have a value for the whole, but of whose rows none names what is filtered by: nothing is known of
    a team there, which is not the same as nothing having happened."""
    lacking: dict[str, str] = {}
    for slice_ in where if names else ():
        question = ask(warehouse, catalog, scope, names, "all", (slice_,), period.start, period.end, None, until)
        for name, found in evaluate(warehouse, catalog, question, names).items():
            known = [result for result in found if result.value is not None]
            if known and all(result.slices[slice_] is None for result in known):
                lacking[name] = f"what it counts names no {slice_}"
    return lacking


def _check_slices(where: Mapping[str, object]) -> None:
    known = {name for contract in contracts().values() for name in contract.slices}
    for name in where:
        if name not in known:
            raise RequestError(f"no table can be cut by '{name}'.{did_you_mean(name, known)}")


def _ripening(catalog: Catalog, names: Sequence[str]) -> dt.timedelta:
    """How much further back the newest ripe period of any of these metrics may lie."""
    spans = [span.about_days for name in names if (span := catalog.metrics[name].ripe_after) is not None]
    return dt.timedelta(days=max(spans, default=0))


def _newest_ripe(result: MetricResult, found: Sequence[MetricResult]) -> MetricResult:
    """The result itself, or for one too young the newest before it that is ripe; it names its own period."""
    if result.state != "unripe":
        return result
    ripe = [r for r in found if r.period.start < result.period.start and r.state not in ("unripe", "no_data")]
    return ripe[-1] if ripe else result


def _as_far_before(shown: Period, period: Period, against: Period) -> dt.date:
    """The start of the period that lies as far before `shown` as `against` lies before `period`."""
    steps = 0
    start = period.start
    while start > against.start:
        start, steps = step(start, period.grain, -1), steps + 1
    return step(shown.start, shown.grain, -steps)
