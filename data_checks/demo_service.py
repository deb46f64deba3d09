"""The demo company's customer service: teams, staff, tickets, and the surveys of both sides.

Every table is a frame of one row per thing, with the column names of the invented company's own exports.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo_calendar import (
    DAYS,
    DESK_HOURS,
    END,
    OUTAGE,
    Counts,
    Flags,
    Floats,
    Rng,
    Times,
    Words,
    by_the_end,
    day_weights,
    during_outage,
    later,
    moments,
)
from data_checks.demo_trade import pick

TEAMS = {
    "G1": ("North", "Customer service", "Greta Lindqvist"),
    "G2": ("South", "Customer service", "Paolo Ferri"),
    "G3": ("Business accounts", "Customer service", "Anke Vogel"),
    "G4": ("Product advice", "Technical support", "Tomasz Wrona"),
    "G5": ("Returns", "Technical support", "Ines Carvalho"),
}
HANDS_ON_TOO_MUCH = "G5"
"""Planted: Returns hands tickets on three times as often, and its customers are less satisfied for it."""

SIX_ANSWERS = "S31"
"""Planted: an agent with six answers, all good; a league table would put her first."""
_SIX = (5, 4, 5, 5, 4, 5)

_NAMES = """Ada Kremer, Bela Horvat, Carla Neumann, Dario Conti, Elif Arslan, Finn Petersen, Gesa Brandt, Hugo Lambert,
Ilse Maurer, Jonas Eklund, Katja Simic, Luca Moretti, Maren Holt, Nils Aamodt, Olga Pavlova, Piet de Wit, Rana Haddad,
Sven Olsen, Tilda Berg, Uwe Krause, Vera Novak, Wim Claes, Xenia Roth, Yusuf Demir, Zoe Marchand, Arne Falk,
Birte Jansen, Cem Kaya, Dora Szabo, Emil Ortner, Mila Sander""".replace("\n", " ").split(", ")
_LEFT = {"S04": "2025-05-31", "S11": "2025-09-30", "S17": "2026-03-31", "S23": "2026-09-15"}
_JOINED = {"S28": "2025-06-02", "S29": "2025-10-01", "S30": "2026-04-01", SIX_ANSWERS: "2026-08-03"}

TOPICS = {
    "delivery": 0.27,
    "product question": 0.21,
    "return": 0.17,
    "billing": 0.15,
    "technical": 0.14,
    "complaint": 0.06,
}
CHANNELS = {"e-mail": 0.36, "phone": 0.3, "chat": 0.19, "portal": 0.15}
PRIORITIES = {"low": 0.17, "normal": 0.58, "high": 0.19, "urgent": 0.06}
_REPLY_MINUTES = {"e-mail": 105.0, "phone": 3.0, "chat": 5.0, "portal": 130.0}
_URGENCY = {"low": 1.3, "normal": 1.0, "high": 0.75, "urgent": 0.4}
_DUE_HOURS = {"low": 144.0, "normal": 96.0, "high": 72.0, "urgent": 36.0}

_ASKED_ABOUT = ("case_no", "customer_no", "staff_no", "group_no", "contact_channel", "reason")
_TICKETS = 24_000
_OUTAGE_TICKETS = 430
_PULSE_ASKS = 70
_SOLVED_AFTER_HOURS = 19.0


def teams() -> pd.DataFrame:
    """One row per team."""
    rows = [(number, *about) for number, about in TEAMS.items()]
    return pd.DataFrame(rows, columns=["group_no", "group", "department", "group_lead"])


def staff() -> pd.DataFrame:
    """One row per person; `left` is empty for those still there."""
    numbers = [f"S{n + 1:02d}" for n in range(len(_NAMES))]
    hired = [_JOINED.get(no, f"{2018 + n * 7 % 6}-{1 + n * 5 % 12:02d}-01") for n, no in enumerate(numbers)]
    return pd.DataFrame(
        {
            "staff_no": numbers,
            "name": _NAMES,
            "group_no": ["G2" if no == SIX_ANSWERS else f"G{1 + n % 5}" for n, no in enumerate(numbers)],
            "role": [
                "Part-time" if no == SIX_ANSWERS else "Senior" if n < 10 else "Agent" for n, no in enumerate(numbers)
            ],
            "hired": np.array(hired, dtype="datetime64[s]"),
            "left": np.array([_LEFT.get(no, "NaT") for no in numbers], dtype="datetime64[s]"),
        }
    )


def tickets(rng: Rng, sold: pd.DataFrame, people: pd.DataFrame, scale: float) -> pd.DataFrame:
    """One row per ticket, by time of opening. Columns that begin with _ are not exported."""
    opened, extra = _openings(rng, scale)
    size = len(opened)
    order = sold.iloc[_recent_order(rng, opened, sold["order_date"].to_numpy())].reset_index(drop=True)
    topic = pick(rng, TOPICS, size).mask(pd.Series(extra & (rng.random(size) < 0.75)), "delivery")
    channel, priority = pick(rng, CHANNELS, size), pick(rng, PRIORITIES, size)
    group = _route(rng, topic, order)
    transfers = rng.poisson(np.where(group == HANDS_ON_TOO_MUCH, 1.85, 0.58))
    first, solved = _work(rng, opened, channel, priority, transfers)
    closed = by_the_end(later(solved, np.full(size, 72.0)))
    reopened = np.where(np.isnat(solved), 0, rng.poisson(np.where(group == HANDS_ON_TOO_MUCH, 0.055, 0.026)))
    return pd.DataFrame(
        {
            "case_no": [f"T{100_000 + n}" for n in range(size)],
            "customer_no": order["customer_no"],
            "staff_no": _assign(rng, opened, group, people),
            "group_no": group,
            "contact_channel": channel,
            "reason": topic,
            "priority": priority,
            "state": _states(first, solved, closed),
            "created": opened,
            "first_response": first,
            "solved": solved,
            "closed": closed,
            "due": later(opened, np.asarray(priority.map(_DUE_HOURS), dtype=np.float64)),
            "group_changes": transfers,
            "reopened": reopened,
            "replies": 1 + rng.poisson(1.1 + 0.4 * transfers),
            "minutes_worked": np.round(rng.gamma(3.0, 3.6, size) + 2.5 * transfers, 1),
            "_group_of_customer": order["_group"],
        }
    )


def service_survey(rng: Rng, cases: pd.DataFrame) -> pd.DataFrame:
    """One row per invitation after a solved ticket: satisfaction 1-5 and ease 1-7, empty without an answer."""
    asked = cases[cases["solved"].notna() & (rng.random(len(cases)) < 0.9)].reset_index(drop=True)
    sent = later(asked["solved"].to_numpy(), rng.uniform(1, 5, len(asked)))
    asked, sent = asked[sent <= END].reset_index(drop=True), sent[sent <= END]
    size = len(asked)
    answered = by_the_end(later(sent, rng.exponential(14, size)))
    satisfaction, ease = _moods(rng, asked)
    silent = (rng.random(size) > 0.44) | np.isnat(answered)
    planted = asked["staff_no"].to_numpy() == SIX_ANSWERS
    chosen = np.flatnonzero(planted & ~silent)[: len(_SIX)]
    silent |= planted
    silent[chosen] = False
    satisfaction[chosen] = _SIX[: len(chosen)]
    no_ease = silent | (rng.random(size) < 0.12)
    return pd.DataFrame(
        {
            "survey_no": [f"U{300_000 + n}" for n in range(size)],
            **{name: asked[name] for name in _ASKED_ABOUT},
            "customer_group": asked["_group_of_customer"],
            "sent": sent,
            "answered": pd.Series(answered).mask(silent),
            "satisfaction_1_to_5": pd.Series(satisfaction).astype("Int64").mask(silent),
            "ease_1_to_7": pd.Series(ease).astype("Int64").mask(no_ease),
            "remark": _remarks(rng, satisfaction, asked).mask(silent),
        }
    )


def team_pulse(rng: Rng) -> pd.DataFrame:
    """One row per question to one of the whole company's people, anonymous: would you recommend working here?"""
    months = np.unique(DAYS.astype("datetime64[M]"))
    asked = np.repeat(np.busday_offset(months.astype("datetime64[D]"), 1, roll="forward"), _PULSE_ASKS)
    sent = later(asked.astype("datetime64[s]"), np.full(len(asked), 9.0))
    answered = by_the_end(later(sent, rng.uniform(0.2, 100, len(sent))))
    score = np.digitize(rng.normal(0.1, 1, len(sent)), [-2.7, -2.5, -2.3, -2.0, -1.7, -1.25, -0.78, -0.3, 0.45, 1.15])
    silent = (rng.random(len(sent)) > 0.82) | np.isnat(answered)
    return pd.DataFrame(
        {
            "answer_no": [f"P{9_000 + n}" for n in range(len(sent))],
            "asked": sent,
            "answered": pd.Series(answered).mask(silent),
            "recommend_0_to_10": pd.Series(score).astype("Int64").mask(silent),
        }
    )


def _openings(rng: Rng, scale: float) -> tuple[Times, Flags]:
    """Opening times in order, and which of them the outage brought."""
    usual, more = max(60, round(_TICKETS * scale)), max(4, round(_OUTAGE_TICKETS * scale))
    weights = day_weights()
    days = rng.choice(DAYS, size=usual, p=weights / weights.sum())
    hit = rng.choice(np.arange(*OUTAGE), size=more)
    extra = np.repeat([False, True], [usual, more])
    opened = moments(rng, np.concatenate([days, hit]), DESK_HOURS)
    by_time = np.argsort(opened, kind="stable")
    return opened[by_time], extra[by_time]


def _recent_order(rng: Rng, opened: Times, ordered: Times) -> Counts:
    """The order a ticket is about: one of the last some hundred placed before it."""
    latest = np.searchsorted(ordered, opened) - 1
    back = rng.exponential(len(ordered) / len(DAYS) * 8, len(opened)).astype(int)
    return np.asarray(np.maximum(latest - back, 0))


def _route(rng: Rng, topic: pd.Series[str], order: pd.DataFrame) -> Words:
    """The team that gets a ticket: by topic, then by customer group, then by region."""
    size = len(topic)
    regional = np.where(order["sales_region"].isin(["North", "East"]), "G1", "G2")
    business = order["_group"].isin(["Public sector", "Industry"]) & (rng.random(size) < 0.85)
    advice = topic.isin(["technical", "product question"]) & (rng.random(size) < 0.62)
    returns = (topic == "return") & (rng.random(size) < 0.88)
    return np.select([returns, advice, business], ["G5", "G4", "G3"], regional).astype(object)


def _work(
    rng: Rng, opened: Times, channel: pd.Series[str], priority: pd.Series[str], transfers: Counts
) -> tuple[Times, Times]:
    """First response and solution; NaT when not yet. Some wait for weeks, a few are never solved."""
    size, slow = len(opened), during_outage(opened)
    reply = channel.map(_REPLY_MINUTES).to_numpy() * rng.lognormal(0, 0.9, size) * np.where(slow, 5.0, 1.0)
    first = later(opened, np.maximum(reply, 1) / 60)
    spent = _SOLVED_AFTER_HOURS * rng.lognormal(0, 0.95, size) * priority.map(_URGENCY).to_numpy()
    spent *= (1 + 0.22 * transfers) * np.where(slow, 2.7, 1.0) * np.where(channel == "phone", 0.75, 1.0)
    spent *= np.where(rng.random(size) < 0.035, rng.uniform(8, 30, size), 1.0)
    solved = np.maximum(later(opened, spent), first)
    solved[rng.random(size) < 0.006] = np.datetime64("NaT")
    return by_the_end(first), by_the_end(solved)


def _states(first: Times, solved: Times, closed: Times) -> Words:
    """The help desk's word for how far a ticket is."""
    reached = [~np.isnat(closed), ~np.isnat(solved), ~np.isnat(first)]
    return np.select(reached, ["closed", "solved", "in progress"], "new").astype(object)


def _assign(rng: Rng, opened: Times, group: Words, people: pd.DataFrame) -> Words:
    """One person of the team who is employed that day; the part-timer takes a few cases only."""
    luck = rng.random((len(opened), len(people)))
    luck[:, (people["staff_no"] == SIX_ANSWERS).to_numpy()] *= 0.9
    there = people["group_no"].to_numpy()[None, :] == group[:, None]
    there &= people["hired"].to_numpy()[None, :] <= opened[:, None]
    there &= ~(people["left"].to_numpy()[None, :] < opened[:, None])  # nobody left on NaT
    return np.asarray(people["staff_no"].to_numpy()[np.where(there, luck, -1.0).argmax(axis=1)])


def _moods(rng: Rng, asked: pd.DataFrame) -> tuple[Counts, Counts]:
    """Satisfaction and ease: worse with every hand-over, long waits, complaints and in the outage."""
    size = len(asked)
    days = (asked["solved"] - asked["created"]).dt.total_seconds().to_numpy() / 86_400
    burden: Floats = 0.4 * asked["group_changes"].to_numpy() + 0.16 * np.log1p(days)
    burden = burden + 0.5 * (asked["reason"] == "complaint").to_numpy() + 0.5 * (asked["reopened"] > 0).to_numpy()
    burden = burden + 0.1 * during_outage(asked["created"].to_numpy())
    person = pd.Series({number: rng.normal(0, 0.12) for number in sorted(asked["staff_no"].unique())})
    shared = rng.normal(0, 0.8, size) + asked["staff_no"].map(person).to_numpy() - burden
    satisfaction = 1 + np.digitize(shared + rng.normal(0, 0.6, size), [-2.55, -2.0, -1.4, -0.16])
    ease = 1 + np.digitize(shared + rng.normal(0, 0.75, size), [-2.7, -2.3, -1.8, -1.3, -0.5, 0.3])
    return satisfaction, ease


_GOOD = ("Friendly and quick, thank you.", "Solved at the first try.", "Clear answer, well explained.", "All fine now.")
_HANDED = (
    "I was passed from one desk to the next.",
    "Had to explain everything three times.",
    "Four people, one question.",
)
_SLOW = ("It took far too long.", "I had to ask twice before anybody answered.", "Still waiting for the replacement.")
_BAD = ("The answer did not help.", "I was promised a call that never came.", "Polite, but my problem is still there.")


def _remarks(rng: Rng, satisfaction: Counts, asked: pd.DataFrame) -> pd.Series[str]:
    """A remark for about every fifth row that fits what happened."""
    waited = (asked["solved"] - asked["created"]).dt.total_seconds() > 72 * 3600
    pools = np.select([satisfaction >= 4, asked["group_changes"] >= 2, waited], [0, 1, 2], 3)
    words = (_GOOD, _HANDED, _SLOW, _BAD)
    said = [words[pool][n % len(words[pool])] for pool, n in zip(pools, rng.integers(0, 60, len(pools)), strict=True)]
    return pd.Series(said, dtype=object).where(rng.random(len(pools)) < np.where(satisfaction >= 4, 0.13, 0.42))
