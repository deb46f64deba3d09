"""Naive, exponential smoothing, Holt with a damped trend, and Theta, for a series with missing periods.

A missing period (NaN) carries the state on without an update; nothing is imputed. Sources: Hyndman & Athanasopoulos,
Forecasting: Principles and Practice (2nd ed., ch. 7); Assimakopoulos & Nikolopoulos 2000; Hyndman & Billah 2003.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """centre (H,) and spread (H,), one standard deviation, of the 1 … H periods after the last; any unit."""

    centre: Floats
    spread: Floats


Method = Callable[[Floats, int], Path]
"""A series (n,) that begins and ends with a value, and a horizon H → its path."""


def naive(values: Floats, horizon: int) -> Path:
    """The last value; its variance grows with every period."""
    at = np.flatnonzero(~np.isnan(values))
    steps = np.diff(values[at]) / np.sqrt(np.diff(at))
    ahead = np.arange(1, horizon + 1)
    return Path(np.full(horizon, values[at[-1]]), np.sqrt(np.mean(steps**2) * ahead))


def seasonal_naive(values: Floats, horizon: int, cycle: int) -> Path:
    """The value of the same season in the last cycle that has one; its variance grows with every cycle."""
    padded = np.r_[values, np.full(horizon, np.nan)]
    for place in range(cycle, len(padded)):
        if np.isnan(padded[place]):
            padded[place] = padded[place - cycle]
    steps = values[cycle:] - values[:-cycle]
    ahead = 1 + np.arange(horizon) // cycle
    return Path(padded[len(values) :], np.sqrt(np.nanmean(steps**2) * ahead))


# ── a level ──────────────────────────────────────────────────────────────────────────────────────────


def one_step(values: Floats, alpha: float, level: float) -> tuple[Floats, float]:
    """Forecasts of each period from those before (n,) with this α and first level, and the level after the last."""
    forecasts = np.empty(len(values))
    for t, value in enumerate(values):
        forecasts[t] = level
        if value == value:
            level += alpha * (float(value) - level)
    return forecasts, level


@dataclass(frozen=True)
class Level:
    """α, the first and the last level, and one standard deviation of a one-step error."""

    alpha: float
    first: float
    last: float
    sigma: float


def fit_level(values: Floats) -> Level:
    """Simple exponential smoothing by least squares: the first level in closed form for each α, α by search.

    σ² is the mean squared error, as in the published forecasts; Holt's, with five parameters, divides by n − 5.
    """
    seen = ~np.isnan(values)

    def best_first(alpha: float) -> tuple[float, float]:
        forecasts, _ = one_step(values, alpha, 0.0)
        weight = (1 - alpha) ** np.arange(seen.sum())
        errors = (values - forecasts)[seen]
        first = float(weight @ errors / (weight @ weight))
        return first, float(((errors - weight * first) ** 2).sum())

    grid = np.linspace(0.02, 0.98, 25)
    near = grid[int(np.argmin([best_first(alpha)[1] for alpha in grid]))]
    found = minimize_scalar(
        lambda alpha: best_first(alpha)[1], bounds=(max(1e-4, near - 0.04), min(0.9999, near + 0.04)), method="bounded"
    )
    alpha = float(found.x)
    first, squares = best_first(alpha)
    last = one_step(values, alpha, first)[1]
    return Level(alpha, first, last, float(np.sqrt(squares / seen.sum())))


def ses(values: Floats, horizon: int) -> Path:
    """Simple exponential smoothing; variance σ²(1 + (h − 1)α²)."""
    level = fit_level(values)
    ahead = np.arange(horizon)
    return Path(np.full(horizon, level.last), level.sigma * np.sqrt(1 + ahead * level.alpha**2))


def theta(values: Floats, horizon: int) -> Path:
    """The Theta method: smoothing plus half the slope of the straight line through the series."""
    level = fit_level(values)
    at = np.flatnonzero(~np.isnan(values))
    slope = float(np.polyfit(at, values[at], 1)[0])
    ahead = np.arange(horizon)
    drift = slope / 2 * (ahead + (1 - (1 - level.alpha) ** len(at)) / level.alpha)
    return Path(np.asarray(level.last + drift, dtype=np.float64), level.sigma * np.sqrt(1 + ahead * level.alpha**2))


# ── a level and a damped trend ───────────────────────────────────────────────────────────────────────


def holt(values: Floats, alpha: float, gamma: float, phi: float, level: float, trend: float) -> tuple[float, float]:
    """Level and trend after the last period with fixed weights; phi = 1 does not damp. Then l + (φ + … + φ^h)·b."""
    for value in values:
        level, trend = level + phi * trend, phi * trend
        if value == value:
            error = value - level
            level, trend = level + alpha * error, trend + alpha * gamma * error
    return level, trend


_ALPHAS = np.r_[0.05, np.arange(0.1, 1.0, 0.1), 0.99]
_GAMMAS = np.r_[0.01, 0.05, np.arange(0.1, 1.0, 0.15)]
_PHIS = np.array([0.8, 0.85, 0.9, 0.95, 0.98])
_GRID = np.stack([part.ravel() for part in np.meshgrid(_ALPHAS, _GAMMAS, _PHIS)])
"""α, γ and φ (3, G): a grid and not a search, as the sum of squares has several valleys on short series."""


def holt_damped(values: Floats, horizon: int) -> Path:
    """Holt's trend, damped: weights by least squares on a grid, first level and trend in closed form for each."""
    alpha, gamma, phi = _GRID
    # Three runs at once, as forecasts are linear in the start: from the values, from level 1, from trend 1.
    level = np.zeros((3, _GRID.shape[1]))
    trend = np.zeros_like(level)
    level[1], trend[2] = 1, 1
    squares = np.zeros((3, 3, _GRID.shape[1]))
    for value in values:
        trend *= phi
        level += trend
        if value == value:
            error = -level
            error[0] += value
            squares += error[:, None] * error[None]
            level += alpha * error
            trend += alpha * gamma * error
    start, total = _best_start(squares)
    best = int(np.argmin(total))
    first, slope = start[best]
    centre = level[0, best] + first * level[1, best] + slope * level[2, best]
    last_trend = trend[0, best] + first * trend[1, best] + slope * trend[2, best]
    damping = np.cumsum(phi[best] ** np.arange(1, horizon + 1))
    growth = np.r_[0.0, (alpha[best] * (1 + gamma[best] * damping))[: horizon - 1]]
    sigma = np.sqrt(total[best] / max((~np.isnan(values)).sum() - 5, 1))
    return Path(centre + damping * last_trend, sigma * np.sqrt(1 + np.cumsum(growth**2)))


def _best_start(squares: Floats) -> tuple[Floats, Floats]:
    """The first level and trend (G, 2) with the least squares, and those squares (G,), from products (3, 3, G).

    Errors are e₀ + l·e₁ + b·e₂; a ridge far below rounding keeps a start without influence from dividing by zero.
    """
    products = np.moveaxis(squares, -1, 0)
    inner = products[:, 1:, 1:] + 1e-12 * np.eye(2)
    outer = products[:, 1:, 0]
    start = -np.linalg.solve(inner, outer[..., None])[..., 0].astype(np.float64)
    return start, np.maximum(products[:, 0, 0] + (start * outer).sum(axis=1), 0.0)
