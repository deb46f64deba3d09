"""`scorecard receipt`: everything one number stands on."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import (
    as_of_option,
    day,
    form_option,
    grouped,
    read_catalog_of,
    read_workspace,
    span_options,
    where_option,
    workspace_option,
)
from data_checks.errors import RequestError

if TYPE_CHECKING:
    from data_checks.warehouse.contract import Warehouse
    from metrics.catalog import Catalog
    from metrics.period import Period

Where = Mapping[str, Sequence[str | None]]


@click.command()
@workspace_option
@as_of_option
@click.argument("name", metavar="METRIC")
@click.option("--period", "period_text", help="Like 2016-05 or 2016-Q2; the last complete month if left out.")
@span_options
@where_option
@form_option("text", "json")
def receipt(
    folder: Path, as_of: str | None, name: str, period_text: str | None, start: str | None, end: str | None,
    where: tuple[tuple[str, str | None], ...], form: str,
) -> None:  # fmt: skip
    """Everything one number stands on: definition, rows counted and left out, checks, load, SQL, the rows."""
    from dashboard.printing import receipt as printing_receipt
    from data_checks.ledger import read_report
    from data_checks.warehouse import open_warehouse
    from metrics.receipt import make_receipt
    from metrics.scope import Scope

    workspace = read_workspace(folder)
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        calendar = warehouse.facts.calendar
        catalog = read_catalog_of(folder, calendar)
        until, groups = day(as_of, calendar), grouped(where)
        if period_text is not None and (start or end):
            raise RequestError("--period and --from … --to both say which days; give one of them.")
        span = (day(start, calendar), day(end, calendar))
        period = _span(warehouse, catalog, name, span, groups, until) if any(span) else None
        period = period or _period(warehouse, period_text, until)
        report = read_report(workspace.var, warehouse.facts.load_id)
        found = make_receipt(warehouse, catalog, Scope.everything(), name, period, groups, until,
                             report.sources if report else ())  # fmt: skip
    click.echo(printing_receipt.receipt(found, folder, form))


def _period(warehouse: Warehouse, text: str | None, until: dt.date | None) -> Period:
    """The period named, or the last complete month, as the scorecard has it."""
    from metrics.period import parse_period
    from metrics.screen import default_period

    return parse_period(text, warehouse.facts.calendar) if text else default_period(warehouse, until=until)


def _span(
    warehouse: Warehouse,
    catalog: Catalog,
    name: str,
    span: tuple[dt.date | None, dt.date | None],
    where: Where,
    until: dt.date | None,
) -> Period:
    """The days from … to as one period; an end left out is that of the data."""
    from metrics.asking import ask
    from metrics.scope import Scope

    question = ask(warehouse, catalog, Scope.everything(), [name], "all", (), *span, where, until)
    return question.periods[0]
