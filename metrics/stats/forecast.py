"""Where a metric will be: the method that erred least on its own past, with bands and the chance of meeting a goal.

A method is chosen by rolling-origin MASE (Hyndman & Koehler 2006) against the naive forecast, which wins every tie.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr, ndtri

from metrics.stats import smoothing
from metrics.stats.not_known import NotKnown
from metrics.stats.smoothing import Method, Path

Floats = NDArray[np.float64]
FEWEST = 8
"""Periods with a value that a forecast needs."""
_FIRST_ORIGIN = 5
_FEWEST_ORIGINS = 3
_EDGE = 1e-4
_Z80, _Z95 = float(ndtri(0.9)), float(ndtri(0.975))
_PLAIN: dict[str, Method] = {
    "naive": smoothing.naive,
    "exponential smoothing": smoothing.ses,
    "damped trend": smoothing.holt_damped,
    "theta": smoothing.theta,
}


@dataclass(frozen=True)
class Point:
    """One period ahead, in the units of the series: the middle and the 80 % and 95 % bands."""

    ahead: int
    value: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float


@dataclass(frozen=True)
class _Scale:
    """From the series to where methods work and back: logit within bounds, then zero mean and unit range."""

    bounds: tuple[float, float] | None
    edge: float = _EDGE
    shift: float = 0.0
    unit: float = 1.0

    def inwards(self, values: Floats) -> Floats:
        if self.bounds:
            low, high = self.bounds
            values = logit(np.clip((values - low) / (high - low), self.edge, 1 - self.edge))
        inner: Floats = (values - self.shift) / self.unit
        return inner

    def outwards(self, values: Floats) -> Floats:
        values = values * self.unit + self.shift
        if self.bounds:
            low, high = self.bounds
            values = low + (high - low) * expit(values)
        return values


@dataclass(frozen=True)
class Forecast:
    """The path ahead by one method. errors: each candidate's MASE on the past, naive among them; n periods held a
    value. mase below 1: better than the one-step naive forecast was on average."""

    method: str
    errors: tuple[tuple[str, float], ...]
    n: int
    points: tuple[Point, ...]
    path: Path
    scale: _Scale

    def chance(self, goal: float, ahead: int, at_least: bool = True) -> float:
        """The chance (0…1) that the value `ahead` periods on (1 is the next) is at the goal or beyond.

        at_least: beyond is above; else below. Raises ValueError outside the horizon.
        """
        if not 1 <= ahead <= len(self.points):
            raise ValueError(f"{ahead} periods ahead; the forecast holds {len(self.points)}")
        # The edge is for values that touched a bound; a goal is meant as it is said.
        scale = replace(self.scale, edge=_EDGE)
        inner = float(scale.inwards(np.array([goal], dtype=np.float64))[0])
        distance = (float(self.path.centre[ahead - 1]) - inner) / float(self.path.spread[ahead - 1])
        return float(ndtr(distance if at_least else -distance))


def forecast(
    values: ArrayLike, horizon: int, cycle: int | None = None, bounds: tuple[float, float] | None = None
) -> Forecast | NotKnown:
    """The next `horizon` periods of a series.

    values (n,): one per period, oldest first, NaN where missing. cycle: periods in a season (12 months), used once
    two full cycles stand before the first origin. bounds: (0, 1) for a share; the forecast then stays inside.
    Raises ValueError for values that are infinite or outside the bounds, and for a horizon below 1.
    """
    series = _checked(values, horizon, bounds)
    series = _trimmed(series)
    seen = series[~np.isnan(series)]
    if len(seen) < FEWEST:
        word = "period" if len(seen) == 1 else "periods"
        return NotKnown("not_enough_history", f"not enough history: {len(seen)} {word}, {FEWEST} are needed")
    scale = _scale(series, bounds)
    if scale.unit == 0:
        return NotKnown("undefined", f"All {len(seen)} values are (nearly) the same: nothing to draw a band from.")
    # Periods without a value at the end lie ahead of the last value as well.
    late = len(np.asarray(values)) - len(_trimmed(np.asarray(values, dtype=np.float64), leading=False))
    inner = scale.inwards(series)
    candidates, first = _candidates(inner, cycle)
    past = {name: _past(method, series, inner, scale, first, late + horizon) for name, method in candidates.items()}
    best = min(past, key=lambda name: (past[name].mase, name != "naive"))
    whole = candidates[best](inner, late + horizon)
    path = Path(whole.centre[late:], whole.spread[late:] * past[best].wider)
    if not (np.isfinite(path.centre).all() and (path.spread > 0).all()):
        return NotKnown("undefined", "The series repeats itself exactly: nothing to draw a band from.")
    errors = tuple((name, each.mase) for name, each in past.items())
    return Forecast(best, errors, len(seen), _points(path, scale), path, scale)


def _checked(values: ArrayLike, horizon: int, bounds: tuple[float, float] | None) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if horizon < 1:
        raise ValueError(f"a horizon of {horizon} periods")
    if np.isinf(series).any():
        raise ValueError("a value is infinite")
    if bounds and not ((series >= bounds[0]) & (series <= bounds[1]) | np.isnan(series)).all():
        raise ValueError(f"a value lies outside {bounds[0]} … {bounds[1]}")
    return series


def _trimmed(series: Floats, leading: bool = True) -> Floats:
    """Without missing periods at the ends (only at the later end, if so asked)."""
    at = np.flatnonzero(~np.isnan(series))
    return series[(at[0] if leading else 0) : at[-1] + 1] if len(at) else series[:0]


def _scale(series: Floats, bounds: tuple[float, float] | None) -> _Scale:
    scale = _Scale(bounds)
    if bounds:
        # A value on a bound has no logit: it moves in by half of the smallest distance that another one keeps.
        share = (series - bounds[0]) / (bounds[1] - bounds[0])
        distance = np.minimum(share, 1 - share)
        inside = distance[distance > 0]
        scale = replace(scale, edge=max(_EDGE, float(inside.min()) / 2 if len(inside) else _EDGE))
    inner = scale.inwards(series)
    return replace(scale, shift=float(np.nanmean(inner)), unit=float(np.nanmax(inner) - np.nanmin(inner)))


def _candidates(inner: Floats, cycle: int | None) -> tuple[dict[str, Method], int]:
    """The methods that compete, and the first origin: where the past before it has enough for each of them."""
    first = int(np.flatnonzero(~np.isnan(inner))[_FIRST_ORIGIN - 1]) + 1
    if not cycle or cycle < 2 or len(inner) < 2 * cycle + _FEWEST_ORIGINS:
        return _PLAIN, first
    start = max(first, 2 * cycle)
    while start < len(inner) and _season(_trimmed(inner[:start]), cycle) is None:
        start += 1
    if start > len(inner) - _FEWEST_ORIGINS:
        return _PLAIN, first
    seasonal: dict[str, Method] = {"seasonal naive": partial(smoothing.seasonal_naive, cycle=cycle)}
    for name, method in _PLAIN.items():
        seasonal[f"{name} with season"] = partial(_with_season, method=method, cycle=cycle)
    return {**_PLAIN, **seasonal}, start


def _season(inner: Floats, cycle: int) -> Floats | None:
    """The additive season (cycle,), its mean zero, from distances to the centred moving average of what was seen.

    None where a season was never seen, or its moving average would stand on less than half a cycle.
    """
    weights = np.ones(cycle + 1 - cycle % 2)
    if cycle % 2 == 0:
        weights[[0, -1]] = 0.5
    half = len(weights) // 2
    seen = ~np.isnan(inner)
    total = np.convolve(np.where(seen, inner, 0.0), weights, mode="valid")
    held = np.convolve(seen.astype(np.float64), weights, mode="valid")
    place = np.arange(half, len(inner) - half)
    good = seen[place] & (held >= cycle / 2)
    counts = np.bincount(place[good] % cycle, minlength=cycle)
    if not counts.all():
        return None
    distance = inner[place[good]] - total[good] / held[good]
    season = np.bincount(place[good] % cycle, weights=distance, minlength=cycle) / counts
    centred: Floats = season - season.mean()
    return centred


def _with_season(values: Floats, horizon: int, method: Method, cycle: int) -> Path:
    season = _season(values, cycle)
    assert season is not None, "candidates are offered only where every origin has a season"
    plain = method(values - season[np.arange(len(values)) % cycle], horizon)
    return Path(plain.centre + season[np.arange(len(values), len(values) + horizon) % cycle], plain.spread)


@dataclass(frozen=True)
class _Past:
    """How a method did: MASE, and by how much its errors were wider than the bands it drew (1: not at all)."""

    mase: float
    wider: float


def _past(method: Method, series: Floats, inner: Floats, scale: _Scale, first: int, horizon: int) -> _Past:
    """Every origin and period ahead; MASE is the mean absolute error in units of the one-step naive error.

    Bands from errors within the sample are too narrow on short series (by a third here and there in simulation);
    forecasts of the past show it: Σ error² beside Σ spread².
    """
    errors, squares, drawn = [], 0.0, 0.0
    for origin in range(first, len(series)):
        known = _trimmed(inner[:origin])
        steps = min(len(series) - len(known), origin - len(known) + horizon)
        path, ahead = method(known, steps), slice(origin, len(known) + steps)
        late = origin - len(known)
        errors.append(np.abs(scale.outwards(path.centre[late:]) - series[ahead]))
        missed = path.centre[late:] - inner[ahead]
        squares += float(np.nansum(missed**2))
        drawn += float((path.spread[late:] ** 2)[~np.isnan(missed)].sum())
    seen = series[~np.isnan(series)]
    mase = float(np.nanmean(np.concatenate(errors)) / np.mean(np.abs(np.diff(seen))))
    return _Past(mase, max(1.0, float(np.sqrt(squares / drawn))) if drawn > 0 else 1.0)


def _points(path: Path, scale: _Scale) -> tuple[Point, ...]:
    columns = [scale.outwards(path.centre + z * path.spread) for z in (0, -_Z80, _Z80, -_Z95, _Z95)]
    return tuple(Point(i + 1, *map(float, row)) for i, row in enumerate(zip(*columns, strict=True)))
