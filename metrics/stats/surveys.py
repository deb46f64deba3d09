"""What stands between answers and all customers: sample size, response, finite population, weights, paired answers.

Sources: Krejcie & Morgan 1970; Cochran 1977 §2.6 (finite population); AAPOR RR1 (response rate); Manski 1989
(bounds without assumptions); Kish 1965 (weights). Pure; counts in, fractions out; nothing here is ever NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from metrics.stats import intervals
from metrics.stats.intervals import Interval

CHI2 = 3.841
"""χ² with one degree of freedom at 95 %, as printed and used by Krejcie & Morgan."""


def sample_size(population: int) -> int:
    """Answers needed for ±5 points in 95 % of samples from `population` customers; 0 of nobody."""
    if population < 0:
        raise ValueError(f"a population of {population}")
    return round(CHI2 * population * 0.25 / (0.05**2 * (population - 1) + CHI2 * 0.25)) if population else 0


def finite_population_n(answers: float, population: float) -> float:
    """The answers a random sample is worth when `population` is all there is; infinite for a census."""
    if not 0 <= answers <= population:
        raise ValueError(f"{answers} answers from a population of {population}")
    return math.inf if answers == population else answers * (population - 1) / (population - answers)


def wilson_finite(successes: float, answers: float, population: float) -> Interval | None:
    """Wilson for a random sample of a finite population; a census is its own value; None without answers.

    Narrows the sampling error only, so it is right for surveys marked "random sample" and no others.
    """
    worth = finite_population_n(answers, population)
    if answers <= 0:
        return None
    if not math.isinf(worth):
        return intervals.wilson(successes / answers * worth, worth)
    intervals.wilson(successes, answers)  # refuses what is no share
    return successes / answers, successes / answers


def response_rate(answers: int, invited: int, undelivered: int = 0) -> float | None:
    """Valid complete answers among the eligible invitations that were delivered; None when none was."""
    delivered = invited - undelivered
    if min(answers, undelivered, delivered) < 0 or answers > delivered:
        raise ValueError(f"{answers} answers to {invited} invitations, {undelivered} of them undelivered")
    return answers / delivered if delivered else None


def nonresponse_bounds(successes: int, answers: int, invited: int) -> Interval | None:
    """The share among all invited if every silent one were unhappy, and if every one were happy (Manski)."""
    if not 0 <= successes <= answers <= invited:
        raise ValueError(f"{successes} of {answers} answers from {invited} invited")
    return (successes / invited, (successes + invited - answers) / invited) if invited else None


# ── weights ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class PostStratified:
    """A share weighted to the population. n: answers; n_eff: Kish. empty: strata of customers without an answer.

    value, low, high: fractions; None in the state no_data. incomplete: the strata in `empty` are not in the value.
    """

    state: Literal["ok", "incomplete", "no_data"]
    reason: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    n_eff: float = 0.0
    empty: tuple[str, ...] = ()


def post_stratified(
    strata: Sequence[str], successes: ArrayLike, answers: ArrayLike, population: ArrayLike
) -> PostStratified:
    """Each stratum weighs as many customers as it has. One number per stratum in each array, counts ≥ 0.

    Raises ValueError for a stratum with answers and no population, or more successes than answers.
    """
    x, n, size = (np.asarray(values, dtype=float) for values in (successes, answers, population))
    if np.any((x < 0) | (x > n) | (size < 0) | ((n > 0) & (size == 0))):
        raise ValueError("a stratum has more successes than answers, or answers and no population")
    has = n > 0
    empty = tuple(name for name, lacks in zip(strata, ~has & (size > 0), strict=True) if lacks)
    if not has.any():
        return PostStratified("no_data", "No stratum has an answer.", empty=empty)
    value = float((size[has] * x[has] / n[has]).sum() / size[has].sum())
    n_eff = intervals.effective_n(float(size[has].sum()), float((size[has] ** 2 / n[has]).sum()))
    low, high = intervals.wilson(value * n_eff, n_eff) or (None, None)
    reason = f"No answer from {', '.join(empty)}: the value leaves those customers out." if empty else ""
    return PostStratified("incomplete" if empty else "ok", reason, value, low, high, int(n.sum()), n_eff, empty)


# ── NPS answers ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class NpsCounts:
    """Answers by kind. invalid: blank, outside 0…10 or between two whole numbers; in no other count."""

    promoters: int
    passives: int
    detractors: int
    invalid: int

    @property
    def answers(self) -> int:
        return self.promoters + self.passives + self.detractors


def nps_counts(scores: ArrayLike) -> NpsCounts:
    """0–6 detractor, 7–8 passive, 9–10 promoter; NaN and None are blanks."""
    signs = _signs(scores)
    valid = ~np.isnan(signs)
    found = [int((signs[valid] == sign).sum()) for sign in (1, 0, -1)]
    return NpsCounts(found[0], found[1], found[2], int((~valid).sum()))


@dataclass(frozen=True)
class PairedChange:
    """Change of NPS (−2…2) of the same respondents. n: pairs with two valid answers; low, high: 95 %, Student's t."""

    state: Literal["ok", "no_data", "too_few", "no_spread"]
    reason: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0


def nps_change_paired(first: ArrayLike, second: ArrayLike) -> PairedChange:
    """second − first from 0…10 answers, one pair per respondent in the same order; a pair needs both.

    The mean of each respondent's own change. Without an interval where all changed alike: nothing to judge it by.
    """
    changes = _signs(second) - _signs(first)
    changes = changes[~np.isnan(changes)]
    n = len(changes)
    if n == 0:
        return PairedChange("no_data", "Nobody answered both times.")
    value = float(changes.mean())
    if n == 1:
        return PairedChange("too_few", "Only one respondent answered both times.", value, n=1)
    if np.ptp(changes) == 0:
        return PairedChange("no_spread", f"All {n} respondents changed alike.", value, n=n)
    low, high = intervals.mean(float(changes.sum()), float((changes**2).sum()), n) or (None, None)
    return PairedChange("ok", "", value, low, high, n)


def _signs(scores: ArrayLike) -> np.ndarray:
    """−1, 0, 1 for each answer, NaN for what is none."""
    answers = np.asarray(scores, dtype=float)
    with np.errstate(invalid="ignore"):
        valid = (answers >= 0) & (answers <= 10) & (answers == np.floor(answers))
    return np.where(valid, (answers >= 9).astype(float) - (answers <= 6), np.nan)
