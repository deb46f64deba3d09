"""`scorecard drivers`: what goes with a score."""

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
    span_options,
    where_option,
    workspace_option,
)


@click.command()
@workspace_option
@as_of_option
@click.argument("name", metavar="METRIC")
@span_options
@where_option
@form_option("text", "json")
def drivers(
    folder: Path, as_of: str | None, name: str, start: str | None, end: str | None,
    where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """What goes with a score that people give: reply times, transfers, topics, other questions. No cause is claimed."""
    from dashboard.printing import drivers as printing_drivers
    from metrics.analyses.score_drivers import score_drivers
    from metrics.asking import ask
    from metrics.scope import Scope

    warehouse = open_warehouse_of(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = read_catalog_of(folder, calendar)
    question = ask(warehouse, catalog, Scope.everything(), [name], "all", (),
                   day(start, calendar), day(end, calendar), grouped(where), day(as_of, calendar))  # fmt: skip
    found = score_drivers(warehouse, catalog, question, name)
    click.echo(printing_drivers.drivers(found, warehouse.facts, form))
