"""95 % intervals for one figure and for the difference of two. Pure; plain floats in and out.

Sources: Wilson 1927; Agresti & Coull 1998; Brown, Cai & DasGupta 2001 (Jeffreys); Newcombe 1998 (Statistics in
Medicine 17:873, method 10); Rocks 2016 (The American Statistician 70:365); Kish 1965 for weights; Garwood 1936 for
Poisson counts; order statistics for quantiles.
Every function returns (low, high) or None where the data say nothing.
"""

from __future__ import annotations

import math

from scipy.special import bdtr, betaincinv, gammaincinv, stdtrit

Z = 1.959963984540054
Interval = tuple[float, float]


def wilson(successes: float, trials: float) -> Interval | None:
    """A proportion. successes, trials ≥ 0 (weighted: effective counts). None for no trials; inside [0, 1]."""
    if trials <= 0:
        return None
    rate = _rate(successes, trials)
    spread = 1 + Z * Z / trials
    centre = (rate + Z * Z / (2 * trials)) / spread
    half = Z * math.sqrt(rate * (1 - rate) / trials + Z * Z / (4 * trials * trials)) / spread
    low = 0.0 if rate == 0 else max(0.0, centre - half)
    high = 1.0 if rate == 1 else min(1.0, centre + half)
    return low, high


def agresti_coull(successes: float, trials: float) -> Interval | None:
    """A proportion, with z²/2 successes among z² trials added; clipped to [0, 1]. None for no trials."""
    if trials <= 0:
        return None
    n = trials + Z * Z
    rate = (_rate(successes, trials) * trials + Z * Z / 2) / n
    half = Z * math.sqrt(rate * (1 - rate) / n)
    return max(0.0, rate - half), min(1.0, rate + half)


def jeffreys(successes: float, trials: float) -> Interval | None:
    """A proportion by the equal tails of Beta(x + ½, n − x + ½); 0 and 1 are its ends at x = 0 and x = n."""
    if trials <= 0:
        return None
    rate = _rate(successes, trials)
    a, b = rate * trials + 0.5, (1 - rate) * trials + 0.5
    low = 0.0 if rate == 0 else float(betaincinv(a, b, 0.025))
    high = 1.0 if rate == 1 else float(betaincinv(a, b, 0.975))
    return low, high


def _rate(successes: float, trials: float) -> float:
    """Raises ValueError for what is no share of the trials."""
    if not 0 <= successes <= trials * (1 + 1e-12):
        raise ValueError(f"{successes} successes of {trials} trials")
    return min(successes / trials, 1.0)


def effective_n(sum_of_weights: float, sum_of_squares: float) -> float:
    """Kish's effective number of answers, (Σw)²/Σw²; equal weights give n."""
    return sum_of_weights**2 / sum_of_squares if sum_of_squares > 0 else 0.0


def _nps_adjusted(promoters: float, detractors: float, answers: float) -> tuple[float, float]:
    """Score and standard error (−1…1) after adding ¾ promoter, 1½ passives, ¾ detractor."""
    n = answers + 3
    p, d = (promoters + 0.75) / n, (detractors + 0.75) / n
    return p - d, math.sqrt((p + d - (p - d) ** 2) / n)


def nps(promoters: float, detractors: float, answers: float) -> Interval | None:
    """NPS on −1…1 by the adjusted Wald interval; counts in, None for no answers."""
    if answers <= 0:
        return None
    score, error = _nps_adjusted(promoters, detractors, answers)
    return max(-1.0, score - Z * error), min(1.0, score + Z * error)


def mean(total: float, squares: float, n: float) -> Interval | None:
    """A mean from Σx, Σx² and n by Student's t; None below two values."""
    if n < 2 or not math.isfinite(squares):
        return None
    middle = total / n
    half = float(stdtrit(n - 1, 0.975)) * math.sqrt(_variance(total, squares, n) / n)
    return middle - half, middle + half


def _variance(total: float, squares: float, n: float) -> float:
    """Sample variance (n − 1); rounding residue below zero is zero."""
    return max(0.0, (squares - total * total / n) / (n - 1))


def poisson_rate(events: float, exposure: float) -> Interval | None:
    """Events per exposure by the exact limits of the events; None for no exposure."""
    if exposure <= 0 or events < 0:
        return None
    low = float(gammaincinv(events, 0.025)) if events > 0 else 0.0
    return low / exposure, float(gammaincinv(events + 1, 0.975)) / exposure


def ratio(x: float, y: float, xx: float, xy: float, yy: float, n: float) -> Interval | None:
    """x/y of two sums over n independent rows, from Σx², Σxy, Σy², by the delta method (Cochran 1977, §6.4).

    None below two rows, and where the sums are not finite.
    """
    if n < 2 or y == 0 or not math.isfinite(xx + abs(xy) + yy):
        return None
    value = x / y
    spread = max(0.0, xx - 2 * value * xy + value * value * yy)
    half = Z * math.sqrt(n / (n - 1) * spread) / abs(y)
    return value - half, value + half


def quantile_ranks(n: int, share: float) -> tuple[int | None, int | None]:
    """The ranks (from 1) of the order statistics that hold the `share` quantile in 95 %; None outside 1…n.

    low is the .025 rank of Binomial(n, share), high one above its .975 rank, so that
    P(low ≤ B ≤ high − 1) is at least 95 %.
    """
    if n < 1:
        return None, None
    low = _binomial_rank(0.025, n, share)
    high = _binomial_rank(0.975, n, share) + 1
    return (low if low >= 1 else None), (high if high <= n else None)


def _binomial_rank(level: float, n: int, share: float) -> int:
    """The smallest k with P(B ≤ k) ≥ level."""
    sign = -1 if level < 0.5 else 1
    rank = max(0, min(n, round(n * share + sign * Z * math.sqrt(n * share * (1 - share)))))
    while rank > 0 and bdtr(rank - 1, n, share) >= level:
        rank -= 1
    while rank < n and bdtr(rank, n, share) < level:
        rank += 1
    return rank


# ── differences: second minus first ──────────────────────────────────────────────────────────────────


def mover(first: float, first_ends: Interval, second: float, second_ends: Interval) -> Interval:
    """second − first from each one's own interval, square and add (Newcombe's method 10 when these are Wilson)."""
    difference = second - first
    low = difference - math.hypot(second - second_ends[0], first_ends[1] - first)
    high = difference + math.hypot(second_ends[1] - second, first - first_ends[0])
    return low, high


def proportion_difference(first: tuple[float, float], second: tuple[float, float]) -> Interval | None:
    """Change of a proportion between two samples of (successes, trials), Newcombe's method 10; None if one is empty."""
    one, two = wilson(*first), wilson(*second)
    if one is None or two is None:
        return None
    return mover(_rate(*first), one, _rate(*second), two)


def nps_difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> Interval | None:
    """Change of NPS on −1…1 between two samples of (promoters, detractors, answers); None if one is empty."""
    if first[2] <= 0 or second[2] <= 0:
        return None
    change = (second[0] - second[1]) / second[2] - (first[0] - first[1]) / first[2]
    half = Z * math.hypot(_nps_adjusted(*first)[1], _nps_adjusted(*second)[1])
    return change - half, change + half


def mean_difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> Interval | None:
    """Change of a mean between two samples of (Σx, Σx², n), Welch's t; None below two values in either."""
    if first[2] < 2 or second[2] < 2 or not math.isfinite(first[1] + second[1]):
        return None
    parts = [_variance(*sample) / sample[2] for sample in (first, second)]
    change = second[0] / second[2] - first[0] / first[2]
    if sum(parts) == 0:
        return change, change
    freedom = sum(parts) ** 2 / sum(p * p / (s[2] - 1) for p, s in zip(parts, (first, second), strict=True))
    half = float(stdtrit(freedom, 0.975)) * math.sqrt(sum(parts))
    return change - half, change + half
