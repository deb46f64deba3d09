"""What several commands of `scorecard` have in common: workspace, catalogue, data, days, slices and forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data_checks.errors import RequestError, ScorecardError

if TYPE_CHECKING:
    from data_checks.calendar import Calendar
    from data_checks.errors import Place
    from data_checks.warehouse.contract import Warehouse
    from data_checks.workspace import Workspace
    from metrics.catalog import Catalog


def workspace_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """-w DIR; given to the command as `folder`."""
    return click.option(
        "-w", "--workspace", "folder", type=click.Path(path_type=Path), default=Path(), show_default="here",
        help="The workspace folder.",
    )(command)  # fmt: skip


def form_option(*forms: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """--as FORM, the first one unless told otherwise."""
    return click.option("--as", "form", type=click.Choice(forms), default=forms[0], show_default=True)


def read_workspace(folder: Path) -> Workspace:
    """The workspace in `folder`. Raises FileProblems."""
    from data_checks.workspace import read_workspace as read

    return read(folder)


def day(text: str | None, calendar: Calendar) -> dt.date | None:
    """A day, or a period that stands for its first day: 2016-03-15, 2016-03, 2016-Q1, 2016."""
    from metrics.period import parse_period

    return None if text is None else parse_period(text, calendar).start


class Filter(click.ParamType[tuple[str, str | None]]):
    """slice=value; nothing behind the sign means rows without a value."""

    name = "slice=value"

    def convert(self, value: Any, param: object, ctx: object) -> tuple[str, str | None]:  # noqa: ARG002
        name, sign, wanted = str(value).partition("=")
        if not sign or not name:
            raise RequestError(f"--where takes slice=value, like team=\"Group 70\"; this is '{value}'.")
        return name.strip(), wanted or None


def as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--as-of DAY."""
    return click.option("--as-of", metavar="DAY", help="Look no further than this day.")(command)


def where_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--where slice=value, as often as wanted."""
    return click.option(
        "--where", type=Filter(), multiple=True, help="Only these rows: team=North; team= for rows without one."
    )(command)


def span_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--from PERIOD and --to PERIOD; given to the command as `start` and `end`."""
    command = click.option(
        "--to", "end", metavar="PERIOD", help="First day left out: --from 2026-09 --to 2026-10 is September."
    )(command)
    return click.option("--from", "start", metavar="PERIOD", help="First day, like 2016-03 or 2016-03-15.")(command)


def declared_calendar(folder: Path) -> Calendar:
    """Year and week as workspace.yaml has them; everybody's when there is none, or it is wrong."""
    from data_checks.calendar import EVERYBODYS

    try:
        return read_workspace(folder).calendar
    except ScorecardError:
        return EVERYBODYS


def read_catalog_of(folder: Path, calendar: Calendar) -> Catalog:
    """The catalogue with goals and strategy; what is wrong is said on stderr and left out."""
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans

    catalog = with_plans(read_catalog(metrics_folder(folder), calendar), folder, calendar)
    for problem in catalog.problems:
        click.echo(f"{problem} {_left_out(problem.place, catalog, folder)} is left out.", err=True)
    return catalog


def _left_out(place: Place, catalog: Catalog, folder: Path) -> str:
    """How much is left out for a problem at this place."""
    from data_checks.strategy_file import FILE, read_strategy_file

    is_head = place.file == "goals.csv" and place.line == 1
    if place.line is None or is_head or place.file in catalog.unread:
        return "This file"
    if place.file == FILE and read_strategy_file(folder).document is None:
        return "This file"
    return "This metric" if place.file.startswith("metrics/") else "This line"


def metrics_folder(folder: Path) -> Path | None:
    """The workspace's own definitions; a folder without a workspace.yaml has none, whatever else it holds."""
    return folder / "metrics" if (folder / "workspace.yaml").is_file() else None


def open_warehouse_of(workspace: Workspace) -> Warehouse:
    """The version that is published. Raises RequestError when none is."""
    from data_checks.warehouse import open_warehouse

    return open_warehouse(workspace)


def grouped(pairs: tuple[tuple[str, str | None], ...]) -> dict[str, list[str | None]]:
    """Several values of one slice mean any of them."""
    groups: dict[str, list[str | None]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups
