"""Which points of a batch stand out: generalised ESD, modified z, and false discoveries held down across a screen.

Sources: Rosner 1983 (Technometrics 25:165); Iglewicz & Hoaglin 1993; Benjamini & Hochberg 1995. For one figure over
time the control chart comes first. Pure; None and NaN are missing points; indices are those of the input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from metrics.stats.numbers import present

Floats = NDArray[np.float64]
LEAST_POINTS = 15
"""Below this the critical values of the generalised ESD are not right (Rosner 1983)."""
_RESIDUE = 1e-13
"""A spread this small beside the values is what rounding leaves of equal ones."""
FAR = 3.5
"""A modified z beyond this stands out (Iglewicz & Hoaglin)."""


@dataclass(frozen=True)
class Outliers:
    """indices: what stands out, the farthest first. statistics, critical: one per candidate tried, for the ESD."""

    state: Literal["ok", "no_data", "too_few", "no_spread"]
    reason: str
    indices: tuple[int, ...] = ()
    statistics: tuple[float, ...] = ()
    critical: tuple[float, ...] = ()


def generalised_esd(values: ArrayLike, most: int | None = None, level: float = 0.05) -> Outliers:
    """Outliers among nearly normal values (residuals after season and trend); at most `most`, by default a tenth.

    The last candidate whose statistic exceeds its critical value decides: earlier ones may hide behind each other.
    """
    numbers, index = _present(values)
    n = len(numbers)
    if n == 0:
        return Outliers("no_data", "There are no values.")
    if n < LEAST_POINTS:
        return Outliers("too_few", f"Only {n} values; {LEAST_POINTS} are needed to tell an outlier.")
    tried = n // 10 if most is None else most
    if not 0 <= tried <= n - 3:
        raise ValueError(f"at most {n - 3} of {n} values can be tried, not {tried}")
    if numbers.std(ddof=1) <= _RESIDUE * np.abs(numbers).max():
        return Outliers("no_spread", "All values are alike.")
    removed, statistics = _farthest_in_turn(numbers, tried)
    critical = _critical(n, len(statistics), level)
    beyond = np.flatnonzero(np.array(statistics) > critical)
    count = int(beyond[-1]) + 1 if len(beyond) else 0
    found = tuple(int(index[i]) for i in removed[:count])
    return Outliers("ok", "", found, tuple(statistics), tuple(critical.tolist()))


def _present(values: ArrayLike) -> tuple[Floats, NDArray[np.intp]]:
    """The finite values in ascending order, and where each stood."""
    numbers = present(values)
    index = np.flatnonzero(~np.isnan(numbers))
    order = index[np.argsort(numbers[index], kind="stable")]
    return numbers[order], order


def _farthest_in_turn(ordered: Floats, tried: int) -> tuple[list[int], list[float]]:
    """Positions of the values farthest from the mean of what is left, and by how many standard deviations."""
    low, high = 0, len(ordered)
    removed: list[int] = []
    statistics: list[float] = []
    for _ in range(tried):
        left = ordered[low:high]
        mean, spread = left.mean(), left.std(ddof=1)
        if spread <= _RESIDUE * np.abs(left).max():
            break
        down, up = float(mean - left[0]), float(left[-1] - mean)
        statistics.append(float(max(down, up) / spread))
        is_high = up >= down
        removed.append(high - 1 if is_high else low)
        low, high = (low, high - 1) if is_high else (low + 1, high)
    return removed, statistics


def _critical(n: int, tried: int, level: float) -> Floats:
    """Rosner's λ for the first candidates of n values."""
    i = np.arange(1, tried + 1)
    t = stdtrit(n - i - 1, 1 - level / (2 * (n - i + 1)))
    return np.asarray((n - i) * t / np.sqrt((n - i - 1 + t**2) * (n - i + 1)), dtype=float)


def modified_z(values: ArrayLike) -> Outliers:
    """What lies more than 3.5 modified z from the median: .6745(x − median)/MAD; `statistics` for those found.

    Where over half the values are equal (MAD 0), (x − median)/(1.2533·mean absolute deviation) stands in.
    """
    numbers, index = _present(values)
    if len(numbers) == 0:
        return Outliers("no_data", "There are no values.")
    if len(numbers) < 3:
        return Outliers("too_few", f"Only {len(numbers)} values; 3 are needed to tell an outlier.")
    away = numbers - np.median(numbers)
    scale, residue = float(np.median(np.abs(away))) / 0.6745, _RESIDUE * float(np.abs(numbers).max())
    if scale <= residue:
        scale = float(np.abs(away).mean()) * 1.253314
    if scale <= residue:
        return Outliers("no_spread", "All values are alike.")
    z = away / scale
    found = sorted(np.flatnonzero(np.abs(z) > FAR).tolist(), key=lambda i: (-abs(z[i]), -z[i], index[i]))
    return Outliers("ok", "", tuple(int(index[i]) for i in found), tuple(float(z[i]) for i in found))


def benjamini_hochberg(p_values: ArrayLike, rate: float = 0.05) -> NDArray[np.bool_]:
    """Which tests of one screen stand when at most a share `rate` of those may be false. NaN: not tested.

    Raises ValueError for a p outside 0…1.
    """
    p = np.atleast_1d(np.asarray(p_values, dtype=float))
    tested = np.sort(p[~np.isnan(p)])
    if np.any((tested < 0) | (tested > 1)):
        raise ValueError("a p value lies outside 0 and 1")
    below = tested[tested <= rate * np.arange(1, len(tested) + 1) / max(len(tested), 1)]
    return p <= (below[-1] if len(below) else -1.0)
