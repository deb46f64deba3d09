"""`scorecard query`, `rows` and `show`: questions to the published load."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from dashboard.commands.options import (
    as_of_option,
    day,
    form_option,
    grouped,
    open_warehouse_of,
    read_catalog_of,
    read_workspace,
    span_options,
    where_option,
    workspace_option,
)
from data_checks.errors import RequestError

if TYPE_CHECKING:
    from metrics.period import Grain


@click.command()
@workspace_option
@as_of_option
@click.argument("names", nargs=-1, required=True, metavar="METRIC…")
@click.option("--grain", type=click.Choice(["day", "week", "month", "quarter", "year", "all"]), default="month",
              show_default=True)  # fmt: skip
@click.option("--by", multiple=True, help="Slices to cut by, like team,channel; or --by team --by channel.")
@span_options
@where_option
@form_option("table", "csv", "json")
def query(
    folder: Path, as_of: str | None, names: tuple[str, ...], grain: str, by: tuple[str, ...], start: str | None,
    end: str | None, where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """The values of metrics by period and slice. Whole periods that touch --from … --to are shown."""
    from dashboard.printing import terminal
    from metrics.asking import ask
    from metrics.evaluate import evaluate
    from metrics.scope import Scope

    warehouse = open_warehouse_of(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = read_catalog_of(folder, calendar)
    slices = tuple(part.strip() for part in ",".join(by).split(",") if part.strip())
    wanted = tuple(dict.fromkeys(names))
    question = ask(warehouse, catalog, Scope.everything(), wanted, cast("Grain", grain), slices,
                   day(start, calendar), day(end, calendar), grouped(where), day(as_of, calendar))  # fmt: skip
    results = evaluate(warehouse, catalog, question, wanted)
    click.echo(terminal.results(results, catalog, warehouse.facts, question, form))


@click.command()
@workspace_option
@as_of_option
@click.argument("name", metavar="METRIC")
@span_options
@where_option
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True)
@form_option("table", "csv", "json")
def rows(
    folder: Path, as_of: str | None, name: str, start: str | None, end: str | None,
    where: tuple[tuple[str, str | None], ...], limit: int, form: str,
) -> None:  # fmt: skip
    """The rows behind a number, and what each one counted."""
    from dashboard.printing import terminal
    from metrics.asking import ask
    from metrics.rows.listing import rows_behind
    from metrics.scope import Scope

    warehouse = open_warehouse_of(read_workspace(folder))
    calendar = warehouse.facts.calendar
    catalog = read_catalog_of(folder, calendar)
    question = ask(warehouse, catalog, Scope.everything(), (name,), "all", (),
                   day(start, calendar), day(end, calendar), grouped(where), day(as_of, calendar))  # fmt: skip
    table = rows_behind(warehouse, catalog, question, name, limit)
    click.echo(terminal.row_table(table, name, warehouse.facts, form))


@click.command()
@workspace_option
@as_of_option
@click.option("--period", "period_text", help="Like 2016-05 or 2016-Q2; the last complete month if left out.")
@click.option("--against", default="previous", show_default=True, metavar="previous|last-year|goal|PERIOD",
              help="What the values are compared with.")  # fmt: skip
@click.option("--cascade", is_flag=True, help="The scores of every department and team, one line each.")
@where_option
@form_option("text", "json")
def show(
    folder: Path, as_of: str | None, period_text: str | None, against: str, cascade: bool,
    where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """The scorecard."""
    from dashboard.printing import board as printing_board
    from data_checks.journal import Journal
    from metrics.attention import strategy_now
    from metrics.cascade import build_cascade
    from metrics.period import parse_period
    from metrics.scope import Scope
    from metrics.screen import beside, build_scorecard, default_period

    workspace = read_workspace(folder)
    warehouse = open_warehouse_of(workspace)
    calendar = warehouse.facts.calendar
    catalog = read_catalog_of(folder, calendar)
    until = day(as_of, calendar)
    period = parse_period(period_text, calendar) if period_text else default_period(warehouse, until=until)
    other = beside(period, against, calendar)
    if cascade:
        if where:
            raise RequestError("--cascade shows every team; leave --where out.")
        node = build_cascade(warehouse, catalog, Scope.everything(), period, other, until)
        click.echo(printing_board.cascade(node, warehouse.facts, form, until))
        return
    board = build_scorecard(warehouse, catalog, Scope.everything(), period, other, grouped(where), until)
    with contextlib.closing(Journal(workspace.journal)) as journal:
        strategy = strategy_now(catalog.strategy, journal.read().initiatives)
    compared: printing_board.Beside = "goal" if against == "goal" else "period"
    click.echo(printing_board.scorecard(board, warehouse.facts, form, strategy, compared, until))
