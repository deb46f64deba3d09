"""Whose day a page shows, and the small phrases its parts share. Pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard import wording
from dashboard.cache import Load
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say

_SPELLED = tuple(say("today_numbers").split())


@dataclass(frozen=True)
class View:
    """Whose day it is (`named` None: all of `teams`; `own`: the reader sees some teams only), under which address.
    `sees_people`: whether single tickets, their agents and what customers wrote may be shown."""

    load: Load
    teams: tuple[str, ...]
    own: bool
    named: str | None
    query: Mapping[str, str | None]
    theme: Tokens
    sees_people: bool = True

    def address(self, **changes: str | None) -> str:
        return link("today", {**self.query, **changes})

    def ticket(self, ticket_id: str) -> str:
        return link("ticket", {**self.query, "ticket": ticket_id})

    def agent(self, agent: str, team: str | None) -> str:
        return link("agent", {**self.query, "department": None, "team": team, "agent": agent})


def spelled(number: int, first: bool = False) -> str:
    """'three', at a sentence's beginning 'Three'; figures from 13 on."""
    if number >= len(_SPELLED):
        return wording.count(number)
    return _SPELLED[number] if first else _SPELLED[number].lower()


def counted(key: str, number: int, **values: object) -> str:
    """The words for one, or for many, of a number."""
    return say(f"{key}_one" if number == 1 else key, n=wording.count(number), **values)


def handed(transfers: int | None) -> str:
    """'handed on twice'; nothing where it was not, or nobody knows."""
    if not transfers:
        return ""
    return say({1: "today_handed_one", 2: "today_handed_two"}.get(transfers, "today_handed"), n=transfers)


def span(length: dt.timedelta) -> str:
    """'12 min', '2 h 34', '3 days': no finer than anybody needs."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return say("today_minutes", n=minutes, space=wording.SPACE)
    if minutes < 48 * 60:
        return say("today_hours", h=minutes // 60, m=minutes % 60, space=wording.SPACE)
    return counted("today_days", minutes // 1440)
