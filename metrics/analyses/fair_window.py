"""A fair comparison over the shortest of three windows in which most groups have enough to be compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from data_checks.warehouse.contract import Warehouse
from metrics.analyses.fair_groups import COMPARED, FairGroups, compare_groups
from metrics.asking import as_of, ask, cannot_cut
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.evaluate import evaluate
from metrics.language.kinds import kind_of
from metrics.language.provided import missing
from metrics.period import Period, floor, step
from metrics.question import Filter
from metrics.scope import Scope

WINDOWS = (3, 6, 12)
"""Months, the running one among them."""
_FIRST = "csat"


def main_metric(warehouse: Warehouse, catalog: Catalog, by: Iterable[str]) -> MetricDefinition | None:
    """What groups are compared by when nobody chose: satisfaction, else the share or mean of the greatest weight that
    can be cut so; None without one."""
    able = [
        definition
        for name, definition in catalog.metrics.items()
        if definition.perspective is not None
        and kind_of(catalog.bound[name]) in COMPARED
        and missing(catalog.bound[name], warehouse.facts.tables) is None
        and not cannot_cut(warehouse, catalog.bound[name], by)
    ]
    first = (one for one in able if one.metric == _FIRST)
    return next(first, max(able, key=lambda one: one.weight, default=None))


def fair_window(
    warehouse: Warehouse, catalog: Catalog, scope: Scope, metric: str, by: str, where: Iterable[Filter]
) -> tuple[Period, FairGroups]:
    """The groups of `by` up to the end of the data, or to where they are ripe, over 3, 6 or 12 months: the first
    in which at least half are compared; the last where none is."""
    calendar, ripe = warehouse.facts.calendar, catalog.metrics[metric].ripe_after
    end = ripe.before(as_of(warehouse.facts).day) if ripe else as_of(warehouse.facts).end
    this_month = floor(end - dt.timedelta(days=1), "month", calendar)
    found: list[tuple[Period, FairGroups]] = []
    for months in WINDOWS:
        span = Period(step(this_month, "month", 1 - months), end)
        question = ask(warehouse, catalog, scope, [metric], "all", (by,), span.start, span.end, dict(where))
        results = evaluate(warehouse, catalog, question, [metric])[metric]
        fair = compare_groups(results, by, catalog.metrics[metric])
        found.append((span, fair))
        if fair.groups and len(fair.groups) >= len(fair.small):
            return found[-1]
    return next(((span, fair) for span, fair in reversed(found) if fair.groups), found[-1])
