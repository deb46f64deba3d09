"""`scorecard links`: the strategy map tested."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from dashboard.commands.options import as_of_option, day, form_option, read_catalog_of, read_workspace, workspace_option


@click.command()
@workspace_option
@as_of_option
@form_option("text", "json")
def links(folder: Path, as_of: str | None, form: str) -> None:
    """Whether what the strategy says leads to something goes with it: supported, not, contradicts, too little data."""
    from dashboard.printing import links as printing_links
    from data_checks.warehouse import open_warehouse
    from metrics.analyses.links import examine_links
    from metrics.scope import Scope

    with contextlib.closing(open_warehouse(read_workspace(folder))) as warehouse:
        calendar = warehouse.facts.calendar
        catalog = read_catalog_of(folder, calendar)
        found = examine_links(warehouse, catalog, Scope.everything(), day(as_of, calendar))
    click.echo(printing_links.links(found, warehouse.facts, form))
