"""What is wrong in the demo company's exports: about five rows in a thousand, of every kind the checks know.

A defect is a value written over a good one, as text, so that a file can hold what its column cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_checks.demo.calendar import Flags, Rng, Words
from data_checks.demo.surveys import MIX_SHIFT

TIME_FORMAT, DAY_FORMAT = "%Y-%m-%d %H:%M", "%Y-%m-%d"
WRITTEN_OVER = "__"
"""A column of this beginning and another's name holds the text that is exported instead, None where nothing is."""


@dataclass(frozen=True)
class Defect:
    """`rule`: the check that finds it. `per_10000`: how many rows of the file; at least one.

    The text is `says`, or the time of column `like` moved by `days`; with neither the field is empty. Only rows that
    have a value in `column` and for which `among` holds are spoiled.
    """

    file: str
    column: str
    rule: str
    per_10000: float
    says: str | None = None
    like: str = ""
    days: float = 0.0
    among: Callable[[pd.DataFrame], pd.Series[bool]] | None = None


def _live(orders: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(orders["order_state"].isin(["In progress", "Delivered"]))


def _rated(answers: pd.DataFrame) -> pd.Series[bool]:
    """Outside the week in which every satisfaction is a zero, and the months in which the mix shifts."""
    shifting = answers["answered"].dt.strftime("%Y-%m").isin(list(MIX_SHIFT))
    rated = (answers["satisfaction_1_to_5"] > 0).fillna(False).astype(bool)
    return pd.Series(rated & ~shifting)


def _on_the_last_sunday_of_march(orders: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(orders["order_date"].dt.normalize() == pd.Timestamp("2025-03-30"))


DEFECTS = (
    Defect("orders", "order_state", "status_allowed", 12, "Lost in transit"),
    Defect("orders", "delivered", "delivered_after_ordered", 11, like="order_date", days=-24),
    Defect("orders", "net_amount", "revenue_readable", 8, "on request"),
    Defect("orders", "net_amount", "order_has_revenue", 6, among=_live),
    Defect("orders", "items", "units_not_negative_when_sold", 4, "-1", among=_live),
    Defect("orders", "promised_for", "promised_after_ordered", 3, like="order_date", days=-30),
    Defect(
        "orders", "order_date", "ordered_at_clock_sure", 0.1, "2025-03-30 02:30", among=_on_the_last_sunday_of_march
    ),
    Defect("orders", "order_date", "ordered_at_in_era", 1, "1025-06-01 10:15"),
    Defect("orders", "order_no", "order_id_required", 1),
    Defect("orders", "customer_no", "customer_id_known", 1, "K-unknown"),
    Defect("tickets", "solved", "resolved_after_opening", 11, like="created", days=-2),
    Defect("tickets", "first_response", "reply_after_opening", 6, like="created", days=-1),
    Defect("tickets", "closed", "closed_after_opening", 5, like="created", days=-3),
    Defect("tickets", "group_changes", "transfers_in_range", 6, "-1"),
    Defect("tickets", "reopened", "reopens_in_range", 2, "-1"),
    Defect("tickets", "replies", "agent_replies_in_range", 2, "-1"),
    Defect("tickets", "minutes_worked", "handle_minutes_in_range", 2, "-7.5"),
    Defect("tickets", "created", "opened_at_readable", 6, "2025-02-31 10:15"),
    Defect("tickets", "first_response", "resolved_after_reply", 4, like="solved", days=1 / 24),
    Defect("tickets", "due", "due_after_opening", 3, like="created", days=-5),
    Defect("tickets", "staff_no", "agent_id_known", 1, "S777"),
    Defect("tickets", "group_no", "team_id_known", 1, "G99"),
    Defect("service_survey", "satisfaction_1_to_5", "csat_score_in_range", 20, "9", among=_rated),
    Defect("service_survey", "ease_1_to_7", "ces_score_in_range", 8, "0", among=_rated),
    Defect("service_survey", "answered", "answered_after_sent", 10, like="sent", days=-1, among=_rated),
    Defect("service_survey", "answered", "answer_has_a_time", 5, among=_rated),
    Defect("service_survey", "sampling_weight", "weight_in_range", 3, "-1", among=_rated),
    Defect("recommendation_survey", "would_recommend", "nps_score_in_range", 25, "11"),
    Defect("team_pulse", "recommend_0_to_10", "nps_score_in_range", 10, "11"),
    Defect("visits", "grade", "score_on_its_scale", 80, "98"),
    Defect("ratings", "rating", "score_on_its_scale", 20, "8"),
    Defect("customers", "birthday", "joined_after_birth", 10, like="customer_since", days=400),
    Defect("customers", "recommended_by", "not_referred_by_oneself", 8, like="customer_no"),
    Defect("customers", "customer_since", "joined_on_readable", 4, "unknown"),
    Defect("contracts", "ended", "ended_after_started", 20, like="started", days=-60),
    Defect("contracts", "fee_per_month", "monthly_fee_in_range", 15, "-15"),
    Defect("contracts", "started", "started_on_required", 10),
    Defect("courses", "course_hours", "training_hours_plausible", 20, "360"),
    Defect("courses", "course_rating", "satisfaction_in_range", 15, "9"),
    Defect("courses", "completed", "completed_on_readable", 10, "31.04.2025"),
    Defect("reviews", "points", "score_in_range", 20, "850"),
    Defect("reviews", "skill", "skill_is_one_of_seven", 20, "clearness"),
    Defect("bookings", "points", "points_are_known", 12, among=lambda rows: rows["booking"] == "earned"),
    Defect("bookings", "amount", "stored_amount_is_known", 5),
    Defect("bookings", "booking", "kind_allowed", 15, "bonus"),
    Defect("bookings", "points", "points_in_range", 10, "-50"),
    Defect("bookings", "amount", "amount_in_range", 3, "-25"),
    Defect("messages", "converted", "converted_after_sent", 15, like="sent", days=-4),
    Defect("messages", "answered", "responded_after_sent", 15, like="sent", days=-1),
    Defect("messages", "kind", "kind_allowed", 12, "mailing"),
    Defect("messages", "price", "cost_in_range", 5, "-1"),
    Defect("costs", "sort", "kind_allowed", 10, "travel"),
    Defect("costs", "euro", "cost_is_not_negative", 10, "-310.5"),
    Defect("benchmarks", "rival", "benchmark_is_of_somebody", 10),
    Defect("benchmarks", "read_in", "benchmark_has_a_source", 10),
    Defect("benchmarks", "read_on", "benchmark_seen_after_it_began", 10, like="half_year", days=-90),
)

UNREADABLE_LINES = {
    "courses": (
        "C9001,S017,Product range,2026-03-04,6,0,yes,4",
        "C9002,S052,Complaints,2026-05-11,4,5,yes,5",
        "C9003,S090,Service systems,2026-08-20,5,5,no,3",
    )
}
"""Planted: lines with a decimal comma, so one field too many (record_readable)."""

_TEST_ACCOUNT = {
    "staff_no": "S999", "name": "Test account", "group_no": "G1", "role": "Agent",
    "hired": np.datetime64("2025-05-01", "s"), "left": np.datetime64("2025-04-01", "s"),
}  # fmt: skip


def spoil(rng: Rng, file: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its defects; no row has two."""
    if file == "staff":
        return pd.concat([frame, pd.DataFrame([_TEST_ACCOUNT])], ignore_index=True)
    frame = frame.reset_index(drop=True)
    free: Flags = np.ones(len(frame), dtype=np.bool_)
    texts: dict[str, Words] = {}
    for defect in DEFECTS:
        if defect.file == file:
            rows = _chosen(rng, defect, frame, free)
            free[rows] = False
            if defect.says is None and not defect.like:
                frame.loc[rows, defect.column] = None
            else:
                text = texts.setdefault(WRITTEN_OVER + defect.column, np.full(len(frame), None, dtype=object))
                text[rows] = defect.says if defect.says is not None else _like(defect, frame, rows)
    return frame.assign(**texts)


def _chosen(rng: Rng, defect: Defect, frame: pd.DataFrame, free: Flags) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The rows to spoil, in order."""
    can = free & frame[defect.column].notna().to_numpy()
    if defect.like:
        can &= frame[defect.like].notna().to_numpy()
    if defect.among is not None:
        can &= defect.among(frame).to_numpy()
    candidates = np.flatnonzero(can)
    wanted = max(1, round(len(frame) * defect.per_10000 / 10_000))
    return np.sort(rng.choice(candidates, size=min(wanted, len(candidates)), replace=False))


def _like(defect: Defect, frame: pd.DataFrame, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Words:
    """The values of another column, times moved by some days."""
    values = frame[defect.like].iloc[rows]
    if not pd.api.types.is_datetime64_any_dtype(values):
        return values.to_numpy(dtype=object)
    moved = values + pd.Timedelta(days=defect.days)
    return moved.dt.strftime(DAY_FORMAT if is_of_days(frame[defect.column]) else TIME_FORMAT).to_numpy(dtype=object)


def is_of_days(column: pd.Series) -> bool:
    """Whether every time of the column is a midnight: it is exported as days."""
    known = column.dropna()
    return bool((known.dt.normalize() == known).all())
