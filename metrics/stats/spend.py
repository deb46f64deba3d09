"""What a customer spends on a purchase day: the Gamma–Gamma model (Fader & Hardie 2013).

Per customer: x repeat purchase days, m the mean spend on those with a spend above zero, in one currency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, psi

from metrics.stats.likelihood import Maximum, maximise
from metrics.stats.not_known import NotKnown
from metrics.stats.purchases import FEWEST_REPEATERS

Floats = NDArray[np.float64]
CORRELATED = 0.3
"""Correlation of how often and how much above which the model's independence is in doubt."""


@dataclass(frozen=True)
class SpendFit:
    """p, q (no unit) and v (currency). correlation is of x and m among the `customers` fitted, None where either is
    the same for all; without_spend came back but never with a spend above zero, and stand outside the fit."""

    p: float
    q: float
    v: float
    maximum: Maximum
    customers: int
    without_spend: int
    correlation: float | None

    @property
    def parameters(self) -> tuple[float, float, float]:
        """In the order of the maximum's standard errors."""
        return self.p, self.q, self.v

    @property
    def warning(self) -> str | None:
        """What to say beside every value from this fit, if anything."""
        if self.correlation is None or self.correlation <= CORRELATED:
            return None
        return (
            f"Who buys often also spends more (correlation {self.correlation:.2f}); "
            "the model takes the two as unrelated, so values are uncertain beyond their band."
        )


def log_likelihood(parameters: ArrayLike, x: ArrayLike, m: ArrayLike) -> tuple[float, Floats]:
    """Log-likelihood of p, q, v (3,) for x (n,) > 0 and m (n,) > 0, and its derivatives by them (3,)."""
    return _Likelihood(np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64))(np.asarray(parameters))


class _Likelihood:
    """What stays the same from step to step of the search."""

    def __init__(self, x: Floats, m: Floats) -> None:
        self.n = len(x)
        self.x, self.total = x, x * m
        self.level, level_of = np.unique(x, return_inverse=True)
        self.per_level = np.bincount(level_of).astype(np.float64)
        self.logs = float((x * np.log(x * m)).sum())
        self.log_m = float(np.log(m).sum())

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        p, q, v = parameters
        per, px, n = self.per_level, p * self.level, self.n
        power, log_sum = p * self.x + q, np.log(self.total + v)
        value = per @ (gammaln(px + q) - gammaln(px)) + n * (q * np.log(v) - gammaln(q))
        value += p * self.logs - self.log_m - (power * log_sum).sum()
        by_p = (per * self.level) @ (psi(px + q) - psi(px)) + self.logs - (self.x * log_sum).sum()
        by_q = per @ psi(px + q) + n * (np.log(v) - psi(q)) - log_sum.sum()
        by_v = n * q / v - (power / (self.total + v)).sum()
        return float(value), np.array([by_p, by_q, by_v])


def fit(x: ArrayLike, m: ArrayLike) -> SpendFit | NotKnown:
    """The Gamma–Gamma fit to the customers with x > 0 and m > 0, x (n,) and m (n,) of all.

    NotKnown below 50 of them, where all spend the same, where it does not settle, and for q ≤ 1, where the mean
    spend does not exist. Raises ValueError for a negative or infinite x or m.
    """
    repeats, mean = np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64)
    if len(repeats) != len(mean):
        raise ValueError(f"{len(repeats)} counts beside {len(mean)} means")
    if not (np.isfinite(repeats) & np.isfinite(mean) & (repeats >= 0) & (mean >= 0)).all():
        raise ValueError("a count or a mean spend is negative or not finite; refunds belong outside the mean")
    used = (repeats > 0) & (mean > 0)
    without = int(((repeats > 0) & (mean == 0)).sum())
    repeats, mean = repeats[used], mean[used]
    if len(repeats) < FEWEST_REPEATERS:
        return NotKnown(
            "not_enough_history",
            f"not enough history: {len(repeats)} customers came back and paid, {FEWEST_REPEATERS} are needed",
        )
    if np.ptp(mean) <= 1e-9 * mean.max():
        return NotKnown(
            "undefined", f"All {len(mean)} customers spend the same, so their differences cannot be fitted."
        )
    scale = float(mean.mean())
    found = maximise(_Likelihood(repeats, mean / scale), (2.0, 3.0, 2.0), len(repeats))
    if found is None:
        return NotKnown("no_convergence", "The fit did not settle: the spend does not show how customers differ.")
    p, q, v = found.parameters
    if q <= 1:
        return NotKnown(
            "undefined", f"The mean spend does not exist for these customers (q = {q:.2f}, above 1 is needed)."
        )
    # Back from units of the mean: v scales with it, and the density of n means loses n·ln(scale).
    level = found.log_likelihood - len(repeats) * float(np.log(scale))
    top = Maximum((p, q, v * scale), level, found.covariance)
    return SpendFit(p, q, v * scale, top, len(repeats), without, _correlation(repeats, mean))


def _correlation(x: Floats, m: Floats) -> float | None:
    return float(np.corrcoef(x, m)[0, 1]) if np.ptp(x) > 0 else None


def population_mean(parameters: ArrayLike) -> float:
    """p·v/(q − 1), currency per purchase day. Raises ValueError for q ≤ 1."""
    p, q, v = np.asarray(parameters, dtype=np.float64)
    if q <= 1:
        raise ValueError(f"the mean spend does not exist for q = {q}")
    return float(p * v / (q - 1))


def own_weight(parameters: ArrayLike, x: ArrayLike) -> Floats:
    """How much a customer's own mean counts beside the population's (n,): p·x/(p·x + q − 1); 0 for x = 0."""
    p, q, _ = np.asarray(parameters, dtype=np.float64)
    px = p * np.asarray(x, dtype=np.float64)
    weight: Floats = px / (px + q - 1)
    return weight


def expected_spend(parameters: ArrayLike, x: ArrayLike, m: ArrayLike) -> Floats:
    """E[M] per customer (n,): between the own mean m and the population's; without a spend, the population's."""
    mean = np.asarray(m, dtype=np.float64)
    own = np.where(mean > 0, own_weight(parameters, x), 0.0)
    return own * mean + (1 - own) * population_mean(parameters)
