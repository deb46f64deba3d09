"""Ratings that wait for an answer, comments, and notes on numbers, as escaped HTML. Pure functions."""

from __future__ import annotations

from typing import cast

from dashboard import sentences, wording
from dashboard.components import anchor, esc, note, section
from dashboard.navigation import link
from dashboard.today.answers import Day
from dashboard.today.view import View, span
from dashboard.wording import say
from data_checks.journal_entries import Comment
from metrics.analyses.voices import COMMENT_DAYS, RATING_DAYS, Voice, Voices
from metrics.period import Grain, period_at


def ratings(view: View, found: Voices) -> str:
    """The bad ratings nobody has answered, the newest first, and what counts as an answer."""
    if found.missing:
        return section(say("today_bad"), "", note(say("today_unshown", why=found.missing)))
    counts = {"n": wording.count(found.total), "among": wording.count(found.among), "days": RATING_DAYS}
    if not found.shown:
        body = note(say("today_bad_none" if found.among else "today_bad_nothing", days=RATING_DAYS))
    else:
        body = "".join(_rating(view, one) for one in found.shown) + _all(view, "ratings", "today_all_bad", found)
    return section(say("today_bad"), say("today_bad_scope", **counts), body + note(say("today_bad_counts")))


def comments(view: View, day: Day) -> str:
    """What customers wrote in the last days, then what people wrote about the numbers."""
    found = day.said
    if found.missing:
        body, scope = note(say("today_unshown", why=found.missing)), ""
    elif found.hidden or not found.shown:
        body = note(say("today_said_hidden" if found.hidden else "today_said_none", days=COMMENT_DAYS))
        scope = ""
    else:
        scope = say("today_said_scope_one" if found.total == 1 else "today_said_scope", n=wording.count(found.total))
        body = "".join(comment(view, one) for one in found.shown) + _all(view, "comments", "today_all_said", found)
    return section(say("today_said"), scope, body) + notes(view, day)


def score_of(one: Voice) -> str:
    """'1 of 5'; without a scale the bare number."""
    if one.score is None:
        return ""
    best = (one.scale or "").rpartition("-")[2]
    return say("today_score" if best else "today_score_plain", score=f"{one.score:g}", best=best)


def _rating(view: View, one: Voice) -> str:
    waits = say("today_waits", span=span(view.load.facts.as_of - one.responded_at))
    parts = [anchor(one.ticket_id, view.ticket(one.ticket_id))] if one.ticket_id else []
    parts += [esc(part) for part in (one.channel, one.agent, wording.moment(one.responded_at, _zone(view))) if part]
    quote = f"<blockquote>{esc(one.comment)}</blockquote>" if one.comment else ""
    line = f'<p class="line"><b>{esc(score_of(one))}</b><span class="note">{", ".join(parts)}; {esc(waits)}</span></p>'
    return f'<div class="item voice">{line}{quote}</div>'


def comment(view: View, one: Voice) -> str:
    """One comment with its score, channel, agent and ticket."""
    parts = [esc(part) for part in (score_of(one), one.channel, one.agent) if part]
    parts += [anchor(one.ticket_id, view.ticket(one.ticket_id))] if one.ticket_id else []
    told = f'<p class="note">{", ".join(parts)}</p>'
    return f'<div class="item voice"><blockquote>{esc(one.comment)}</blockquote>{told}</div>'


def _all(view: View, name: str, key: str, found: Voices) -> str:
    if found.total <= len(found.shown):
        return ""
    return f'<p class="note">{anchor(say(key, n=wording.count(found.total)), view.address(list=name))}.</p>'


def _zone(view: View) -> str:
    return view.load.facts.timezone


def notes(view: View, day: Day) -> str:
    """What people wrote about the numbers of these teams; '' when nobody did."""
    if day.notes_problem:
        return section(say("today_noted"), "", note(say("comments_unread", why=day.notes_problem)))
    items = "".join(_note(view, one) for one in day.notes)
    return section(say("today_noted"), say("today_noted_scope"), items) if items else ""


def _note(view: View, one: Comment) -> str:
    period = period_at(one.about.start, cast(Grain, one.about.grain), view.load.facts.calendar)
    definition = view.load.definitions.get(one.about.metric)
    name = sentences.short(definition) if definition else one.about.metric
    slices = dict(one.about.slices)
    levels = {name: slices.get(name) for name in ("department", "team", "agent")}
    address = link("metric", {"metric": one.about.metric, "period": wording.period_id(period), **levels})
    where = say("today_noted_on", name=name, period=wording.period(period))
    by = say("comment_by", author=one.author, moment=wording.moment(one.written_at, _zone(view)), number=one.id)
    told = f'<p class="note">{anchor(where, address)}. {esc(by)}</p>'
    return f'<div class="item comment"><p>{esc(one.text)}</p>{told}</div>'
