"""Groups of one metric compared fairly: which lie outside what chance explains, and where each truly stands.

Nothing is ranked. A group is outside only when it lies beyond the 99.8 % limits of a funnel plot and its p-value, one
of as many as there are groups, is still below 5 % after Benjamini and Hochberg. Groups below the metric's least number
are named and not compared; what is hidden stays hidden.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from metrics.definition import MetricDefinition
from metrics.result import MetricResult
from metrics.stats.anomalies import benjamini_hochberg
from metrics.stats.fairness import LEAST_TEAMS, Shrinkage, shrink_means, shrink_rates
from metrics.stats.funnel import Floats, funnel_limits, over_dispersion
from metrics.stats.funnel_means import mean_funnel

Limits = tuple[float, float, float, float]
Side = Literal["above", "below"]
COMPARED = ("proportion", "mean")
_POINTS = 60


@dataclass(frozen=True)
class FairGroup:
    """One compared group. limits: 99.8 and 95 % at its size, from low to high. outside: beyond chance, None when not.
    likely, likely_low, likely_high: its value drawn towards that of all, with 95 %; None where groups cannot be told
    apart."""

    name: str
    n: int
    value: float
    limits: Limits
    outside: Side | None
    likely: float | None = None
    likely_low: float | None = None
    likely_high: float | None = None


@dataclass(frozen=True)
class FairGroups:
    """groups: by name. small: too few to compare, by name. curve: (n, limits) from the smallest size to the largest.
    why_not: why nothing is compared, as a sentence; '' when it is."""

    groups: tuple[FairGroup, ...] = ()
    small: tuple[str, ...] = ()
    centre: float | None = None
    dispersion: float = 1.0
    curve: tuple[tuple[float, Limits], ...] = ()
    why_not: str = ""

    @property
    def outside(self) -> tuple[FairGroup, ...]:
        return tuple(group for group in self.groups if group.outside)


def compare_groups(results: Sequence[MetricResult], by: str, definition: MetricDefinition) -> FairGroups:
    """One metric's results of one period, one per value of the slice `by`; results without a name are left out."""
    named = sorted(((str(one.slices[by]), one) for one in results if one.slices.get(by) is not None), key=_by_name)
    least = max(definition.min_n, 1)
    compared = [(name, one) for name, one in named if _is_compared(one, least)]
    kept = {name for name, _ in compared}
    small = tuple(name for name, one in named if name not in kept and one.state in ("too_few", "suppressed", "ok"))
    if not named:
        return FairGroups(why_not="There is nobody to compare.")
    if any(one.kind not in COMPARED for _, one in named):
        return FairGroups(small=(), why_not="Only shares and means are compared by a funnel.")
    if len(compared) < LEAST_TEAMS:
        told = f"{len(compared)} of {len(named)} have enough to be compared; {LEAST_TEAMS} are needed."
        return FairGroups(small=small, why_not=told)
    names, found = [name for name, _ in compared], [one for _, one in compared]
    shares = found[0].kind == "proportion"
    return (_shares if shares else _means)(names, found, small)


def _by_name(pair: tuple[str, MetricResult]) -> tuple[str, str]:
    return pair[0].casefold(), pair[0]


def _is_compared(one: MetricResult, least: int) -> bool:
    """Unweighted answers in whole numbers, enough of them."""
    if one.state != "ok" or one.value is None or one.numerator is None or not one.denominator:
        return False
    if one.denominator != math.floor(one.denominator) or one.denominator < least:
        return False
    return float(one.numerator).is_integer() if one.kind == "proportion" else "squares" in one.parts


def _shares(names: list[str], found: list[MetricResult], small: tuple[str, ...]) -> FairGroups:
    x = np.array([one.numerator for one in found], dtype=float)
    n = np.array([one.denominator for one in found], dtype=float)
    centre = float(x.sum() / n.sum())
    if centre in (0.0, 1.0):
        return FairGroups(small=small, why_not="All answers of all are alike.")
    phi = max(1.0, over_dispersion(x, n, centre))
    z = (x / n - centre) / np.sqrt(centre * (1 - centre) / n)
    limits: Callable[[Floats], Floats] = lambda sizes: funnel_limits(sizes, centre, phi)  # noqa: E731
    return _groups(names, n, x / n, z, centre, phi, limits, shrink_rates(names, x, n), small)


def _means(names: list[str], found: list[MetricResult], small: tuple[str, ...]) -> FairGroups:
    total = [float(one.numerator or 0.0) for one in found]
    squares = [one.parts["squares"] for one in found]
    n = np.array([one.denominator for one in found], dtype=float)
    funnel = mean_funnel(total, squares, n.tolist())
    if funnel.spread == 0:
        return FairGroups(small=small, why_not="Within every group all answers are alike.")
    drawn = shrink_means(names, total, squares, n)
    mean, z = np.array(total) / n, np.array(funnel.z)
    return _groups(names, n, mean, z, funnel.centre, funnel.dispersion, funnel.limits, drawn, small)


def _groups(
    names: list[str],
    n: Floats,
    value: Floats,
    z: Floats,
    centre: float,
    phi: float,
    limits: Callable[[Floats], Floats],
    drawn: Shrinkage,
    small: tuple[str, ...],
) -> FairGroups:
    own = limits(n)
    p = [math.erfc(abs(float(one)) / (2 * phi) ** 0.5) for one in z]
    clear = benjamini_hochberg(p)
    groups = []
    for i, name in enumerate(names):
        low, high = float(own[i, 0]), float(own[i, 3])
        beyond: Side | None = "below" if value[i] < low else "above" if value[i] > high else None
        likely = drawn.teams[i] if drawn.state == "ok" else None
        ends = (likely.value, likely.low, likely.high) if likely else (None, None, None)
        groups.append(FairGroup(name, int(n[i]), float(value[i]), _four(own[i]), beyond if clear[i] else None, *ends))
    sizes = _sizes(float(n.min()), float(n.max()))
    curve = tuple((float(size), _four(row)) for size, row in zip(sizes, limits(sizes), strict=True))
    return FairGroups(tuple(groups), small, centre, phi, curve)


def _four(row: Floats) -> Limits:
    return float(row[0]), float(row[1]), float(row[2]), float(row[3])


def _sizes(least: float, most: float) -> Floats:
    """Whole sizes from a little below the smallest group to a little above the largest, closer together where small."""
    spread = np.geomspace(max(1.0, least * 0.85), most * 1.08, _POINTS)
    return np.unique(np.maximum(1.0, np.round(spread)))
