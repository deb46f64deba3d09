"""The demo company's own goals: goals.csv. Sums follow the scale, rates and times do not."""

from __future__ import annotations

import csv
import io

HEADER = ("metric", "from", "to", "red", "goal", "stretch", "team", "department")

_SUMS = (
    # metric, from, to, red, goal, stretch; for scale 1
    ("revenue", "", "2025", 800_000, 920_000, None),
    ("revenue", "2025", "2026", 920_000, 1_060_000, None),
    ("revenue", "2026", "", 1_040_000, 1_190_000, 1_350_000),
    ("revenue_at_risk", "", "", 1_300_000, 1_000_000, None),
    ("stored_value_balance", "", "", 70_000, 60_000, None),
    ("active_customers", "", "2026", 5_600, 6_600, None),
    ("active_customers", "2026", "", 6_200, 7_300, None),
    ("tickets_opened", "", "2026", 4_000, 3_300, None),
    ("tickets_opened", "2026", "", 4_200, 3_400, 3_000),
    ("tickets_per_agent", "", "", 24, 34, None),
    ("backlog", "", "2026", 400, 220, None),
    ("backlog", "2026", "", 360, 200, 120),
)
_OTHERS = (
    # metric, from, to, red, goal, stretch, team, department
    ("average_order_value", "", "", 180, 205, "", "", ""),
    ("revenue_per_customer", "", "", 190, 210, "", "", ""),
    ("gross_margin", "", "2026", "34%", "36%", "", "", ""),
    ("gross_margin", "2026", "", "35%", "37%", "", "", ""),
    ("repeat_revenue_share", "", "", "80%", "86%", "", "", ""),
    ("lifetime_value_12m", "", "", 220, 280, "", "", ""),
    ("lifetime_value_24m", "", "", 320, 400, "", "", ""),
    ("customer_acquisition_cost", "", "", 130, 105, "", "", ""),
    ("cost_per_ticket", "", "", 26, 21, "", "", ""),
    ("csat", "", "2025", "74%", "80%", "", "", ""),
    ("csat", "2025", "2026", "75%", "82%", "", "", ""),
    ("csat", "2026", "", "75%", "83%", "90%", "", ""),
    ("csat", "2026", "", "68%", "76%", "", "Returns", ""),
    ("csat", "2026", "", "72%", "80%", "", "", "Digital service"),
    ("nps", "", "2026", 15, 30, "", "", ""),
    ("nps", "2026", "", 20, 35, 50, "", ""),
    ("retention", "", "", "40%", "48%", "", "", ""),
    ("retention_90d", "", "", "48%", "60%", "", "", ""),
    ("response_rate", "", "", "30%", "38%", "", "", ""),
    ("silent_customer_share", "", "", "25%", "12%", "", "", ""),
    ("referral_rate", "", "", "12%", "20%", "", "", ""),
    ("contact_rate", "", "", 0.65, 0.5, "", "", ""),
    ("first_contact_resolution", "", "", "84%", "92%", "", "", ""),
    ("transfers_per_ticket", "", "", 1.4, 1, "", "Returns", ""),
    ("outreach_conversion", "", "", "8%", "14%", "", "", ""),
    ("training_hours_per_agent", "2025", "", 1.2, 2, "", "", ""),
)


def text(scale: float) -> str:
    """goals.csv as it is written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for metric, since, until, *values in _SUMS:
        writer.writerow(
            [metric, since, until, *("" if v is None else max(1, round(v * scale)) for v in values), "", ""]
        )
    writer.writerows(_OTHERS)
    return out.getvalue()
