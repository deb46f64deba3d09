"""Whether one figure goes with another some months later: Pearson's r of what is left, with an interval. Pure.

A panel (month × team): the mean of every team and of every month is taken away from both figures, so that neither a
team that is good at everything nor a month that was hard for all makes an association. What is left is how far a team
is from its own usual; of `changes`, how it moved. Months of one team resemble
each other and are no independent observations; teams are. So the interval is the jackknife over teams: every team is
left out once, and the spread of Fisher's z over these gives the error, with Student's t for teams − 1 degrees of
freedom (Cameron & Miller 2015, Journal of Human Resources 50:317, on clusters; Efron & Tibshirani 1993, ch. 11). No
chance is drawn, so the same data give the same interval.

One series (months of the whole organisation): the changes from month to month, Fisher's interval on an effective n,
n / (1 + 2 Σ ρx(k)·ρy(k)) over lags up to a year (Bartlett 1935; Bayley & Hammersley 1946): months that repeat each
other, as seasons do, count for less.

An association is no proof of a cause: a third thing may move both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from metrics.stats.not_known import NotKnown

Floats = NDArray[np.float64]
LEAST_TEAMS = 5
"""Fewer teams say little about teams."""
LEAST_MONTHS = 12
"""A team with fewer pairs of months is left out."""
LEAST_CHANGES = 24
"""Two years of changes from month to month, for a series without teams."""
LEAST_EFFECTIVE = 8
"""Fewer independent months than this are no series to judge by."""
MONTHS_A_YEAR = 12
_NEARLY_ONE = 1 - 1e-12
_STEPS = 500


@dataclass(frozen=True)
class Association:
    """r in −1…1 with its interval at the level asked; n: pairs of months. teams: how many, 0 for one series.

    without: r when one team is left out, in the order of the teams given, None for a team with too few pairs; () for a
    series.
    """

    r: float
    low: float
    high: float
    n: int
    teams: int = 0
    without: tuple[float | None, ...] = ()


def panel(cause: ArrayLike, effect: ArrayLike, lag: int, level: float = 0.95) -> Association | NotKnown:
    """How the cause in month t goes with the effect in month t + lag, team by team.

    cause, effect: (months, teams), NaN where there is no figure; months follow each other without a gap. lag: months,
    0 or more. level: of the interval, as 0.95.
    """
    x, y = _lagged(cause, effect, lag)
    both = np.isfinite(x) & np.isfinite(y)
    kept = both.sum(axis=0) >= LEAST_MONTHS
    teams = int(kept.sum())
    if teams < LEAST_TEAMS:
        told = f"{teams} teams with {LEAST_MONTHS} months of both, {LEAST_TEAMS} are needed"
        return NotKnown("not_enough_history", f"too little data: {told}")
    x, y, both = x[:, kept], y[:, kept], both[:, kept]
    r = _panel_r(x, y, both)
    others = [np.arange(teams) != place for place in range(teams)]
    without = [_panel_r(x[:, rest], y[:, rest], both[:, rest]) for rest in others]
    if r is None or any(one is None for one in without):
        return NotKnown("undefined", "too little data: one of the two does not vary beyond its teams and months")
    z = _z(np.array(without, dtype=float))
    error = math.sqrt((teams - 1) / teams * float(((z - z.mean()) ** 2).sum()))
    half = float(stdtrit(teams - 1, (1 + level) / 2)) * error
    low, high = _ends(r, half)
    left_out = iter(without)
    return Association(r, low, high, int(both.sum()), teams, tuple(next(left_out) if is_in else None for is_in in kept))


def changes(values: ArrayLike) -> Floats:
    """(months, …): from each month to the next; NaN where one of the two is missing. The first month has none."""
    table = np.asarray(values, dtype=float)
    return np.concatenate([np.full_like(table[:1], np.nan), np.diff(table, axis=0)])


def series(cause: ArrayLike, effect: ArrayLike, lag: int, level: float = 0.95) -> Association | NotKnown:
    """How changes of the cause from month to month go with changes of the effect `lag` months later.

    cause, effect: (months,), NaN where there is no figure; lag and level as in `panel`.
    """
    x, y = _lagged(changes(cause), changes(effect), lag)
    both = np.isfinite(x) & np.isfinite(y)
    if (n := int(both.sum())) < LEAST_CHANGES:
        told = f"{n} changes from month to month of both, {LEAST_CHANGES} are needed"
        return NotKnown("not_enough_history", f"too little data: {told}")
    x, y = (np.where(both, part - part[both].mean(), np.nan) for part in (x, y))
    found = _correlated(x, y, level)
    return found or NotKnown("undefined", "too little data: one of the two does not vary, or only with the seasons")


# ── a panel ──────────────────────────────────────────────────────────────────────────────────────────


def _lagged(cause: ArrayLike, effect: ArrayLike, lag: int) -> tuple[Floats, Floats]:
    """The cause, and the effect moved up beside it."""
    x, y = (np.asarray(part, dtype=float) for part in (cause, effect))
    if x.shape != y.shape or lag < 0:
        raise ValueError("cause and effect have the same months and teams, and a cause is not after its effect")
    return x[: max(len(x) - lag, 0)], y[lag:]


def _panel_r(x: Floats, y: Floats, both: NDArray[np.bool_]) -> float | None:
    a, b = _without_means(x, both), _without_means(y, both)
    left = [float((part * part).sum()) for part in (a, b)]
    before = [float((np.where(both, part, 0.0) ** 2).sum()) for part in (x, y)]
    return _r(float((a * b).sum()), (left[0], before[0]), (left[1], before[1]))


def _without_means(values: Floats, both: NDArray[np.bool_]) -> Floats:
    """What is left of (months, teams) without the mean of each team and of each month; 0 where there is no pair."""
    left = np.where(both, values, 0.0)
    counts = [np.maximum(both.sum(axis=axis, keepdims=True), 1) for axis in (0, 1)]
    scale = float(np.abs(left).max(initial=0.0)) or 1.0
    for _ in range(_STEPS):
        for axis in (0, 1):
            means = left.sum(axis=axis, keepdims=True) / counts[axis]
            left = np.where(both, left - means, 0.0)
        if float(np.abs(left.sum(axis=0) / counts[0][0]).max()) < 1e-13 * scale:
            break
    return left


# ── one series ───────────────────────────────────────────────────────────────────────────────────────


def _correlated(x: Floats, y: Floats, level: float) -> Association | None:
    """Of two series with a mean of 0, NaN where there is no pair; None when one does not vary, or repeats itself."""
    n = int(np.isfinite(x).sum())
    xx, yy, xy = (float(np.nansum(part)) for part in (x * x, y * y, x * y))
    r = _r(xy, (xx, xx), (yy, yy))
    effective = _effective_n(x, y) if r is not None else 0.0
    if r is None or effective < LEAST_EFFECTIVE:
        return None
    low, high = _ends(r, float(ndtri((1 + level) / 2)) / math.sqrt(effective - 3))
    return Association(r, low, high, n)


def _effective_n(x: Floats, y: Floats) -> float:
    """How many independent pairs the pairs are worth; never more than there are."""
    n = int(np.isfinite(x).sum())
    lags = range(1, min(MONTHS_A_YEAR + 1, len(x) // 2))
    shared = sum((1 - lag / len(x)) * _autocorrelation(x, lag) * _autocorrelation(y, lag) for lag in lags)
    return n / max(1.0, 1 + 2 * shared)


def _autocorrelation(values: Floats, lag: int) -> float:
    products = values[lag:] * values[:-lag]
    there = np.isfinite(products)
    return float(products[there].mean() / np.nanmean(values * values)) if there.any() else 0.0


def _r(xy: float, first: tuple[float, float], second: tuple[float, float]) -> float | None:
    """r from Σxy and, of each, (Σx² of what is left, Σx² before); None where what is left is rounding."""
    if any(left <= 1e-18 * before or left == 0 for left, before in (first, second)):
        return None
    return max(-1.0, min(1.0, xy / math.sqrt(first[0] * second[0])))


def _z(r: Floats) -> Floats:
    return np.arctanh(np.clip(r, -_NEARLY_ONE, _NEARLY_ONE))


def _ends(r: float, half: float) -> tuple[float, float]:
    middle = float(_z(np.array(r)))
    return min(r, math.tanh(middle - half)), max(r, math.tanh(middle + half))
