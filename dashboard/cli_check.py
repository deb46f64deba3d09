"""`scorecard check`: every mistake in a workspace's files."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli_options import declared_calendar, metrics_folder, read_workspace, workspace_option
from data_checks.errors import FileProblems, ScorecardError

if TYPE_CHECKING:
    from data_checks.errors import Problem
    from data_checks.workspace import Workspace
    from metrics.catalog import Catalog


@click.command()
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="The problems as JSON.")
def check(folder: Path, as_json: bool) -> None:
    """Find every mistake in the workspace's files. Exit 2 when there is one."""
    from dashboard import printing
    from data_checks.contract import contracts
    from data_checks.errors import LoadRefused, Place, Problem
    from data_checks.load import check_sources
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans

    problems: list[Problem] = []
    contracts()
    workspace = None
    try:
        workspace = read_workspace(folder)
        check_sources(workspace)
    except FileProblems as error:
        problems.extend(error.problems)
    except LoadRefused as error:
        problems.append(Problem(Place("workspace.yaml"), str(error)))
    calendar = declared_calendar(folder)
    catalog = read_catalog(metrics_folder(folder), calendar)
    if workspace is not None:
        catalog = with_plans(catalog, folder, calendar)
    problems.extend(catalog.problems)
    if workspace is not None:
        problems.extend(_goals_of_nobody(workspace, catalog))
    click.echo(printing.check_report(problems, catalog, folder, as_json))
    sys.exit(2 if problems else 0)


def _goals_of_nobody(workspace: Workspace, catalog: Catalog) -> list[Problem]:
    """Goals for rows that nothing loaded names; none before the first load."""
    from data_checks.warehouse import open_warehouse
    from metrics.goal_rows import unknown_rows
    from metrics.goals_file import read_lines

    try:
        warehouse = open_warehouse(workspace)
    except ScorecardError:
        return []
    lines, _ = read_lines(workspace.folder, catalog.metrics, workspace.calendar, catalog.left_out)
    with contextlib.closing(warehouse):
        return unknown_rows(warehouse, catalog, ((line.metric, line.entry("goal")) for line in lines))
