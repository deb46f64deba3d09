"""Numbers as they come in: missing, infinite or absurd ones become NaN, so that no result is ever infinite. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

ABSURD = 1e150
"""The square of a larger number is infinite, and no figure of a company is as large."""


def present(values: ArrayLike) -> NDArray[np.float64]:
    """One axis of floats; NaN for None, NaN, infinity and what is absurdly large."""
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(numbers) < ABSURD, numbers, np.nan)


def are_usable(*columns: NDArray[np.float64]) -> bool:
    """Whether every number of every column is one, and not absurdly large."""
    return all(bool((np.abs(column) < ABSURD).all()) for column in columns)
