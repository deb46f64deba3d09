"""One ticket as escaped HTML: the way back, what it took, its facts, what happened when, what was said. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboard import sentences, wording
from dashboard.cache import Load
from dashboard.components import anchor, breadcrumb, esc, message, note, section
from dashboard.navigation import link
from dashboard.today.view import span
from dashboard.wording import say
from metrics.definition import MetricDefinition
from metrics.rows.ticket import Answer, TicketView

_FACTS = (
    "status", "priority", "channel", "customer_id", "transfers", "reopens", "agent_replies", "handle_minutes",
    "first_reply_business_minutes", "sla_met", "self_served", "proactive",
)  # fmt: skip
_TIMES = ("transfers", "reopens", "agent_replies")


@dataclass(frozen=True)
class View:
    """Which ticket of which load, under which address."""

    load: Load
    ticket: TicketView
    query: Mapping[str, str | None]

    @property
    def moments(self) -> dict[str, dt.datetime]:
        return dict(self.ticket.moments)


def unknown(asked: str, query: Mapping[str, str | None]) -> str:
    """No such ticket among those the reader may see; another team's looks just so."""
    head = say("ticket_unknown", ticket=asked) if asked else say("ticket_which")
    told = say("ticket_unknown_next" if asked else "ticket_which_next")
    page = say("today")
    before, _, after = told.partition(page)
    way = f"{esc(before)}{anchor(page, link('today', {**query, 'ticket': None}))}{esc(after)}"
    return message(head, (), way)


def body(view: View) -> str:
    """The whole page."""
    columns = f'<div class="found">{_timeline(view)}</div><div class="side">{_facts(view)}{_said(view)}</div>'
    return f'{_crumbs(view)}{_head(view)}<div class="quality">{columns}</div>'


def _crumbs(view: View) -> str:
    """Overview, department, team, agent, ticket; or the levels of the metric among whose rows it stood."""
    ticket = view.ticket
    kept = {name: view.query.get(name) for name in ("period", "against")}
    definition = view.load.definitions.get(view.query.get("metric") or "")
    steps = [(say("overview"), link("overview", kept))]
    if definition is not None:
        steps += _levels(definition, ticket, kept)
    else:
        steps += _organisation(ticket, kept)
    steps.append((ticket.ticket_id, link("ticket", {**view.query, "ticket": ticket.ticket_id})))
    return f'<div class="path">{breadcrumb(steps)}</div>'


def _levels(definition: MetricDefinition, ticket: TicketView, kept: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """The metric, and it in the ticket's department, team and agent."""
    here: dict[str, str | None] = {"metric": definition.metric, **kept}
    steps = [(sentences.title(definition), link("metric", here))]
    for name, value in (("department", ticket.department), ("team", ticket.team), ("agent", ticket.agent)):
        if value:
            here[name] = value
            steps.append((value, link("metric", here)))
    return steps


def _organisation(ticket: TicketView, kept: Mapping[str, str | None]) -> list[tuple[str, str]]:
    steps = []
    if ticket.department:
        steps.append((ticket.department, link("overview", {**kept, "department": ticket.department})))
    if ticket.team:
        steps.append((ticket.team, link("today", {**kept, "team": ticket.team})))
    if ticket.agent:
        steps.append((ticket.agent, link("agent", {**kept, "team": ticket.team, "agent": ticket.agent})))
    return steps


def _head(view: View) -> str:
    ticket = view.ticket
    topic = ticket.facts.get("topic") or say("today_no_topic")
    of_team = say("ticket_of_team", team=ticket.team) if ticket.team else ""
    told = say(
        "ticket_topic", topic=f"{topic[:1].upper()}{topic[1:]}", agent=ticket.agent or say("today_nobody"), team=of_team
    )
    return f'<div class="answer"><h1>{esc(_answer(view))}</h1><p class="sub">{esc(told)}</p></div>'


def _answer(view: View) -> str:
    """Late, due, running, or how long it took."""
    at, now, name = view.moments, view.load.facts.as_of, view.ticket.ticket_id
    due, opened = at.get("due"), at.get("opened")
    done = at.get("resolved") or at.get("closed")
    if view.ticket.running or done is None:
        if due is not None:
            return say("ticket_late" if due < now else "ticket_due", ticket=name, span=span(abs(due - now)))
        return say("ticket_runs", ticket=name, span=span(now - opened) if opened else "")
    took = span(done - opened) if opened else ""
    if due is not None and done > due:
        return say("ticket_done_late", ticket=name, span=took, late=span(done - due))
    return say("ticket_done", ticket=name, span=took)


def _facts(view: View) -> str:
    facts = view.ticket.facts
    shown = [(say(f"ticket_{name}"), _fact(name, facts[name])) for name in _FACTS if name in facts]
    pairs = "".join(f"<dt>{esc(label)}</dt><dd>{esc(text)}</dd>" for label, text in shown)
    return section(say("ticket_facts"), "", f'<dl class="receipt">{pairs}</dl>')


def _fact(name: str, content: object) -> str:
    if name in _TIMES and isinstance(content, int):
        return say(f"ticket_times_{content}") if content <= 2 else say("ticket_times", n=content)
    if name.endswith("_minutes") and isinstance(content, int | float):
        return wording.value(float(content), "minutes")
    return wording.cell(content)


# ── what happened ────────────────────────────────────────────────────────────────────────────────────


def _timeline(view: View) -> str:
    facts = view.load.facts
    opened = view.moments.get("opened")
    items = ""
    for at, text, quote in sorted(_happened(view), key=lambda one: one[0]):
        kind = "now" if text == say("ticket_at_now") else "ahead" if at > facts.as_of else ""
        later = at - opened if opened and at > opened else None
        when = wording.moment(at, facts.timezone)
        after = f", {say('ticket_after', span=span(later))}" if later else ""
        said = f"<blockquote>{esc(quote)}</blockquote>" if quote else ""
        items += f'<li class="voice {kind}">{esc(text)}<span class="note">{esc(when + after)}</span>{said}</li>'
    scope = say("ticket_timeline_scope", zone=facts.timezone)
    return section(say("ticket_timeline"), scope, f'<ol class="timeline">{items}</ol>{note(say("ticket_unseen"))}')


def _happened(view: View) -> Iterator[tuple[dt.datetime, str, str]]:
    """(instant, what, words of the customer)."""
    for name, at in view.ticket.moments:
        yield at, say(f"ticket_at_{name}"), ""
    for one in view.ticket.answers:
        score = _score(one)
        told = say("ticket_at_answer", survey=one.survey.upper(), score=f", {score}" if score else "")
        yield one.responded_at, told, one.comment or ""
    if view.ticket.running:
        yield view.load.facts.as_of, say("ticket_at_now"), ""


def _said(view: View) -> str:
    """Each answer with its question; then the reviews of the work."""
    items = "".join(f"<li>{esc(_rated(one))}</li>" for one in view.ticket.answers)
    for one in view.ticket.reviews:
        score = "" if one.score is None else wording.cell(one.score)
        told = say("ticket_at_review", skill=one.skill or "", score=score)
        items += f'<li>{esc(told.strip())} <span class="note">{esc(wording.date(one.reviewed_on))}</span></li>'
    body_ = f'<ul class="plain">{items}</ul>' if items else note(say("ticket_said_none"))
    return section(say("ticket_said"), "", body_)


def _rated(one: Answer) -> str:
    question = f", {one.question}" if one.question else ""
    return say(
        "ticket_rated", survey=one.survey.upper(), question=question, score=_score(one) or say("ticket_no_score")
    )


def _score(one: Answer) -> str:
    if one.score is None:
        return ""
    best = (one.scale or "").rpartition("-")[2]
    return say("today_score" if best else "today_score_plain", score=f"{one.score:g}", best=best)
