"""The demo company's tickets: when they come, which team and person gets them, how long they take.

One row per ticket, with the column names of the invented company's help desk.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo.calendar import (
    DAYS,
    DESK_HOURS,
    OUTAGE,
    PORTAL_FIRST,
    Counts,
    Flags,
    Rng,
    Times,
    Words,
    by_the_end,
    day_weights,
    during_outage,
    later,
    moments,
    only,
    over_the_holidays,
    pick,
    seventh_of_january,
    values_of,
)
from data_checks.demo.staff import HANDS_ON_TOO_MUCH, SIX_ANSWERS

TOPICS = {
    "delivery": 0.29,
    "product question": 0.21,
    "return": 0.17,
    "billing": 0.16,
    "technical": 0.14,
    "complaint": 0.03,
}
CHANNELS = {"phone": 0.45, "e-mail": 0.27, "chat": 0.18, "portal": 0.1}
CHANNELS_PORTAL_FIRST = {"phone": 0.22, "e-mail": 0.18, "chat": 0.15, "portal": 0.45}
"""Planted: from PORTAL_FIRST on, the channel whose customers are least satisfied takes nearly half of all tickets."""

PRIORITIES = {"low": 0.17, "normal": 0.58, "high": 0.19, "urgent": 0.06}
_REPLY_MINUTES = {"e-mail": 80.0, "phone": 3.0, "chat": 5.0, "portal": 55.0}
_URGENCY = {"low": 1.3, "normal": 1.0, "high": 0.75, "urgent": 0.4}
_DUE_HOURS = {"low": 144.0, "normal": 96.0, "high": 72.0, "urgent": 36.0}

_TICKETS = 126_000
_OUTAGE_TICKETS = 1_200
_SOLVED_AFTER_HOURS = 18.0
_NEVER_SOLVED = 0.0004
_SELF_SERVED = 0.55
"""Share of the portal's tickets that its own answers solve, without a person."""

TICKETS_OF_SIX_ANSWERS = 12
_HERS = (np.datetime64("2026-08-04"), np.datetime64("2026-09-07"))


def tickets(rng: Rng, sold: pd.DataFrame, people: pd.DataFrame, scale: float) -> pd.DataFrame:
    """One row per ticket, by time of opening. Columns that begin with _ are not exported."""
    opened, extra = _openings(rng, scale)
    size = len(opened)
    about = _recent_order(rng, opened, sold["order_date"].to_numpy())
    order = {name: sold[name].to_numpy()[about] for name in ("_group", "sales_region", "product_group")}
    topic = np.where(extra & (rng.random(size) < 0.75), "delivery", pick(rng, TOPICS, size))
    channel, priority = _channels(rng, opened), pick(rng, PRIORITIES, size)
    alone = (channel == "portal") & (rng.random(size) < _SELF_SERVED)
    group = _route(rng, opened, topic, channel, order)
    transfers = np.where(alone, 0, rng.poisson(np.where(group == HANDS_ON_TOO_MUCH, 1.85, 0.58)))
    first, solved = _work(rng, opened, channel, priority, transfers, alone)
    reopened = rng.poisson(np.where(group == HANDS_ON_TOO_MUCH, 0.055, 0.026))
    return pd.DataFrame(
        {
            "case_no": np.array([f"T{1_000_000 + n}" for n in range(size)], dtype=object),
            "customer_no": sold["customer_no"].to_numpy()[about],
            "staff_no": only(~alone, _assign(rng, opened, group, people)),
            "group_no": group,
            "contact_channel": channel,
            "reason": topic,
            "priority": priority,
            "state": _states(first, solved),
            "created": opened,
            "first_response": first,
            "solved": solved,
            "closed": by_the_end(later(solved, np.full(size, 72.0))),
            "due": later(opened, values_of(_DUE_HOURS, priority)),
            "group_changes": transfers,
            "reopened": np.where(np.isnat(solved) | alone, 0, reopened),
            "replies": np.where(alone, 0, 1 + rng.poisson(1.1 + 0.4 * transfers)),
            "minutes_worked": np.where(alone, 0.0, np.round(rng.gamma(3.0, 3.6, size) + 2.5 * transfers, 1)),
            "solved_alone": np.where(alone, "yes", "no").astype(object),
            "opened_by_us": np.where(rng.random(size) < 0.03, "yes", "no").astype(object),
            "_group_of_customer": order["_group"],
        }
    )


def _openings(rng: Rng, scale: float) -> tuple[Times, Flags]:
    """Opening times in order, and which of them the outage brought."""
    usual, more = max(300, round(_TICKETS * scale)), max(4, round(_OUTAGE_TICKETS * scale))
    weights = day_weights()
    days = rng.choice(DAYS, size=usual, p=weights / weights.sum())
    hit = rng.choice(np.arange(*OUTAGE), size=more)
    extra = np.repeat([False, True], [usual, more])
    opened = moments(rng, np.concatenate([days, hit]), DESK_HOURS)
    by_time = np.argsort(opened, kind="stable")
    return opened[by_time], extra[by_time]


def _recent_order(rng: Rng, opened: Times, ordered: Times) -> Counts:
    """The order a ticket is about: one of those placed in the days before it."""
    latest = np.searchsorted(ordered, opened) - 1
    back = rng.exponential(len(ordered) / len(DAYS) * 8, len(opened)).astype(int)
    return np.asarray(np.maximum(latest - back, 0))


def _channels(rng: Rng, opened: Times) -> Words:
    """By which way each ticket came; another mix from PORTAL_FIRST on."""
    size = len(opened)
    return np.where(opened < PORTAL_FIRST, pick(rng, CHANNELS, size), pick(rng, CHANNELS_PORTAL_FIRST, size))


def _route(rng: Rng, opened: Times, topic: Words, channel: Words, order: dict[str, Words]) -> Words:
    """The team that gets a ticket: by topic, then channel, hour, customer group, product, and last by region."""
    size = len(topic)
    hour = (opened - opened.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)
    advice = np.isin(topic, ["technical", "product question"]) & (rng.random(size) < 0.7)
    line, region = order["product_group"], order["sales_region"]
    rules = [
        ((topic == "return") & (rng.random(size) < 0.88), "G5"),
        ((channel == "chat") & (rng.random(size) < 0.7), "G10"),
        ((channel == "portal") & (rng.random(size) < 0.4), "G11"),
        (((hour >= 20) | (hour < 7)) & (rng.random(size) < 0.85), "G12"),
        (np.isin(order["_group"], ["Public sector", "Industry"]) & (rng.random(size) < 0.8), "G3"),
        (advice & (line == "Tools"), "G8"),
        (advice & (line == "Workplace"), "G9"),
        (advice, "G4"),
        (region == "North", "G1"),
        (region == "South", "G2"),
        (region == "East", "G6"),
    ]
    return np.select([rule for rule, _ in rules], [team for _, team in rules], "G7").astype(object)


def _work(
    rng: Rng, opened: Times, channel: Words, priority: Words, transfers: Counts, alone: Flags
) -> tuple[Times, Times]:
    """First response and solution; NaT when not yet. Some wait for weeks, a few are never solved."""
    size, slow = len(opened), during_outage(opened)
    reply = values_of(_REPLY_MINUTES, channel) * rng.lognormal(0, 0.9, size) * np.where(slow, 5.0, 1.0)
    first = later(opened, np.where(alone, 1.0, np.maximum(reply, 1)) / 60)
    spent = _SOLVED_AFTER_HOURS * rng.lognormal(0, 0.95, size) * values_of(_URGENCY, priority)
    spent *= (1 + 0.22 * transfers) * np.where(slow, 2.7, 1.0) * np.where(channel == "phone", 0.75, 1.0)
    spent *= np.where(rng.random(size) < 0.03, rng.uniform(8, 30, size), 1.0)
    solved = np.maximum(later(opened, np.where(alone, 0.2, spent)), first)
    waits = over_the_holidays(opened) & (rng.random(size) < 0.55) & ~alone
    back = later(seventh_of_january(opened).astype("datetime64[s]"), 8 + rng.exponential(60, size))
    solved = np.where(waits, np.maximum(solved, back), solved)
    solved[rng.random(size) < _NEVER_SOLVED] = np.datetime64("NaT")
    return by_the_end(first), by_the_end(solved)


def _states(first: Times, solved: Times) -> Words:
    """The help desk's word for how far a ticket is."""
    closed = by_the_end(later(solved, np.full(len(solved), 72.0)))
    reached = [~np.isnat(closed), ~np.isnat(solved), ~np.isnat(first)]
    return np.select(reached, ["closed", "solved", "in progress"], "new").astype(object)


def _assign(rng: Rng, opened: Times, group: Words, people: pd.DataFrame) -> Words:
    """One person of the team who is employed that day; the part-timer gets twelve tickets, whatever the scale."""
    found: Words = np.full(len(opened), None, dtype=object)
    for team in pd.unique(group):
        mine = np.flatnonzero(group == team)
        members = people[(people["group_no"] == team) & (people["staff_no"] != SIX_ANSWERS)]
        there = members["hired"].to_numpy()[None, :] <= opened[mine, None]
        there &= ~(members["left"].to_numpy()[None, :] < opened[mine, None])  # nobody left on NaT
        luck = rng.random((len(mine), len(members)), dtype=np.float32)
        found[mine] = members["staff_no"].to_numpy()[np.where(there, luck, -1).argmax(axis=1)]
    free = np.flatnonzero((group == "G2") & (opened >= _HERS[0]) & (opened < _HERS[1]))
    chosen = np.linspace(0, len(free) - 1, TICKETS_OF_SIX_ANSWERS).astype(int)
    found[free[chosen]] = SIX_ANSWERS
    return found
