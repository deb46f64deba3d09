"""One screen's worth of numbers: the scorecard of a period with its comparison and trend, in as few scans as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from data_checks.calendar import Calendar
from data_checks.contract import contracts
from data_checks.errors import RequestError, did_you_mean
from data_checks.warehouse.contract import Warehouse
from metrics.asking import as_of, ask, cannot_cut
from metrics.catalog import Catalog
from metrics.definition import PERSPECTIVES, MetricDefinition, PerspectiveId
from metrics.evaluate import evaluate
from metrics.goals.holding import Extent, extent_of, goals_for, held_at
from metrics.organisation import organisation
from metrics.period import Duration, Grain, Period, parse_period, period_at, shifted, spine, step
from metrics.result import MetricResult, State
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard, make_branch, make_card, make_scorecard

TREND = 13
"""Periods in a trend: a year and the same month before it."""


def periods_of(warehouse: Warehouse, grain: Grain = "month", until: dt.date | None = None) -> tuple[Period, ...]:
    """Every period the loaded data touch, oldest first; the last may be unfinished."""
    reach = as_of(warehouse.facts, until)
    days = [facts.first_day for facts in warehouse.facts.tables.values() if facts.first_day is not None]
    return spine(min([*days, reach.day]), reach.end, grain, warehouse.facts.calendar)


def offered_periods(warehouse: Warehouse, grain: Grain = "month", until: dt.date | None = None) -> tuple[Period, ...]:
    """Those from the first in which something happened, oldest first: a register reaches back further than numbers."""
    known = contracts()
    happened = [
        facts.first_day
        for name, facts in warehouse.facts.tables.items()
        if facts.first_day is not None and facts.rows and name in known and not known[name].register
    ]
    first = min(happened, default=None)
    reach = as_of(warehouse.facts, until)
    if first is not None and first > reach.day:
        return ()
    return tuple(period for period in periods_of(warehouse, grain, until) if first is None or period.end > first)


def default_period(warehouse: Warehouse, grain: Grain = "month", until: dt.date | None = None) -> Period:
    """The last complete period; the running one when none is complete."""
    reach = as_of(warehouse.facts, until)
    periods = periods_of(warehouse, grain, until)
    complete = [period for period in periods if reach.completes(period)]
    return complete[-1] if complete else periods[-1]


def before(period: Period, by: int = 1) -> Period:
    """The period `by` steps earlier, of the same grain."""
    return shifted(period, -by)


def beside(period: Period, against: str, calendar: Calendar) -> Period:
    """The period a board is compared with: `previous` (also for `goal`), `last-year`, or one that is named.

    Raises RequestError for another grain: a month beside a quarter would be no like-for-like.
    """
    if against in ("previous", "goal"):
        return before(period)
    if against == "last-year":
        is_week = period.grain == "week"
        day = Duration(1, "year").before(period.start)
        return before(period, 52) if is_week else period_at(day, period.grain, calendar)
    other = parse_period(against, calendar)
    if other.grain != period.grain:
        raise RequestError(f"'{against}' is a {other.grain} and the board a {period.grain}; compare like with like.")
    if other.start >= period.start:
        raise RequestError(f"'{against}' does not lie before the board's period; name an earlier one.")
    return other


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
    where = where or {}
    _check_slices(where)
    screen = Screen(warehouse, catalog, scope, period, against or before(period), until)
    by_scope = () if scope.teams is None else ("team",)  # what names no team is nobody's of some teams
    uncut = screen.uncut([*where, *by_scope])
    cut = [name for name in screen.names if name not in uncut]
    results = screen.results(cut, (), where)
    uncut |= screen.unnamed(results, where)
    return screen.board(results, uncut, where)


class Screen:
    """The numbers of one period beside another, and how they become cards; shared by one board and a cascade."""

    def __init__(
        self,
        warehouse: Warehouse,
        catalog: Catalog,
        scope: Scope,
        period: Period,
        against: Period,
        until: dt.date | None,
    ) -> None:
        self.warehouse, self.catalog, self.scope = warehouse, catalog, scope
        self.period, self.against, self.until = period, against, until
        self.reach = as_of(warehouse.facts, until)
        self.placed = {name: place for name in catalog.metrics if (place := _perspective(catalog, name)) is not None}
        self.names = tuple(self.placed)
        self.organisation = organisation(warehouse, scope)
        self._unnamed: dict[tuple[str, str], str] = {}
        """By metric and slice: why what it counts says nothing of any value; '' when it does."""

    def uncut(self, slices: Iterable[str]) -> dict[str, str]:
        """The metrics that cannot be cut by these slices, and why."""
        bound = self.catalog.bound
        return {name: lack for name in self.names if (lack := cannot_cut(self.warehouse, bound[name], slices))}

    def unnamed(self, results: Mapping[str, Sequence[MetricResult]], slices: Iterable[str]) -> dict[str, str]:
        """Metrics that are empty here and have a value for the whole, but of whose rows none names what is filtered by:
        nothing is known of a team there, which is not the same as nothing having happened."""
        metrics = self.catalog.metrics
        empty = [name for name, found in results.items() if _is_empty(found, self.period, metrics[name])]
        lacking = {(name, slice_): self._why_unnamed(empty, name, slice_) for slice_ in slices for name in empty}
        return {name: why for (name, _), why in lacking.items() if why}

    def _why_unnamed(self, names: Sequence[str], name: str, slice_: str) -> str:
        """Asked of all `names` at once, and once for a slice whatever its value."""
        if (name, slice_) not in self._unnamed:
            span = (self.period.start, self.period.end)
            question = ask(self.warehouse, self.catalog, self.scope, names, "all", (slice_,), *span, None, self.until)
            for one, found in evaluate(self.warehouse, self.catalog, question, names).items():
                known = [result for result in found if result.value is not None]
                is_lacking = bool(known) and all(result.slices[slice_] is None for result in known)
                self._unnamed[one, slice_] = f"what it counts names no {slice_}" if is_lacking else ""
        return self._unnamed[name, slice_]

    def results(
        self,
        names: Sequence[str],
        by: tuple[str, ...],
        where: Mapping[str, Sequence[str | None]],
        trend: int = TREND,
    ) -> Mapping[str, tuple[MetricResult, ...]]:
        """Every period a card needs: those of the trend, the one compared with, and the newest ripe one."""
        if not names:
            return {}
        period = self.period
        first = periods_of(self.warehouse, period.grain, self.until)[0].start
        begin = min(self.against.start, step(period.start, period.grain, -trend)) - _ripening(self.catalog, names)
        start = min(period.start, max(first, begin))
        question = ask(
            self.warehouse, self.catalog, self.scope, names, period.grain, by, start, period.end, where, self.until
        )
        return evaluate(self.warehouse, self.catalog, question, names)

    def board(
        self,
        results: Mapping[str, tuple[MetricResult, ...]],
        uncut: Mapping[str, str],
        where: Mapping[str, Sequence[str | None]],
    ) -> Scorecard:
        """`results` as cards of a whole, or of the part of it that a filter leaves."""
        extent = extent_of(where, self.scope, self.organisation)
        cards = {name: self._card(name, results.get(name, ()), uncut.get(name), extent) for name in self.names}
        branches = []
        for perspective in PERSPECTIVES:
            here = [cards[name] for name in self.names if self.placed[name] == perspective]
            objectives = [one for one in self.catalog.strategy.objectives if one.perspective == perspective]
            branches.append(make_branch(perspective, here, objectives))
        return make_scorecard(self.period, self.against, self.reach.completes(self.period), branches, extent.slices)

    def _card(
        self,
        name: str,
        found: Sequence[MetricResult],
        lack: str | None,
        extent: Extent,
    ) -> Card:
        period, whole = self.period, self.reach.completes(self.period)
        metric, bound = self.catalog.metrics[name], self.catalog.bound[name]
        by_start = {result.period.start: result for result in found}
        if lack is not None or period.start not in by_start:
            definition, _ = goals_for(metric, bound, period, extent)
            state: State = "no_data" if lack is None else "not_provided"
            absent = MetricResult(name, period, None, state, complete=whole, reason=lack or "", slices=extent.slices)
            return make_card(definition, absent, None, ())
        shown = _newest_ripe(by_start[period.start], found)
        earlier = None
        if self.reach.completes(shown.period):
            earlier = by_start.get(_as_far_before(shown.period, period, self.against))
        trend = [result for result in found if result.complete and result.state != "unripe"][-TREND:]
        calendar = self.warehouse.facts.calendar
        then = None if earlier is None else held_at(metric, bound, earlier, extent, self.reach, calendar)[0]
        definition, pace, misfit = held_at(metric, bound, shown, extent, self.reach, calendar)
        shown = replace(shown, reason=shown.reason or misfit)
        return make_card(definition, shown, earlier, trend, period, pace, then)


def _perspective(catalog: Catalog, name: str) -> PerspectiveId | None:
    """Where a metric stands on the board: with its objective, else where its definition says."""
    objective = catalog.strategy.by_metric.get(name)
    return objective.perspective if objective else catalog.metrics[name].perspective


def _is_empty(found: Sequence[MetricResult], period: Period, definition: MetricDefinition) -> bool:
    """Whether nothing was counted in the period; a zero that fills in for it says no more than no data does."""
    here = next((result for result in found if result.period.start == period.start), None)
    return here is not None and (here.state == "no_data" or (definition.fills_zero and not here.n))


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
