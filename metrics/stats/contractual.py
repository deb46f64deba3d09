"""How long customers with a contract stay and what they will pay: the shifted-beta-geometric model.

Sources: Fader & Hardie 2007 (Journal of Interactive Marketing 21:76); Fader & Hardie 2010 (Marketing Science 29:85).
One period is one renewal (a year, a month); the discount is per period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, psi

from metrics.stats.likelihood import Maximum, maximise
from metrics.stats.not_known import NotKnown

Floats = NDArray[np.float64]
FEWEST_RENEWALS = 3
_SMALLEST_DISCOUNT = 1e-4
_NEGLIGIBLE = 40.0
"""Minus the logarithm of a discount factor whose payments no longer count."""


@dataclass(frozen=True)
class Renewals:
    """lost (T,): customers who did not renew at renewal 1…T. kept (T,): those still here whose last renewal it was."""

    lost: tuple[float, ...]
    kept: tuple[float, ...]


def from_surviving(*cohorts: ArrayLike) -> Renewals:
    """Renewals from how many of each cohort were left after 0, 1, 2 … renewals; cohorts may differ in age.

    Raises ValueError for a cohort that grows, is negative or not finite.
    """
    counts = [np.asarray(cohort, dtype=np.float64) for cohort in cohorts]
    longest = max((len(cohort) for cohort in counts), default=1) - 1
    lost, kept = np.zeros(max(longest, 0)), np.zeros(max(longest, 0))
    for cohort in counts:
        if not np.isfinite(cohort).all() or (cohort < 0).any() or (np.diff(cohort) > 0).any():
            raise ValueError("a cohort of contracts grows, is negative or not finite")
        if len(cohort) > 1:
            lost[: len(cohort) - 1] -= np.diff(cohort)
            kept[len(cohort) - 2] += cohort[-1]
    return Renewals(tuple(map(float, lost)), tuple(map(float, kept)))


@dataclass(frozen=True)
class ContractFit:
    """alpha and beta of the chance to leave at a renewal, beta-distributed over customers; `renewals` were observed."""

    alpha: float
    beta: float
    maximum: Maximum
    customers: float
    renewals: int

    def projection(self) -> tuple[float, ...]:
        """The share left after 0, 1, … renewals, up to twice the history and no further."""
        return tuple(map(float, survival(self.alpha, self.beta, np.arange(2 * self.renewals + 1))))


def log_likelihood(alpha: float, beta: float, renewals: Renewals) -> tuple[float, Floats]:
    """Log-likelihood of the renewals and its derivatives by alpha and beta (2,)."""
    lost, kept = np.array(renewals.lost), np.array(renewals.kept)
    t = np.arange(1, len(lost) + 1)
    # ln P(T = t) = ln B(α+1, β+t−1) − ln B(α, β); ln S(t) = ln B(α, β+t) − ln B(α, β)
    value = lost @ betaln(alpha + 1, beta + t - 1) + kept @ betaln(alpha, beta + t)
    n = lost.sum() + kept.sum()
    both = (lost + kept) @ psi(alpha + beta + t)
    by_alpha = lost.sum() * psi(alpha + 1) + kept.sum() * psi(alpha) - both
    by_beta = lost @ psi(beta + t - 1) + kept @ psi(beta + t) - both
    start = psi(alpha + beta)
    gradient = np.array([by_alpha - n * (psi(alpha) - start), by_beta - n * (psi(beta) - start)])
    return float(value - n * betaln(alpha, beta)), gradient


def fit(renewals: Renewals) -> ContractFit | NotKnown:
    """The shifted-beta-geometric fit by maximum likelihood."""
    lost, kept = np.array(renewals.lost), np.array(renewals.kept)
    customers = float(lost.sum() + kept.sum())
    if customers == 0:
        return NotKnown("no_data", "There are no contracts.")
    observed = len(lost)
    if observed < FEWEST_RENEWALS:
        word = "renewal" if observed == 1 else "renewals"
        return NotKnown("not_enough_history", f"not enough history: {observed} {word}, {FEWEST_RENEWALS} are needed")
    if not lost.any():
        return NotKnown("not_enough_history", "not enough history: no customer has left yet")
    if np.count_nonzero(lost) == 1:
        return NotKnown("not_enough_history", "not enough history: all who left did so at the same renewal")
    found = maximise(lambda p: log_likelihood(p[0], p[1], renewals), (1.0, 1.0), customers)
    if found is None:
        return NotKnown("no_convergence", "The fit did not settle: the renewals do not show how customers differ.")
    return ContractFit(found.parameters[0], found.parameters[1], found, customers, observed)


def survival(alpha: float, beta: float, renewals: ArrayLike) -> Floats:
    """The share left after `renewals` (n,): B(α, β+t)/B(α, β)."""
    t = np.asarray(renewals, dtype=np.float64)
    left: Floats = np.exp(betaln(alpha, beta + t) - betaln(alpha, beta))
    return left


def retention(alpha: float, beta: float, renewal: ArrayLike) -> Floats:
    """The share renewing at renewal t = 1, 2, … (n,): (β+t−1)/(α+β+t−1); it rises with t."""
    t = np.asarray(renewal, dtype=np.float64)
    return (beta + t - 1) / (alpha + beta + t - 1)


def expected_payments(alpha: float, beta: float, discount: float) -> float:
    """Discounted payments of a new customer, the one at time 0 included (DEL).

    discount per period, at least .0001. Raises ValueError below: without a discount the sum may have no end.
    """
    return _discounted(alpha, beta, discount)


def residual_payments(alpha: float, beta: float, discount: float, renewal: int) -> float:
    """Discounted payments still to come from one about to face renewal 1, 2, …, seen from that renewal (DERL)."""
    if renewal < 1:
        raise ValueError(f"renewal {renewal}; the first is 1")
    return float(retention(alpha, beta, renewal)) * _discounted(alpha, beta + renewal, discount)


def _discounted(alpha: float, beta: float, discount: float) -> float:
    """Σ S(t)/(1+d)^t, which is ₂F₁(1, β; α+β; 1/(1+d)).

    Summed, as SciPy's ₂F₁ is not finite for many parameters (α = 2, β = 400); what is cut off is below 1e-14.
    """
    if not discount >= _SMALLEST_DISCOUNT:
        raise ValueError(f"a discount of {discount}; it must be at least {_SMALLEST_DISCOUNT} per period")
    t = np.arange(int(_NEGLIGIBLE / np.log1p(discount)) + 1)
    return float((survival(alpha, beta, t) * np.exp(-t * np.log1p(discount))).sum())
