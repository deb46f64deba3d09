"""What customers without a contract are still worth: purchases to come times spend times margin, discounted.

Residual value only: what was earned to date is another figure and never added in. Bands are a parametric bootstrap
of both fits; they hold the uncertainty of the fits, not of who happens to buy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
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
    value = terms.margin * times[group] * spend.expected_spend(paid.parameters, customers.x[group], mean)
    tenth = _tenths(value)
    sums = np.bincount(tenth, weights=value, minlength=10)
    drawn = (
        _draws(bought, paid, _coarse(customers, mean, tenth), terms, generator, draws) if draws else np.ones((1, 11))
    )
    if np.isinf(drawn[:, 0]).mean() > _UNBOUNDED:
        return NotKnown(
            "undefined", "The spend model leaves it open whether a mean spend exists, so no value is given."
        )
    ends = np.quantile(drawn, (0.025, 0.975), axis=0, method="nearest")
    points = np.r_[sums.sum(), sums]
    amounts = [Amount(*map(float, row)) for row in zip(points, points * ends[0], points * ends[1], strict=True)]
    counts = np.bincount(tenth, minlength=10)
    deciles = (Decile(i + 1, int(counts[i]), amounts[i + 1]) for i in range(10) if counts[i])
    return ResidualValue(amounts[0], tuple(deciles), value, terms, paid.warning)


def _tenths(value: Floats) -> NDArray[np.int64]:
    """0 … 9 by rank from the top; equal values in the order given, so that the tenths are tenths."""
    rank = np.empty(len(value), dtype=np.int64)
    rank[np.argsort(-value, kind="stable")] = np.arange(len(value))
    return rank * 10 // max(len(value), 1)


@dataclass(frozen=True)
class _Cells:
    """Customers with times in whole units: one row per equal x, t_x, T and decile."""

    x: Floats
    t_x: Floats
    age: Floats
    tenth: NDArray[np.int64]
    paying: Floats
    quiet: Floats
    spent: Floats


def _coarse(customers: Customers, mean: Floats, tenth: NDArray[np.int64]) -> _Cells:
    """Bands need no fine grain, and a draw then costs milliseconds for a million customers."""
    age = np.ceil(customers.age / _BAND_UNITS) * _BAND_UNITS
    t_x = np.ceil(customers.t_x / _BAND_UNITS) * _BAND_UNITS
    t_x = np.where(customers.x > 0, np.clip(t_x, 1, age), 0)
    frame = pd.DataFrame({"x": customers.x, "t_x": t_x, "age": age}).iloc[customers.group].reset_index(drop=True)
    frame = frame.assign(tenth=tenth, paying=mean > 0, quiet=mean <= 0, spent=mean).astype(np.float64)
    cells = frame.groupby(["x", "t_x", "age", "tenth"], as_index=False).sum()
    column = {name: cells[name].to_numpy() for name in cells.columns}
    return _Cells(
        column["x"], column["t_x"], column["age"], column["tenth"].astype(np.int64),
        column["paying"], column["quiet"], column["spent"],
    )  # fmt: skip


def _draws(
    bought: PurchaseFit, paid: SpendFit, cells: _Cells, terms: Terms, generator: np.random.Generator, count: int
) -> Floats:
    """Total and ten tenths (count, 11) relative to those at the fit; a draw without a mean spend is infinite."""
    drawn = np.full((count, 11), np.inf)
    at_fit = _worth(bought.parameters, paid.parameters, cells, terms)
    both = zip(bought.draws(count, generator), paid.maximum.draws(count, generator), strict=True)
    for row, (buying, paying) in enumerate(both):
        if paying[1] > 1:
            drawn[row] = _worth(buying, paying, cells, terms) / np.where(at_fit > 0, at_fit, 1)
    return np.where(np.isfinite(drawn), drawn, np.inf)


def _worth(buying: ArrayLike, paying: ArrayLike, cells: _Cells, terms: Terms) -> Floats:
    """Residual value of all cells together and of each tenth (11,)."""
    times = discounted_purchases(buying, cells.x, cells.t_x, cells.age, terms.horizon, terms.rate, _BAND_NODES)
    own, typical = spend.own_weight(paying, cells.x), spend.population_mean(paying)
    spent = own * cells.spent + (1 - own) * typical * cells.paying + typical * cells.quiet
    tenths = np.bincount(cells.tenth, weights=terms.margin * times * spent, minlength=10)
    together: Floats = np.r_[tenths.sum(), tenths]
    return together
