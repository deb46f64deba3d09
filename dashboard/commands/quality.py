"""`scorecard quality`: the data-quality report as text, JSON, or one HTML file."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from dashboard.commands.options import read_workspace, workspace_option
from data_checks.errors import RequestError


@click.command()
@workspace_option
@click.option("--html", "target", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the report as one HTML file into the workspace.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--outside", is_flag=True, help="The file may lie outside the workspace.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def quality(folder: Path, target: Path | None, as_json: bool, outside: bool, force: bool) -> None:
    """Where every row went, what the checks found, and what that means for which metric."""
    from dashboard.commands.written_file import write_file
    from dashboard.data_quality.report import read_quality
    from dashboard.printing import quality as printing_quality
    from data_checks.state import read_state
    from data_checks.warehouse import open_warehouse
    from metrics.catalog import read_catalog
    from metrics.scope import Scope

    if target is None and (outside or force):
        raise RequestError("--outside and --force belong to --html FILE.")
    workspace = read_workspace(folder)
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        facts = warehouse.facts
    catalog = read_catalog(workspace.metrics_folder, facts.calendar)
    for problem in catalog.problems:
        click.echo(f"{problem} This metric is left out.", err=True)
    state = read_state(workspace.var)
    found = read_quality(facts, catalog.metrics, catalog.bound, workspace.var, state, Scope.everything())
    if target is None:
        click.echo(printing_quality.quality(found, as_json))
        return
    from dashboard.data_quality import file as quality_file

    write_file(target, workspace, outside, force,
               lambda stream: stream.write(quality_file.document(found)))  # fmt: skip
    click.echo(f"Wrote the data-quality report of load {facts.load_id} to {target}.")
