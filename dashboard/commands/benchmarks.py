"""`scorecard benchmarks`: own values beside those of competitors and industries."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.commands.options import (
    as_of_option,
    day,
    form_option,
    grouped,
    open_warehouse_of,
    read_catalog_of,
    read_workspace,
    where_option,
    workspace_option,
)


@click.command()
@workspace_option
@as_of_option
@click.argument("metric", required=False)
@click.option("--period", "period_text", help="Like 2016-05 or 2016-Q2; the last complete month if left out.")
@where_option
@form_option("text", "json")
def benchmarks(
    folder: Path, as_of: str | None, metric: str | None, period_text: str | None,
    where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """Own values beside what competitors and industries have published, on the same scale only."""
    from dashboard.printing import benchmarks as printing_benchmarks
    from metrics.analyses.benchmarks import compare
    from metrics.period import parse_period
    from metrics.scope import Scope
    from metrics.screen import default_period

    warehouse = open_warehouse_of(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = read_catalog_of(folder, calendar)
    until = day(as_of, calendar)
    period = parse_period(period_text, calendar) if period_text else default_period(warehouse, until=until)
    found = compare(warehouse, catalog, Scope.everything(), period, metric, grouped(where), until)
    click.echo(printing_benchmarks.benchmarks(found, warehouse.facts, form))
