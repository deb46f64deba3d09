"""`scorecard forecast`: where a metric will be, and the chance that it meets its goal."""

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
@click.argument("name", metavar="METRIC")
@click.option("--months", type=click.IntRange(1, 24), default=6, show_default=True, help="How many months ahead.")
@click.option("--goal-by", metavar="MONTH", help="The month the goal is to be met in; the last one shown if left out.")
@where_option
@form_option("text", "json")
def forecast(
    folder: Path, as_of: str | None, name: str, months: int, goal_by: str | None,
    where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """The months ahead with bands, the method and its past error, and the chance of meeting the goal."""
    from dashboard.printing import forecast as printing_forecast
    from metrics.analyses.forecasting import look_ahead
    from metrics.asking import known_metric
    from metrics.period import parse_period
    from metrics.scope import Scope

    warehouse = open_warehouse_of(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = read_catalog_of(folder, calendar)
    definition = known_metric(catalog, name)
    month = parse_period(goal_by, calendar) if goal_by else None
    found = look_ahead(warehouse, catalog, Scope.everything(), name, months, month, grouped(where),
                       day(as_of, calendar))  # fmt: skip
    click.echo(printing_forecast.forecast(found, definition, warehouse.facts, form))
