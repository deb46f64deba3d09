"""Cohort tables, churn and repeat purchase: who was there, who came back, who left. Pure; arrays in, records out.

Periods are whole numbers that count up (months since any fixed month); days are whole numbers or numpy dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from metrics.stats.intervals import wilson
from metrics.stats.not_known import NotKnown

Ints = NDArray[np.int64]
Kind = Literal["active_in_period", "not_yet_churned"]


@dataclass(frozen=True)
class Share:
    """A part of a whole with its Wilson interval; all on 0…1."""

    value: float
    low: float
    high: float
    part: int
    whole: int


def share(part: int, whole: int) -> Share | None:
    """None for nobody. Raises ValueError when the part is no part."""
    ends = wilson(part, whole)
    return Share(part / whole, *ends, part, whole) if ends else None


@dataclass(frozen=True)
class CohortTable:
    """One row a cohort, one column a period after its first; which of two tables it is stands in `kind`.

    kind: `active_in_period` (did something in period k; may rise again) or `not_yet_churned` (never rises).
    cohorts (c,) are the periods of the first event, sizes (c,) their customers, counts (c, k) those active or
    kept, finished (c, k) whether the period had ended. A count of an unfinished period means nothing.
    """

    kind: Kind
    cohorts: tuple[int, ...]
    sizes: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    finished: tuple[tuple[bool, ...], ...]

    def cell(self, cohort: int, after: int) -> Share | None:
        """The share of the cohort (by its period) at `after` periods; None where that has not ended or is unknown."""
        if cohort not in self.cohorts:
            return None
        row = self.cohorts.index(cohort)
        if not 0 <= after < len(self.finished[row]) or not self.finished[row][after]:
            return None
        return share(self.counts[row][after], self.sizes[row])

    def line(self) -> tuple[Share | None, ...]:
        """The weighted average per period after the first, over the cohorts observed that long: Σcount/Σsize."""
        counts, finished = np.array(self.counts), np.array(self.finished)
        sizes = np.array(self.sizes)
        part, whole = (counts * finished).sum(axis=0), (sizes[:, None] * finished).sum(axis=0)
        return tuple(share(int(x), int(n)) for x, n in zip(part, whole, strict=True))


def active_in_period(customers: ArrayLike, periods: ArrayLike, last_finished: int) -> CohortTable | NotKnown:
    """Cohorts by first period, and how many of each were active k periods later.

    customers (n,), periods (n,): one row an event, any order, repeats allowed. `last_finished` is the last period
    that has ended: a later cell is unknown, an earlier one without activity is 0. Raises ValueError on unequal
    lengths.
    """
    keys, when = np.asarray(customers), _whole(periods)
    _same_length(keys, when)
    if not len(when):
        return NotKnown("no_data", "There are no events.")
    codes, first, _ = _firsts(keys, when)
    span = int(when.max() - when.min()) + 1
    owner, after = np.divmod(_distinct(codes * span + when - first[codes]), span)
    cohorts, sizes = np.unique(first, return_counts=True)
    counts = _counted(cohorts, first[owner], after, last_finished)
    return _table("active_in_period", cohorts, sizes, counts, last_finished)


def counted_cohorts(counts: Mapping[tuple[int, int], int], last_finished: int) -> CohortTable | NotKnown:
    """The table of who was active, from counts by (cohort, periods after); at 0 stands the cohort's size.

    Cohorts that have not finished their first period are left out: nobody knows yet how many they are.
    """
    sizes = {cohort: n for (cohort, after), n in counts.items() if after == 0 and cohort <= last_finished}
    if not sizes:
        return NotKnown("no_data", "There are no events.")
    cohorts = np.array(sorted(sizes))
    dense = np.zeros((len(cohorts), last_finished - int(cohorts[0]) + 1), dtype=np.int64)
    for (cohort, after), n in counts.items():
        if cohort in sizes and after < dense.shape[1]:
            dense[np.searchsorted(cohorts, cohort), after] = n
    return _table("active_in_period", cohorts, np.array([sizes[c] for c in cohorts.tolist()]), dense, last_finished)


def not_yet_churned(joined: ArrayLike, left: ArrayLike, last_finished: int) -> CohortTable | NotKnown:
    """Cohorts by the period of joining, and how many of each had not left by the end of the k-th period after.

    joined (n,), left (n,): one row a customer; left is missing (NaN) for those still there. Raises ValueError for
    one who left before joining.
    """
    first = _whole(joined)
    gone = np.asarray(left, dtype=np.float64)
    _same_length(first, gone)
    if not len(first):
        return NotKnown("no_data", "There are no customers.")
    if (gone < first).any():
        raise ValueError("a customer left before joining")
    cohorts, sizes = np.unique(first, return_counts=True)
    out = ~np.isnan(gone)
    lost = _counted(cohorts, first[out], gone[out].astype(np.int64) - first[out], last_finished)
    return _table("not_yet_churned", cohorts, sizes, sizes[:, None] - lost.cumsum(axis=1), last_finished)


def _counted(cohorts: Ints, first: Ints, after: Ints, last_finished: int) -> Ints:
    """How many stand at each cohort and period after (c, k), from one pair each; later periods are left out."""
    width = max(1, last_finished - int(cohorts[0]) + 1)
    inside = after < width
    place = np.searchsorted(cohorts, first[inside]) * width + after[inside]
    return np.bincount(place, minlength=len(cohorts) * width).reshape(len(cohorts), width)


def _table(kind: Kind, cohorts: Ints, sizes: Ints, counts: Ints, last_finished: int) -> CohortTable:
    finished = cohorts[:, None] + np.arange(counts.shape[1]) <= last_finished
    return CohortTable(
        kind,
        tuple(cohorts.tolist()),
        tuple(sizes.tolist()),
        tuple(map(tuple, counts.tolist())),
        tuple(map(tuple, finished.tolist())),
    )


def churn(joined: ArrayLike, left: ArrayLike, start: Any, end: Any) -> Share | NotKnown:
    """Customers lost in [start, end) of those there at the start; who joined inside counts in neither.

    joined (n,), left (n,): one row a customer, numbers or numpy dates like `start` and `end`; left is missing
    (NaN, NaT) for those still there.
    """
    began, gone = np.asarray(joined), np.asarray(left)
    _same_length(began, gone)
    stayed = pd.isna(gone)
    there = (began < start) & (stayed | (gone >= start))
    lost = there & ~stayed & (gone < end)
    return share(int(lost.sum()), int(there.sum())) or NotKnown("no_data", "There was no customer at the start.")


def monthly_from_annual(rate: float) -> float:
    """The monthly churn (0…1) that makes this annual churn (0…1): 1 − (1 − c)^(1/12), not c/12."""
    if not 0 <= rate <= 1:
        raise ValueError(f"a churn of {rate} is no share")
    return float(-np.expm1(np.log1p(-rate) / 12)) if rate < 1 else 1.0


def repeat_purchase(
    customers: ArrayLike, days: ArrayLike, last_day: Any, window_days: int | None = None
) -> Share | NotKnown:
    """Customers who bought on two different days or more within the window, of those who bought at all.

    customers (n,), days (n,): one row a purchase. The window is everything up to `last_day` (the last day
    observed), or the `window_days` from each one's first purchase; then only customers whose whole window is
    observed count. Raises ValueError for a purchase after `last_day`.
    """
    keys, when = np.asarray(customers), np.asarray(days)
    _same_length(keys, when)
    if when.dtype.kind == "M":
        when, last_day = when.astype("datetime64[D]"), np.datetime64(last_day, "D").astype(np.int64)
    day = when.astype(np.int64)
    if not len(day):
        return NotKnown("no_data", "There are no purchases.")
    if day.max() > last_day:
        raise ValueError("a purchase is later than the last day observed")
    codes, first, last = _firsts(keys, day)
    if window_days is None:
        return share(int((last > first).sum()), len(first)) or NotKnown("no_data", "There are no purchases.")
    ripe = first + window_days - 1 <= last_day
    again = np.zeros(len(first), dtype=bool)
    again[codes[(day > first[codes]) & (day < first[codes] + window_days)]] = True
    return share(int((again & ripe).sum()), int(ripe.sum())) or NotKnown(
        "not_enough_history", f"not enough history: no customer has been observed for {window_days} days"
    )


def _firsts(keys: NDArray[Any], when: Ints) -> tuple[Ints, Ints, Ints]:
    """Each row's customer as a code from 0, and per code the first and the last time."""
    codes, found = pd.factorize(keys)
    if (codes < 0).any():
        raise ValueError("an event has no customer")
    first = np.full(len(found), np.iinfo(np.int64).max)
    last = np.full(len(found), np.iinfo(np.int64).min)
    np.minimum.at(first, codes, when)
    np.maximum.at(last, codes, when)
    return codes.astype(np.int64), first, last


def _distinct(values: Ints) -> Ints:
    """Each value once, ascending; np.unique takes two hundred times as long for millions of different ones."""
    ordered = np.sort(values)
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]]


def _whole(values: ArrayLike) -> Ints:
    found = np.asarray(values)
    if found.dtype.kind == "f" and not (np.isfinite(found).all() and (found == np.floor(found)).all()):
        raise ValueError("a period is no whole number")
    return found.astype(np.int64)


def _same_length(one: NDArray[Any], other: NDArray[Any]) -> None:
    if len(one) != len(other):
        raise ValueError(f"{len(one)} rows beside {len(other)}")
