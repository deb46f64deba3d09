"""How the demo company's service is run and measured: reviews of its work, what it costs, how others do."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo.calendar import END, MONTHS, Rng, Times, Words, month_number, only
from data_checks.demo.staff import TEAMS, quality_lift

SKILLS = {
    "clarity": 1.0,
    "product knowledge": 2.5,
    "patience": 1.5,
    "attention": 0.0,
    "positive language": 3.0,
    "reading the customer": -3.0,
    "time management": -4.5,
}
"""Skill → points above or below the mean of the seven."""

_REVIEWED = 0.85
_LEVEL = 74.0
_SUPPORT_PER_TICKET, _SUPPORT_PER_PERSON = 15.5, 160.0
_MARKETING = 62_000.0
_PER_COURSE_HOUR = 38.0

COMPETITORS = ("Nordwerk", "Toolhaus", "Brandt & Sons")
_OTHERS = {
    # metric: scale, the three competitors and the industry at the start, change per half year
    "csat": ("1-5 top 2", (0.796, 0.774, 0.741), 0.762, 0.002),
    "nps": ("0-10", (44.0, 31.0, 22.0), 28.0, 0.6),
    "ces": ("1-7 top 3", (0.77, 0.70, 0.66), 0.69, 0.002),
    "on_time_delivery": ("promised day", (0.958, 0.931, 0.902), 0.925, 0.002),
    "first_reply_minutes": ("all channels", (21.0, 38.0, 55.0), 42.0, -1.0),
}
_HALVES = ("2023-10-01", "2024-04-01", "2024-10-01", "2025-04-01", "2025-10-01", "2026-04-01")


def reviews(rng: Rng, people: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """One row per skill judged: each month most people are reviewed once, on the ticket they solved last."""
    who, month = np.nonzero(rng.random((len(people), len(MONTHS))) < _REVIEWED)
    day: Times = np.asarray(
        MONTHS[month].astype("datetime64[D]") + rng.integers(2, 28, len(who)).astype("timedelta64[D]")
    )
    hired, left = people["hired"].to_numpy()[who], people["left"].to_numpy()[who]
    kept = (hired <= day - np.timedelta64(20, "D")) & ~(left <= day) & (day <= END)
    who, day = who[kept], day[kept]
    group = people["group_no"].to_numpy()[who]
    person = rng.normal(0, 4.0, len(people))[who]
    whole = _LEVEL + person + quality_lift(group, day) + rng.normal(0, 2.5, len(who))
    frame = pd.DataFrame(
        {"staff_no": people["staff_no"].to_numpy()[who], "reviewed": day.astype("datetime64[s]"), "_whole": whole}
    ).sort_values(["reviewed", "staff_no"], ignore_index=True)
    frame.insert(0, "case_no", _last_solved(frame, cases))
    size, times = len(frame), len(SKILLS)
    lines = frame.loc[np.repeat(np.arange(size), times)].reset_index(drop=True)
    lines["skill"] = np.tile(np.array(list(SKILLS), dtype=object), size)
    points = lines["_whole"].to_numpy() + np.tile(list(SKILLS.values()), size) + rng.normal(0, 6.0, len(lines))
    lines["points"] = np.clip(np.round(points), 0, 100).astype(np.int64)
    lines.insert(0, "review_no", np.array([f"Q{100_000 + n}" for n in range(len(lines))], dtype=object))
    return lines


def costs(people: pd.DataFrame, cases: pd.DataFrame, courses: pd.DataFrame, scale: float) -> pd.DataFrame:
    """One row per whole month, kind and team (marketing has none). They follow the tickets and so the scale."""
    months = MONTHS[:-1]
    tickets = _per_month(cases["group_no"].to_numpy(), cases["created"].to_numpy())
    group = people.set_index("staff_no")["group_no"]
    hours = _per_month(
        group.loc[courses["staff_no"]].to_numpy(), courses["completed"].to_numpy(), courses["course_hours"].to_numpy()
    )
    rows: list[tuple[object, ...]] = []
    for number, month in enumerate(months):
        dear = 1 + 0.002 * number
        rows.append(
            (month, "marketing", None, round(_MARKETING * scale * dear * (1.25 if number % 12 < 3 else 1.0), 2))
        )
        for team, about in TEAMS.items():
            staffed = _SUPPORT_PER_PERSON * scale * about[3]
            rows.append(
                (month, "support", team, round((tickets[team][number] * _SUPPORT_PER_TICKET + staffed) * dear, 2))
            )
            rows.append((month, "training", team, round(float(hours[team][number]) * _PER_COURSE_HOUR, 2)))
    frame = pd.DataFrame(rows, columns=["month", "sort", "group_no", "euro"])
    frame["month"] = frame["month"].to_numpy().astype("datetime64[s]")
    frame.insert(0, "entry_no", [f"X{n + 1:04d}" for n in range(len(frame))])
    return frame.astype({"sort": object, "group_no": object})


def benchmarks() -> pd.DataFrame:
    """One row per metric, half year and competitor or industry, and one of the industry on another scale.

    Shares are fractions, points −100…100, times in the metric's own unit.
    """
    rows: list[tuple[object, ...]] = []
    for number, day in enumerate(_HALVES):
        for metric, (scale, values, industry, step) in _OTHERS.items():
            for name, value in zip(COMPETITORS, values, strict=True):
                own = step * number * (2 if name == COMPETITORS[0] else 1)
                rows.append((metric, name, None, day, round(value + own, 4), 1_200 + 35 * number, scale, "Trade panel"))
            rows.append(
                (
                    metric,
                    None,
                    "Tools and supply",
                    day,
                    round(industry + step * number, 4),
                    9_800,
                    scale,
                    "Chamber report",
                )
            )
    rows.append(("csat", None, "Tools and supply", "2026-04-01", 0.71, 4_100, "1-10 top 3", "Consumer magazine"))
    columns = ["metric", "rival", "branch", "half_year", "reached", "asked", "measured_on", "read_in"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["half_year"] = frame["half_year"].to_numpy().astype("datetime64[s]")
    frame["read_on"] = frame["half_year"] + pd.Timedelta(days=75)
    frame.insert(0, "line_no", [f"Y{n + 1:03d}" for n in range(len(frame))])
    return frame


def _last_solved(made: pd.DataFrame, cases: pd.DataFrame) -> Words:
    """The ticket each person solved last before the review; None when there is none."""
    done = cases.loc[cases["solved"].notna() & cases["staff_no"].notna(), ["case_no", "staff_no", "solved"]]
    done = done.sort_values(["solved", "case_no"])
    found = pd.merge_asof(made, done, left_on="reviewed", right_on="solved", by="staff_no")["case_no"]
    return only(found.notna().to_numpy(), found.to_numpy(dtype=object))


def _per_month(team: Words, at: Times, amount: object = 1.0) -> pd.DataFrame:
    """Sums by whole month (rows) and team (columns), 0 where nothing was."""
    found = pd.DataFrame({"team": team, "month": month_number(at), "amount": amount})
    table = found.groupby(["month", "team"])["amount"].sum().unstack(fill_value=0)
    return table.reindex(index=range(len(MONTHS) - 1), columns=list(TEAMS), fill_value=0.0)
