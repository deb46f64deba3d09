"""`scorecard explain`: why a number changed, group by group, so that the parts sum to the change."""

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
from data_checks.errors import RequestError


@click.command()
@workspace_option
@as_of_option
@click.argument("name", metavar="METRIC")
@click.option("--period", "period_text", help="Like 2016-05 or 2016-Q2; the last complete month if left out.")
@click.option("--against", default="previous", show_default=True, metavar="previous|last-year|PERIOD",
              help="The period it changed from.")  # fmt: skip
@click.option("--by", help="The slice whose groups tell the change, like team; else team, channel or segment.")
@where_option
@form_option("text", "json")
def explain(
    folder: Path, as_of: str | None, name: str, period_text: str | None, against: str, by: str | None,
    where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """Why a metric changed between two periods, exactly: by the groups' own values and by their mix."""
    from dashboard.printing import explain as printing_explain
    from metrics.analyses.explain import explain as run_explain
    from metrics.asking import ask
    from metrics.period import parse_period
    from metrics.scope import Scope
    from metrics.screen import beside, default_period

    if against == "goal":
        raise RequestError("explain tells a change between two periods; name a period with --against, not the goal.")
    warehouse = open_warehouse_of(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = read_catalog_of(folder, calendar)
    until = day(as_of, calendar)
    period = parse_period(period_text, calendar) if period_text else default_period(warehouse, until=until)
    other = beside(period, against, calendar)
    question = ask(warehouse, catalog, Scope.everything(), [name], period.grain, (), period.start, period.end,
                   grouped(where), until)  # fmt: skip
    found = run_explain(warehouse, catalog, question, name, other, by)
    click.echo(printing_explain.explanation(found, warehouse.facts, form, until))
