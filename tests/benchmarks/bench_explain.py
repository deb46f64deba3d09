"""How long a change explained takes beside the SQL it runs, and the drivers of 100,000 answers from rows to bars.

Over 5 M orders: the mean order of two halves of the data by region, from facts. Bars: 1.5 × its SQL; 3 s.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable

from data_checks.warehouse.contract import Warehouse
from metrics.analyses.explain import explain
from metrics.analyses.score_drivers import score_drivers
from metrics.asking import ask
from metrics.catalog import Catalog
from metrics.language.bound import ModelOf
from metrics.language.kinds import measured
from metrics.period import parse_period
from metrics.scope import Scope
from metrics.sql.scans import scans_of

RUNS = 7
ANSWERS = 116_000
"""So many that 100,000 are left with every driver known."""
EXPLAINED = ("order_value", "2026", "2025", "region")
"""Two whole years of three: what is explained reads most of the rows."""


def main(facts: Warehouse, catalog: Catalog) -> None:
    """`facts`: a warehouse that answers from its facts alone."""
    metric, now, then, by = EXPLAINED
    calendar = facts.facts.calendar
    period, against = parse_period(now, calendar), parse_period(then, calendar)
    question = ask(facts, catalog, Scope.everything(), [metric], "year", (), period.start, period.end)
    both = ask(facts, catalog, Scope.everything(), [metric], "year", (by,), against.start, period.end)
    items = [item for item in measured(catalog.bound[metric]) if not isinstance(item, ModelOf)]
    statements = [scan.statement for scan, _ in scans_of(items, both, facts)]
    sql, ours = _medians(
        lambda: [facts.read(statement) for statement in statements],
        lambda: explain(facts, catalog, question, metric, against, by),
    )
    found = explain(facts, catalog, question, metric, against, by)
    assert found.how == "mix_and_rate"
    rows = facts.facts.tables["orders"].rows
    print(f"explain, {rows:,} orders: {ours:.1f} ms, its SQL {sql:.1f} ms: {ours / sql:.2f}× (bar 1.50×)")
    _drivers(facts, catalog)


def _drivers(facts: Warehouse, catalog: Catalog) -> None:
    last = facts.facts.as_of_day + dt.timedelta(days=1)
    table = facts.facts.tables["survey_responses"]
    assert table.first_day is not None
    days = (last - table.first_day).days * ANSWERS // table.rows + 1
    start = max(table.first_day, last - dt.timedelta(days=days))
    question = ask(facts, catalog, Scope.everything(), ["satisfied"], "all", (), start, last)
    (taken,) = _medians(lambda: score_drivers(facts, catalog, question, "satisfied"))
    found = score_drivers(facts, catalog, question, "satisfied")
    assert found.service is not None
    told = f"{found.service.n:,} answers × {len(found.service.drivers)}"
    print(f"drivers from rows to bars, {told}: {taken / 1000:.2f} s (bar 3 s)")


def _medians(*works: Callable[[], object]) -> list[float]:
    """Milliseconds of each, run in turns."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for place, work in enumerate(works):
            begun = time.perf_counter()
            work()
            taken[place].append((time.perf_counter() - begun) * 1000)
    return [statistics.median(times) for times in taken]
