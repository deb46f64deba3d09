"""Recency, frequency and monetary scores from 1 to 5, equal values always together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.stats.not_known import NotKnown
from metrics.stats.purchase_history import History

FEWEST = 5
"""Customers below which quintiles say nothing."""


@dataclass(frozen=True)
class Scores:
    """scores (n,) from 1 (worst) to 5 (best); note says why fewer than five different scores are given."""

    scores: NDArray[np.int64]
    note: str | None


def score(values: ArrayLike, low_is_good: bool = False) -> Scores | NotKnown:
    """Quintiles of values (n,) by average rank, ceil(5·rank/n), so that equal values are never split.

    Raises ValueError on a value that is not finite.
    """
    found = np.asarray(values, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueError("a value is not finite")
    if len(found) < FEWEST:
        return NotKnown("no_data", f"There are {len(found)} customers; scores need {FEWEST}.")
    levels, inverse, counts = np.unique(-found if low_is_good else found, return_inverse=True, return_counts=True)
    # Twice the average rank is a whole number, so the ceiling is exact.
    twice_rank = 2 * np.cumsum(counts) - counts + 1
    given = -(-5 * twice_rank // (2 * len(found)))
    different = len(np.unique(given))
    note = None
    if different < 5:
        note = f"{len(levels)} different values give {different} different scores, as equal values stay together."
    return Scores(given[inverse], note)


@dataclass(frozen=True)
class Rfm:
    """Three scores per customer, in the order of the history."""

    recency: Scores
    frequency: Scores
    monetary: Scores


def rfm(history: History) -> Rfm | NotKnown:
    """Recency: days since the last purchase. Frequency: purchase days. Monetary: mean spend per purchase day."""
    days = history.repeats + 1
    parts = (score(history.recency, low_is_good=True), score(days), score(history.spend / days))
    recency, frequency, monetary = parts
    if isinstance(recency, NotKnown) or isinstance(frequency, NotKnown) or isinstance(monetary, NotKnown):
        return NotKnown("no_data", f"There are {len(days)} customers; scores need {FEWEST}.")
    return Rfm(recency, frequency, monetary)
