"""The `scorecard` command: what each word does. Answers go to stdout, progress and errors to stderr.

Everything heavy is imported inside the command that needs it, so that `--help` and mistakes answer at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands import (
    ask,
    benchmarks,
    check,
    cohorts,
    drivers,
    explain,
    export,
    forecast,
    init,
    journal,
    links,
    loads,
    quality,
    receipt,
    worth,
)
from dashboard.commands.options import (
    as_of_option,
    day,
    declared_calendar,
    open_warehouse_of,
    read_catalog_of,
    read_workspace,
    workspace_option,
)
from data_checks.errors import FileProblems, LoadRefused, RequestError, ScorecardError, did_you_mean

if TYPE_CHECKING:
    from data_checks.workspace import Workspace
    from metrics.catalog import Catalog

DEBUG = "SCORECARD_DEBUG"
_STOPPED = 130
"""The exit code of what was stopped with Ctrl-C."""


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
        except KeyboardInterrupt:
            raise _Told("Stopped.", _STOPPED) from None
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            if isinstance(error, OSError) and error.strerror:
                what = error.filename or "the answer"
                raise _Told(
                    f"{what} cannot be read or written: {error.strerror}; put it right and try again.", 2
                ) from None
            fault = f"{type(error).__name__}: {error}".splitlines()[0]
            message = f"This is a fault of Scorecard, not of your files: {fault}. Set {DEBUG}=1 to see where."
            raise _Told(message, 1) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scorecard", message="scorecard %(version)s")
def main() -> None:
    """How your customers are doing, with numbers that can be proved."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--scale", type=click.FloatRange(min=0.01), default=1.0, show_default=True, help="Size of the company.")
def demo(folder: Path, scale: float) -> None:
    """Write the example workspace, an invented company."""
    from data_checks.demo.write import PART, write_demo

    if folder.exists() and (not folder.is_dir() or any(child.name != PART for child in folder.iterdir())):
        raise RequestError(f"{folder} exists and is not empty; name a new folder.")
    write_demo(folder, scale=scale)
    click.echo(f"Wrote the example company to {folder}. Next: scorecard load -w {shlex.quote(str(folder))}")


@main.command()
@workspace_option
@as_of_option
@click.option("--wait", type=click.IntRange(min=0), default=0, metavar="SECONDS",
              help="Wait so long for another load of this workspace to end.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def load(folder: Path, as_of: str | None, wait: int, as_json: bool) -> None:
    """Read, check and publish the sources. Exit 3: refused, and nothing has changed."""
    gc.set_threshold(100_000, 50, 50)  # importing the libraries makes many objects and no rubbish to look for
    from dashboard.printing import load as printing_load
    from dashboard.printing import terminal
    from data_checks.load import load as run_load
    from data_checks.warehouse import current_version
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans
    from metrics.prepare import prepare

    workspace = read_workspace(folder)
    catalog = with_plans(read_catalog(workspace.metrics_folder, workspace.calendar), folder, workspace.calendar)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    if as_of is not None:
        workspace = replace(workspace, as_of=day(as_of, workspace.calendar))
    # A wrong definition is for `check` to say; it never blocks a load.
    before = current_version(workspace.var)
    try:
        report = run_load(
            workspace, now, terminal.progress, prepare=lambda version: prepare(version, catalog), wait_seconds=wait
        )
    except LoadRefused as error:
        raise _Told(f"{error}\nNothing has changed.", error.exit_code) from None
    except KeyboardInterrupt:
        is_same = current_version(workspace.var) == before
        told = "nothing has changed" if is_same else "the new load is published already"
        raise _Told(f"Stopped; {told}.", _STOPPED) from None
    if as_json:
        click.echo(terminal.as_json(report.to_json()))
    else:
        click.echo(printing_load.load_report(report, folder))
    _fit_after(workspace, catalog)


def _fit_after(workspace: Workspace, catalog: Catalog) -> None:
    """What readers of a large company would wait for, and the load was not made to wait for."""
    from dashboard.printing import terminal
    from data_checks.warehouse import adding_later, open_warehouse
    from metrics.prepare import prepare_later

    try:
        with contextlib.closing(open_warehouse(workspace)) as warehouse:
            if (made := prepare_later(warehouse, catalog)) is None:
                return
            load_id = warehouse.facts.load_id
            terminal.progress(f"fitting models of purchases; load {load_id} can be read meanwhile")
            with adding_later(workspace, load_id) as keep:
                keep(made())
    except Exception as error:  # published is published
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        terminal.progress(f"models could not be fitted ({reason}); whoever asks for them first waits for them.")
    else:
        terminal.progress("fitted")


@main.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="The tables as JSON.")
def tables(name: str | None, as_json: bool) -> None:
    """The tables a workspace can fill, or the columns of one."""
    from dashboard.printing import tables as printing_tables
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
    from dashboard.printing import catalogue
    from metrics.asking import known_metric
    from metrics.sql.show_sql import sql_of

    catalog = read_catalog_of(folder, declared_calendar(folder))
    if name is None and with_sql:
        raise RequestError("--sql shows the SQL of one metric; name it: scorecard metrics NAME --sql")
    if name is None:
        click.echo(catalogue.catalogue(catalog, as_json))
        return
    definition = known_metric(catalog, name)
    sql = sql_of(open_warehouse_of(read_workspace(folder)), catalog, name) if with_sql else None
    click.echo(catalogue.definition(definition, catalog, sql, as_json))


@main.command()
@workspace_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
def serve(folder: Path, host: str, port: int) -> None:
    """Open the dashboard in a browser at http://HOST:PORT."""
    # Before anybody imports Arrow: its own pools keep what a finished thread used, the C library's give it back.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from dashboard.server import serve as run_server

    read_workspace(folder)
    with contextlib.suppress(KeyboardInterrupt):  # how everybody ends it
        run_server(folder, host, port)


for command in (
    ask.query, ask.rows, ask.show, check.check, receipt.receipt,
    explain.explain, drivers.drivers,
    init.init, loads.status, quality.quality, loads.quarantine, loads.rollback,
    journal.journal, benchmarks.benchmarks, links.links, worth.worth, worth.attribution,
    cohorts.cohorts, forecast.forecast, export.export, export.digest,
):  # fmt: skip
    main.add_command(command)


if __name__ == "__main__":
    main()
