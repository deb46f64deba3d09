"""The demo company's own goals: goals.csv. Sums follow the scale, rates and times do not."""

from __future__ import annotations

import csv
import io

HEADER = ("metric", "from", "to", "red", "goal", "stretch", "team", "department")

_SUMS = (
    # metric, from, to, red, goal, stretch; for scale 1
    ("revenue", "", "2025", 780_000, 900_000, None),
    ("revenue", "2025", "2026", 840_000, 960_000, None),
    ("revenue", "2026", "", 900_000, 1_020_000, 1_150_000),
    ("tickets_opened", "", "2026", 4_200, 3_600, None),
    ("tickets_opened", "2026", "", 4_400, 3_800, 3_200),
    ("backlog", "", "2026", 500, 350, None),
    ("backlog", "2026", "", 450, 300, 200),
)
_RATES = (
    # metric, from, to, red, goal, stretch, team, department
    ("csat", "", "2025", "74%", "80%", "", "", ""),
    ("csat", "2025", "2026", "75%", "82%", "", "", ""),
    ("csat", "2026", "", "75%", "83%", "90%", "", ""),
    ("csat", "2026", "", "68%", "76%", "", "Returns", ""),
    ("csat", "2026", "", "72%", "80%", "", "", "Digital service"),
)


def text(scale: float) -> str:
    """goals.csv as it is written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for metric, since, until, *values in _SUMS:
        writer.writerow([metric, since, until, *("" if v is None else max(1, round(v * scale)) for v in values), "", ""])
    writer.writerows(_RATES)
    return out.getvalue()
