"""`make bench`: what an answer costs beside hand-written SQL, in ratios of one run; the table of docs/benchmarks.md.

The generator and the hand-written SQL are not ours: they stand in the folder that $SCORECARD_BENCH names.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from duckdb_sqlalchemy import Dialect
from rich.console import Console
from rich.table import Table

from data_checks.contract import contracts
from data_checks.warehouse import open_warehouse
from data_checks.warehouse.contract import Warehouse
from metrics.asking import ask
from metrics.catalog import Catalog, read_catalog
from metrics.evaluate import evaluate
from metrics.language.bound import Aggregate, Item, Products, leaves
from metrics.language.kinds import measured
from metrics.prepare import prepare
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.screen import TREND, before, build_scorecard, default_period
from metrics.sql.rollup import is_additive
from metrics.sql.scans import scans_of
from tests.benchmarks import bench_catalog, bench_demo, bench_explain, bench_lifetimes, bench_load
from tests.benchmarks.company import publish_company

DEFINITIONS = Path(__file__).parent / "definitions"
RUNS = 7
IN_PERCENT = ("csat_t2b_by_team", "retention_m1", "csat_rolling3_by_team")
"""Metrics whose hand-written SQL gives percent where ours gives a fraction."""
ENDED = ("retention_m1",)
"""Metrics whose hand-written SQL leaves out what has not ended."""


@dataclass(frozen=True)
class Hand:
    """One query of queries.sql: its keys after the month, its tolerance, its text."""

    name: str
    by: tuple[str, ...]
    tolerance: float
    sql: str


class FromFacts:
    """The warehouse as if nothing had been prepared with its load."""

    prepared = ""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse

    def __getattr__(self, name: str) -> object:
        return getattr(self.warehouse, name)


def main() -> None:
    """Print the tables. Arguments: the scale (1 is 5 M orders), and a folder to keep the data in."""
    given = os.environ.get("SCORECARD_BENCH", "")
    if not (Path(given) / "queries.sql").is_file():
        sys.exit("SCORECARD_BENCH is not set to the folder with gen_bench.py and queries.sql; nothing was measured.")
    scale, folder = float(os.environ.get("SCALE", "1")), Path(os.environ.get("BENCH_FOLDER", ".bench"))
    generated, workspace = _data(Path(given), folder, scale)
    catalog = read_catalog(DEFINITIONS)
    warehouse = open_warehouse(workspace / "var")
    facts: Warehouse = FromFacts(warehouse)  # type: ignore[assignment]
    console = Console(width=118)
    rows = ", ".join(
        f"{warehouse.facts.tables[name].rows:,} {name}" for name in ("orders", "tickets", "survey_responses")
    )
    console.print(f"{rows}; DuckDB {duckdb.__version__}, {os.cpu_count()} cores; medians of {RUNS} interleaved runs")
    with duckdb.connect(str(generated), read_only=True) as hand:
        console.print(_beside_hand(hand, warehouse, facts, catalog, _queries(Path(given) / "queries.sql")))
    console.print(_screen(warehouse, facts, catalog))
    console.print(_compiling(warehouse, catalog))
    bench_catalog.main()
    bench_load.main(generated)
    bench_demo.main()
    bench_lifetimes.main()
    bench_explain.main(facts, catalog)


def _data(given: Path, folder: Path, scale: float) -> tuple[Path, Path]:
    """The generated database and the workspace published from it; made once per scale."""
    generated, workspace = folder / f"generated-{scale:g}.duckdb", folder / f"workspace-{scale:g}"
    folder.mkdir(exist_ok=True)
    if not generated.exists():
        subprocess.run([sys.executable, given / "gen_bench.py", "--db", generated, "--scale", str(scale)], check=True)
    catalog = read_catalog(DEFINITIONS)
    workspace.mkdir(exist_ok=True)
    began = time.perf_counter()
    publish_company(generated, workspace, lambda version: prepare(version, catalog))
    print(f"published with everything prepared in {time.perf_counter() - began:.0f} s")
    return generated, workspace


def _queries(path: Path) -> list[Hand]:
    found = []
    for block in re.split(r"(?m)^-- name: ", path.read_text(encoding="utf-8"))[1:]:
        name, body = block.split("\n", 1)
        keys, tolerance = (re.search(rf"-- {what}: (.*)", body) for what in ("keys", "tol"))
        assert keys
        assert tolerance
        sql = "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")
        found.append(Hand(name.strip(), tuple(keys[1].split(",")[1:]), float(tolerance[1]), sql))
    return [query for query in found if not query.name.startswith(("alt_", "fused_"))]


def _timed(*works: Callable[[], object]) -> list[float]:
    """Median milliseconds of each, run in turns so that noise hits all alike."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for place, work in enumerate(works):
            began = time.perf_counter()
            work()
            taken[place].append((time.perf_counter() - began) * 1000)
    return [statistics.median(times) for times in taken]


def _results(warehouse: Warehouse, catalog: Catalog, metric: str, by: tuple[str, ...]) -> Sequence[MetricResult]:
    question = ask(warehouse, catalog, Scope.everything(), [metric], "month", by)
    return evaluate(warehouse, catalog, question, [metric])[metric]


def _beside_hand(
    hand: duckdb.DuckDBPyConnection, warehouse: Warehouse, facts: Warehouse, catalog: Catalog, queries: list[Hand]
) -> Table:
    table = Table("metric", "rows", "equal", "hand SQL", "from facts", "ratio", "prepared", "ratio", title="One metric")
    ratios = []
    for query in queries:
        name, by = query.name, query.by
        times = _timed(
            lambda sql=query.sql: hand.execute(sql).fetchall(),  # type: ignore[misc]
            lambda name=name, by=by: _results(facts, catalog, name, by),  # type: ignore[misc]
            lambda name=name, by=by: _results(warehouse, catalog, name, by),  # type: ignore[misc]
        )
        wanted = {tuple(row[:-1]): float(row[-1]) for row in hand.execute(query.sql).fetchall() if row[-1] is not None}
        equal = all(_equals(_results(source, catalog, name, by), query, wanted) for source in (facts, warehouse))
        shown = [f"{times[0]:.1f} ms", f"{times[1]:.1f} ms", f"{times[1] / times[0]:.2f}×", f"{times[2]:.1f} ms"]
        table.add_row(name, f"{len(wanted):,}", "yes" if equal else "NO", *shown, f"{times[2] / times[0]:.2f}×")
        ratios.append((times[1] / times[0], times[2] / times[0]))
    for what, choose in (("median", statistics.median), ("worst", max)):
        both = [choose(ratio[place] for ratio in ratios) for place in (0, 1)]
        table.add_row(what, "", "", "", "", f"{both[0]:.2f}×", "", f"{both[1]:.2f}×")
    return table


def _equals(ours: Sequence[MetricResult], query: Hand, wanted: dict[tuple[Any, ...], float]) -> bool:
    """Whether every row of the hand-written answer has our value, within its tolerance."""
    scale = 100 if query.name in IN_PERCENT else 1
    found: dict[tuple[Any, ...], float] = {
        (result.period.start, *result.slices.values()): result.value * scale
        for result in ours
        if result.value is not None and not (query.name in ENDED and result.state == "unripe")
    }
    # Over no rows a sum is 0 here and null there: then the ratio is 0, and the hand-written answer has no row.
    extra = [value for key, value in found.items() if key not in wanted]
    return not any(extra) and all(
        key in found and abs(found[key] - value) <= query.tolerance * max(1.0, abs(value))
        for key, value in wanted.items()
    )


def _screen(warehouse: Warehouse, facts: Warehouse, catalog: Catalog) -> Table:
    """A whole board at once, beside one query per card."""
    own = {name: metric for name, metric in catalog.metrics.items() if metric.place.file.endswith("screen.yaml")}
    board = replace(catalog, metrics=own)
    period = default_period(warehouse)

    def at_once(source: Warehouse) -> object:
        return build_scorecard(source, board, Scope.everything(), period)

    def card_by_card() -> None:
        for name in own:
            start = before(period, TREND).start
            question = ask(facts, board, Scope.everything(), [name], "month", (), start, period.end)
            evaluate(facts, board, question, [name])

    sums = {name: metric for name, metric in own.items() if all(map(_is_added_up, measured(catalog.bound[name])))}
    only_sums = replace(catalog, metrics=sums)
    times = _timed(
        card_by_card,
        lambda: at_once(facts),
        lambda: at_once(warehouse),
        lambda: build_scorecard(warehouse, only_sums, Scope.everything(), period),
    )
    told = (
        "one query per card, from facts",
        "all at once, from facts",
        "all at once, as prepared with the load",
        f"… the {len(sums)} that can be added up, from rollups",
    )
    table = Table("a board", "time", "ratio", title=f"{len(own)} metrics × {TREND + 1} months")
    for what, taken in zip(told, times, strict=True):
        table.add_row(what, f"{taken:.1f} ms", f"{taken / times[0]:.3f}×")
    return table


def _is_added_up(item: Item) -> bool:
    return isinstance(item, Aggregate | Products) and is_additive(item)


def _compiling(warehouse: Warehouse, catalog: Catalog) -> Table:
    """From what a board asks to the SQL that is run."""
    dialect, last = Dialect(), default_period(warehouse)
    first = before(last, TREND).start

    def compiled(name: str) -> None:
        question = ask(warehouse, catalog, Scope.everything(), [name], "month", (), first, last.end)
        for scan, _ in scans_of(leaves(catalog.bound[name]), question, warehouse):
            scan.statement.compile(dialect=dialect)

    times = {name: _timed(lambda name=name: compiled(name))[0] for name in catalog.bound}  # type: ignore[misc]
    table = Table("compiling a metric", "time", title=f"{len(times)} metrics, {len(contracts())} contracts")
    slowest = max(times, key=lambda name: times[name])
    table.add_row("median", f"{statistics.median(times.values()):.2f} ms")
    table.add_row(f"slowest ({slowest})", f"{times[slowest]:.2f} ms")
    return table


if __name__ == "__main__":
    main()
