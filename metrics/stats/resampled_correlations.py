"""Correlation matrices of a sample and of its bootstrap resamples, in one pass over the rows.

Pure; randomness comes as a generator.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Products = Callable[[Floats], Floats]
_BLOCK = 2_000_000
"""Numbers of one block of products."""


def correlations(columns: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """1 + resamples matrices: the sample's own first. columns: rows × columns, NaN where missing.

    With missing values each pair of columns uses the rows that have both, and the matrix is brought back to the nearest
    by eigenvalues that is possible. A column that is constant in a resample correlates with nothing there.
    """
    with np.errstate(invalid="ignore"):
        middle, spread = np.nanmean(columns, axis=0), np.nanstd(columns, axis=0)
    scaled = (columns - middle) / np.where(spread > 0, spread, 1.0)
    holes = np.isnan(scaled).any(axis=1)
    whole, broken = scaled[~holes], scaled[holes]
    falls = rng.multinomial(len(scaled), [len(whole) / len(scaled), len(broken) / len(scaled)], size=resamples)
    sums = _sums(whole, _complete_products, falls[:, 0], rng)
    if not holes.any():
        return _complete(sums, columns.shape[1], len(columns))
    counts = np.array([len(whole), *falls[:, 0]], dtype=float)
    pairs = _as_pairs(sums, counts, columns.shape[1]) + _sums(broken, _pairwise_products, falls[:, 1], rng)
    return _possible(_pairwise(pairs, columns.shape[1]))


def _sums(rows: Floats, products: Products, drawn: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Σ of every product over the rows, then over each resample of so many `drawn` from them.

    Rows come in blocks: first how many of a resample fall into each block, then which.
    """
    width = products(rows[:1]).shape[1]
    total: Floats = np.zeros((len(drawn) + 1, width))
    at_once = max(1, _BLOCK // width)
    blocks = [rows[start : start + at_once] for start in range(0, len(rows), at_once)]
    falls = rng.multinomial(drawn, [len(block) / len(rows) for block in blocks]) if blocks else drawn[:, None]
    for i, block in enumerate(blocks):
        counts = np.ones((len(drawn) + 1, len(block)))
        for place, count in enumerate(falls[:, i]):
            counts[place + 1] = np.bincount(rng.integers(0, len(block), count), minlength=len(block))
        total += counts @ products(block)
    return total


def _complete_products(block: Floats) -> Floats:
    i, j = np.triu_indices(block.shape[1])
    return np.hstack([block, block[:, i] * block[:, j]])


def _complete(sums: Floats, k: int, n: int) -> Floats:
    i, j = np.triu_indices(k)
    means = sums[:, :k] / n
    covariance = np.empty((len(sums), k, k))
    covariance[:, i, j] = covariance[:, j, i] = sums[:, k:] / n - means[:, i] * means[:, j]
    spread = np.sqrt(np.maximum(covariance[:, range(k), range(k)], 0.0))
    return _divided(covariance, spread[:, :, None] * spread[:, None, :])


def _as_pairs(sums: Floats, counts: Floats, k: int) -> Floats:
    """The sums of complete rows, as those of pairs: every pair has all rows."""
    i, j = np.triu_indices(k)
    first, product = sums[:, :k], np.empty((len(sums), k, k))
    product[:, i, j] = product[:, j, i] = sums[:, k:]
    square = product[:, range(k), range(k)]
    shape = (len(sums), k, k)
    parts = (counts[:, None, None], first[:, :, None], square[:, :, None], product)
    return np.hstack([np.broadcast_to(part, shape).reshape(len(sums), -1) for part in parts])


def _pairwise_products(block: Floats) -> Floats:
    """For each ordered pair: both present, x_i, x_i², x_i·x_j where both are."""
    present = (~np.isnan(block)).astype(float)
    x = np.where(present > 0, block, 0.0)
    pairs = [(a[:, :, None] * b[:, None, :]).reshape(len(block), -1) for a, b in _factors(present, x)]
    return np.hstack(pairs)


def _factors(present: Floats, x: Floats) -> list[tuple[Floats, Floats]]:
    return [(present, present), (x, present), (x**2, present), (x, x)]


def _pairwise(sums: Floats, k: int) -> Floats:
    n, first, square, product = (part.reshape(-1, k, k) for part in np.split(sums, 4, axis=1))
    n = np.maximum(n, 1.0)
    spread = np.sqrt(np.maximum(square / n - (first / n) ** 2, 0.0))
    turned = first.swapaxes(-1, -2) / n
    return _divided(product / n - first / n * turned, spread * spread.swapaxes(-1, -2))


def _divided(covariance: Floats, scale: Floats) -> Floats:
    """Correlations within −1…1, 1 on the diagonal, 0 where a column is constant."""
    found = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 1e-12)
    found = np.clip(found, -1.0, 1.0)
    diagonal = np.arange(covariance.shape[-1])
    found[:, diagonal, diagonal] = 1.0
    return found


def _possible(matrices: Floats) -> Floats:
    """Negative eigenvalues, which only pairwise correlations can have, become 0."""
    values, vectors = np.linalg.eigh(matrices)
    raised = (vectors * np.maximum(values, 0.0)[:, None, :]) @ vectors.swapaxes(-1, -2)
    spread = np.sqrt(np.diagonal(raised, axis1=1, axis2=2))
    return _divided(raised, spread[:, :, None] * spread[:, None, :])
