"""What people say in the demo company: customers after a ticket or a delivery, and its own staff.

Satisfaction follows from what happened to the ticket; nothing in the answers is drawn apart from it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo import words
from data_checks.demo.calendar import (
    BROKEN_WEEK,
    END,
    MONTHS,
    NEVER,
    Counts,
    Flags,
    Floats,
    Rng,
    Times,
    Words,
    by_the_end,
    during_outage,
    later,
    only,
    within,
)
from data_checks.demo.staff import CONTRADICTS, SIX_ANSWERS, quality_lift

INVITED = {"phone": 0.42, "e-mail": 0.55, "chat": 0.5, "portal": 0.6}
"""Share of the solved tickets of each channel that is asked; the export's weight makes up for it."""

MIX_SHIFT = {
    "2026-03": {"phone": 0.91, "e-mail": 0.82, "chat": 0.88, "portal": 0.66},
    "2026-04": {"phone": 0.93, "e-mail": 0.84, "chat": 0.90, "portal": 0.69},
}
"""Planted: the satisfied of each channel in two months. All improve; the total falls, for the portal's share grows."""

QUESTIONS = {"courtesy": 0.75, "knowledge": 0.35, "clarity": 0.15, "speed": -0.25}
"""Asked of some who answered, one to five each → how much kinder they are than the whole."""

_ASKED_ABOUT = ("case_no", "customer_no", "staff_no", "group_no", "contact_channel", "reason")
_SIX = (5, 4, 5, 5, 4, 5)
_MOOD_BY_CHANNEL = {"phone": 0.27, "e-mail": 0.02, "chat": 0.2, "portal": -0.58}
_ANSWER = 0.44
_RECOMMENDATION_ASKED, _RECOMMENDATION_ANSWERED = 0.28, 0.31


def service_survey(rng: Rng, cases: pd.DataFrame) -> pd.DataFrame:
    """One row per invitation after a solved ticket: satisfaction 1-5, and for half of them ease 1-7, in one sitting.

    Empty without an answer. `_mood` (not exported): what the answer follows from.
    """
    asked, sent = _invited(rng, cases)
    size = len(asked)
    answered = by_the_end(later(sent, rng.exponential(14, size)))
    mood = _moods(rng, asked)
    satisfaction = 1 + np.digitize(mood + rng.normal(0, 0.6, size), [-2.55, -2.0, -1.4, -0.16])
    ease = 1 + np.digitize(mood + rng.normal(0, 0.75, size), [-2.6, -2.2, -1.7, -1.15, -0.3, 0.45])
    silent = (rng.random(size) > _ANSWER) | np.isnat(answered)
    _six_answers(asked, silent, satisfaction)
    channel = asked["contact_channel"].to_numpy()
    _shift_the_mix(channel, np.where(silent, NEVER, answered), mood, satisfaction)
    satisfaction[within(answered, BROKEN_WEEK)] = 0
    asks_ease = rng.random(size) < 0.5
    frame = asked[list(_ASKED_ABOUT)].assign(
        customer_group=asked["_group_of_customer"],
        sampling_weight=np.round(0.5 / pd.Series(channel).map(INVITED).to_numpy(), 3),
        sent=sent,
        answered=np.where(silent, NEVER, answered),
        satisfaction_1_to_5=pd.Series(satisfaction).astype("Int64").mask(silent),
        ease_asked=np.where(asks_ease, "yes", "no").astype(object),
        ease_1_to_7=pd.Series(ease).astype("Int64").mask(silent | ~asks_ease | (rng.random(size) < 0.1)),
        remark=only(~silent, words.after_service(rng, satisfaction, asked)),
        _mood=mood,
    )
    frame.insert(0, "survey_no", np.array([f"U{3_000_000 + n}" for n in range(size)], dtype=object))
    return frame


def ratings(rng: Rng, answers: pd.DataFrame) -> pd.DataFrame:
    """One row per further question answered, 1-5: a quarter of those who rated a ticket outside the broken week."""
    rated = answers[(answers["satisfaction_1_to_5"] > 0).fillna(False) & (rng.random(len(answers)) < 0.25)]
    times = len(QUESTIONS)
    mood = np.repeat(rated["_mood"].to_numpy(), times) + np.tile(list(QUESTIONS.values()), len(rated))
    score = 1 + np.digitize(mood + rng.normal(0, 0.7, len(mood)), [-2.55, -2.0, -1.35, -0.1])
    columns = ("survey_no", "case_no", "customer_no", "staff_no", "group_no", "contact_channel", "answered")
    frame = pd.DataFrame({name: np.repeat(rated[name].to_numpy(), times) for name in columns})
    frame["asked_about"] = np.tile(np.array(list(QUESTIONS), dtype=object), len(rated))
    frame["rating"] = score
    return frame


def recommendation_survey(rng: Rng, sold: pd.DataFrame) -> pd.DataFrame:
    """One row per invitation after a delivery to a known customer; without an answer the score is empty."""
    can = (sold["delivered"].notna() & sold["customer_no"].notna()).to_numpy()
    asked = sold[can & (rng.random(len(sold)) < _RECOMMENDATION_ASKED)].reset_index(drop=True)
    size = len(asked)
    late = asked["delivered"].dt.normalize().to_numpy() > asked["promised_for"].to_numpy()
    sent = later(asked["delivered"].to_numpy(), rng.uniform(96, 150, size))
    answered = by_the_end(later(sent, rng.exponential(20, size)))
    mood = 0.47 + rng.normal(0, 1, size) - 0.75 * late - 0.35 * during_outage(asked["order_date"].to_numpy())
    score = np.digitize(mood, [-2.6, -2.4, -2.2, -1.95, -1.7, -1.3, -0.85, -0.35, 0.45, 1.15])
    silent = (rng.random(size) > _RECOMMENDATION_ANSWERED) | np.isnat(answered)
    frame = pd.DataFrame(
        {
            "survey_no": np.array([f"R{700_000 + n}" for n in range(size)], dtype=object),
            "order_no": asked["order_no"],
            "customer_no": asked["customer_no"],
            "customer_group": asked["_group"],
            "sold_via": asked["sold_via"],
            "sent": sent,
            "answered": np.where(silent, NEVER, answered),
            "would_recommend": pd.Series(score).astype("Int64").mask(silent),
            "remark": only(~silent, words.after_delivery(rng, score, late)),
        }
    )
    return frame[frame["sent"] <= END]


def team_pulse(rng: Rng, people: pd.DataFrame) -> pd.DataFrame:
    """One row per question to one of the company's own people, anonymous: would you recommend working here?"""
    first = np.busday_offset(MONTHS.astype("datetime64[D]"), 1, roll="forward")
    hired, left = (people[name].to_numpy()[None, :] for name in ("hired", "left"))
    month, _ = np.nonzero((hired <= first[:, None]) & ~(left < first[:, None]))
    sent = later(first[month].astype("datetime64[s]"), np.full(len(month), 9.0))
    answered = by_the_end(later(sent, rng.uniform(0.2, 100, len(sent))))
    mood = rng.normal(0.06, 1, len(sent)) + 0.003 * month
    score = np.digitize(mood, [-2.7, -2.5, -2.3, -2.0, -1.7, -1.25, -0.78, -0.3, 0.45, 1.15])
    silent = (rng.random(len(sent)) > 0.82) | np.isnat(answered)
    return pd.DataFrame(
        {
            "answer_no": np.array([f"P{9_000 + n}" for n in range(len(sent))], dtype=object),
            "asked": sent,
            "answered": np.where(silent, NEVER, answered),
            "recommend_0_to_10": pd.Series(score).astype("Int64").mask(silent),
        }
    )


def visits(rng: Rng, cases: pd.DataFrame) -> pd.DataFrame:
    """One row per visit rated: advice on the customer's site (1-10), and courses for customers (1-5)."""
    technical = cases[cases["reason"].isin(["technical", "product question"]) & cases["solved"].notna()]
    about = technical[rng.random(len(technical)) < 0.045].reset_index(drop=True)
    size, advice = len(about), rng.random(len(about)) < 0.65
    rated = later(about["solved"].to_numpy(), rng.uniform(30, 300, size))
    mood = rng.normal(0, 1, size)
    ten = 1 + np.digitize(mood, [-3.0, -2.6, -2.3, -1.9, -1.5, -1.0, -0.5, 0.35, 1.2])
    five = 1 + np.digitize(mood, [-2.3, -1.7, -1.0, 0.3])
    frame = pd.DataFrame(
        {
            "visit_no": np.array([f"B{50_000 + n}" for n in range(size)], dtype=object),
            "customer_no": about["customer_no"],
            "visit": np.where(advice, "advice", "course").astype(object),
            "rated": rated,
            "grade": np.where(advice, ten, five),
        }
    )
    return frame[frame["rated"] <= END]


def _invited(rng: Rng, cases: pd.DataFrame) -> tuple[pd.DataFrame, Times]:
    """The solved tickets that are asked about, and when."""
    share = cases["contact_channel"].map(INVITED).to_numpy() * ~np.isnat(cases["solved"].to_numpy())
    hers = (cases["staff_no"] == SIX_ANSWERS).to_numpy() & cases["solved"].notna().to_numpy()
    asked = cases[(rng.random(len(cases)) < share) | hers].reset_index(drop=True)
    sent = later(asked["solved"].to_numpy(), rng.uniform(1, 5, len(asked)))
    in_time = sent <= END
    return asked[in_time].reset_index(drop=True), sent[in_time]


def _moods(rng: Rng, asked: pd.DataFrame) -> Floats:
    """Worse with every hand-over, long waits, complaints, reopening, in the portal and in the outage; better where a
    team has learned, but for one."""
    size, opened = len(asked), asked["created"].to_numpy()
    days = (asked["solved"] - asked["created"]).dt.total_seconds().to_numpy() / 86_400
    burden: Floats = 0.4 * asked["group_changes"].to_numpy() + 0.16 * np.log1p(days)
    burden = burden + 0.5 * (asked["reason"] == "complaint").to_numpy() + 0.5 * (asked["reopened"] > 0).to_numpy()
    burden = burden + 0.1 * during_outage(opened)
    group = asked["group_no"].to_numpy()
    learned = quality_lift(group, opened) * np.where(group == CONTRADICTS, -0.045, 0.03)
    names = sorted(asked["staff_no"].dropna().unique())
    person = dict(zip(names, rng.normal(0, 0.12, len(names)), strict=True))
    own = asked["staff_no"].map(person).fillna(0.0).to_numpy()
    channel = asked["contact_channel"].map(_MOOD_BY_CHANNEL).to_numpy()
    return np.asarray(rng.normal(0, 0.8, size) + own + learned + channel - burden)


def _six_answers(asked: pd.DataFrame, silent: Flags, satisfaction: Counts) -> None:
    """One agent has exactly six answers, all good."""
    hers = np.flatnonzero((asked["staff_no"] == SIX_ANSWERS).to_numpy())
    silent[hers] = True
    chosen = hers[: len(_SIX)]
    silent[chosen] = False
    satisfaction[chosen] = _SIX[: len(chosen)]


def _shift_the_mix(channel: Words, answered: Times, mood: Floats, satisfaction: Counts) -> None:
    """In the two months of MIX_SHIFT, each channel has its share of satisfied answers: those of the best mood.

    Where so few answer that rounding would hide it, the second month has one satisfied more than the first's share.
    """
    before: dict[str, float] = {}
    for month, shares in MIX_SHIFT.items():
        in_month = answered.astype("datetime64[M]") == np.datetime64(month)
        for name, share in shares.items():
            rows = np.flatnonzero(in_month & (channel == name))
            best = rows[np.argsort(-mood[rows], kind="stable")]
            good = min(len(rows), max(round(share * len(rows)), int(before.get(name, -1.0) * len(rows)) + 1))
            before[name] = good / max(1, len(rows))
            satisfaction[best[:good]] = np.maximum(satisfaction[best[:good]], 4)
            satisfaction[best[good:]] = np.minimum(satisfaction[best[good:]], 3)
