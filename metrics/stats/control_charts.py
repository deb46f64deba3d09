"""Control charts: whether a period differs from what the periods before would make us expect.

Sources: Wheeler, Understanding Variation (XmR); NIST/SEMATECH e-Handbook §6.3.2.2 and §6.3.3.2; Laney 2002 (p′).
Pure; one number per period, None or NaN for a missing one; nothing that comes out is ever NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.stats.funnel import binomial_quantile
from metrics.stats.numbers import present
from metrics.stats.run_rules import DEFAULT_RULES, Flags, Rule, Signal, signals

Floats = NDArray[np.float64]
State = Literal["ok", "provisional", "too_few", "no_spread", "no_data"]
Ends = tuple[float, float]

TO_LIMITS = 2.66
TO_RANGE_LIMIT = 3.268
TO_SIGMA = 1.128
"""The mean moving range of two normal values is 1.128 σ; 3/1.128 and the range limit are Wheeler's rounded factors."""
TO_DRAW, TO_TRUST = 6, 12
"""Fewer points than the first draw no chart, than the second a provisional one."""
FEW_EXPECTED = 5
"""Below so many expected successes, or failures, the normal limits of a proportion are wrong."""
MANY_ANSWERS = 1000
"""From so many answers per period on, more varies from period to period than the answers' own chance."""


@dataclass(frozen=True)
class Limits:
    """What a baseline fixes. points: how many periods it stands on. Keep it to judge later periods by the same.

    centre: the mean, or the pooled proportion. sigma: of one point; for a p-chart Laney's σ_z, 1 without it.
    """

    centre: float
    sigma: float
    points: int


@dataclass(frozen=True)
class Chart:
    """One number per period, None where it is missing. lower, upper: as shown, held inside the scale.

    signals: by the unclipped limits. ranges: moving ranges, with their limit; empty for a p-chart.
    limits: None in the states too_few and no_data, which draw nothing.
    """

    state: State
    reason: str
    values: tuple[float | None, ...] = ()
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()
    limits: Limits | None = None
    signals: tuple[Signal, ...] = ()
    ranges: tuple[float | None, ...] = ()
    range_limit: float | None = None
    method: Literal["xmr", "p", "laney"] = "xmr"


def xmr(
    values: ArrayLike,
    baseline: slice | Limits = slice(None),
    scale: Ends | None = None,
    rules: Sequence[Rule] = DEFAULT_RULES,
) -> Chart:
    """Individuals with moving ranges of neighbouring periods; a missing period breaks its pairs.

    baseline: the periods that fix the limits, or limits fixed before; change it only after an acknowledged shift.
    scale: the ends of the figure's own range, such as (0, 1).
    """
    x = present(values)
    ranges = np.abs(np.diff(x))
    limits = baseline if isinstance(baseline, Limits) else xmr_limits(x[baseline])
    refused = _refused(x, limits)
    if refused or limits is None:
        return refused or Chart("too_few", "No two periods in a row have a value.", _tuple(x))
    half = TO_LIMITS * TO_SIGMA * limits.sigma
    lower, upper = (_held(np.full(len(x), limits.centre + side * half), scale) for side in (-1, 1))
    found = () if limits.sigma == 0 else signals((x - limits.centre) / limits.sigma, rules)
    return Chart(
        *_state(limits),
        values=_tuple(x),
        lower=_tuple(lower),
        upper=_tuple(upper),
        limits=limits,
        signals=found,
        ranges=(None, *_tuple(ranges)),
        range_limit=TO_RANGE_LIMIT * TO_SIGMA * limits.sigma,
    )


def xmr_limits(values: ArrayLike) -> Limits | None:
    """Mean and moving-range σ of a baseline; None without two neighbouring periods."""
    x = present(values)
    ranges = np.abs(np.diff(x))
    ranges = ranges[~np.isnan(ranges)]
    if not len(ranges):
        return None
    seen = x[~np.isnan(x)]
    sigma = float(ranges.mean()) / TO_SIGMA
    centre = float(seen.mean())
    return Limits(centre, 0.0 if sigma <= 1e-13 * abs(centre) else sigma, len(seen))


def p_chart(
    successes: ArrayLike,
    trials: ArrayLike,
    baseline: slice | Limits = slice(None),
    method: Literal["auto", "p", "laney"] = "auto",
    rules: Sequence[Rule] = DEFAULT_RULES,
) -> Chart:
    """Proportions of varying n; a period without trials is missing.

    Limits p̄ ± 3√(p̄(1 − p̄)/n); where fewer than 5 successes or failures are expected, the binomial's own counts at
    .00135 and .99865; times Laney's σ_z where asked, or where periods have a thousand answers and scatter more than
    those explain.
    Raises ValueError for successes that are no share of whole trials.
    """
    x, n, p = _proportions(successes, trials)
    limits = baseline if isinstance(baseline, Limits) else p_limits(x[baseline], n[baseline], method)
    refused = _refused(p, limits)
    if refused or limits is None:
        return refused or Chart("no_data", "No period has answers.", _tuple(p), method="p")
    is_laney = limits.sigma != 1.0 or method == "laney"
    error = limits.sigma * np.sqrt(limits.centre * (1 - limits.centre) / np.where(n > 0, n, np.nan))
    lower, upper = limits.centre - 3 * error, limits.centre + 3 * error
    if not is_laney:
        lower, upper = _exact_where_few(n, limits.centre, lower, upper)
    found: tuple[Signal, ...] = ()
    if limits.centre * (1 - limits.centre) * limits.sigma > 0:
        beyond: Flags = (p < lower) | (p > upper)
        found = signals((p - limits.centre) / error, rules, beyond)
    return Chart(
        *_state(limits, limits.centre in (0.0, 1.0)),
        values=_tuple(p),
        lower=_tuple(_held(lower, (0.0, 1.0))),
        upper=_tuple(_held(upper, (0.0, 1.0))),
        limits=limits,
        signals=found,
        method="laney" if is_laney else "p",
    )


def p_limits(successes: ArrayLike, trials: ArrayLike, method: Literal["auto", "p", "laney"] = "auto") -> Limits | None:
    """p̄ = Σx/Σn and σ_z of a baseline (1 but for Laney's chart); None without trials."""
    x, n, p = _proportions(successes, trials)
    has = n > 0
    if not has.any():
        return None
    centre, points = float(x.sum() / n.sum()), int(has.sum())
    if method == "p" or centre in (0.0, 1.0):
        return Limits(centre, 1.0, points)
    z = (p - centre) / np.sqrt(centre * (1 - centre) / np.where(has, n, np.nan))
    of_z = xmr_limits(z)
    if of_z is None:
        return Limits(centre, 1.0, points)
    is_wide = float(np.median(n[has])) >= MANY_ANSWERS and of_z.sigma > 1
    return Limits(centre, of_z.sigma if method == "laney" or is_wide else 1.0, points)


def _exact_where_few(n: Floats, rate: float, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    few = (n > 0) & (n * min(rate, 1 - rate) < FEW_EXPECTED)
    lower, upper = lower.copy(), upper.copy()
    if few.any() and 0 < rate < 1:
        ends = [binomial_quantile(level, n[few], rate) / n[few] for level in (0.00135, 0.99865)]
        lower[few], upper[few] = np.minimum(ends[0], rate), np.maximum(ends[1], rate)
    return lower, upper


def _proportions(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """x and n with zeros for missing periods, and x/n with NaN."""
    x, n = present(successes), present(trials)
    x, n = np.where(np.isnan(n), 0.0, x), np.where(np.isnan(n) | np.isnan(x), 0.0, n)
    x = np.where(n == 0, 0.0, x)
    if np.any((x < 0) | (x > n) | (n != np.floor(n))):
        raise ValueError("each period needs 0 ≤ successes ≤ trials, and whole trials")
    return x, n, np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)


def _refused(x: Floats, limits: Limits | None) -> Chart | None:
    """The chart that is not drawn, with its reason."""
    if np.isnan(x).all():
        return Chart("no_data", "No period has a value.", _tuple(x))
    points = limits.points if limits else int((~np.isnan(x)).sum())
    if points < TO_DRAW:
        have = "period has" if points == 1 else "periods have"
        return Chart("too_few", f"Only {points} {have} a value; {TO_DRAW} are needed for limits.", _tuple(x))
    return None


def _state(limits: Limits, all_alike: bool = False) -> tuple[State, str]:
    if limits.sigma == 0 or all_alike:
        return "no_spread", "The periods do not differ from each other, so there is nothing to judge a change by."
    if limits.points < TO_TRUST:
        return "provisional", f"The limits are provisional: they stand on {limits.points} periods, not yet {TO_TRUST}."
    return "ok", ""


def _held(limit: Floats, scale: Ends | None) -> Floats:
    return limit if scale is None else np.clip(limit, *scale)


def _tuple(numbers: Floats) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(number) else float(number) for number in numbers)
