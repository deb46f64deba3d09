"""The `scorecard` command: what each word does. Answers go to stdout, progress and errors to stderr.

Everything heavy is imported inside the command that needs it, so that `--help` and mistakes answer at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from dashboard import cli_init, cli_loads, cli_quality
from dashboard.cli_options import form_option, read_workspace, workspace_option
from data_checks.errors import FileProblems, RequestError, ScorecardError, did_you_mean

if TYPE_CHECKING:
    from data_checks.calendar import Calendar
    from data_checks.errors import Problem
    from data_checks.warehouse.contract import Warehouse
    from data_checks.workspace import Workspace
    from metrics.catalog import Catalog
    from metrics.period import Grain

DEBUG = "SCORECARD_DEBUG"


class _Told(click.ClickException):
    """An error as one or more sentences on stderr, with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class

    def show(self, file: Any = None) -> None:  # noqa: ARG002 (click's signature)
        click.echo(self.message, err=True)


class _Commands(click.Group):
    """Turns every error into a sentence; a traceback only on request."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FileProblems as error:
            count = len(error.problems)
            tail = f"\n{count} problem{'s' * (count != 1)}; nothing has changed."
            raise _Told(f"{error}{tail}", error.exit_code) from None
        except ScorecardError as error:
            raise _Told(str(error), error.exit_code) from None
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            fault = f"{type(error).__name__}: {error}".splitlines()[0]
            message = f"This is a fault of Scorecard, not of your files: {fault}. Set {DEBUG}=1 to see where."
            raise _Told(message, 1) from None


def _day(text: str | None, calendar: Calendar) -> dt.date | None:
    """A day, or a period that stands for its first day: 2016-03-15, 2016-03, 2016-Q1, 2016."""
    from metrics.period import parse_period

    return None if text is None else parse_period(text, calendar).start


class _Filter(click.ParamType[tuple[str, str | None]]):
    """slice=value; nothing behind the sign means rows without a value."""

    name = "slice=value"

    def convert(self, value: Any, param: object, ctx: object) -> tuple[str, str | None]:  # noqa: ARG002
        name, sign, wanted = str(value).partition("=")
        if not sign or not name:
            raise RequestError(f"--where takes slice=value, like team=\"Group 70\"; this is '{value}'.")
        return name.strip(), wanted or None


def _as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as-of", metavar="DAY", help="Look no further than this day.")(command)


def _where_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--where", type=_Filter(), multiple=True, help="Only these rows: team=North; team= for rows without one."
    )(command)


def _span_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--to", "end", metavar="PERIOD", help="First day left out: --from 2026-09 --to 2026-10 is September."
    )(command)
    return click.option("--from", "start", metavar="PERIOD", help="First day, like 2016-03 or 2016-03-15.")(command)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scorecard", message="scorecard %(version)s")
def main() -> None:
    """How your customers are doing, with numbers that can be proved."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--scale", type=click.FloatRange(min=0.01), default=1.0, show_default=True, help="Size of the company.")
def demo(folder: Path, scale: float) -> None:
    """Write the example workspace, an invented company."""
    from data_checks.demo import write_demo

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RequestError(f"{folder} exists and is not empty; name a new folder.")
    write_demo(folder, scale=scale)
    click.echo(f"Wrote the example company to {folder}. Next: scorecard load -w {folder}")


@main.command()
@workspace_option
@_as_of_option
@click.option("--wait", type=click.IntRange(min=0), default=0, metavar="SECONDS",
              help="Wait so long for another load of this workspace to end.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def load(folder: Path, as_of: str | None, wait: int, as_json: bool) -> None:
    """Read, check and publish the sources. Exit 3: refused, and nothing has changed."""
    from dashboard import printing, printing_load
    from data_checks.load import load as run_load
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans
    from metrics.prepare import prepare

    workspace = read_workspace(folder)
    catalog = with_plans(read_catalog(workspace.metrics_folder, workspace.calendar), folder, workspace.calendar)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    if as_of is not None:
        workspace = replace(workspace, as_of=_day(as_of, workspace.calendar))
    # A wrong definition is for `check` to say; it never blocks a load.
    report = run_load(
        workspace, now, printing.progress, prepare=lambda version: prepare(version, catalog), wait_seconds=wait
    )
    if as_json:
        click.echo(printing.as_json(report.to_json()))
    else:
        click.echo(printing_load.load_report(report, folder))


@main.command()
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
    calendar = _declared_calendar(folder)
    catalog = read_catalog(_metrics_folder(folder), calendar)
    if workspace is not None:
        catalog = with_plans(catalog, folder, calendar)
    problems.extend(catalog.problems)
    if workspace is not None:
        problems.extend(_goals_of_nobody(workspace, catalog))
    click.echo(printing.check_report(problems, catalog, folder, as_json))
    sys.exit(2 if problems else 0)


@main.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="The tables as JSON.")
def tables(name: str | None, as_json: bool) -> None:
    """The tables a workspace can fill, or the columns of one."""
    from dashboard import printing_tables
    from data_checks.contract import contracts

    known = contracts()
    if name is not None and name not in known:
        raise RequestError(f"there is no table '{name}'.{did_you_mean(name, known)}")
    click.echo(printing_tables.tables(known, as_json) if name is None else printing_tables.table(known[name], as_json))


@main.command()
@workspace_option
@click.argument("name", required=False)
@click.option("--sql", "with_sql", is_flag=True, help="The SQL behind it.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def metrics(folder: Path, name: str | None, with_sql: bool, as_json: bool) -> None:
    """The catalogue of metrics, or one definition with its SQL."""
    from dashboard import printing
    from metrics.asking import known_metric
    from metrics.show_sql import sql_of

    catalog = _catalog(folder, _declared_calendar(folder))
    if name is None and with_sql:
        raise RequestError("--sql shows the SQL of one metric; name it: scorecard metrics NAME --sql")
    if name is None:
        click.echo(printing.catalogue(catalog, as_json))
        return
    definition = known_metric(catalog, name)
    sql = sql_of(_warehouse(read_workspace(folder)), catalog, name) if with_sql else None
    click.echo(printing.definition(definition, catalog, sql, as_json))


@main.command()
@workspace_option
@_as_of_option
@click.argument("names", nargs=-1, required=True, metavar="METRIC…")
@click.option("--grain", type=click.Choice(["day", "week", "month", "quarter", "year", "all"]), default="month",
              show_default=True)  # fmt: skip
@click.option("--by", default="", help="Slices to cut by, like team,channel.")
@_span_options
@_where_option
@form_option("table", "csv", "json")
def query(
    folder: Path, as_of: str | None, names: tuple[str, ...], grain: str, by: str, start: str | None,
    end: str | None, where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """The values of metrics by period and slice. Whole periods that touch --from … --to are shown."""
    from dashboard import printing
    from metrics.asking import ask
    from metrics.evaluate import evaluate
    from metrics.scope import Scope

    warehouse = _warehouse(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = _catalog(folder, calendar)
    slices = tuple(part.strip() for part in by.split(",") if part.strip())
    wanted = tuple(dict.fromkeys(names))
    question = ask(warehouse, catalog, Scope.everything(), wanted, cast("Grain", grain), slices,
                   _day(start, calendar), _day(end, calendar), _grouped(where), _day(as_of, calendar))  # fmt: skip
    results = evaluate(warehouse, catalog, question, wanted)
    click.echo(printing.results(results, catalog, warehouse.facts, question, form))


@main.command()
@workspace_option
@_as_of_option
@click.argument("name", metavar="METRIC")
@_span_options
@_where_option
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True)
@form_option("table", "csv", "json")
def rows(
    folder: Path, as_of: str | None, name: str, start: str | None, end: str | None,
    where: tuple[tuple[str, str | None], ...], limit: int, form: str,
) -> None:  # fmt: skip
    """The rows behind a number, and what each one counted."""
    from dashboard import printing
    from metrics.asking import ask
    from metrics.rows import rows_behind
    from metrics.scope import Scope

    warehouse = _warehouse(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = _catalog(folder, calendar)
    question = ask(warehouse, catalog, Scope.everything(), (name,), "all", (),
                   _day(start, calendar), _day(end, calendar), _grouped(where), _day(as_of, calendar))  # fmt: skip
    table = rows_behind(warehouse, catalog, question, name, limit)
    click.echo(printing.row_table(table, name, warehouse.facts, form))


@main.command()
@workspace_option
@_as_of_option
@click.option("--period", "period_text", help="Like 2016-05 or 2016-Q2; the last complete month if left out.")
@click.option("--against", default="previous", show_default=True, metavar="previous|last-year|goal|PERIOD",
              help="What the values are compared with.")  # fmt: skip
@click.option("--cascade", is_flag=True, help="The scores of every department and team, one line each.")
@_where_option
@form_option("text", "json")
def show(
    folder: Path, as_of: str | None, period_text: str | None, against: str, cascade: bool,
    where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """The scorecard."""
    from dashboard import printing_board
    from metrics.cascade import build_cascade
    from metrics.period import parse_period
    from metrics.scope import Scope
    from metrics.screen import beside, build_scorecard, default_period

    warehouse = _warehouse(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = _catalog(folder, calendar)
    until = _day(as_of, calendar)
    period = parse_period(period_text, calendar) if period_text else default_period(warehouse, until=until)
    other = beside(period, against, calendar)
    if cascade:
        if where:
            raise RequestError("--cascade shows every team; leave --where out.")
        node = build_cascade(warehouse, catalog, Scope.everything(), period, other, until)
        click.echo(printing_board.cascade(node, warehouse.facts, form))
        return
    board = build_scorecard(warehouse, catalog, Scope.everything(), period, other, _grouped(where), until)
    compared: printing_board.Beside = "goal" if against == "goal" else "period"
    click.echo(printing_board.scorecard(board, warehouse.facts, form, catalog.strategy, compared))


@main.command()
@workspace_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
def serve(folder: Path, host: str, port: int) -> None:
    """Open the dashboard in a browser at http://HOST:PORT."""
    from dashboard.server import serve as run_server

    read_workspace(folder)
    run_server(folder, host, port)


for command in (
    cli_init.init, cli_loads.status, cli_quality.quality, cli_loads.quarantine, cli_loads.rollback,
):  # fmt: skip
    main.add_command(command)


def _declared_calendar(folder: Path) -> Calendar:
    """Year and week as workspace.yaml has them; everybody's when there is none, or it is wrong."""
    from data_checks.calendar import EVERYBODYS

    try:
        return read_workspace(folder).calendar
    except ScorecardError:
        return EVERYBODYS


def _catalog(folder: Path, calendar: Calendar) -> Catalog:
    """The catalogue with goals and strategy; what is wrong is said on stderr and left out."""
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans

    catalog = with_plans(read_catalog(_metrics_folder(folder), calendar), folder, calendar)
    for problem in catalog.problems:
        what = "This metric" if problem.place.file.startswith("metrics/") else "This line"
        click.echo(f"{problem} {what} is left out.", err=True)
    return catalog


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


def _metrics_folder(folder: Path) -> Path | None:
    """The workspace's own definitions; a folder without a workspace.yaml has none, whatever else it holds."""
    return folder / "metrics" if (folder / "workspace.yaml").is_file() else None


def _warehouse(workspace: Workspace) -> Warehouse:
    from data_checks.warehouse import open_warehouse

    return open_warehouse(workspace)


def _grouped(pairs: tuple[tuple[str, str | None], ...]) -> dict[str, list[str | None]]:
    """Several values of one slice mean any of them."""
    grouped: dict[str, list[str | None]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


if __name__ == "__main__":
    main()
