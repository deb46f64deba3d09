"""`scorecard export` and `digest`: the board as a file to hand out, and as an e-mail."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from dashboard.commands.options import (
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
    from dashboard.export.chart import Trend
    from dashboard.export.pack import Asked, Pack
    from data_checks.journal_entries import Entries
    from data_checks.warehouse.contract import Warehouse
    from data_checks.workspace import Workspace
    from metrics.cascade import Node

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
@click.option("--xlsx", type=_FILE, metavar="FILE", help="A workbook of real numbers, with definitions.")
@click.option("--csv", type=_FILE, metavar="FILE", help="The board as a table, one line a metric.")
@click.option("--html", type=_FILE, metavar="FILE", help="A snapshot to open in a browser, offline.")
@click.option("--chart", metavar="METRIC", help="The months of one metric, as --svg or --png.")
@click.option("--svg", type=_FILE, metavar="FILE", help="The chart, to scale.")
@click.option("--png", type=_FILE, metavar="FILE", help="The chart, as dots.")
def export(
    folder: Path, as_of: str | None, period_text: str | None, against: str, where: tuple[tuple[str, str | None], ...],
    force: bool, pdf: Path | None, paper: str, xlsx: Path | None, csv: Path | None, html: Path | None,
    chart: str | None, svg: Path | None, png: Path | None,
) -> None:  # fmt: skip
    """The scorecard as a file: board pack, workbook, table, snapshot, or the chart of one metric."""
    boards = [target for target in (pdf, xlsx, csv, html) if target]
    pictures = [target for target in (svg, png) if target]
    _check_asked(boards, pictures, chart)
    workspace = read_workspace(folder)
    may_replace = ask_to_replace([*boards, *pictures], workspace, force)
    choice = Choice(as_of, period_text, against, where)
    if chart:
        from dashboard.export import chart as charts

        trend = read_trend(workspace, chart, choice)
        drawn = ((svg, charts.as_svg), (png, charts.as_png))
        for target, draw in drawn:
            if target:
                write(target, workspace, may_replace, draw(trend))
    if boards:
        pack, teams = read_pack(workspace, choice, with_teams=xlsx is not None)
        for target, content in _written(pack, teams, cast("Paper", paper), pdf, xlsx, csv, html):
            write(target, workspace, may_replace, content)


def _check_asked(boards: list[Path], pictures: list[Path], chart: str | None) -> None:
    if not boards and not pictures and chart is None:
        raise RequestError("export writes a file; name it with --pdf, --xlsx, --csv or --html, or name a --chart.")
    if chart is not None and not pictures:
        raise RequestError("--chart METRIC is drawn into a file; name it with --svg FILE or --png FILE.")
    if pictures and chart is None:
        raise RequestError("--svg and --png draw one metric; name it with --chart METRIC.")
    if len({target.resolve() for target in (*boards, *pictures)}) < len(boards) + len(pictures):
        raise RequestError("two forms cannot be written into one file; name another file for one of them.")


def _written(
    pack: Pack, teams: Node | None, paper: Paper, pdf: Path | None, xlsx: Path | None, csv: Path | None,
    html: Path | None,
) -> Iterator[tuple[Path, bytes]]:  # fmt: skip
    """Each file with what belongs into it, made when its turn comes."""
    if pdf:
        from dashboard.export.board_pack import board_pack

        yield pdf, board_pack(pack, paper)
    if xlsx:
        from dashboard.export.workbook import workbook

        yield xlsx, workbook(pack, teams)
    if csv:
        from dashboard.export.table import as_csv

        yield csv, as_csv(pack)
    if html:
        from dashboard.export.snapshot import snapshot

        yield html, snapshot(pack)


@click.command()
@board_options
@click.option("--dry-run", "target", type=_FILE, metavar="FILE", required=True,
              help="Write the message into a file, as .eml; nothing is sent.")  # fmt: skip
@click.option("--from", "sender", default="", metavar="ADDRESS", help="Who sends it.")
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help="Who gets it; as often as wanted.")
def digest(
    folder: Path, as_of: str | None, period_text: str | None, against: str, where: tuple[tuple[str, str | None], ...],
    force: bool, target: Path, sender: str, recipients: tuple[str, ...],
) -> None:  # fmt: skip
    """The e-mail that says how things stand, with the board pack attached."""
    from dashboard.export.board_pack import board_pack
    from dashboard.export.mail import digest as compose

    workspace = read_workspace(folder)
    may_replace = ask_to_replace([target], workspace, force)
    pack, _ = read_pack(workspace, Choice(as_of, period_text, against, where), with_teams=False)
    write(target, workspace, may_replace, compose(pack, board_pack(pack), sender, recipients))


def ask_to_replace(targets: list[Path], workspace: Workspace, force: bool) -> bool:
    """Whether files that are there may be written over: told by --force, or by whoever sits at the terminal. Raises
    RequestError where nothing may be written, before anything is computed."""
    from dashboard.commands.written_file import check_place, check_writable

    there = [target for target in targets if target.is_file()]
    if there and not force and _is_asked():
        names = ", ".join(str(target) for target in there)
        force = click.confirm(f"{names} exists. Write over it?", err=True)
    for target in targets:
        check_place(target, workspace, force)
        check_writable(target)
    return force


def _is_asked() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def write(target: Path, workspace: Workspace, force: bool, content: bytes) -> None:
    """Write one file and say so."""
    from dashboard.commands.written_file import write_bytes

    write_bytes(target, workspace, force, content)
    click.echo(f"Wrote {target}.")


@dataclass(frozen=True)
class Choice:
    """Which board, in the words of the command line."""

    as_of: str | None
    period: str | None
    against: str
    where: tuple[tuple[str, str | None], ...]

    def asked(self, warehouse: Warehouse) -> Asked:
        """The same, read. Whoever may run the command sees the whole organisation."""
        from dashboard.export.pack import Asked
        from metrics.period import parse_period
        from metrics.scope import Scope
        from metrics.screen import beside, default_period

        if self.against == "goal":
            raise RequestError("an export is compared with another period; name one with --against, not the goal.")
        calendar = warehouse.facts.calendar
        until = day(self.as_of, calendar)
        period = parse_period(self.period, calendar) if self.period else default_period(warehouse, until=until)
        return Asked(Scope.everything(), period, beside(period, self.against, calendar), grouped(self.where), until)


def read_pack(workspace: Workspace, choice: Choice, with_teams: bool) -> tuple[Pack, Node | None]:
    """The board asked for, and those of its teams where they are wanted and the board is of the whole."""
    from dashboard.data_quality.report import read_quality
    from dashboard.export.pack import gather
    from data_checks.state import read_state
    from data_checks.warehouse import open_warehouse
    from metrics.cascade import build_cascade

    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        catalog = read_catalog_of(workspace.folder, warehouse.facts.calendar)
        asked = choice.asked(warehouse)
        state = read_state(workspace.var)
        found = read_quality(warehouse.facts, catalog.metrics, catalog.bound, workspace.var, state, asked.scope)
        entries, problem = _entries(workspace)
        pack = gather(warehouse, catalog, asked, found, entries, problem)
        if not with_teams or asked.where:
            return pack, None
        return pack, build_cascade(warehouse, catalog, asked.scope, asked.period, asked.against, asked.until)


def _entries(workspace: Workspace) -> tuple[Entries, str]:
    """What people wrote, and why it could not be read ('': it was)."""
    from data_checks.journal import Journal
    from data_checks.journal_entries import Entries

    try:
        with contextlib.closing(Journal(workspace.journal)) as journal:
            return journal.read(), ""
    except RequestError as error:
        return Entries(), str(error)


def read_trend(workspace: Workspace, metric: str, choice: Choice) -> Trend:
    """The months of one metric up to the newest. Raises RequestError for a period that is no month."""
    from dashboard.export.chart import Trend
    from dashboard.export.pack import check_period, seen
    from data_checks.warehouse import open_warehouse
    from metrics.asking import ask, known_metric
    from metrics.evaluate import evaluate
    from metrics.events import loaded_events, together
    from metrics.one_card import one_card
    from metrics.period import step
    from metrics.screen import periods_of

    entries, _ = _entries(workspace)
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        catalog = read_catalog_of(workspace.folder, warehouse.facts.calendar)
        asked = choice.asked(warehouse)
        name = known_metric(catalog, metric).metric
        if asked.period.grain != "month":
            raise RequestError(f"a chart shows months; '{choice.period}' is a {asked.period.grain}.")
        check_period(warehouse, asked)
        where = dict(asked.where)
        months = periods_of(warehouse, "month", asked.until)
        newest = max(months[-1].end, asked.period.end)
        oldest = max(step(months[-1].start, "month", -24), months[0].start)
        start = min(oldest, asked.period.start)
        question = ask(warehouse, catalog, asked.scope, [name], "month", (), start, newest, where, asked.until)
        results = evaluate(warehouse, catalog, question, [name])[name]
        card = one_card(warehouse, catalog, asked.scope, name, asked.period, asked.against, where, asked.until)
        events = together(loaded_events(warehouse, asked.scope), entries.events)
        facts = seen(warehouse.facts, asked.until)
        return Trend(card.definition, results, asked.period, facts, asked.part, asked.told, events)
