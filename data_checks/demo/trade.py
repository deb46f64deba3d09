"""The demo company's trade: its customers, the orders they place, the contracts they hold.

Every table is a frame of one row per thing, with the column names of the invented company's own exports.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo.calendar import (
    DAYS,
    SHOP_HOURS,
    START,
    Counts,
    Rng,
    Times,
    Words,
    by_the_end,
    day_weights,
    during_outage,
    later,
    moments,
    only,
    pick,
    values_of,
)

SEGMENTS = {"Private": 0.46, "Trade": 0.34, "Public sector": 0.12, "Industry": 0.08}
REGIONS = {"North": 0.31, "East": 0.19, "South": 0.28, "West": 0.22}
ACQUIRED = {"Web search": 0.38, "Recommendation": 0.17, "Field sales": 0.2, "Trade fair": 0.1, "Advertising": 0.15}
LINES = {"Tools": 0.3, "Safety wear": 0.22, "Fasteners": 0.28, "Workplace": 0.2}
ORDER_CHANNELS = {"Web shop": 0.63, "Phone": 0.22, "Field sales": 0.15}

LEAVING_PLAN = "Express"
"""Planted: contracts of this plan are ended several times as often as all others."""
_PLANS = {"Tool care": 0.34, "Safety check": 0.28, "Storage": 0.2, LEAVING_PLAN: 0.18}
_FEES = {"Tool care": 39.0, "Safety check": 25.0, "Storage": 59.0, LEAVING_PLAN: 15.0}
_STAYS_MONTHS = {"Tool care": 80.0, "Safety check": 95.0, "Storage": 70.0, LEAVING_PLAN: 13.0}
_REASONS = {"Too expensive": 0.24, "Not used": 0.34, "Moved or closed": 0.27, "Unhappy with service": 0.15}
_REASONS_OF_LEAVING_PLAN = {"Late deliveries": 0.58, "Too expensive": 0.24, "Not used": 0.12, "Moved or closed": 0.06}

_AMOUNT_BY_SEGMENT = {"Private": 105.0, "Trade": 175.0, "Public sector": 230.0, "Industry": 300.0}
_AMOUNT_BY_LINE = {"Tools": 1.25, "Safety wear": 0.85, "Fasteners": 0.7, "Workplace": 1.2}
_COST_SHARE_BY_LINE = {"Tools": 0.66, "Safety wear": 0.58, "Fasteners": 0.52, "Workplace": 0.69}

_CUSTOMERS = 40_000
_THERE_BEFORE = 0.42
_STAYS_DAYS = 900.0
_ORDERS_PER_DAY = 0.0094
_MOST_ORDERS = 64
_ANONYMOUS = 0.035
_HOLD_A_CONTRACT = 0.075
_FEWEST_CONTRACTS = 150


def customers(rng: Rng, scale: float) -> pd.DataFrame:
    """One row per customer. `_begins`, `_leaves`: days since START as an active buyer (not exported)."""
    size = max(200, round(_CUSTOMERS * scale))
    before = rng.random(size) < _THERE_BEFORE
    begins = np.where(before, 0.0, np.sort(rng.uniform(0, len(DAYS), size)))
    since = np.where(before, -rng.uniform(30, 1500, size), begins - rng.integers(0, 3, size))
    numbers = np.array([f"K{200_000 + n}" for n in range(size)], dtype=object)
    acquired, segment = pick(rng, ACQUIRED, size), pick(rng, SEGMENTS, size)
    born = np.datetime64("1990-01-01") + rng.integers(-13_000, 4_500, size)
    stays = rng.exponential(_STAYS_DAYS, size)
    return pd.DataFrame(
        {
            "customer_no": numbers,
            "company": np.array([f"Customer {n + 1:05d}" for n in range(size)], dtype=object),
            "customer_group": segment,
            "sales_region": pick(rng, REGIONS, size),
            "customer_since": (START + since.astype(int)).astype("datetime64[s]"),
            "birthday": np.where(segment == "Private", born, np.datetime64("NaT")).astype("datetime64[s]"),
            "won_through": acquired,
            "recommended_by": only(acquired == "Recommendation", numbers[rng.integers(0, max(1, size // 3), size)]),
            "_begins": begins,
            "_leaves": begins + stays,
            "_before": before,
        }
    )


def orders(rng: Rng, people: pd.DataFrame) -> pd.DataFrame:
    """One row per order, by time of order. Sales at the counter have no customer number."""
    customer, days = _purchases(rng, people)
    ordered = moments(rng, days, SHOP_HOURS)
    by_time = np.argsort(ordered, kind="stable")
    ordered, who = ordered[by_time], customer[by_time]
    size = len(ordered)
    segment, line = people["customer_group"].to_numpy()[who], pick(rng, LINES, size)
    mean = values_of(_AMOUNT_BY_SEGMENT, segment) * values_of(_AMOUNT_BY_LINE, line)
    amount = np.round(mean * rng.lognormal(0, 0.62, size) + 4.9, 2)
    cost = np.round(amount * values_of(_COST_SHARE_BY_LINE, line) * rng.normal(1, 0.05, size), 2)
    promised, delivered, state = _delivery(rng, ordered)
    anonymous = rng.random(size) < _ANONYMOUS
    return pd.DataFrame(
        {
            "order_no": np.array([f"A{500_000 + n}" for n in range(size)], dtype=object),
            "customer_no": only(~anonymous, people["customer_no"].to_numpy()[who]),
            "order_date": ordered,
            "promised_for": promised.astype("datetime64[s]"),
            "delivered": delivered,
            "order_state": state,
            "net_amount": amount,
            "cost_of_goods": cost,
            "items": 1 + rng.poisson(2.1, size),
            "sold_via": np.where(anonymous, "Counter", pick(rng, ORDER_CHANNELS, size)),
            "sales_region": people["sales_region"].to_numpy()[who],
            "product_group": line,
            "_group": segment,
            "_who": who,
        }
    )


def contracts(rng: Rng, people: pd.DataFrame) -> pd.DataFrame:
    """One row per contract with a monthly fee; `ended` is empty while it runs."""
    holders = people[rng.random(len(people)) < max(_HOLD_A_CONTRACT, _FEWEST_CONTRACTS / len(people))]
    size, plan = len(holders), pick(rng, _PLANS, len(holders))
    begins = np.clip(holders["_begins"].to_numpy() + rng.exponential(120, size), 0, None)
    before = holders["_before"].to_numpy() & (rng.random(size) < 0.6)
    started = START + np.where(before, -rng.uniform(10, 900, size), begins).astype(int)
    months = np.where(plan == LEAVING_PLAN, 2, 6) + rng.exponential(values_of(_STAYS_MONTHS, plan))
    ended = np.maximum(started, START) + (months * 30.4).astype(int)
    gone = ended < DAYS[-1]
    why = np.where(plan == LEAVING_PLAN, pick(rng, _REASONS_OF_LEAVING_PLAN, size), pick(rng, _REASONS, size))
    frame = pd.DataFrame(
        {
            "customer_no": holders["customer_no"].to_numpy(),
            "plan": plan,
            "started": started.astype("datetime64[s]"),
            "ended": np.where(gone, ended, np.datetime64("NaT")).astype("datetime64[s]"),
            "reason_for_leaving": only(gone & (rng.random(size) < 0.93), why),
            "fee_per_month": values_of(_FEES, plan) * rng.choice([1.0, 1.0, 2.0, 3.0], size),
        }
    )
    begun = np.flatnonzero(started < DAYS[-1])
    frame = frame.iloc[begun].sort_values(["started", "customer_no"], ignore_index=True)
    frame.insert(0, "contract_no", [f"V{30_000 + n}" for n in range(len(frame))])
    return frame


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
