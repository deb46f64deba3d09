"""`scorecard worth` and `attribution`: what a rating goes with, and whom an answer is put down to."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import (
    as_of_option,
    day,
    form_option,
    read_catalog_of,
    read_workspace,
    span_options,
    workspace_option,
)

if TYPE_CHECKING:
    from metrics.analyses.point_value import By


@click.command()
@workspace_option
@as_of_option
@click.option("--days", type=int, default=90, show_default=True, help="How long after the rating to look.")
@click.option("--by", type=click.Choice(["segment"]), help="Each segment of customers on its own.")
@form_option("text", "json")
def worth(folder: Path, as_of: str | None, days: int, by: By | None, form: str) -> None:
    """What a point of satisfaction is worth: who buys again soon after a rating, and the margin they bring."""
    from dashboard.printing import worth as printing_worth
    from data_checks.warehouse import open_warehouse
    from metrics.analyses.point_value import point_value
    from metrics.scope import Scope

    with contextlib.closing(open_warehouse(read_workspace(folder))) as warehouse:
        calendar = warehouse.facts.calendar
        catalog = read_catalog_of(folder, calendar)
        found = point_value(warehouse, catalog, Scope.everything(), days, by, day(as_of, calendar))
    click.echo(printing_worth.worth(found, warehouse.facts, form))


@click.command()
@workspace_option
@as_of_option
@click.argument("metric", default="csat")
@span_options
@form_option("text", "json")
def attribution(folder: Path, as_of: str | None, metric: str, start: str | None, end: str | None, form: str) -> None:
    """Satisfaction per agent by whom an answer is put down to, and whose status turns with that choice."""
    from dashboard.printing import attribution as printing_attribution
    from data_checks.warehouse import open_warehouse
    from metrics.analyses.attribution import attribute
    from metrics.scope import Scope

    with contextlib.closing(open_warehouse(read_workspace(folder))) as warehouse:
        calendar = warehouse.facts.calendar
        catalog = read_catalog_of(folder, calendar)
        span = day(start, calendar), day(end, calendar)
        found = attribute(warehouse, catalog, Scope.everything(), metric, *span, day(as_of, calendar))
    click.echo(printing_attribution.attribution(found, warehouse.facts, form))
