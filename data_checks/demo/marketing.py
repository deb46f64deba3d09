"""The demo company's approaches to its customers: the loyalty programme's bookings, and messages it sends unasked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo.calendar import (
    DAYS,
    START,
    Rng,
    Times,
    Words,
    by_the_end,
    later,
    moments,
)

_ENROLLED = 0.34
_VOUCHERS = 0.02
"""Vouchers sold, per order."""

_KINDS = {
    "birthday": (0.0, 0.62, 0.30, 0.17),
    "sms": (55.0, 0.07, 0.12, 0.055),
    "email": (120.0, 0.01, 0.16, 0.06),
    "e_invoice": (28.0, 0.02, 0.45, 0.38),
    "proactive": (95.0, 0.35, 0.55, 0.21),
    "referral_invite": (22.0, 0.03, 0.10, 0.045),
}
"""Kind → messages per 1,000 orders, cost of one, share that answers, share that buys or signs in the end."""
_BIRTHDAY_MESSAGES = 0.32


def loyalty(rng: Rng, people: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """One row per booking, by time: joining, points earned with orders and redeemed, vouchers sold and used."""
    named = sold[sold["customer_no"].notna() & (sold["order_state"] != "Cancelled")]
    member = rng.random(len(people)) < _ENROLLED
    bought = named[member[named["_who"].to_numpy()]]
    first = bought.drop_duplicates("customer_no")
    some = bought[rng.random(len(bought)) < 0.72]
    points = np.maximum(1, np.round(some["net_amount"].to_numpy() / 10)).astype(float)
    spent = rng.random(len(some)) < 0.24
    redeemed = some[spent]
    booked = later(redeemed["order_date"].to_numpy(), rng.uniform(24, 900, len(redeemed)))
    voucher = named[rng.random(len(named)) < _VOUCHERS]
    worth = rng.choice([25.0, 50.0, 100.0], len(voucher))
    used = rng.random(len(voucher)) < 0.78
    using = later(voucher["order_date"].to_numpy(), rng.exponential(1_400, len(voucher)))
    lapsed = some[rng.random(len(some)) < 0.03]
    frames = [
        _bookings(first, first["order_date"].to_numpy(), "enrolled"),
        _bookings(some, some["order_date"].to_numpy(), "earned", points=points),
        _bookings(redeemed, booked, "redeemed", points=np.round(points[spent] * 2.6)),
        _bookings(lapsed, later(lapsed["order_date"].to_numpy(), np.full(len(lapsed), 8_766.0)), "expired", points=9.0),
        _bookings(voucher, voucher["order_date"].to_numpy(), "stored_in", amount=worth),
        _bookings(voucher[used], using[used], "stored_out", amount=worth[used]),
    ]
    frame = pd.concat(frames)
    frame = frame[~np.isnat(by_the_end(frame["booked"].to_numpy()))]
    frame = frame.sort_values(["booked", "customer_no", "booking"], ignore_index=True)
    frame.insert(0, "booking_no", np.array([f"L{600_000 + n}" for n in range(len(frame))], dtype=object))
    return frame


def messages(rng: Rng, people: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """One row per message the company sent on its own initiative, by time."""
    frames = [_birthdays(rng, people)]
    named = sold[sold["customer_no"].notna()]
    for kind, (per_thousand, *_) in _KINDS.items():
        about = named[rng.random(len(named)) < per_thousand / 1000]
        sent = later(about["order_date"].to_numpy(), rng.uniform(2, 700, len(about)))
        frames.append(_sent(about["customer_no"].to_numpy(), kind, sent))
    frame = pd.concat([frame for frame in frames if len(frame)])
    frame = frame[~np.isnat(by_the_end(frame["sent"].to_numpy()))]
    frame = frame.sort_values(["sent", "customer_no", "kind"], ignore_index=True)
    _answer(rng, frame)
    frame.insert(0, "message_no", np.array([f"M{800_000 + n}" for n in range(len(frame))], dtype=object))
    return frame


def _bookings(
    about: pd.DataFrame, at: Times, kind: str, points: object = np.nan, amount: object = np.nan
) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_no": about["customer_no"].to_numpy(), "booked": at, "booking": kind, "points": points}
        | {"amount": amount}
    ).astype({"booking": object, "points": float, "amount": float})


def _sent(customer: Words, kind: str, at: Times) -> pd.DataFrame:
    return pd.DataFrame({"customer_no": customer, "kind": kind, "sent": at}).astype({"kind": object})


def _birthdays(rng: Rng, people: pd.DataFrame) -> pd.DataFrame:
    """A greeting in the morning of the birthday, to a third of the private customers each year."""
    born = people["birthday"].to_numpy().astype("datetime64[D]")
    of_year = (born - born.astype("datetime64[Y]")).astype(int)
    frames = []
    for year in np.unique(DAYS.astype("datetime64[Y]")):
        day = year.astype("datetime64[D]") + of_year
        there = ~np.isnat(born) & (day >= START) & (day <= DAYS[-1]) & (rng.random(len(people)) < _BIRTHDAY_MESSAGES)
        there &= people["customer_since"].to_numpy() < day
        at = moments(rng, day[there], np.eye(24)[8])
        frames.append(_sent(people["customer_no"].to_numpy()[there], "birthday", at))
    return pd.concat(frames)


def _answer(rng: Rng, frame: pd.DataFrame) -> None:
    """Who answered, who bought or signed in the end, what the message cost."""
    about = {kind: np.array(values[1:]) for kind, values in _KINDS.items()}
    cost, answered, converted = np.stack([about[kind] for kind in frame["kind"]]).T
    luck, sent = rng.random(len(frame)), frame["sent"].to_numpy()
    replied = np.where(luck < answered, later(sent, rng.exponential(30, len(frame))), np.datetime64("NaT"))
    bought = np.where(luck < converted, later(sent, rng.exponential(120, len(frame)) + 30), np.datetime64("NaT"))
    frame["answered"], frame["converted"] = by_the_end(replied), by_the_end(bought)
    frame["price"] = cost


def events() -> pd.DataFrame:
    """One row per thing that happened and may explain a change."""
    rows = [
        ("2023-12-18", "Holidays: half the desk is away until 6 January", "holiday"),
        ("2024-03-04", "Course Clear answers for North and South", "training"),
        ("2024-06-03", "New web shop", "launch"),
        ("2024-10-01", "Express deliveries go to a new carrier", "supplier"),
        ("2024-11-04", "Course Clear answers for Business accounts and Product advice", "training"),
        ("2024-12-18", "Holidays: half the desk is away until 6 January", "holiday"),
        ("2025-02-03", "Prices up by 3 %", "price"),
        ("2025-07-01", "Loyalty programme relaunched", "launch"),
        ("2025-12-18", "Holidays: half the desk is away until 6 January", "holiday"),
        ("2026-02-02", "Course Clear answers for East, West, Tools desk and Chat desk", "training"),
        ("2026-04-01", "The portal becomes the first way to reach us", "launch"),
        ("2026-06-08", "The survey tool writes zeros for a week", "data"),
        ("2026-09-07", "Outage of the warehouse system, until 18 September", "outage"),
    ]
    frame = pd.DataFrame(rows, columns=["day", "what", "sort"]).astype(object)
    frame.insert(0, "event_no", [f"E{n + 1:02d}" for n in range(len(frame))])
    return frame
