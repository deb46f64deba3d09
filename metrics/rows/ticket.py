"""One ticket as it stands: its facts, what happened to it and when, and what the customer said. Never under a clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.analyses.voices import OF_CUSTOMERS
from metrics.rows.choice import RowChoice, instant
from metrics.scope import Scope

Moment = Literal["opened", "first_reply", "due", "resolved", "closed"]
_MOMENTS: Mapping[Moment, str] = {
    "opened": "opened_at", "first_reply": "first_reply_at", "due": "due_at", "resolved": "resolved_at",
    "closed": "closed_at",
}  # fmt: skip
_FACTS = (
    "status", "priority", "topic", "channel", "customer_id", "transfers", "reopens", "agent_replies", "handle_minutes",
    "first_reply_business_minutes", "sla_met", "self_served", "proactive",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One answer about the ticket; `responded_at` is naive UTC."""

    response_id: str
    survey: str
    question: str | None
    scale: str | None
    score: float | None
    comment: str | None
    responded_at: dt.datetime


@dataclass(frozen=True)
class Review:
    """One skill somebody looked at, scored 0–100."""

    skill: str | None
    score: float | None
    reviewed_on: dt.date


@dataclass(frozen=True)
class TicketView:
    """facts: the provided columns that hold something. moments: naive UTC instants, in order. running: neither resolved
    nor closed at the load's "data through". answers, reviews: oldest first."""

    ticket_id: str
    team: str | None
    department: str | None
    agent: str | None
    facts: Mapping[str, Any]
    moments: tuple[tuple[Moment, dt.datetime], ...]
    running: bool
    answers: tuple[Answer, ...] = ()
    reviews: tuple[Review, ...] = ()


def one_ticket(warehouse: Warehouse, scope: Scope, ticket_id: str) -> TicketView | None:
    """The ticket with this id; None where there is none, and where it is another team's: nobody can tell which."""
    chosen = RowChoice(warehouse, "tickets", scope)
    if chosen.missing:
        return None
    columns = [chosen.column(name) for name in ("ticket_id", "done_at", *_MOMENTS.values(), *_FACTS)]
    columns += [chosen.slice(name) for name in ("team", "department", "agent")]
    found = chosen.read(chosen.select(columns, chosen.table.c.ticket_id == ticket_id))
    if not found:
        return None
    row, now = found[0]._asdict(), warehouse.facts.as_of
    moments = [(name, row[column]) for name, column in _MOMENTS.items() if row[column] is not None]
    moments = [(name, at) for name, at in moments if at <= now or name == "due"]
    facts = {name: row[name] for name in _FACTS if row[name] is not None}
    running = row["done_at"] is None or row["done_at"] > now
    named = (row["ticket_id"], row["team"], row["department"], row["agent"])
    order = list(_MOMENTS)
    ordered = tuple(sorted(moments, key=lambda pair: (pair[1], order.index(pair[0]))))
    told = _answers(warehouse, scope, ticket_id), _reviews(warehouse, scope, ticket_id)
    return TicketView(*named, facts, ordered, running, *told)


def known_ticket(warehouse: Warehouse, scope: Scope, typed: str) -> str:
    """The id of the ticket that was typed, in capitals or not; '' where there is none, or it is another team's."""
    chosen = RowChoice(warehouse, "tickets", scope)
    if chosen.missing:
        return ""
    key = chosen.table.c.ticket_id
    found = {row[0] for row in chosen.read(chosen.select([key], key.in_([typed, typed.upper(), typed.lower()])))}
    return typed if typed in found else min(found, default="")


def _answers(warehouse: Warehouse, scope: Scope, ticket_id: str) -> tuple[Answer, ...]:
    chosen = RowChoice(warehouse, "survey_responses", scope)
    if chosen.missing or not chosen.has("ticket_id", "responded_at"):
        return ()
    own = ("response_id", "survey", "question", "scale", "score", "comment", "responded_at")
    answers = chosen.table.c
    given = [answers.ticket_id == ticket_id, answers.survey.in_(OF_CUSTOMERS)]
    given.append(answers.responded_at <= instant(warehouse.facts.as_of))
    given.append(sa.or_(answers.score.is_not(None), answers.comment.is_not(None)))
    statement = chosen.select([chosen.column(name) for name in own], *given)
    found = chosen.read(statement.order_by(answers.responded_at, answers.response_id))
    return tuple(Answer(**row._asdict()) for row in found)


def _reviews(warehouse: Warehouse, scope: Scope, ticket_id: str) -> tuple[Review, ...]:
    chosen = RowChoice(warehouse, "quality_reviews", scope)
    if chosen.missing or not chosen.has("ticket_id"):
        return ()
    own = chosen.table.c
    statement = chosen.select([chosen.column(name) for name in ("skill", "score", "reviewed_on")])
    statement = statement.where(own.ticket_id == ticket_id).order_by(own.reviewed_on, own.review_id)
    return tuple(Review(**row._asdict()) for row in chosen.read(statement))
