"""A purchase log as one row a customer: what RFM, lifecycle and the lifetime models read. Pure; arrays in, arrays out.

Purchases of one customer on one day are one purchase; refunds (amounts below zero) are no purchases and are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from metrics.stats.not_known import NotKnown

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """One row a customer, in order of `customers`; days are whole, counted from each one's first purchase.

    repeats (n,): purchase days after the first (x). last (n,): day of the last purchase (t_x), 0 for one alone.
    age (n,): days from the first purchase to the day observed (T). spend (n,): total over all purchase days.
    repeat_spend (n,): mean per repeat day, of those with a spend above zero; 0 where there is none.
    own_gap (n,): the customer's own 90th percentile of days between purchases, infinite below two gaps.
    pause (n,): days between the last two purchases, 0 for one alone. refunds: rows left out.
    """

    customers: NDArray[Any]
    repeats: Ints
    last: Ints
    age: Ints
    spend: Floats
    repeat_spend: Floats
    own_gap: Floats
    pause: Ints
    refunds: int

    @property
    def recency(self) -> Ints:
        """Days since the last purchase (n,)."""
        return self.age - self.last


def summarise(
    customers: ArrayLike, days: ArrayLike, amounts: ArrayLike, as_of: Any, own_quantile: float = 0.9
) -> History | NotKnown:
    """The history of each customer as of the end of the day `as_of`; later rows are left out.

    customers (n,), days (n,) numpy dates or whole numbers, amounts (n,) any currency: one row a purchase.
    Raises ValueError on unequal lengths, a missing customer or an amount that is not finite.
    """
    who, when, paid = np.asarray(customers), np.asarray(days), np.asarray(amounts, dtype=np.float64)
    if not len(who) == len(when) == len(paid):
        raise ValueError(f"{len(who)} customers, {len(when)} days and {len(paid)} amounts")
    if when.dtype.kind == "M":
        when, as_of = when.astype("datetime64[D]"), np.datetime64(as_of, "D").astype(np.int64)
    day = when.astype(np.int64)
    if not np.isfinite(paid).all():
        raise ValueError("an amount is not finite")
    refunds = int(((paid < 0) & (day <= as_of)).sum())
    kept = (paid >= 0) & (day <= as_of)
    if not kept.any():
        return NotKnown("no_data", "There are no purchases.")
    codes, found = pd.factorize(who[kept], sort=True)
    if (codes < 0).any():
        raise ValueError("a purchase has no customer")
    return _history(np.asarray(found), codes.astype(np.int64), day[kept], paid[kept], int(as_of), refunds, own_quantile)


def _history(
    found: NDArray[Any], codes: Ints, day: Ints, paid: Floats, as_of: int, refunds: int, own_quantile: float
) -> History:
    """Purchase days sorted by customer and day, then everything by where each customer's rows begin and end."""
    origin = int(day.min())
    width = as_of - origin + 1
    keys, money = codes * width + (day - origin), paid
    if not (keys[1:] > keys[:-1]).all():
        keys, inverse = np.unique(keys, return_inverse=True)
        money = np.bincount(inverse, weights=paid).astype(np.float64)
    owner, on = keys // width, keys % width
    begin = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    end = np.r_[begin[1:], len(owner)] - 1
    repeats = end - begin
    repeated = np.ones(len(owner), dtype=bool)
    repeated[begin] = False
    paying = repeated & (money > 0)
    per_customer = np.bincount(owner[paying], minlength=len(found))
    spent = np.bincount(owner[paying], weights=money[paying], minlength=len(found))
    gaps = np.diff(on)[repeated[1:]]
    return History(
        found,
        repeats,
        on[end] - on[begin],
        width - 1 - on[begin],
        np.bincount(owner, weights=money).astype(np.float64),
        spent / np.maximum(per_customer, 1),
        _own_quantile(gaps, repeats, own_quantile),
        np.where(repeats > 0, on[end] - on[np.maximum(end - 1, 0)], 0),
        refunds,
    )


def _own_quantile(gaps: Ints, repeats: Ints, level: float) -> Floats:
    """Each customer's quantile of their gaps (linear between neighbours), infinite below two gaps."""
    owner, span = np.repeat(np.arange(len(repeats)), repeats), int(gaps.max(initial=0)) + 1
    ordered = np.sort(owner * span + gaps) % span
    found = np.full(len(repeats), np.inf)
    enough = repeats >= 2
    place = level * (repeats[enough] - 1)
    below = np.floor(place).astype(np.int64)
    first = (np.cumsum(repeats) - repeats)[enough]
    above = np.minimum(below + 1, repeats[enough] - 1)
    low, high = ordered[first + below], ordered[first + above]
    found[enough] = low + (place - below) * (high - low)
    return found
