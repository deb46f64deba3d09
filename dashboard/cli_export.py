"""`scorecard export`: the board as a file to hand out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from dashboard.cli_options import (
    as_of_option,
    day,
    grouped,
    read_catalog_of,
    read_workspace,
    where_option,
    workspace_option,
)
from data_checks.errors import RequestError

if TYPE_CHECKING:
    from dashboard.export.board_pack import Paper
    from dashboard.export.pack import Pack
    from data_checks.workspace import Workspace

_FILE = click.Path(path_type=Path)


def board_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which board: -w, --as-of, --period, --against, --where; and --force for the file."""
    command = click.option("--force", is_flag=True, help="Write over a file that exists.")(command)
    command = where_option(command)
    command = click.option("--against", default="previous", show_default=True, metavar="previous|last-year|PERIOD",
                           help="The period the board is compared with.")(command)  # fmt: skip
    command = click.option("--period", "period_text",
                           help="Like 2016-05 or 2016-Q2; the last complete month if left out.")(command)  # fmt: skip
    return workspace_option(as_of_option(command))


@click.command()
@board_options
@click.option("--pdf", type=_FILE, metavar="FILE", help="The board pack, to print and hand out.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Of the PDF.")
def export(
    folder: Path, as_of: str | None, period_text: str | None, against: str, where: tuple[tuple[str, str | None], ...],
    force: bool, pdf: Path | None, paper: str,
) -> None:  # fmt: skip
    """The scorecard as a file: board pack, workbook, table, snapshot, or the chart of one metric."""
    from dashboard.export.board_pack import board_pack

    if pdf is None:
        raise RequestError("export writes a file; name it with --pdf FILE.")
    workspace = read_workspace(folder)
    may_replace = ask_to_replace([pdf], workspace, force)
    pack = read_pack(workspace, as_of, period_text, against, where)
    write(pdf, workspace, may_replace, board_pack(pack, cast("Paper", paper)))


def ask_to_replace(targets: list[Path], workspace: Workspace, force: bool) -> bool:
    """Whether files that are there may be written over: told by --force, or by whoever sits at the terminal. Raises
    RequestError where nothing may be written, before anything is computed."""
    from dashboard.written_file import check_place

    there = [target for target in targets if target.is_file()]
    if there and not force and sys.stdin.isatty():
        names = ", ".join(str(target) for target in there)
        force = click.confirm(f"{names} exists. Write over it?", err=True)
    for target in targets:
        check_place(target, workspace.var, force)
    return force


def write(target: Path, workspace: Workspace, force: bool, content: bytes) -> None:
    """Write one file and say so."""
    from dashboard.written_file import write_bytes

    write_bytes(target, workspace.var, force, content)
    click.echo(f"Wrote {target}.")


def read_pack(
    workspace: Workspace, as_of: str | None, period_text: str | None, against: str,
    where: tuple[tuple[str, str | None], ...],
) -> Pack:  # fmt: skip
    """The board asked for, for whoever may run the command: the whole organisation's."""
    from dashboard.export.pack import Asked, gather
    from dashboard.quality import read_quality
    from data_checks.journal import Journal
    from data_checks.journal_entries import Entries
    from data_checks.state import read_state
    from data_checks.warehouse import open_warehouse
    from metrics.period import parse_period
    from metrics.scope import Scope
    from metrics.screen import beside, default_period

    if against == "goal":
        raise RequestError("an export is compared with another period; name one with --against, not the goal.")
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        calendar = warehouse.facts.calendar
        catalog = read_catalog_of(workspace.folder, calendar)
        until = day(as_of, calendar)
        period = parse_period(period_text, calendar) if period_text else default_period(warehouse, until=until)
        asked = Asked(Scope.everything(), period, beside(period, against, calendar), grouped(where), until)
        state = read_state(workspace.var)
        found = read_quality(warehouse.facts, catalog.metrics, catalog.bound, workspace.var, state, asked.scope)
        entries, problem = Entries(), ""
        try:
            with contextlib.closing(Journal(workspace.journal)) as journal:
                entries = journal.read()
        except RequestError as error:
            problem = str(error)
        return gather(warehouse, catalog, asked, found, entries, problem)
