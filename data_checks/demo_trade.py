"""The demo company's trade: customers, the orders they place, what they say about recommending it.

Every table is a frame of one row per thing, with the column names of the invented company's own exports.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo_calendar import (
    DAYS,
    END,
    SHOP_HOURS,
    START,
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
)

SEGMENTS = {"Private": 0.46, "Trade": 0.34, "Public sector": 0.12, "Industry": 0.08}
REGIONS = {"North": 0.31, "East": 0.19, "South": 0.28, "West": 0.22}
ACQUIRED = {"Web search": 0.38, "Recommendation": 0.17, "Field sales": 0.2, "Trade fair": 0.1, "Advertising": 0.15}
LINES = {"Tools": 0.3, "Safety wear": 0.22, "Fasteners": 0.28, "Workplace": 0.2}
ORDER_CHANNELS = {"Web shop": 0.63, "Phone": 0.22, "Field sales": 0.15}

_AMOUNT_BY_SEGMENT = {"Private": 46.0, "Trade": 72.0, "Public sector": 92.0, "Industry": 118.0}
_AMOUNT_BY_LINE = {"Tools": 1.25, "Safety wear": 0.85, "Fasteners": 0.7, "Workplace": 1.2}
_COST_SHARE_BY_LINE = {"Tools": 0.66, "Safety wear": 0.58, "Fasteners": 0.52, "Workplace": 0.69}

_CUSTOMERS = 6_000
_THERE_BEFORE = 0.58
_STAYS_DAYS = 900.0
_ORDERS_PER_DAY = 0.0114
_MOST_ORDERS = 64


def pick(rng: Rng, weights: dict[str, float], size: int) -> pd.Series[str]:
    """`size` words drawn by their weights."""
    share = np.array(list(weights.values()))
    return pd.Series(np.array(list(weights), dtype=object)[rng.choice(len(share), size=size, p=share / share.sum())])


def customers(rng: Rng, scale: float) -> pd.DataFrame:
    """One row per customer. `_begins`, `_leaves`: days since START as an active buyer (not exported)."""
    size = max(40, round(_CUSTOMERS * scale))
    before = rng.random(size) < _THERE_BEFORE
    begins = np.where(before, 0.0, np.sort(rng.uniform(0, len(DAYS), size)))
    since = np.where(before, -rng.uniform(30, 1500, size), begins - rng.integers(0, 3, size))
    numbers = [f"K{20_000 + n}" for n in range(size)]
    acquired = pick(rng, ACQUIRED, size)
    referrer = pd.Series(numbers)[rng.integers(0, max(1, size // 3), size)].reset_index(drop=True)
    return pd.DataFrame(
        {
            "customer_no": numbers,
            "company": [f"Customer {n + 1:05d}" for n in range(size)],
            "customer_group": pick(rng, SEGMENTS, size),
            "sales_region": pick(rng, REGIONS, size),
            "customer_since": START + since.astype(int),
            "won_through": acquired,
            "recommended_by": referrer.where(acquired == "Recommendation"),
            "_begins": begins,
            "_leaves": begins + rng.exponential(_STAYS_DAYS, size),
            "_before": before,
        }
    )


def orders(rng: Rng, people: pd.DataFrame) -> pd.DataFrame:
    """One row per order, by time of order."""
    customer, days = _purchases(rng, people)
    ordered = moments(rng, days, SHOP_HOURS)
    by_time = np.argsort(ordered, kind="stable")
    ordered, buyer = ordered[by_time], people.iloc[customer[by_time]].reset_index(drop=True)
    size, line = len(ordered), pick(rng, LINES, len(ordered))
    mean = buyer["customer_group"].map(_AMOUNT_BY_SEGMENT) * line.map(_AMOUNT_BY_LINE)
    amount = np.round(mean.to_numpy() * rng.lognormal(0, 0.62, size) + 4.9, 2)
    cost = np.round(amount * line.map(_COST_SHARE_BY_LINE).to_numpy() * rng.normal(1, 0.05, size), 2)
    promised, delivered, state = _delivery(rng, ordered)
    return pd.DataFrame(
        {
            "order_no": [f"A{500_000 + n}" for n in range(size)],
            "customer_no": buyer["customer_no"],
            "order_date": ordered,
            "promised_for": promised,
            "delivered": delivered,
            "order_state": state,
            "net_amount": amount,
            "cost_of_goods": cost,
            "items": 1 + rng.poisson(2.1, size),
            "sold_via": pick(rng, ORDER_CHANNELS, size),
            "sales_region": buyer["sales_region"],
            "product_group": line,
            "_group": buyer["customer_group"],
        }
    )


def recommendation_survey(rng: Rng, sold: pd.DataFrame) -> pd.DataFrame:
    """One row per invitation after a delivery; without an answer the score is empty."""
    asked = sold[(rng.random(len(sold)) < 0.42) & sold["delivered"].notna()].reset_index(drop=True)
    size = len(asked)
    late = asked["delivered"].dt.normalize().to_numpy() > asked["promised_for"].to_numpy()
    sent = later(asked["delivered"].to_numpy(), rng.uniform(96, 150, size))
    answered = by_the_end(later(sent, rng.exponential(20, size)))
    mood = 0.53 + rng.normal(0, 1, size) - 0.95 * late - 0.35 * during_outage(asked["order_date"].to_numpy())
    score = np.digitize(mood, [-2.6, -2.4, -2.2, -1.95, -1.7, -1.3, -0.85, -0.35, 0.45, 1.15])
    silent = (rng.random(size) > 0.33) | np.isnat(answered)
    frame = pd.DataFrame(
        {
            "survey_no": [f"R{70_000 + n}" for n in range(size)],
            "order_no": asked["order_no"],
            "customer_no": asked["customer_no"],
            "customer_group": asked["_group"],
            "sold_via": asked["sold_via"],
            "sent": sent,
            "answered": pd.Series(answered).mask(silent),
            "would_recommend": pd.Series(score).astype("Int64").mask(silent),
            "remark": _remarks(rng, score, late).mask(silent),
        }
    )
    return frame[frame["sent"] <= END]


def _purchases(rng: Rng, people: pd.DataFrame) -> tuple[Counts, Times]:
    """Who buys on which day. Gaps are gamma (more regular than chance) in a time that runs with the seasons."""
    size, warp = len(people), np.concatenate([[0.0], np.cumsum(day_weights())])
    rate = _ORDERS_PER_DAY * rng.gamma(2.4, 1 / 2.4, size)
    gaps = rng.gamma(1.7, 1 / 1.7, (size, _MOST_ORDERS)) / rate[:, None]
    before = people["_before"].to_numpy()
    # Old customers are met in the middle of a gap (long gaps are met more often); new ones begin with an order.
    gaps[:, 0] = np.where(before, rng.gamma(2.7, 1 / 1.7, size) * rng.random(size), 0) / rate
    begins = np.interp(people["_begins"], np.arange(len(warp)), warp)
    at = np.interp(begins[:, None] + gaps.cumsum(axis=1), warp, np.arange(len(warp)), right=np.inf)
    who, which = np.nonzero((at < len(DAYS)) & (at < people["_leaves"].to_numpy()[:, None]))
    return who, DAYS[at[who, which].astype(int)]


def _delivery(rng: Rng, ordered: Times) -> tuple[Times, Times, Words]:
    """Promised day, delivered time and state. In the outage deliveries slip by days."""
    size, day = len(ordered), ordered.astype("datetime64[D]")
    promised: Times = np.asarray(day + rng.integers(3, 7, size).astype("timedelta64[D]"))
    slack = np.where(rng.random(size) < 0.072, rng.integers(1, 5, size), -rng.integers(0, 3, size))
    in_outage = during_outage(promised) & (rng.random(size) < 0.45)
    slip = np.where(in_outage, rng.integers(1, 6, size), slack).astype("timedelta64[D]")
    arrives: Times = np.maximum(promised + slip, day + 1)
    delivered = by_the_end(later(arrives.astype("datetime64[s]"), rng.uniform(8, 18, size)))
    fate = rng.random(size)
    state = np.where(np.isnat(delivered), "In progress", "Delivered").astype(object)
    state[(fate > 0.965) & ~np.isnat(delivered)] = "Returned"
    state[fate < 0.027] = "Cancelled"
    delivered[fate < 0.027] = np.datetime64("NaT")
    return promised, delivered, state


_REMARKS = {
    "happy": ("Good range, fair prices.", "Everything arrived complete.", "I order here again and again.",
              "Quick, and well packed.", "The quotation came the same day."),
    "late": ("The parcel came later than promised.", "Nobody told us about the delay.",
             "We had to wait and the site stood still."),
    "unhappy": ("Too expensive for what it is.", "The web shop is hard to search.", "Part of the order was wrong."),
}  # fmt: skip


def _remarks(rng: Rng, score: Counts, late: Flags) -> pd.Series[str]:
    """A remark for about every sixth row, of the right mood."""
    mood = np.where(score >= 8, "happy", np.where(late, "late", "unhappy"))
    said = [_REMARKS[m][n % len(_REMARKS[m])] for m, n in zip(mood, rng.integers(0, 60, len(mood)), strict=True)]
    return pd.Series(said, dtype=object).where(rng.random(len(mood)) < 0.18)
