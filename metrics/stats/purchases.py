"""How often customers without a contract will buy again, and whether they still are customers: the BG/NBD model.

Source: Fader, Hardie & Lee 2005 (Marketing Science 24:275). Times are in one unit everywhere (weeks, say); alpha and
every horizon come in it. Per customer: x repeat purchase days, t_x the time of the last one, T the time observed,
both from the first purchase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, gammaln, hyp2f1, psi

from metrics.stats.likelihood import Maximum, maximise, search, top_of
from metrics.stats.not_known import NotKnown

Floats = NDArray[np.float64]
FEWEST_CUSTOMERS = 100
FEWEST_REPEATERS = 50
MEDIAN_GAPS = 3
"""How many median gaps between purchases must have been observed."""
_AS_GOOD = 3.0
"""Log-likelihood (half of the 95 % point of χ² with two degrees) that leaving must add to be seen without a top."""
_LARGE_A = 20.0
NO_EVIDENCE = "no evidence either way"
"""What to say instead of 100 % for who has bought once: the model lets customers leave only after a repeat."""


@dataclass(frozen=True)
class Customers:
    """Equal customers once: x, t_x, T and count (g,), ordered; `group` (n,) leads from each customer to its row."""

    x: Floats
    t_x: Floats
    age: Floats
    count: Floats
    group: NDArray[np.int64]


def grouped(x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Customers:
    """Customers (n,) by equal x, t_x and T.

    Raises ValueError unless x is whole and ≥ 0, 0 ≤ t_x ≤ T, t_x = 0 for x = 0 and t_x > 0 for x > 0.
    """
    columns = [np.asarray(values, dtype=np.float64) for values in (x, t_x, age)]
    repeats, last, total = columns
    if not len(repeats) == len(last) == len(total):
        raise ValueError(f"{len(repeats)} counts, {len(last)} last times and {len(total)} ages")
    good = np.isfinite(repeats) & np.isfinite(total) & (repeats >= 0) & (repeats == np.floor(repeats))
    good &= (last >= 0) & (last <= total) & ((repeats > 0) == (last > 0))
    if not good.all():
        raise ValueError(
            f"customer {int(np.argmin(good))} has purchases that cannot be: {[c[~good][0] for c in columns]}"
        )
    key = np.zeros(len(repeats), dtype=np.int64)
    levels = []
    for values in columns:
        codes, found = pd.factorize(values, sort=True)
        key = key * max(len(found), 1) + codes
        levels.append(found)
    group, rows = pd.factorize(key, sort=True)
    shared = []
    for found in reversed(levels):
        rows, codes = np.divmod(rows, max(len(found), 1))
        shared.append(found[codes])
    return Customers(shared[2], shared[1], shared[0], np.bincount(group, minlength=len(rows)).astype(np.float64), group)


@dataclass(frozen=True)
class PurchaseFit:
    """r and alpha: how often customers buy; a and b: the chance to leave after a repeat purchase.

    alpha is in the time unit of the data; `customers` and `repeaters` stood in the fit. a = 0: the history shows
    nobody leave (its likelihood is highest there), and the maximum holds r and alpha alone.
    """

    r: float
    alpha: float
    a: float
    b: float
    maximum: Maximum
    customers: int
    repeaters: int

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        """In the order of the maximum's standard errors."""
        return self.r, self.alpha, self.a, self.b

    @property
    def note(self) -> str | None:
        """What to say beside every figure from this fit, if anything."""
        return None if self.a else "This history shows no customer leave; what is expected holds while all stay."

    def draws(self, count: int, generator: np.random.Generator) -> Floats:
        """`count` parameter sets (count, 4) as the fit's uncertainty has them."""
        drawn = self.maximum.draws(count, generator)
        return drawn if self.a else np.column_stack([drawn, np.tile((self.a, self.b), (count, 1))])


def log_likelihood(parameters: ArrayLike, customers: Customers) -> tuple[float, Floats]:
    """Log-likelihood of r, alpha, a, b (4,) and its derivatives by them (4,)."""
    return _Likelihood(customers)(np.asarray(parameters, dtype=np.float64))


class _Likelihood:
    """What stays the same from step to step of the search: counts by x, and the rows with and without repeats."""

    def __init__(self, customers: Customers) -> None:
        self.n = float(customers.count.sum())
        self.level, level_of = np.unique(customers.x, return_inverse=True)
        self.per_level = np.bincount(level_of, weights=customers.count)
        once = customers.x == 0
        self.age_once, self.count_once = customers.age[once], customers.count[once]
        self.x, self.t_x = customers.x[~once], customers.t_x[~once]
        self.age, self.count = customers.age[~once], customers.count[~once]
        self.level_of = level_of[~once]

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        x, n, per = self.level, self.n, self.per_level
        value = per @ (gammaln(r + x) + betaln(a, b + x)) + n * (r * np.log(alpha) - gammaln(r) - betaln(a, b))
        log_once = np.log(alpha + self.age_once)
        value -= r * _sum(self.count_once, log_once)
        # Of repeaters: still a customer (the age decides), or left after the last purchase.
        power = r + self.x
        log_age, log_last = np.log(alpha + self.age), np.log(alpha + self.t_x)
        odds = (np.log(a) - np.log(b + x - 1 + (x == 0)))[self.level_of] + power * (log_age - log_last)
        value += _sum(self.count, np.logaddexp(0, odds) - power * log_age)
        gone = self.count * expit(odds)
        here = self.count - gone
        by_r = per @ psi(r + x) + n * (np.log(alpha) - psi(r))
        by_r -= _sum(self.count_once, log_once) + _sum(here, log_age) + _sum(gone, log_last)
        by_alpha = n * r / alpha - r * _sum(self.count_once, 1 / (alpha + self.age_once))
        by_alpha -= _sum(here, power / (alpha + self.age)) + _sum(gone, power / (alpha + self.t_x))
        both = n * psi(a + b) - per @ psi(a + b + x)
        by_a = both + gone.sum() / a
        by_b = both + per @ psi(b + x) - n * psi(b) - _sum(gone, 1 / (b + self.x - 1))
        return float(value), np.array([by_r, by_alpha, by_a, by_b])

    def without_leaving(self, parameters: Floats) -> tuple[float, Floats]:
        """The limit in which nobody leaves, r and alpha alone (the negative binomial of Ehrenberg 1959)."""
        r, alpha = parameters
        x, n, per = self.level, self.n, self.per_level
        power, log_once, log_age = r + self.x, np.log(alpha + self.age_once), np.log(alpha + self.age)
        logs = _sum(self.count_once, log_once)
        value = (
            per @ gammaln(r + x) + n * (r * np.log(alpha) - gammaln(r)) - r * logs - _sum(self.count, power * log_age)
        )
        by_r = per @ psi(r + x) + n * (np.log(alpha) - psi(r)) - logs - _sum(self.count, log_age)
        by_alpha = n * r / alpha - r * _sum(self.count_once, 1 / (alpha + self.age_once))
        by_alpha -= _sum(self.count, power / (alpha + self.age))
        return float(value), np.array([by_r, by_alpha])


def _sum(weights: Floats, values: Floats) -> float:
    """Σ w·v of long columns; not by `@`, whose threads cost many times the sum when the machine is busy."""
    return float((weights * values).sum())


def fit(customers: Customers) -> PurchaseFit | NotKnown:
    """The BG/NBD fit by maximum likelihood; NotKnown for too few customers, repeaters or gaps, or no convergence."""
    n, repeaters = int(customers.count.sum()), int(customers.count[customers.x > 0].sum())
    if refused := too_little(customers):
        return refused
    likelihood, scale = _Likelihood(customers), float(customers.age @ customers.count) / n / 4
    ended = search(likelihood, (1.0, scale, 1.0, 1.0), n)
    if found := top_of(likelihood, ended):
        r, alpha, a, b = found.parameters
        return PurchaseFit(r, alpha, a, b, found, n, repeaters)
    staying = maximise(likelihood.without_leaving, (1.0, scale), n)
    if staying is None or staying.log_likelihood < ended.log_likelihood - _AS_GOOD:
        return NotKnown("no_convergence", "The fit did not settle: the purchases do not show how customers differ.")
    r, alpha = staying.parameters
    return PurchaseFit(r, alpha, 0.0, 1.0, staying, n, repeaters)


def too_little(customers: Customers) -> NotKnown | None:
    """Why these customers cannot be fitted, or None."""
    n, repeaters = int(customers.count.sum()), int(customers.count[customers.x > 0].sum())
    if n == 0:
        return NotKnown("no_data", "There are no customers.")
    if n < FEWEST_CUSTOMERS:
        return NotKnown("not_enough_history", f"not enough history: {n} customers, {FEWEST_CUSTOMERS} are needed")
    if repeaters < FEWEST_REPEATERS:
        return NotKnown(
            "not_enough_history",
            f"not enough history: {repeaters} customers came back, {FEWEST_REPEATERS} are needed",
        )
    again = customers.x > 0
    gaps = np.repeat((customers.t_x / np.maximum(customers.x, 1))[again], customers.count[again].astype(np.int64))
    median = float(np.median(gaps))
    if customers.age.max() < MEDIAN_GAPS * median:
        return NotKnown(
            "not_enough_history",
            f"not enough history: the longest known customer covers {customers.age.max() / median:.1f} usual gaps "
            f"between purchases, {MEDIAN_GAPS} are needed",
        )
    return None


def expected(parameters: ArrayLike, time: ArrayLike) -> Floats:
    """E[X(t)]: repeat purchases of a new customer within `time` (any shape)."""
    r, alpha, a, b = _away_from_poles(parameters)
    t = np.asarray(time, dtype=np.float64)
    if a == 0:
        return np.asarray(r / alpha * t)
    result: Floats = _grown(r, a, b, np.zeros_like(t), alpha / (alpha + t))
    return result


def alive(parameters: ArrayLike, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Floats:
    """The chance (n,) to be still a customer; 1 for x = 0, which is NO_EVIDENCE and not certainty."""
    r, alpha, a, b = np.asarray(parameters, dtype=np.float64)
    repeats, last, total = (np.asarray(values, dtype=np.float64) for values in (x, t_x, age))
    again = repeats > 0
    if a == 0:
        return np.ones(np.shape(repeats))
    log_odds = (r + repeats) * (np.log(alpha + total) - np.log(alpha + last))
    log_odds += np.log(a) - np.log(b + np.where(again, repeats - 1, 0))
    chance: Floats = np.where(again, expit(-log_odds), 1.0)
    return chance


def expected_next(parameters: ArrayLike, x: ArrayLike, t_x: ArrayLike, age: ArrayLike, time: float) -> Floats:
    """E[Y(t)]: purchases (n,) within the next `time` of customers with this history."""
    r, alpha, a, b = _away_from_poles(parameters)
    repeats, total = np.asarray(x, dtype=np.float64), np.asarray(age, dtype=np.float64)
    if a == 0:
        return np.asarray((r + repeats) / (alpha + total) * time)
    left = (alpha + total) / (alpha + total + time)
    result: Floats = _grown(r, a, b, repeats, left) * alive((r, alpha, a, b), x, t_x, age)
    return result


def _grown(r: float, a: float, b: float, x: Floats, left: Floats) -> Floats:
    """(a+b+x−1)/(a−1)·[1 − left^(r+x)·₂F₁(r+x, b+x; a+b+x−1; 1−left)], the purchases of one who is still a customer.

    By Euler's transformation the product is left^(a−1)·₂F₁(a−1, a+b−1−r; a+b+x−1; 1−left), which SciPy has for any
    x while a is small; for a large one it has the first form.
    """
    c = a + b + x - 1
    with np.errstate(all="ignore"):
        stays = left ** (a - 1) * hyp2f1(a - 1, a + b - 1 - r, c, 1 - left)
        if a > _LARGE_A:
            first = left ** (r + x) * hyp2f1(r + x, b + x, c, 1 - left)
            stays = np.where(np.isfinite(first), first, stays)
    result: Floats = c / (a - 1) * (1 - stays)
    return result


def _away_from_poles(parameters: ArrayLike) -> Floats:
    """The limits at a = 1 and a + b = 1, where the closed form divides zero by zero: a is moved by 1e-6.

    r is moved by 1e-8 where r − a is whole: there SciPy's ₂F₁ overflows for customers with many purchases.
    """
    moved = np.array(parameters, dtype=np.float64)
    if moved[2] == 0:
        return moved
    if abs(moved[2] - 1) < 1e-6:
        moved[2] = 1 + 1e-6
    if abs(moved[2] + moved[3] - 1) < 1e-6:
        moved[2] += 1e-6
    if abs(moved[0] - moved[2] - round(moved[0] - moved[2])) < 1e-8:
        moved[0] += 1e-8
    return moved


@dataclass(frozen=True)
class Scored:
    """Per customer (n,): purchases expected within the horizon, the chance to be still one, and whether there is any
    evidence for that chance (x > 0)."""

    expected: Floats
    alive: Floats
    evidence: NDArray[np.bool_]


def score(model: PurchaseFit, customers: Customers, horizon: float) -> Scored:
    """All customers scored over `horizon`, each group of equal ones once."""
    rows = (customers.x, customers.t_x, customers.age)
    evidence = (customers.x > 0) & (model.a > 0)
    ahead = expected_next(model.parameters, *rows, horizon)
    here = alive(model.parameters, *rows)
    return Scored(ahead[customers.group], here[customers.group], evidence[customers.group])
