"""The journal printed: what was just written, and everything written so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from dashboard import sentences, wording
from dashboard.printing.terminal import as_json
from data_checks.calendar import Calendar
from data_checks.journal_entries import About, Comment, Entries, Event, InitiativeUpdate, Review
from metrics.period import Grain, period_at
from metrics.scorecard import Card

_KINDS = ("comments", "reviews", "initiatives", "events")


def commented(written: Comment, card: Card, calendar: Calendar) -> str:
    """What `journal comment` answers."""
    return f"Comment {written.id} on {_named(card, written.about, calendar)} is written.{_instead(written)}"


def reviewed(written: Review, card: Card, calendar: Calendar) -> str:
    """What `journal review` answers."""
    return f"{_named(card, written.about, calendar)} is marked reviewed."


def stepped(written: InitiativeUpdate) -> str:
    """What `journal initiative` answers."""
    return f"Initiative {written.initiative} is {_standing(written)} (entry {written.id}).{_instead(written)}"


def happened(written: Event) -> str:
    """What `journal event` answers."""
    return f"Event {written.id} of {wording.date(written.happened_on)} is written.{_instead(written)}"


def entries(found: Entries, metric: str | None, calendar: Calendar, timezone: str, form: str) -> str:
    """What `journal show` answers, oldest first; a corrected entry stays and says so."""
    kinds = _KINDS[:2] if metric else _KINDS
    if form == "json":
        return as_json({kind: [_plain(one) for one in getattr(found, kind)] for kind in kinds})
    told = [
        *_told("Comments", found.comments, lambda one: about(one.about, calendar), lambda one: one.text, timezone),
        *_told("Reviews", found.reviews, lambda one: about(one.about, calendar), _of_status, timezone),
    ]
    if not metric:
        told += _told("Initiatives", found.initiatives, lambda one: one.initiative, _step_text, timezone)
        told += _told("Events", found.events, lambda one: wording.date(one.happened_on), _event_text, timezone)
    return "\n".join(told).strip() or "Nothing is written yet; begin with: scorecard journal comment METRIC TEXT"


def about(one: About, calendar: Calendar) -> str:
    """'csat, October 2026, team North'."""
    return ", ".join([safe(one.metric), _period(one, calendar), *_slices(one)])


def safe(text: str) -> str:
    """Text for a terminal: what somebody wrote, or put into the database another way, must not steer it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _named(card: Card, one: About, calendar: Calendar) -> str:
    return ", ".join([sentences.title(card.definition), _period(one, calendar), *_slices(one)])


def _period(one: About, calendar: Calendar) -> str:
    return wording.period(period_at(one.start, cast(Grain, one.grain), calendar))


def _slices(one: About) -> list[str]:
    return [f"{safe(name)} {safe(value) if value else '(none)'}" for name, value in one.slices]


def _instead(written: Comment | InitiativeUpdate | Event) -> str:
    return f" It replaces {written.replaces}, which stays readable." if written.replaces else ""


def _told(head: str, found: Sequence[Any], subject: Any, text: Any, timezone: str) -> list[str]:
    """A head, then for each entry its number, subject, author and time, and under it its text."""
    replaced = {one.replaces: one.id for one in found if getattr(one, "replaces", None)}
    lines = ["", head] if found else []
    for one in found:
        when = wording.moment(one.written_at, timezone)
        gone = f" (replaced by {replaced[one.id]})" if one.id in replaced else ""
        lines.append(f"  {one.id}{gone}  {subject(one)} · {safe(one.author)}, {when}")
        lines += [f"     {safe(line.expandtabs(4))}" for line in text(one).split("\n") if line]
    return lines


def _of_status(one: Review) -> str:
    stood = wording.say(one.status).lower() if one.status in sentences.JUDGED else ""
    because = f", explained by comment {one.comment}" if one.comment else ""
    return f"reviewed as {stood or 'not judged'}{because}"


def _standing(one: InitiativeUpdate) -> str:
    return f"done on {wording.date(one.done_on)}" if one.done_on else one.status


def _step_text(one: InitiativeUpdate) -> str:
    return f"{_standing(one)}\n{one.note}"


def _event_text(one: Event) -> str:
    return f"{one.title} [{one.kind}]" if one.kind else one.title


def _plain(one: Comment | Review | InitiativeUpdate | Event) -> dict[str, Any]:
    """An entry for a machine: what it is about stands beside the rest, times end in Z."""
    plain = dict(vars(one))
    plain["written_at"] = f"{one.written_at.isoformat()}Z"
    if isinstance(one, Comment | Review):
        subject = plain.pop("about")
        period = {"start": subject.start, "grain": subject.grain}
        plain |= {"metric": subject.metric, "slices": dict(subject.slices), "period": period}
    return plain
