"""Why a figure changed between two periods: by each group's own rate, or by the mix of the groups; exactly.

R = Σ s·r, with s a group's share of the volume and r its own figure. Per group (Kitagawa 1955; Das Gupta 1993):
rate = ½(s₀ + s₁)(r₁ − r₀), mix = (s₁ − s₀)(½(r₀ + r₁) − ½(R₀ + R₁)); together they are R₁ − R₀.

The 95 % interval of each part is analytic: the delta method (Cochran 1977, §6.4) on the sums of each group, the rows
of a period taken as a sample, so that shares vary too. Pure; nothing here is ever NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from metrics.stats.anomalies import benjamini_hochberg
from metrics.stats.intervals import Z
from metrics.stats.numbers import are_usable

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """One period: per group the numerator Σx and the denominator (volume) Σy, and Σx², Σxy, Σy² over its n rows.

    The last three serve the intervals alone; NaN there means there is none. is_judged: whether the group's rows
    show how much they scatter. Made by the five functions below.
    """

    x: Floats
    y: Floats
    xx: Floats
    xy: Floats
    yy: Floats
    n: Floats
    is_judged: NDArray[np.bool_]


def proportions(successes: ArrayLike, trials: ArrayLike) -> Sums:
    """A share. For the interval one success and one failure are added to each group (Agresti & Caffo 2000)."""
    x, n = _arrays(successes, trials)
    rate = (x + 1) / (n + 2)
    return _unit_volume(x, n, rate * (1 - rate))


def nps(promoters: ArrayLike, detractors: ArrayLike, answers: ArrayLike) -> Sums:
    """NPS on −1…1. For the interval ¾ promoter, 1½ passives and ¾ detractor are added to each group (Rocks 2016)."""
    p, d, n = _arrays(promoters, detractors, answers)
    up, down = (p + 0.75) / (n + 3), (d + 0.75) / (n + 3)
    return _unit_volume(p - d, n, up + down - (up - down) ** 2)


def means(totals: ArrayLike, squares: ArrayLike, counts: ArrayLike) -> Sums:
    """A mean, from Σx, Σx² and n. A group of one row, or of equal ones, takes the spread within all groups."""
    total, square, n = _arrays(totals, squares, counts)
    within = np.maximum(0.0, square - total**2 / np.maximum(n, 1))
    within[within <= 1e-12 * square] = 0.0
    freedom = float(np.maximum(n - 1, 0).sum())
    common = float(within.sum()) / freedom if within.any() else math.nan
    return _unit_volume(total, n, np.where(within > 0, within / np.maximum(n - 1, 1), common))


def ratios(x: ArrayLike, y: ArrayLike, xx: ArrayLike, xy: ArrayLike, yy: ArrayLike, n: ArrayLike) -> Sums:
    """Σx/Σy over n rows. The rate of a group of one row has no interval."""
    a, b, aa, ab, bb, count = _arrays(x, y, xx, xy, yy, n)
    factor = np.where(count > 1, count / np.maximum(count - 1, 1), 1.0)
    return Sums(a, b, aa * factor, ab * factor, bb * factor, count, count > 1)


def weighted(
    totals: ArrayLike, weights: ArrayLike, squared_weights: ArrayLike, variances: ArrayLike, n: ArrayLike
) -> Sums:
    """Σwx/Σw over n rows, from Σw² and the variance of one row about its group's figure, whatever its weight."""
    x, w, ww, variance, count = _arrays(totals, weights, squared_weights, variances, n)
    own = np.divide(x, w, out=np.zeros_like(x), where=w > 0)
    return Sums(x, w, ww * (variance + own**2), ww * own, ww, count, count > 0)


def _arrays(*columns: ArrayLike) -> list[Floats]:
    found = [np.atleast_1d(np.asarray(column, dtype=float)) for column in columns]
    if any(column.ndim != 1 or column.shape != found[0].shape for column in found):
        raise ValueError("every column needs one number per group")
    if not are_usable(*found):
        raise ValueError("a sum is not finite")
    return found


def _unit_volume(x: Floats, n: Floats, variance: Floats) -> Sums:
    """Every row weighs one; `variance`: of one row about its group's figure."""
    xx = np.where(n > 0, n * variance + x**2 / np.maximum(n, 1), 0.0)
    return Sums(x, n, xx, x, n, n, n > 0)


# ── the parts ────────────────────────────────────────────────────────────────────────────────────────


PartKind = Literal["rate", "mix", "both"]


@dataclass(frozen=True)
class Part:
    """One group's effect, or all groups' (group None), in the figure's unit; both: rate and mix together.

    low, high: 95 %, None where the rows say nothing about it. n: the fewer of the rows of the two periods that judge
    it: the group's own for a rate, all for the mix. p: two-sided, of no effect.
    """

    group: str | None
    kind: PartKind
    value: float
    low: float | None
    high: float | None
    n: int
    p: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Change:
    """before, after: the whole figure; None in every state but ok. parts: per group rate, then mix.

    both: per group, its rate and mix together. rate, mix: of all groups together.
    """

    state: Literal["ok", "no_data", "negative_volume"]
    reason: str
    before: float | None = None
    after: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    rate: Part | None = None
    mix: Part | None = None
    parts: tuple[Part, ...] = ()
    both: tuple[Part, ...] = ()


def decompose(groups: Sequence[str], before: Sums, after: Sums) -> Change:
    """Every group's rate and mix effect; they sum to after − before to 1e-12 of the figures' size.

    groups: one name per position of both periods; a group that is new or gone has zeros in the other period, and its
    whole effect is mix. Raises ValueError where the lengths differ.
    """
    if not len(groups) == len(before.x) == len(after.x):
        raise ValueError("both periods need the same groups")
    for period, sums in (("earlier", before), ("later", after)):
        if (sums.y < 0).any():
            group = groups[int(np.argmin(sums.y))]
            return Change("negative_volume", f"The volume of '{group}' is below zero in the {period} period.")
        if sums.y.sum() == 0:
            return Change("no_data", f"There is nothing to divide by in the {period} period.")
    return _decomposed(groups, _Frame(before, after))


class _Frame:
    """What the parts are made of; every pair is (before, after)."""

    def __init__(self, before: Sums, after: Sums) -> None:
        self.sums = (before, after)
        self.x = [math.fsum(one.x) for one in self.sums]
        self.y = [math.fsum(one.y) for one in self.sums]
        self.whole = [x / y for x, y in zip(self.x, self.y, strict=True)]
        self.middle = (self.whole[0] + self.whole[1]) / 2
        self.both = (before.y > 0) & (after.y > 0)
        self.own = [np.divide(one.x, one.y, out=np.zeros_like(one.x), where=self.both) for one in self.sums]
        self.share = [one.y / y for one, y in zip(self.sums, self.y, strict=True)]
        self.gain = np.where(self.both, self.own[1] - self.own[0], 0.0)
        self.mean_share = np.where(self.both, (self.share[0] + self.share[1]) / 2, 0.0)
        self.shift = self.share[1] - self.share[0]


def _decomposed(groups: Sequence[str], frame: _Frame) -> Change:
    rate = frame.mean_share * frame.gain
    of_both = frame.shift * ((frame.own[0] + frame.own[1]) / 2 - frame.middle)
    points = [one.x / y for one, y in zip(frame.sums, frame.y, strict=True)]
    mix = np.where(frame.both, of_both, points[1] - points[0] - frame.shift * frame.middle)
    by_rate = [_slope_of_rate(frame, period) for period in (0, 1)]
    by_both = [_slope_of_both(frame, period) for period in (0, 1)]
    by_mix = [both - rate for both, rate in zip(by_both, by_rate, strict=True)]
    all_n = int(min(one.n.sum() for one in frame.sums))
    own_n = np.minimum(*(np.where(one.is_judged, one.n, 0) for one in frame.sums)).astype(int)
    rate_errors = np.where(own_n > 0, _errors(frame, by_rate), math.nan)
    mix_errors = _errors(frame, by_mix)
    both_errors = _errors(frame, by_both)
    parts, both = [], []
    for i, group in enumerate(groups):
        parts.append(_part(group, "rate", float(rate[i]), float(rate_errors[i]), int(own_n[i])))
        parts.append(_part(group, "mix", float(mix[i]), float(mix_errors[i]), all_n))
        both.append(_part(group, "both", float(rate[i] + mix[i]), float(both_errors[i]), all_n))
    change = _part(None, "both", frame.whole[1] - frame.whole[0], _error_of_sum(frame, by_both), all_n)
    return Change(
        *("ok", "", frame.whole[0], frame.whole[1], change.value, change.low, change.high),
        rate=_part(None, "rate", math.fsum(rate), _error_of_sum(frame, by_rate), all_n),
        mix=_part(None, "mix", math.fsum(mix), _error_of_sum(frame, by_mix), all_n),
        parts=tuple(parts),
        both=tuple(both),
    )


def _part(group: str | None, kind: PartKind, value: float, error: float, n: int) -> Part:
    if not (math.isfinite(error) and error > 0):
        return Part(group, kind, value, None, None, n, None)
    return Part(group, kind, value, value - Z * error, value + Z * error, n, float(2 * ndtr(-abs(value) / error)))


# A slope is an array of four rows, one column per part: by the group's own Σx and Σy, and by the whole's.


def _slope_of_both(frame: _Frame, period: int) -> Floats:
    """Of x_i/Y − the other period's − (s₁ − s₀)·½(R₀ + R₁), which is rate and mix together."""
    y, sign = frame.y[period], 2 * period - 1
    point = frame.sums[period].x / y
    by_y = -sign * (point - frame.share[period] * frame.middle) + frame.shift * frame.whole[period] / 2
    ones = np.ones_like(point)
    return np.stack([sign * ones, -sign * frame.middle * ones, -frame.shift / 2, by_y]) / y


def _slope_of_rate(frame: _Frame, period: int) -> Floats:
    """Of ½(s₀ + s₁)(r₁ − r₀); nought for a group of one period."""
    y, sign = frame.y[period], 2 * period - 1
    weight = sign * np.divide(frame.mean_share, frame.sums[period].y, out=np.zeros_like(frame.gain), where=frame.both)
    by_share = frame.gain / 2 / y
    return np.stack([weight, -weight * frame.own[period] + by_share, 0 * weight, -by_share * frame.share[period]])


def _errors(frame: _Frame, slopes: Sequence[Floats]) -> Floats:
    """Standard error of each part: its own group's rows move it through both slopes, all other rows through one."""
    variance = np.zeros_like(frame.gain)
    for sums, (own_x, own_y, all_x, all_y) in zip(frame.sums, slopes, strict=True):
        own = (sums.xx, sums.xy, sums.yy)
        rest = [part.sum() - part for part in own]
        variance += _scatter(own_x + all_x, own_y + all_y, *own) + np.maximum(0.0, _scatter(all_x, all_y, *rest))
    return np.sqrt(np.maximum(0.0, variance))


def _error_of_sum(frame: _Frame, slopes: Sequence[Floats]) -> float:
    """Standard error of the sum of a kind of part over all groups."""
    variance = 0.0
    for sums, (own_x, own_y, all_x, all_y) in zip(frame.sums, slopes, strict=True):
        scatter = _scatter(own_x + all_x.sum(), own_y + all_y.sum(), sums.xx, sums.xy, sums.yy)
        variance += float(scatter.sum())
    return math.sqrt(variance) if variance > 0 else math.nan


def _scatter(by_x: Floats, by_y: Floats, xx: Floats, xy: Floats, yy: Floats) -> Floats:
    """Σ(αx + βy)² over a group's rows."""
    return by_x**2 * xx + 2 * by_x * by_y * xy + by_y**2 * yy


# ── what is said of it ───────────────────────────────────────────────────────────────────────────────

_EXACT = 1500
"""Decimal places in which every float is exact."""
LEAST_ROWS = 30
"""Fewer rows than this in either period explain nothing: the same gate as for an arrow."""


def causes(change: Change, least: int = LEAST_ROWS) -> tuple[Part, ...]:
    """The parts that may be named, the largest first; often none.

    The interval excludes zero, with at least `least` rows, and still does so when one in twenty of the named may be
    chance (Benjamini & Hochberg over all parts that could be named).
    """
    judged = [part for part in change.parts if part.p is not None and part.n >= least]
    found = benjamini_hochberg([part.p or 0.0 for part in judged])
    clear = [part for part, is_found in zip(judged, found, strict=True) if is_found and part.is_clear]
    return tuple(sorted(clear, key=lambda part: (-abs(part.value), part.group or "", part.kind)))


def rounded(values: Sequence[float], digits: int, total: Decimal | None = None) -> tuple[Decimal, ...]:
    """The values to so many decimal places, summing exactly to the total, by default their sum so rounded.

    By largest remainder: each is less than one unit of the last place from the truth. A `total` given, such as a
    difference of two shown figures, may be off by more; then so are the parts. Raises ValueError for what is no number.
    """
    if not all(math.isfinite(value) for value in values):
        raise ValueError("a part is not finite")
    unit = Decimal(1).scaleb(-digits)
    with localcontext(prec=_EXACT):
        return _rounded(values, unit, Decimal(math.fsum(values)).quantize(unit) if total is None else total)


def _rounded(values: Sequence[float], unit: Decimal, total: Decimal) -> tuple[Decimal, ...]:
    exact = [Decimal(value) / unit for value in values]
    whole = [int(value.to_integral_value("ROUND_FLOOR")) for value in exact]
    missing = int(total / unit) - sum(whole)
    if values:
        each, more = divmod(missing, len(values))
        order = sorted(range(len(values)), key=lambda i: (whole[i] - exact[i], -abs(exact[i]), i))
        for place, i in enumerate(order):
            whole[i] += each + (place < more)
    return tuple(count * unit for count in whole)
