"""Own values beside those that competitors and industries have published, on the same scale only.

The rows of `benchmarks` are nobody's and never sliced; the own value is the reader's, under a Scope and a filter. What
cannot be compared (another scale, a percent above 1) is refused with its reason, never converted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

from data_checks.errors import RequestError, did_you_mean
from data_checks.warehouse.contract import Warehouse
from metrics.asking import as_of, ask, cannot_cut, known_metric
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.evaluate import evaluate
from metrics.goals import written as goals
from metrics.language.kinds import kind_of
from metrics.period import Period
from metrics.result import Kind, MetricResult
from metrics.scope import Scope
from metrics.stats import intervals

TABLE = "benchmarks"
Verdict = Literal["better", "worse", "too_close", "none"]
"""Where we stand beside somebody; none: no own value, or no goal that says which direction is better."""


@dataclass(frozen=True)
class BenchmarkRow:
    """One published value, in its metric's unit (percent as a fraction, points −100…100). `n`: people asked."""

    benchmark_id: str
    metric: str
    competitor: str | None
    industry: str | None
    period_start: dt.date
    value: float
    n: int | None = None
    scale: str | None = None
    source: str | None = None
    retrieved_on: dt.date | None = None

    @property
    def of(self) -> tuple[str | None, str | None, str | None]:
        """Whose series it continues."""
        return self.competitor, self.industry, self.scale


@dataclass(frozen=True)
class Refused:
    """A row that is not compared, and why, as a clause."""

    row: BenchmarkRow
    why: str


@dataclass(frozen=True)
class Rival:
    """A competitor or an industry at the end of the period.

    `row`: the newest published by then. low, high: 95 % of its value, from its n; None: it counts as exact. `widest`:
    the ends are the widest its n allows, as the parts of an NPS are not published. gap: ours minus theirs, in the unit
    of the metric, with its 95 %. `trend`: what was published before, oldest first.
    """

    row: BenchmarkRow
    low: float | None = None
    high: float | None = None
    widest: bool = False
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    verdict: Verdict = "none"
    trend: tuple[BenchmarkRow, ...] = ()


@dataclass(frozen=True)
class Place:
    """Our place among all `of`, ourselves included: as the values say, and how good and bad it may truly be."""

    place: int
    of: int
    best: int
    worst: int

    @property
    def is_sure(self) -> bool:
        return self.best == self.worst


@dataclass(frozen=True)
class Comparison:
    """One metric beside its rivals, the best first. `place` counts competitors, or industries where there is no
    competitor; None without an own value or a goal."""

    definition: MetricDefinition
    own: MetricResult
    rivals: tuple[Rival, ...] = ()
    refused: tuple[Refused, ...] = ()
    place: Place | None = None


@dataclass(frozen=True)
class Benchmarks:
    """`refused`: rows of metrics that nobody compares. `missing`: why there is nothing at all, as a clause."""

    period: Period
    where: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    refused: tuple[Refused, ...] = ()
    missing: str = ""


def compare(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    period: Period,
    metric: str | None = None,
    where: Mapping[str, Sequence[str | None]] | None = None,
    until: dt.date | None = None,
) -> Benchmarks:
    """Every metric with a `benchmark:`, or the one named, beside what others have published by the period's end.

    `where` filters the own value; `until` is how far the data are looked at. Raises RequestError with a next step for
    a metric that does not exist or has no benchmark, and for a slice that none of them can be cut by.
    """
    names = _benchmarked(catalog, metric)
    rows = read_rows(warehouse)
    if rows is None:
        return Benchmarks(period, where or {}, missing=f"no source provides {TABLE}")
    end = min(period.end, as_of(warehouse.facts, until).end)
    published = [row for row in rows if row.period_start < end]
    own = _own_values(warehouse, catalog, scope, period, names, where or {}, until)
    held = [goals.at(catalog.metrics[name], period.start) for name in names]
    comparisons = tuple(beside(one, kind_of(catalog.bound[one.metric]), own[one.metric], published) for one in held)
    compared = {one.benchmark.metric for one in held if one.benchmark}
    strange = [one for one in refused_rows(published, catalog.metrics) if one.row.metric not in compared]
    return Benchmarks(period, where or {}, comparisons, () if metric else tuple(strange))


def read_rows(warehouse: Warehouse) -> tuple[BenchmarkRow, ...] | None:
    """Every row of `benchmarks`, oldest first; None when no source provides the table."""
    facts = warehouse.facts.tables.get(TABLE)
    if facts is None or not facts.provided:
        return None
    table = warehouse.table(TABLE)
    columns = [table.c[one.name] for one in fields(BenchmarkRow)]
    statement = table.select().with_only_columns(*columns).order_by(table.c.period_start, table.c.benchmark_id)
    return tuple(BenchmarkRow(**row._asdict()) for row in warehouse.read(statement))


def refused_rows(rows: Iterable[BenchmarkRow], metrics: Mapping[str, MetricDefinition]) -> tuple[Refused, ...]:
    """The rows that no metric may be compared with, and why: nobody's metric, another scale, no possible value."""
    using: dict[str, list[MetricDefinition]] = {}
    for metric in metrics.values():
        if metric.benchmark is not None:
            using.setdefault(metric.benchmark.metric, []).append(metric)
    found = []
    for row in rows:
        if row.metric not in using:
            found.append(Refused(row, _of_nobody(row, metrics, using)))
            continue
        reasons = [why_refused(row, metric) for metric in using[row.metric]]
        if all(reasons):
            found.append(Refused(row, reasons[0]))
    return tuple(found)


def _of_nobody(row: BenchmarkRow, metrics: Mapping[str, MetricDefinition], using: Iterable[str]) -> str:
    if row.metric in metrics:
        asked = f"benchmark: {{metric: {row.metric}, scale: {row.scale or '…'}}}"
        return f"{row.metric} has no `{asked}` in its definition; not compared"
    return f"no metric is held against '{row.metric}'; not compared.{did_you_mean(row.metric, {*metrics, *using})}"


def why_refused(row: BenchmarkRow, metric: MetricDefinition) -> str:
    """Why the row cannot stand beside the metric, as a clause; '' when it can. The row is of the metric's benchmark."""
    assert metric.benchmark is not None
    wanted = metric.benchmark.scale
    if row.scale is None:
        return f"without a scale; {metric.metric} is on '{wanted}'; not compared"
    if row.scale != wanted:
        return f"on scale '{row.scale}'; {metric.metric} is on '{wanted}'; not compared"
    low, high = metric.bounds
    if (low is None or row.value >= low) and (high is None or row.value <= high):
        return ""
    how = {"percent": "a percent is a fraction from 0 to 1", "points": "points go from -100 to 100"}
    return f"{row.value:g} is no possible value: {how.get(metric.unit, f'{metric.unit} are 0 or more')}; not compared"


def beside(metric: MetricDefinition, kind: Kind, own: MetricResult, published: Iterable[BenchmarkRow]) -> Comparison:
    """One own value beside the rows published by then (oldest first). Pure."""
    assert metric.benchmark is not None
    series: dict[tuple[str | None, str | None, str | None], list[BenchmarkRow]] = {}
    refused: dict[tuple[str | None, ...], Refused] = {}
    for row in (row for row in published if row.metric == metric.benchmark.metric):
        if why := why_refused(row, metric):
            refused[*row.of, why] = Refused(row, why)  # the newest of a series is enough
        else:
            series.setdefault(row.of, []).append(row)
    rivals = [_rival(metric, kind, own, rows) for rows in series.values()]
    sign = -1 if metric.higher_is_better is False else 1
    rivals.sort(key=lambda rival: -sign * rival.row.value)
    return Comparison(metric, own, tuple(rivals), tuple(refused.values()), _place(metric, own, rivals))


def _rival(metric: MetricDefinition, kind: Kind, own: MetricResult, rows: Sequence[BenchmarkRow]) -> Rival:
    row, ends = rows[-1], _ends(rows[-1], kind)
    low, high = ends or (None, None)
    widest, trend = kind == "nps" and ends is not None, tuple(rows[:-1])
    if own.value is None:
        return Rival(row, low, high, widest, trend=trend)
    gap, spread = own.value - row.value, None
    ours = None if own.low is None or own.high is None else (own.low, own.high)
    if ours or ends:
        spread = intervals.mover(row.value, ends or (row.value, row.value), own.value, ours or (own.value, own.value))
    gap_low, gap_high = spread or (None, None)
    return Rival(row, low, high, widest, gap, gap_low, gap_high, _verdict(metric, gap, spread), trend)


def _ends(row: BenchmarkRow, kind: Kind) -> intervals.Interval | None:
    """95 % of a published value from its n. An NPS of which only the score is known is given the most spread it can
    have: nobody passive."""
    if row.n is None:
        return None
    if kind == "proportion":
        return intervals.wilson(row.value * row.n, row.n)
    if kind != "nps":
        return None
    promoters = (100 + row.value) / 200 * row.n
    ends = intervals.nps(promoters, row.n - promoters, row.n)
    return None if ends is None else (100 * ends[0], 100 * ends[1])


def _verdict(metric: MetricDefinition, gap: float, spread: intervals.Interval | None) -> Verdict:
    if metric.higher_is_better is None:
        return "none"
    if gap == 0 or (spread is not None and spread[0] <= 0 <= spread[1]):
        return "too_close"
    return "better" if (gap > 0) == metric.higher_is_better else "worse"


def _place(metric: MetricDefinition, own: MetricResult, rivals: Sequence[Rival]) -> Place | None:
    """An industry's value is a mean of many and takes no place among competitors."""
    if own.value is None or metric.higher_is_better is None:
        return None
    ranked = [rival for rival in rivals if rival.row.competitor is not None] or list(rivals)
    if not ranked:
        return None
    sign = 1 if metric.higher_is_better else -1
    ahead = sum(rival.gap is not None and sign * rival.gap < 0 for rival in ranked)
    surely = sum(rival.verdict == "worse" for rival in ranked)
    perhaps = sum(rival.verdict in ("worse", "too_close") for rival in ranked)
    return Place(1 + ahead, 1 + len(ranked), 1 + surely, 1 + perhaps)


def _benchmarked(catalog: Catalog, metric: str | None) -> tuple[str, ...]:
    if metric is None:
        return tuple(name for name, definition in catalog.metrics.items() if definition.benchmark is not None)
    if known_metric(catalog, metric).benchmark is None:
        raise RequestError(
            f"'{metric}' has no benchmark; add `benchmark: {{metric: {metric}, scale: …}}` to its definition."
        )
    return (metric,)


def _own_values(
    warehouse: Warehouse,
    catalog: Catalog,
    scope: Scope,
    period: Period,
    names: Sequence[str],
    where: Mapping[str, Sequence[str | None]],
    until: dt.date | None,
) -> dict[str, MetricResult]:
    """The result of each metric; one that the filter cannot cut has none, unless none can: then that is an error."""
    lacks = {name: cannot_cut(warehouse, catalog.bound[name], where) for name in names}
    cut = [name for name in names if not lacks[name]] or list(names)
    if not cut:
        return {}
    question = ask(warehouse, catalog, scope, cut, period.grain, (), period.start, period.end, where, until)
    found = evaluate(warehouse, catalog, question, cut)
    absent = {
        name: MetricResult(name, period, None, "not_provided", reason=lack) for name, lack in lacks.items() if lack
    }
    return {**absent, **{name: results[0] for name, results in found.items()}}
