"""Funnel plots of means: which groups differ from all of them by more than their size explains.

Limits μ ± z·σ/√n with the spread within groups pooled (Spiegelhalter 2005, Statistics in Medicine 24:1185, normal
limits), widened for over-dispersion as rates are. Pure; one number per group in each array; nothing here is ever NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from metrics.stats.funnel import LEVELS, Floats
from metrics.stats.numbers import are_usable

_Z = tuple(float(ndtri(level)) for level in LEVELS)


@dataclass(frozen=True)
class MeanFunnel:
    """centre: the pooled mean; spread: the standard deviation within groups; dispersion: φ ≥ 1; z: how many standard
    errors each group lies from the centre, before φ. spread 0: all answers within every group are alike."""

    centre: float
    spread: float
    dispersion: float
    z: tuple[float, ...]

    def limits(self, counts: ArrayLike) -> Floats:
        """Limits at .001, .025, .975 and .999: one row per size."""
        n = np.asarray(counts, dtype=float)
        wide = self.spread * self.dispersion**0.5 / np.sqrt(n)
        return np.asarray(self.centre + wide[:, None] * np.asarray(_Z)[None, :], dtype=float)


def mean_funnel(totals: Sequence[float], squares: Sequence[float], counts: Sequence[float]) -> MeanFunnel:
    """From Σx, Σx² and n of each group. Raises ValueError for sums that are none, and for a group of nobody."""
    total, square, n = (np.asarray(values, dtype=float) for values in (totals, squares, counts))
    if not are_usable(total, square, n) or not len(n) or np.any(n < 1):
        raise ValueError("each group needs finite sums and a count of 1 or more")
    centre = float(total.sum() / n.sum())
    within = np.maximum(0.0, square - total**2 / n)
    within[within <= 1e-12 * square] = 0.0  # what is left of equal answers after rounding
    freedom = float(n.sum() - len(n))
    spread = float((within.sum() / freedom) ** 0.5) if freedom > 0 else 0.0
    if spread == 0:
        return MeanFunnel(centre, 0.0, 1.0, (0.0,) * len(n))
    z = (total / n - centre) / (spread / np.sqrt(n))
    drawn = np.clip(np.sort(z), *np.quantile(z, [0.1, 0.9]))
    return MeanFunnel(centre, spread, max(1.0, float((drawn**2).mean())), tuple(float(one) for one in z))
