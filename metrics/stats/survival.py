"""How long customers stay when some are still here: Kaplan–Meier, its intervals, and the log-rank comparison.

Sources: Kaplan & Meier 1958; Greenwood 1926; log–log limits: Kalbfleisch & Prentice; log-rank: Mantel 1966, Peto 1972.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from metrics.stats.intervals import Z
from metrics.stats.not_known import NotKnown

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One time at which somebody left. error, low and high are None where survival is 0: there they are undefined."""

    time: float
    at_risk: int
    events: int
    survival: float
    error: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """A survival curve, 1 until the first step; times at which somebody's observation ended, ascending, and how many
    were observed until then."""

    steps: tuple[Step, ...]
    times: tuple[float, ...]
    until: tuple[int, ...]

    def median(self) -> float | None:
        """The first time with half or fewer left; None: more than half are still here."""
        return next((step.time for step in self.steps if step.survival <= 0.5 + 1e-12), None)

    def at(self, time: float) -> float:
        """The share still here after `time`."""
        passed = [step.survival for step in self.steps if step.time <= time]
        return passed[-1] if passed else 1.0

    def at_risk(self, time: float) -> int:
        """How many were still observed just before `time`: the number under the curve."""
        place = bisect_left(self.times, time)
        return self.until[place] if place < len(self.until) else 0

    def drawn_until(self, at_least: int = 10) -> float | None:
        """The last time with `at_least` customers at risk, where the drawing stops; None: too few from the start."""
        return max((time for time, n in zip(self.times, self.until, strict=True) if n >= at_least), default=None)


def kaplan_meier(times: ArrayLike, left: ArrayLike) -> Curve | NotKnown:
    """S(t) = Π(1 − d/n) with Greenwood's error and log–log 95 % limits.

    times (n,): how long each customer was observed, ≥ 0, any unit. left (n,): True if the customer left then,
    False if still here (censored; at a tie, after those who left). Raises ValueError on a time that is negative
    or not finite.
    """
    observed, gone = _checked(times, left)
    if not len(observed):
        return NotKnown("no_data", "There are no customers.")
    when, events = np.unique(observed[gone], return_counts=True)
    at_risk = _at_risk(observed, when)
    # Products of whole numbers' ratios; with nobody left the error's term d/(n(n − d)) has no value.
    survival = np.cumprod(1 - events / at_risk)
    survival[at_risk == events] = 0.0
    spread = np.cumsum(events / (at_risk * np.maximum(at_risk - events, 1)))
    steps = (
        Step(float(t), int(n), int(d), float(s), *_limits(float(s), float(v)))
        for t, n, d, s, v in zip(when, at_risk, events, survival, spread, strict=True)
    )
    ends = np.unique(observed)
    return Curve(tuple(steps), tuple(ends.tolist()), tuple(_at_risk(observed, ends).tolist()))


def _limits(survival: float, spread: float) -> tuple[float | None, float | None, float | None]:
    """Error and log–log limits S^exp(±z·se/(S·|ln S|)) from Greenwood's sum."""
    if not 0 < survival < 1:
        return None, None, None
    error = survival * math.sqrt(spread)
    wide = math.exp(Z * math.sqrt(spread) / abs(math.log(survival)))
    return error, survival**wide, survival ** (1 / wide)


@dataclass(frozen=True)
class LogRank:
    """Whether groups leave at one pace: χ² with its degrees of freedom and p; per group who left and who would have."""

    groups: tuple[Any, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chi_square: float
    degrees: int
    p: float


def log_rank(times: ArrayLike, left: ArrayLike, groups: ArrayLike) -> LogRank | NotKnown:
    """The log-rank test of k groups. times (n,) and left (n,) as in kaplan_meier, groups (n,) any labels."""
    observed, gone = _checked(times, left)
    labels, member = np.unique(np.asarray(groups), return_inverse=True)
    if len(member) != len(observed):
        raise ValueError(f"{len(observed)} times beside {len(member)} groups")
    if len(labels) < 2:
        return NotKnown("no_data", "There are no two groups to compare.")
    if not gone.any():
        return NotKnown("not_enough_history", "not enough history: nobody has left yet")
    when = np.unique(observed[gone])
    mine = [member == group for group in range(len(labels))]
    at_risk = np.stack([_at_risk(observed[own], when) for own in mine], axis=1)
    events = np.stack([_events(observed[own & gone], when) for own in mine], axis=1)
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    shares = at_risk / n[:, None]
    expected = (shares * d[:, None]).sum(axis=0)
    weight = d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag((shares * weight[:, None]).sum(axis=0)) - (shares * weight[:, None]).T @ shares
    gap = events.sum(axis=0) - expected
    degrees = int(np.linalg.matrix_rank(variance))
    if degrees == 0:
        return NotKnown("undefined", "The groups were never at risk at the same time, so they cannot be compared.")
    chi_square = max(0.0, float(gap @ np.linalg.pinv(variance, hermitian=True) @ gap))
    return LogRank(
        tuple(labels.tolist()),
        tuple(events.sum(axis=0).astype(int).tolist()),
        tuple(expected.tolist()),
        chi_square,
        degrees,
        float(chdtrc(degrees, chi_square)),
    )


def _at_risk(observed: Floats, when: Floats) -> NDArray[np.int64]:
    """How many of these are still observed just before each time."""
    return len(observed) - np.searchsorted(np.sort(observed), when, side="left")


def _events(gone: Floats, when: Floats) -> NDArray[np.int64]:
    """How many of those who left did so at each time."""
    return np.bincount(np.searchsorted(when, gone), minlength=len(when))


def _checked(times: ArrayLike, left: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    observed, gone = np.asarray(times, dtype=np.float64), np.asarray(left, dtype=bool)
    if len(observed) != len(gone):
        raise ValueError(f"{len(observed)} times beside {len(gone)} marks")
    if not np.isfinite(observed).all() or (observed < 0).any():
        raise ValueError("a time is negative or not finite")
    return observed, gone
