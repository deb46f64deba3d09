"""What customers without a contract are still worth: purchases to come times spend times margin, discounted.

Residual value only: what was earned to date is another figure and never added in. Bands are a parametric bootstrap
of both fits; they hold the uncertainty of the fits, not of who happens to buy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.stats import purchases, spend
from metrics.stats.not_known import NotKnown
from metrics.stats.purchases import Customers, PurchaseFit
from metrics.stats.spend import SpendFit

Floats = NDArray[np.float64]
DRAWS = 200
_NODES = 20
_BAND_NODES = 8
"""Bands are ratios of sums over the same times: fewer of them move a ratio by less than a thousandth."""
_BAND_UNITS = 4
"""So many time units stand for one in a band."""
_UNBOUNDED = 0.025
"""Share of draws without a mean spend above which the upper limit has no value."""


@dataclass(frozen=True)
class Terms:
    """horizon in whole time units of the purchases (156 weeks), rate: continuous discount per unit, margin 0…1."""

    horizon: int
    rate: float
    margin: float

    def __post_init__(self) -> None:
        if self.horizon < 1 or not (np.isfinite(self.rate) and self.rate >= 0) or not 0 <= self.margin <= 1:
            raise ValueError(f"a horizon of {self.horizon}, a rate of {self.rate} and a margin of {self.margin}")


def rate_per_unit(annual: float, units: float = 52) -> float:
    """A yearly discount (.15) as a continuous rate per unit, ln(1 + annual)/units."""
    return float(np.log1p(annual) / units)


def discounted_purchases(
    parameters: ArrayLike,
    x: ArrayLike,
    t_x: ArrayLike,
    age: ArrayLike,
    horizon: int,
    rate: float,
    nodes: int = _NODES,
) -> Floats:
    """Σ e^(−δk)·(E[Y(k)] − E[Y(k−1)]) over k = 1 … horizon, per customer (n,).

    The sum is linear in E[Y] at whole times. E[Y] is smooth in ln(1 + t/α), so twenty well placed times (`nodes`)
    carry it (to 1e-8 of the sum) where the horizon has hundreds.
    """
    scale = float(np.asarray(parameters)[1])
    times, weights = _rule(scale, horizon, rate, nodes)
    total = np.zeros(np.shape(np.asarray(x)))
    for time, weight in zip(times, weights, strict=True):
        total += weight * purchases.expected_next(parameters, x, t_x, age, float(time))
    return total


def _rule(scale: float, horizon: int, rate: float, count: int) -> tuple[Floats, Floats]:
    """Times and weights that give the discounted sum of any E[Y] with E[Y(0)] = 0."""
    k = np.arange(1, horizon + 1)
    # By parts: Σ d^k·(Y_k − Y_{k−1}) = Σ_{k<H} (d^k − d^{k+1})·Y_k + d^H·Y_H.
    by_time = np.exp(-rate * k) * -np.expm1(-rate)
    by_time[-1] = np.exp(-rate * horizon)
    if horizon <= count:
        return k.astype(np.float64), by_time
    span = np.log1p(horizon / scale)
    angles = (2 * np.arange(count) + 1) * np.pi / (2 * count)
    nodes = np.cos(angles)
    place = 2 * np.log1p(k / scale) / span - 1
    # Chebyshev interpolation through the nodes, turned round: weights of the nodes instead of values at k.
    basis = np.polynomial.chebyshev.chebvander(place, count - 1).T @ by_time
    order = np.arange(count)
    values = np.cos(order[:, None] * angles) * np.where(order == 0, 1, 2)[:, None] / count
    return scale * np.expm1((nodes + 1) / 2 * span), basis @ values


@dataclass(frozen=True)
class Amount:
    """Currency with a 95 % band."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers, 1 the most valuable: how many, and their residual value together."""

    rank: int
    customers: int
    amount: Amount


@dataclass(frozen=True)
class ResidualValue:
    """Company total and deciles; per_customer (n,) is for ordering only, as no single customer has a band."""

    total: Amount
    deciles: tuple[Decile, ...]
    per_customer: Floats
    terms: Terms
    warning: str | None


@dataclass(frozen=True)
class GroupValue:
    """The customers of one label: how many, and their residual value together."""

    customers: int
    amount: Amount


Labels = NDArray[np.int64]


def residual_value(
    bought: PurchaseFit,
    paid: SpendFit,
    customers: Customers,
    m: ArrayLike,
    terms: Terms,
    generator: np.random.Generator,
    draws: int = DRAWS,
) -> ResidualValue | NotKnown:
    """Residual value of all customers over the horizon, with bands from `draws` draws of both fits (0: of no width).

    customers as in purchases.grouped, m (n,) the mean spend of each (0 for none). NotKnown where too many draws
    have no mean spend, and beyond the history where that shows nobody leave.
    """
    value = per_customer(bought, paid, customers, m, terms)
    if isinstance(value, NotKnown):
        return value
    cuts = (np.zeros(len(value), dtype=np.int64), _tenths(value))
    groups = by_group(bought, paid, customers, m, terms, value, cuts, generator, draws)
    if isinstance(groups, NotKnown):
        return groups
    (total,), tenths = groups
    deciles = (Decile(i + 1, one.customers, one.amount) for i, one in enumerate(tenths) if one.customers)
    return ResidualValue(total.amount, tuple(deciles), value, terms, paid.warning)


def per_customer(
    bought: PurchaseFit, paid: SpendFit, customers: Customers, m: ArrayLike, terms: Terms
) -> Floats | NotKnown:
    """Residual value of each customer (n,), without a band; arguments and refusals as residual_value's."""
    mean = np.asarray(m, dtype=np.float64)
    group = customers.group
    if len(mean) != len(group):
        raise ValueError(f"{len(group)} customers beside {len(mean)} means")
    if bought.a == 0 and terms.horizon > customers.age.max():
        return NotKnown(
            "not_enough_history",
            f"not enough history: no customer is seen to leave within {customers.age.max():.0f} units of time, "
            f"so nothing tells who is left after {terms.horizon}",
        )
    times = discounted_purchases(
        bought.parameters, customers.x, customers.t_x, customers.age, terms.horizon, terms.rate
    )
    value: Floats = terms.margin * times[group] * spend.expected_spend(paid.parameters, customers.x[group], mean)
    return value


def by_group(
    bought: PurchaseFit,
    paid: SpendFit,
    customers: Customers,
    m: ArrayLike,
    terms: Terms,
    value: Floats,
    cuts: Sequence[Labels],
    generator: np.random.Generator,
    draws: int = DRAWS,
) -> tuple[tuple[GroupValue, ...], ...] | NotKnown:
    """Residual value per label of several cuts, all with bands from the same draws of both fits.

    value (n,) as per_customer gives it. A cut (n,) labels each customer 0, 1, 2 …; its groups stand in that order, a
    label without a customer among them. NotKnown where too many draws have no mean spend.
    """
    mean = np.asarray(m, dtype=np.float64)
    sizes = [int(cut.max(initial=-1)) + 1 for cut in cuts]
    drawn = np.ones((1, sum(sizes)))
    if draws:
        drawn = _draws(bought, paid, _coarse(customers, mean, cuts, sizes), terms, generator, draws)
    if np.isinf(drawn).all(axis=1).mean() > _UNBOUNDED:
        return NotKnown(
            "undefined", "The spend model leaves it open whether a mean spend exists, so no value is given."
        )
    ends = np.quantile(drawn, (0.025, 0.975), axis=0, method="nearest")
    found, first = [], 0
    for cut, size in zip(cuts, sizes, strict=True):
        points, counts = np.bincount(cut, weights=value, minlength=size), np.bincount(cut, minlength=size)
        low, high = ends[:, first : first + size]
        amounts = (Amount(float(p), float(p * a), float(p * b)) for p, a, b in zip(points, low, high, strict=True))
        found.append(tuple(GroupValue(int(n), amount) for n, amount in zip(counts, amounts, strict=True)))
        first += size
    return tuple(found)


def _tenths(value: Floats) -> Labels:
    """0 … 9 by rank from the top; equal values in the order given, so that the tenths are tenths."""
    rank = np.empty(len(value), dtype=np.int64)
    rank[np.argsort(-value, kind="stable")] = np.arange(len(value))
    return rank * 10 // max(len(value), 1)


@dataclass(frozen=True)
class _Cells:
    """Customers with times in whole units: one row (c,) per equal x, t_x and T, one column a label (c, k)."""

    x: Floats
    t_x: Floats
    age: Floats
    paying: Floats
    quiet: Floats
    spent: Floats


def _coarse(customers: Customers, mean: Floats, cuts: Sequence[Labels], sizes: Sequence[int]) -> _Cells:
    """Bands need no fine grain, and a draw then costs milliseconds for a million customers."""
    age = np.ceil(customers.age / _BAND_UNITS) * _BAND_UNITS
    t_x = np.ceil(customers.t_x / _BAND_UNITS) * _BAND_UNITS
    t_x = np.where(customers.x > 0, np.clip(t_x, 1, age), 0)
    times, row = np.unique(np.stack([customers.x, t_x, age], axis=1), axis=0, return_inverse=True)
    cell = row.ravel()[customers.group]

    def summed(weights: Floats) -> Floats:
        columns = [
            np.bincount(cell * size + cut, weights=weights, minlength=len(times) * size).reshape(len(times), size)
            for cut, size in zip(cuts, sizes, strict=True)
        ]
        return np.concatenate(columns, axis=1)

    paying = (mean > 0).astype(np.float64)
    x, last, total = times.T
    return _Cells(x, last, total, summed(paying), summed(1 - paying), summed(mean))


def _draws(
    bought: PurchaseFit, paid: SpendFit, cells: _Cells, terms: Terms, generator: np.random.Generator, count: int
) -> Floats:
    """Each label's value (count, k) relative to that at the fit; a draw without a mean spend is infinite."""
    drawn = np.full((count, cells.spent.shape[1]), np.inf)
    at_fit = _worth(bought.parameters, paid.parameters, cells, terms)
    both = zip(bought.draws(count, generator), paid.maximum.draws(count, generator), strict=True)
    for row, (buying, paying) in enumerate(both):
        if paying[1] > 1:
            drawn[row] = _worth(buying, paying, cells, terms) / np.where(at_fit > 0, at_fit, 1)
    return np.where(np.isfinite(drawn), drawn, np.inf)


def _worth(buying: ArrayLike, paying: ArrayLike, cells: _Cells, terms: Terms) -> Floats:
    """Residual value of each label (k,)."""
    times = discounted_purchases(buying, cells.x, cells.t_x, cells.age, terms.horizon, terms.rate, _BAND_NODES)
    own, typical = spend.own_weight(paying, cells.x), spend.population_mean(paying)
    together: Floats = terms.margin * (
        (times * own) @ cells.spent + typical * ((times * (1 - own)) @ cells.paying + times @ cells.quiet)
    )
    return together
