"""Why a product changed, such as customers × orders each × value each: every factor's part, exactly.

The Shapley average over the orders in which the factors could have changed (Das Gupta 1993); with two factors
Δa·½(b₀ + b₁). Pure; nothing here is ever NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.stats.intervals import Z

Floats = NDArray[np.float64]
MOST_FACTORS = 12


@dataclass(frozen=True)
class FactorEffect:
    """One factor's part of the change, in the product's unit. low, high: 95 %, None without standard errors."""

    factor: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class ProductChange:
    """before, after: the products; effects: one per factor in the order given, summing to after − before."""

    state: Literal["ok", "no_data"]
    reason: str
    before: float | None = None
    after: float | None = None
    effects: tuple[FactorEffect, ...] = ()


def factor_effects(
    before: Mapping[str, float | None],
    after: Mapping[str, float | None],
    errors: tuple[Mapping[str, float], Mapping[str, float]] | None = None,
) -> ProductChange:
    """The part of each factor in the change of their product.

    None or NaN: the factor has no value there, so the product has none. errors: standard errors of the factors before
    and after, taken as independent; then each effect has a delta-method interval (an effect is linear in each factor,
    so its slopes are exact). Raises ValueError for other factors after than before, and more than twelve.
    """
    if set(before) != set(after) or not 1 <= len(before) <= MOST_FACTORS:
        raise ValueError(f"before and after need the same factors, from 1 to {MOST_FACTORS}")
    for period, factors in (("earlier", before), ("later", after)):
        for name, value in factors.items():
            if value is None or not math.isfinite(value):
                return ProductChange("no_data", f"'{name}' has no value in the {period} period.")
    names = list(before)
    old, new = (np.array([factors[name] for name in names], dtype=float) for factors in (before, after))
    effects = _effects(old, new)
    halves = None if errors is None else _halves(old, new, *(np.array([e[name] for name in names]) for e in errors))
    found = tuple(
        FactorEffect(name, float(effects[i]))
        if halves is None or not halves[i] > 0
        else FactorEffect(name, float(effects[i]), float(effects[i] - halves[i]), float(effects[i] + halves[i]))
        for i, name in enumerate(names)
    )
    return ProductChange("ok", "", float(old.prod()), float(new.prod()), found)


def _effects(old: Floats, new: Floats) -> Floats:
    """(xⱼ₁ − xⱼ₀) times the mean over all orders of the product of the others, old or new."""
    return np.array([(new[j] - old[j]) * _others(np.delete(old, j), np.delete(new, j)) for j in range(len(old))])


def _others(old: Floats, new: Floats) -> float:
    """Σ over sets S of the others of |S|!(p − |S| − 1)!/p! · Π new in S · Π old outside.

    The products by the size of S are the coefficients of the polynomial Π(old + new·t).
    """
    p = len(old) + 1
    by_size = np.ones(1)
    for before, after in zip(old, new, strict=True):
        by_size = np.convolve(by_size, [before, after])
    weights = [math.factorial(k) * math.factorial(p - k - 1) / math.factorial(p) for k in range(p)]
    return math.fsum(by_size * weights)


def _halves(old: Floats, new: Floats, old_error: Floats, new_error: Floats) -> Floats:
    """Half-widths of the 95 % intervals of the effects."""
    variance = np.zeros(len(old))
    for j in range(len(old)):
        for is_new, error in ((False, old_error[j]), (True, new_error[j])):
            changed = [values.copy() for values in (old, new)]
            ends = []
            for end in (1.0, 0.0):
                changed[is_new][j] = end
                ends.append(_effects(*changed))
            variance += ((ends[0] - ends[1]) * error) ** 2
    return Z * np.sqrt(variance)
