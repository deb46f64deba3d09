"""What the page of a team's day asks of the floors below. Numbers are remembered; people's words are not kept."""

from __future__ import annotations

from dataclasses import dataclass, fields
from zoneinfo import ZoneInfo

from dashboard import access, cache, wording
from dashboard.cache import Load, RowsBehind, Where
from data_checks.journal_entries import Comment, current
from metrics.analyses.fair_groups import FairGroups
from metrics.analyses.fair_window import fair_window, main_metric
from metrics.analyses.open_work import Ticket, Work, list_tickets, open_work
from metrics.analyses.voices import Voice, Voices, comments, unanswered
from metrics.definition import MetricDefinition
from metrics.period import Period
from metrics.scope import Scope
from metrics.scorecard import Scorecard

LISTS = ("late", "soon", "open", "ratings", "comments")
_NOTES = 4


@dataclass(frozen=True)
class Day:
    """All that the page shows beside charts. notes: what people wrote about the numbers, newest first; notes_problem:
    why that could not be read."""

    work: Work
    ratings: Voices
    said: Voices
    notes: tuple[Comment, ...] = ()
    notes_problem: str = ""


def day(load: Load, scope: Scope, where: Where) -> Day:
    """The day of the teams that `where` leaves, at the load's "data through"."""
    warehouse = cache.opened(load).warehouse
    question = ("open work", load.version, scope, where)
    work = cache.remembered(question, lambda: open_work(warehouse, scope, where))
    book = cache.book(load, scope, None)
    seen = access.told_of(current(book.entries.comments), access.may("agents"))
    written = [one for one in seen if _about(one, where)]
    notes = tuple(sorted(written, key=lambda one: (one.written_at, one.id), reverse=True)[:_NOTES])
    ratings, said = unanswered(warehouse, scope, where), comments(warehouse, scope, where)
    return Day(work, ratings, said, notes, book.problem)


@dataclass(frozen=True)
class Compared:
    """The agents of one team, or several teams (`by`), by one metric, over a window of months."""

    by: str
    definition: MetricDefinition
    period: Period
    fair: FairGroups


def compared(load: Load, scope: Scope, where: Where, by: str) -> Compared | None:
    """The agents or teams beside chance; None where no share or mean knows them."""
    opened = cache.opened(load)

    def compute() -> Compared | None:
        found = main_metric(opened.warehouse, opened.catalog, (by, *dict(where)))
        if found is None:
            return None
        asked = (opened.warehouse, opened.catalog, scope, found.metric, by, where)
        return Compared(by, found, *fair_window(*asked))

    return cache.remembered(("compared", load.version, load.catalog, scope, where, by), compute)


def goals(load: Load, scope: Scope, where: Where) -> Scorecard:
    """The scorecard of the same teams for the last complete period."""
    from metrics.screen import before

    period = load.default_period
    return cache.scorecard(load, scope, period, before(period), where)


def listed(load: Load, scope: Scope, where: Where, name: str, limit: int) -> RowsBehind:
    """One of LISTS as rows, times in the workspace's zone."""
    warehouse, zone = cache.opened(load).warehouse, ZoneInfo(load.facts.timezone)
    if name in ("ratings", "comments"):
        found = (unanswered if name == "ratings" else comments)(warehouse, scope, where, limit)
        return _rows(Voice, found.shown, found.total, zone)
    which = {"late": "late", "soon": "soon"}.get(name, "open")
    tickets, total = list_tickets(warehouse, scope, where, which, limit)  # type: ignore[arg-type]
    return _rows(Ticket, tickets, total, zone)


def _rows(
    kind: type[Ticket] | type[Voice], found: tuple[Ticket, ...] | tuple[Voice, ...], total: int, zone: ZoneInfo
) -> RowsBehind:
    names = tuple(field.name for field in fields(kind))
    rows = (tuple(wording.on_clock(getattr(one, name), zone) for name in names) for one in found)
    return RowsBehind(names, tuple(rows), total)


def _about(one: Comment, where: Where) -> bool:
    """Whether a comment is about these teams; one that names none is about all of them."""
    named = dict(one.about.slices)
    return all(name in named and named[name] in values for name, values in where)
