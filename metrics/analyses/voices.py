"""What customers said: bad ratings that nobody has answered, and the comments of the last days.

No table holds messages, so an answer to a rating is what other columns can show. After the rating, the ticket was
replied to for the first time, resolved or closed; or we wrote to the customer of our own accord (outreach of the kind
proactive) or opened a ticket for them. Only ratings that name a ticket wait for an answer. What employees and trainees
say is never listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.evaluate import SUPPRESSED_BELOW
from metrics.question import Filter
from metrics.rows.choice import RowChoice, instant
from metrics.scope import Scope
from metrics.sql.constructs import Element
from metrics.sql.scope_sql import in_scope

OF_CUSTOMERS = ("csat", "nps", "ces", "advisory")
"""Surveys among customers. Any other may be among those who work here, whose words are nobody's to list."""
RATING_DAYS, COMMENT_DAYS = 30, 7
_REPLIES = ("first_reply_at", "resolved_at", "closed_at")


@dataclass(frozen=True)
class Voice:
    """One answer; `responded_at` is naive UTC. `ticket_id` None: it names no ticket, or one the reader may not see."""

    response_id: str
    survey: str
    scale: str | None
    score: float | None
    comment: str | None
    responded_at: dt.datetime
    ticket_id: str | None
    team: str | None
    agent: str | None
    channel: str | None


@dataclass(frozen=True)
class Voices:
    """`shown` of `total`, the newest first; `among`: how many there were to choose from (bad ratings with a ticket, or
    answers). missing: why there are none, as a clause. hidden: too few answers to show any."""

    shown: tuple[Voice, ...] = ()
    total: int = 0
    among: int = 0
    missing: str = ""
    hidden: bool = False


def unanswered(
    warehouse: Warehouse, scope: Scope, where: Iterable[Filter] = (), limit: int = 5, days: int = RATING_DAYS
) -> Voices:
    """The bad ratings of the last `days` days that nobody has answered; bad is `survey_responses.dissatisfied`."""
    chosen = RowChoice(warehouse, "survey_responses", scope, where)
    lack = chosen.missing
    for column in ("dissatisfied", "ticket_id", "responded_at"):
        lack = lack or ("" if chosen.has(column) else f"no source provides survey_responses.{column}")
    if lack or (lack := RowChoice(warehouse, "tickets", Scope.everything()).missing):
        return Voices(missing=lack)
    answers = chosen.table.c
    bad = [*_recent(chosen, days), answers.dissatisfied.is_(True), answers.ticket_id.is_not(None)]
    waiting = [*bad, sa.not_(sa.or_(sa.false(), *_answered(chosen)))]
    return Voices(_voices(chosen, waiting, limit), chosen.count(*waiting), chosen.count(*bad))


def comments(
    warehouse: Warehouse, scope: Scope, where: Iterable[Filter] = (), limit: int = 5, days: int = COMMENT_DAYS
) -> Voices:
    """The customers' comments of the last `days` days; none where fewer than 5 customers answered."""
    chosen = RowChoice(warehouse, "survey_responses", scope, where)
    lack = chosen.missing
    if not lack and not chosen.has("comment", "responded_at"):
        lack = "no source provides survey_responses.comment"
    if lack:
        return Voices(missing=lack)
    answers = chosen.table.c
    given = [*_recent(chosen, days), sa.or_(answers.score.is_not(None), answers.comment.is_not(None))]
    among = chosen.count(*given)
    worded = [*given, sa.func.trim(answers.comment) != ""]
    if 0 < among < SUPPRESSED_BELOW:
        return Voices(among=among, hidden=True)
    return Voices(_voices(chosen, worded, limit), chosen.count(*worded), among)


def _recent(chosen: RowChoice, days: int) -> list[Element]:
    now = chosen.warehouse.facts.as_of
    at = chosen.table.c.responded_at
    customers = chosen.table.c.survey.in_(OF_CUSTOMERS)
    return [customers, at > instant(now - dt.timedelta(days=days)), at <= instant(now)]


def _answered(chosen: RowChoice) -> list[Element]:
    """Every way an answer shows, of those the data have columns for. They are looked for among everybody's rows: who
    answered may work elsewhere."""
    warehouse, rating = chosen.warehouse, chosen.table.c
    now = instant(warehouse.facts.as_of)
    tickets = RowChoice(warehouse, "tickets", Scope.everything())
    own = tickets.table.alias("rated")
    replies = [sa.and_(own.c[name] > rating.responded_at, own.c[name] <= now) for name in _REPLIES if tickets.has(name)]
    found: list[Element] = []
    if replies:
        found.append(_exists(own, own.c.ticket_id == rating.ticket_id, sa.or_(*replies)))
    if tickets.has("proactive", "customer_id") and chosen.has("customer_id"):
        later = tickets.table.alias("later")
        when = sa.and_(later.c.opened_at > rating.responded_at, later.c.opened_at <= now)
        found.append(_exists(later, later.c.customer_id == rating.customer_id, later.c.proactive.is_(True), when))
    outreach = RowChoice(warehouse, "outreach", Scope.everything())
    if outreach.has("customer_id", "kind", "sent_at") and chosen.has("customer_id"):
        sent = outreach.table.c
        when = sa.and_(sent.sent_at > rating.responded_at, sent.sent_at <= now)
        found.append(_exists(outreach.table, sent.customer_id == rating.customer_id, sent.kind == "proactive", when))
    return found


def _exists(source: sa.FromClause, *conditions: Element) -> Element:
    return sa.exists(sa.select(sa.literal(1)).select_from(source).where(*conditions))


def _voices(chosen: RowChoice, conditions: list[Element], limit: int) -> tuple[Voice, ...]:
    own = ("response_id", "survey", "scale", "score", "comment", "responded_at")
    columns = [*map(chosen.column, own), _seen_ticket(chosen)]
    columns += [chosen.slice("team"), chosen.slice("agent"), chosen.column("channel")]
    newest = [chosen.table.c.responded_at.desc(), chosen.table.c.response_id]
    found = chosen.read(chosen.select(columns, *conditions).order_by(*newest).limit(limit))
    return tuple(Voice(**row._asdict()) for row in found)


def _seen_ticket(chosen: RowChoice) -> Element:
    """The ticket where the reader may see it: it may have gone to another team since it was rated."""
    tickets = RowChoice(chosen.warehouse, "tickets", chosen.scope)
    if not chosen.has("ticket_id") or tickets.missing:
        return sa.null().label("ticket_id")
    own = tickets.table.alias("own_ticket")
    seen = [own.c.ticket_id == chosen.table.c.ticket_id, *in_scope(own, "tickets", chosen.scope)]
    return sa.select(own.c.ticket_id).where(*seen).scalar_subquery().label("ticket_id")
