"""How much of R² each driver carries, from correlation matrices: LMG (Shapley) shares and Johnson's relative weights.

Sources: Lindeman, Merenda & Gold 1980 and Grömping 2006 (Journal of Statistical Software 17:1); Johnson 2000
(Multivariate Behavioral Research 35:1). Pure and vectorised over any number of matrices (the first axis).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXACT_UP_TO = 12
"""Drivers for which all 2ᵖ sets are tried; above, orders are sampled."""
ORDERS = 100
"""Sampled orders; each is tried backwards too."""
_COLLINEAR = 1e-9
"""A column with so little variance left beside the others adds nothing (1/VIF)."""
_MEMORY = 4_000_000
"""Numbers held at once."""


def lmg_shares(
    correlations: Floats, sizes: Sequence[int] | None = None, rng: np.random.Generator | None = None
) -> Floats:
    """Each driver's share of R²: the mean, over all orders of the drivers, of what it adds; they are ≥ 0 and sum to R².

    correlations: matrices × columns × columns, the outcome last. sizes: how many neighbouring columns each driver has
    (1 each; dummies of a category go together). A singular matrix is fine: equal columns share equally.
    Returns matrices × drivers. Raises ValueError above 12 drivers without a generator to sample orders.
    """
    sizes = [1] * (correlations.shape[-1] - 1) if sizes is None else list(sizes)
    if sum(sizes) + 1 != correlations.shape[-1]:
        raise ValueError(f"{sum(sizes)} columns of drivers and an outcome in a matrix of {correlations.shape[-1]}")
    if len(sizes) > EXACT_UP_TO:
        if rng is None:
            raise ValueError(f"{len(sizes)} drivers have too many orders; a generator is needed to sample them")
        return _sampled(correlations, sizes, rng)
    at_once = max(1, _MEMORY // _largest(sizes))
    parts = [_exact(correlations[i : i + at_once], sizes) for i in range(0, len(correlations), at_once)]
    return np.concatenate(parts) if parts else np.zeros((0, len(sizes)))


def _largest(sizes: Sequence[int]) -> int:
    """The most numbers per matrix while the sets are built."""
    left = sum(sizes) + 1
    largest = left**2
    for j, size in enumerate(sizes):
        left -= size
        largest = max(largest, 2 ** (j + 1) * (left + size) ** 2)
    return largest


def _exact(correlations: Floats, sizes: Sequence[int]) -> Floats:
    r2 = _of_all_sets(correlations, sizes)
    p = len(sizes)
    members = np.array([index.bit_count() for index in range(2**p)])
    weights = np.array([math.factorial(k) * math.factorial(p - k - 1) / math.factorial(p) for k in range(p)])
    shares = np.zeros((len(correlations), p))
    for j in range(p):
        without = np.flatnonzero(~np.arange(2**p) >> j & 1)
        shares[:, j] = weights[members[without]] @ (r2[without | 1 << j] - r2[without])
    return np.maximum(shares, 0.0)


def _of_all_sets(correlations: Floats, sizes: Sequence[int]) -> Floats:
    """R² of every set of drivers × matrices; bit j of the set's index says whether driver j is in.

    Each driver doubles the sets: its columns are left out, or swept out of all that follow.
    """
    left = correlations[None]
    for size in sizes:
        swept = left
        for _ in range(size):
            swept = _sweep(swept)
        left = np.concatenate([left[..., size:, size:], swept])
    return np.clip(1 - left[..., 0, 0], 0.0, 1.0)


def _sweep(left: Floats) -> Floats:
    """The covariances of the other columns after the first is accounted for."""
    pivot, row = left[..., :1, :1], left[..., :1, 1:]
    slope = np.divide(row, pivot, out=np.zeros_like(row), where=pivot > _COLLINEAR)
    swept: Floats = left[..., 1:, 1:] - slope.swapaxes(-1, -2) * row
    return swept


def _sampled(correlations: Floats, sizes: Sequence[int], rng: np.random.Generator) -> Floats:
    """The mean over some orders and the same backwards, the same orders for every matrix."""
    ends = np.cumsum([0, *sizes])
    orders = [order for _ in range(ORDERS) for drawn in [rng.permutation(len(sizes))] for order in (drawn, drawn[::-1])]
    shares = np.zeros((len(correlations), len(sizes)))
    for order in orders:
        columns = [*(c for j in order for c in range(ends[j], ends[j + 1])), correlations.shape[-1] - 1]
        left = correlations[:, columns][:, :, columns]
        for j in order:
            unexplained = left[:, -1, -1]
            for _ in range(sizes[j]):
                left = _sweep(left)
            shares[:, j] += np.maximum(unexplained - left[:, -1, -1], 0.0)
    return shares / len(orders)


def relative_weights(correlations: Floats) -> Floats:
    """Johnson's weights: R² carried over from the nearest orthogonal columns. Matrices × columns; they sum to R².

    correlations: as for lmg_shares. Singular matrices by pseudo-inverse.
    """
    of_drivers, with_outcome = correlations[:, :-1, :-1], correlations[:, :-1, -1:]
    values, vectors = np.linalg.eigh(of_drivers)
    values = np.where(values > _COLLINEAR, values, 0.0)
    root = np.sqrt(values)
    inverse = np.divide(1, root, out=np.zeros_like(root), where=root > 0)
    transposed = vectors.swapaxes(-1, -2)
    to_drivers = (vectors * root[:, None, :]) @ transposed
    beta = (vectors * inverse[:, None, :]) @ transposed @ with_outcome
    weights: Floats = (to_drivers**2 @ beta**2)[..., 0]
    return weights
