"""`scorecard check`: every mistake in a workspace's files."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import declared_calendar, metrics_folder, read_workspace, workspace_option
from data_checks.errors import FileProblems, ScorecardError

if TYPE_CHECKING:
    from data_checks.errors import Problem
    from data_checks.warehouse.contract import Warehouse
    from data_checks.workspace import Workspace
    from metrics.analyses.benchmarks import Refused
    from metrics.catalog import Catalog


@click.command()
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="The problems as JSON.")
def check(folder: Path, as_json: bool) -> None:
    """Find every mistake in the workspace's files. Exit 2 when there is one."""
    from dashboard.printing import benchmarks, terminal
    from data_checks.contract import contracts
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans

    contracts()
    workspace, problems = _workspace(folder)
    problems += _people(folder)
    calendar = declared_calendar(folder)
    catalog = read_catalog(metrics_folder(folder), calendar)
    if metrics_folder(folder) is not None:
        catalog = with_plans(catalog, folder, calendar)
    problems.extend(catalog.problems)
    notes: list[str] = []
    if workspace is not None and (warehouse := _published(workspace)) is not None:
        with contextlib.closing(warehouse):
            problems.extend(_goals_of_nobody(warehouse, workspace, catalog))
            notes = benchmarks.refused(_refused_rows(warehouse, catalog))
    click.echo(terminal.check_report(problems, catalog, folder, as_json, notes))
    sys.exit(2 if problems else 0)


def _workspace(folder: Path) -> tuple[Workspace | None, list[Problem]]:
    """What stands in workspace.yaml, None when it is wrong; and all that is wrong with it and the files it names."""
    from data_checks.errors import Place, Problem
    from data_checks.sources.problems import source_problems
    from data_checks.workspace import WorkspaceProblems, path_problem

    here = [Problem(Place(str(folder)), told)] if (told := path_problem(folder)) else []
    try:
        workspace = read_workspace(folder)
    except WorkspaceProblems as error:
        # Mappings that are right are looked into beside the wrong ones.
        return None, [*here, *error.problems, *source_problems(error.sources)]
    except FileProblems as error:
        return None, [*here, *error.problems]
    return workspace, [*here, *source_problems(workspace.sources)]


def _people(folder: Path) -> Sequence[Problem]:
    """What is wrong with access.yaml; in open mode there need be none."""
    from dashboard import settings
    from dashboard.access_file import FILE, read_access

    if settings.access_mode() == "open" and not (folder / FILE).exists():
        return ()
    try:
        read_access(folder)
    except FileProblems as error:
        return error.problems
    return ()


def _published(workspace: Workspace) -> Warehouse | None:
    """What was loaded last; None before the first load."""
    from data_checks.warehouse import open_warehouse

    try:
        return open_warehouse(workspace)
    except ScorecardError:
        return None


def _goals_of_nobody(warehouse: Warehouse, workspace: Workspace, catalog: Catalog) -> list[Problem]:
    """Goals for rows that nothing loaded names."""
    from metrics.goals.file import read_lines
    from metrics.goals.unknown_parts import unknown_rows

    lines, _ = read_lines(workspace.folder, catalog.metrics, workspace.calendar, catalog.left_out)
    return unknown_rows(warehouse, catalog, ((line.metric, line.entry("goal")) for line in lines))


def _refused_rows(warehouse: Warehouse, catalog: Catalog) -> tuple[Refused, ...]:
    """Benchmarks nothing can be compared with. They are data, so they are told and nothing fails."""
    from metrics.analyses.benchmarks import read_rows, refused_rows

    return refused_rows(read_rows(warehouse) or (), catalog.metrics)
