"""`scorecard journal`: what people write about the numbers, and reading it again."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pwd
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import click

from dashboard.commands.options import form_option, read_workspace, where_option, workspace_option
from data_checks.errors import RequestError, did_you_mean

if TYPE_CHECKING:
    from data_checks.journal import Journal
    from data_checks.journal_entries import About, Step
    from data_checks.workspace import Workspace
    from metrics.catalog import Catalog
    from metrics.scorecard import Card


def _author_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--author", metavar="NAME", help="Who writes; this system's user if left out.")(command)


def _replaces_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--replaces", type=click.IntRange(1), metavar="NUMBER",
                        help="Corrects that entry, which stays readable.")(command)  # fmt: skip


def _period_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--period", "period_text", help="Like 2016-05 or 2016-Q2; the last complete month if left out."
    )(command)


@click.group()
def journal() -> None:
    """What people write: comments, reviews, initiatives, events. Nothing written is ever changed."""


@journal.command()
@workspace_option
@click.argument("metric")
@click.argument("text")
@_period_option
@where_option
@_author_option
@_replaces_option
def comment(
    folder: Path, metric: str, text: str, period_text: str | None, where: tuple[tuple[str, str | None], ...],
    author: str | None, replaces: int | None,
) -> None:  # fmt: skip
    """Comment on a metric in a period."""
    from dashboard.printing import journal as printing_journal

    asked = _numbers(folder, metric, period_text, where)
    with _journal(asked.workspace) as book:
        written = book.write_comment(asked.about, text, author or _user(), _now(), replaces)
    click.echo(printing_journal.commented(written, asked.card, asked.workspace.calendar))
    _say_author(author)


@journal.command()
@workspace_option
@click.argument("metric")
@_period_option
@where_option
@_author_option
def review(
    folder: Path, metric: str, period_text: str | None, where: tuple[tuple[str, str | None], ...], author: str | None
) -> None:
    """Mark a metric in a period as reviewed; a red one needs a comment first."""
    from dashboard.printing import journal as printing_journal

    asked = _numbers(folder, metric, period_text, where)
    with _journal(asked.workspace) as book:
        written = book.write_review(asked.about, asked.card.status, author or _user(), _now())
    click.echo(printing_journal.reviewed(written, asked.card, asked.workspace.calendar))
    _say_author(author)


@journal.command()
@workspace_option
@click.argument("name", metavar="ID")
@click.option("--status", type=click.Choice(["running", "done", "dropped"]), required=True, help="How it stands now.")
@click.option("--done", "done_text", metavar="DAY", help="When it was done; today if left out.")
@click.option("--note", default="", metavar="TEXT", help="What there is to say about it.")
@_author_option
@_replaces_option
def initiative(
    folder: Path, name: str, status: str, done_text: str | None, note: str, author: str | None, replaces: int | None
) -> None:
    """Say how an initiative of strategy.yaml stands."""
    from dashboard.printing import journal as printing_journal

    workspace = read_workspace(folder)
    known = [one.initiative for one in _catalog(workspace).strategy.initiatives]
    check_initiative(name, known)
    if done_text is not None and status != "done":
        raise RequestError("--done belongs to --status done.")
    done_on = _day(done_text, workspace) if done_text else _today(workspace) if status == "done" else None
    with _journal(workspace) as book:
        written = book.write_initiative(
            name, cast("Step", status), author or _user(), _now(), done_on, note, replaces
        )  # fmt: skip
    click.echo(printing_journal.stepped(written))
    _say_author(author)


@journal.command()
@workspace_option
@click.argument("day")
@click.argument("title")
@click.option("--kind", default="", help="What kind of event, like price or campaign.")
@_author_option
@_replaces_option
def event(folder: Path, day: str, title: str, kind: str, author: str | None, replaces: int | None) -> None:
    """Note something that happened on a day; every trend shows it."""
    from dashboard.printing import journal as printing_journal

    workspace = read_workspace(folder)
    with _journal(workspace) as book:
        written = book.write_event(_day(day, workspace), title, author or _user(), _now(), kind, replaces)
    click.echo(printing_journal.happened(written))
    _say_author(author)


@journal.command()
@workspace_option
@click.argument("metric", required=False)
@form_option("text", "json")
def show(folder: Path, metric: str | None, form: str) -> None:
    """Everything written, or the comments and reviews on one metric."""
    from dashboard.printing import journal as printing_journal

    workspace = read_workspace(folder)
    with _journal(workspace) as book:
        found = book.read(metric)
    if metric is not None and not (found.comments or found.reviews):
        from metrics.asking import known_metric

        known_metric(_catalog(workspace), metric)
    click.echo(printing_journal.entries(found, metric, workspace.calendar, workspace.timezone, form))


# ── what the commands share ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Numbers:
    """The number somebody writes about."""

    workspace: Workspace
    card: Card
    about: About


def _numbers(folder: Path, metric: str, period_text: str | None, where: tuple[tuple[str, str | None], ...]) -> _Numbers:
    """The number meant, as `scorecard show` judges it. Raises RequestError with a suggestion."""
    from data_checks.journal_entries import About, slices_of
    from data_checks.warehouse import open_warehouse
    from metrics.one_card import one_card
    from metrics.period import parse_period
    from metrics.scope import Scope
    from metrics.screen import default_period

    workspace = read_workspace(folder)
    slices = dict(where)
    if len(slices) < len(where):
        raise RequestError("what is written is about one value of a slice; give each --where once.")
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        calendar = warehouse.facts.calendar
        period = parse_period(period_text, calendar) if period_text else default_period(warehouse)
        asked = {name: (value,) for name, value in slices.items()}
        card = one_card(warehouse, _catalog(workspace), Scope.everything(), metric, period, None, asked)
    shown, why = card.result.period, card.result.reason
    if slices and card.result.state == "not_provided":
        told = ", ".join(f"{name} '{value}'" if value else f"rows without {name}" for name, value in slices.items())
        raise RequestError(f"there is no number of {metric} for {told} to write about: {why}.")
    return _Numbers(workspace, card, About(metric, slices_of(slices), shown.start, shown.grain))


def check_initiative(name: str, known: Iterable[str]) -> None:
    """Raises RequestError with a suggestion for an initiative that strategy.yaml does not name."""
    known = tuple(known)
    if not known:
        raise RequestError("strategy.yaml names no initiative; write one there first.")
    if name not in known:
        raise RequestError(f"there is no initiative '{name}' in strategy.yaml.{did_you_mean(name, known)}")


def _catalog(workspace: Workspace) -> Catalog:
    from metrics.catalog import read_catalog
    from metrics.plans import with_plans

    catalog = read_catalog(workspace.metrics_folder, workspace.calendar)
    return with_plans(catalog, workspace.folder, workspace.calendar)


@contextlib.contextmanager
def _journal(workspace: Workspace) -> Iterator[Journal]:
    from data_checks.journal import Journal

    with contextlib.closing(Journal(workspace.journal)) as book:
        yield book


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


def _today(workspace: Workspace) -> dt.date:
    return dt.datetime.now(ZoneInfo(workspace.timezone)).date()


def _day(text: str, workspace: Workspace) -> dt.date:
    from metrics.period import parse_period

    period = parse_period(text, workspace.calendar)
    if period.grain != "day":
        raise RequestError(f"'{text}' is no day; write one like 2026-11-30.")
    return period.start


def _user() -> str:
    """The name of this system's user."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise RequestError("this system's user has no name; say who writes with --author NAME.") from None


def _say_author(author: str | None) -> None:
    if author is None:
        click.echo(f"Written as {_user()}, this system's user; --author NAME gives another name.", err=True)
