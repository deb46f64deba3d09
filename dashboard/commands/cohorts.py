"""`scorecard cohorts`: who buys again, and how long contracts last, by when they began."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from dashboard.commands.options import (
    as_of_option,
    day,
    form_option,
    grouped,
    open_warehouse_of,
    read_workspace,
    span_options,
    where_option,
    workspace_option,
)
from data_checks.errors import RequestError

if TYPE_CHECKING:
    from metrics.analyses.cohorts import Every


@click.command()
@workspace_option
@as_of_option
@click.option("--kind", type=click.Choice(["active", "survival"]), default="active", show_default=True,
              help="active: who buys again. survival: how long contracts last.")  # fmt: skip
@click.option("--by", "every", type=click.Choice(["month", "quarter"]), help="Length of a cohort; month if left out.")
@click.option("--segment-by", "segment_by", metavar="SLICE", help="Told apart by this slice, like segment.")
@span_options
@where_option
@form_option("text", "json")
def cohorts(
    folder: Path, as_of: str | None, kind: str, every: str | None, segment_by: str | None, start: str | None,
    end: str | None, where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """Who buys again and how long contracts last. --from … --to: cohorts or contracts that began then."""
    from dashboard import wording
    from dashboard.printing import cohorts as printing_cohorts
    from dashboard.printing import survival as printing_survival
    from metrics.analyses.cohorts import retention_triangle, survival
    from metrics.scope import Scope

    if kind == "survival" and every is not None:
        raise RequestError(wording.say("ch_no_by"))
    warehouse = open_warehouse_of(read_workspace(folder))
    calendar, everybody = warehouse.facts.calendar, Scope.everything()
    began, before, until = day(start, calendar), day(end, calendar), day(as_of, calendar)
    if kind == "survival":
        curves = survival(warehouse, everybody, segment_by, began, before, grouped(where), until)
        click.echo(printing_survival.survival(curves, warehouse.facts, form))
        return
    length = cast("Every", every or "month")
    found = retention_triangle(warehouse, everybody, length, segment_by, began, before, grouped(where), until)
    click.echo(printing_cohorts.cohorts(found, warehouse.facts, form))
