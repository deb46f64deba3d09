"""What goes with an outcome: each driver's share of R², with bootstrap intervals. Goes with; never "causes".

Pure; randomness comes as a generator, and the same one gives the same intervals in whatever order rows come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.stats.numbers import present
from metrics.stats.relative_importance import EXACT_UP_TO, lmg_shares, relative_weights
from metrics.stats.resampled_correlations import correlations

Floats = NDArray[np.float64]
Category: TypeAlias = "pd.Categorical[object]"

ANSWERS_PER_COLUMN = 10
PAIRWISE_FROM = 0.8
"""The share of complete answers from which incomplete ones are used pair by pair; below, only complete ones are."""
MOST_LEVELS = 30
"""A category with more values is an identifier, not a driver."""


@dataclass(frozen=True)
class Driver:
    """share: of the outcome's variance, as LMG; all shares sum to R². low, high: 95 %, percentile bootstrap.

    weight: Johnson's relative weight; None for a category and beside one, for it depends on how a category is coded.
    """

    name: str
    share: float
    low: float
    high: float
    weight: float | None


@dataclass(frozen=True)
class Dropped:
    """A column that is no driver here, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Drivers:
    """The largest share first. r2 is the sample's; r2_low, r2_high: 95 % for the population, from adjusted R².

    not_distinguishable: the shares stand here, but their order must not be read. n: answers used, with pairwise the
    fewest of any pair. The other states but ok have no drivers.
    """

    state: Literal["ok", "not_distinguishable", "too_few", "no_spread", "no_data"]
    reason: str
    n: int = 0
    r2: float | None = None
    r2_low: float | None = None
    r2_high: float | None = None
    drivers: tuple[Driver, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    answers: Literal["complete", "pairwise"] = "complete"
    orders: Literal["all", "sampled"] = "all"


def drivers(answers: pd.DataFrame, outcome: str, rng: np.random.Generator, resamples: int = 200) -> Drivers:
    """One row per answer; the outcome numeric, every other column a driver: numbers and booleans as they are, anything
    else as a category. NaN, None and infinity are missing.

    Raises ValueError for an outcome that is not numeric.
    """
    if not pd.api.types.is_numeric_dtype(answers[outcome]):
        raise ValueError(f"the outcome '{outcome}' is not numeric")
    y = _finite(answers[outcome])
    rows = answers[~np.isnan(y)]
    if rows.empty:
        return Drivers("no_data", f"No answer has a value of '{outcome}'.")
    names = [str(name) for name in answers.columns if name != outcome]
    blocks = {name: _block(rows[name]) for name in names}
    table, sizes, kind, dropped = _chosen(blocks, y[~np.isnan(y)])
    n = len(table) if kind == "complete" else _fewest(table)
    if n and np.ptp(table[~np.isnan(table[:, -1]), -1]) == 0:
        return Drivers("no_spread", f"'{outcome}' is always the same, so nothing can go with it.", n, dropped=dropped)
    if not sizes:
        return Drivers("no_data", "No column varies, so there is no driver.", n, dropped=dropped)
    columns = sum(sizes.values())
    if n <= columns + 2:
        reason = f"Only {n} answers for {_columns_said(columns)}."
        return Drivers("too_few", reason, n, dropped=dropped, answers=kind)
    return _judged(table, sizes, n, kind, dropped, rng, resamples)


def _judged(
    table: Floats,
    sizes: dict[str, int],
    n: int,
    kind: Literal["complete", "pairwise"],
    dropped: tuple[Dropped, ...],
    rng: np.random.Generator,
    resamples: int,
) -> Drivers:
    ordered = table[np.lexsort(table.T)]
    matrices = correlations(ordered, resamples, rng)
    shares = lmg_shares(matrices, list(sizes.values()), rng)
    columns = sum(sizes.values())
    weights = relative_weights(matrices[:1])[0] if columns == len(sizes) else None
    low, high = np.quantile(shares[1:], [0.025, 0.975], axis=0)
    r2 = shares.sum(axis=1)
    r2_low, r2_high = _population_r2(r2, n, columns)
    found = [
        Driver(name, float(shares[0, i]), float(low[i]), float(high[i]), None if weights is None else float(weights[i]))
        for i, name in enumerate(sizes)
    ]
    found.sort(key=lambda driver: (-driver.share, driver.name))
    reason = ""
    if n < ANSWERS_PER_COLUMN * columns:
        needed = ANSWERS_PER_COLUMN * columns
        reason = f"Only {n} answers for {_columns_said(columns)}; {needed} are needed to tell the drivers apart."
    elif r2_low <= 0:
        reason = "All drivers together may explain nothing of the outcome, so they cannot be told apart."
    return Drivers(
        *("not_distinguishable" if reason else "ok", reason, n, float(r2[0]), r2_low, r2_high, tuple(found), dropped),
        answers=kind,
        orders="all" if len(sizes) <= EXACT_UP_TO else "sampled",
    )


def _columns_said(columns: int) -> str:
    return "one column of drivers" if columns == 1 else f"{columns} columns of drivers"


def _population_r2(r2: Floats, n: int, columns: int) -> tuple[float, float]:
    """The resamples' spread of the adjusted R² about the sample's: R² itself is too large, in a resample twice so."""
    adjusted = 1 - (1 - r2) * (n - 1) / (n - columns - 1)
    low, high = np.quantile(adjusted[1:], [0.025, 0.975]) - adjusted[1:].mean() + adjusted[0]
    return float(np.clip(low, 0, 1)), float(np.clip(high, 0, 1))


# ── from columns to numbers ──────────────────────────────────────────────────────────────────────────


def _finite(column: pd.Series) -> Floats:
    return present(column.to_numpy(dtype=float, na_value=np.nan))


def _block(column: pd.Series) -> Floats | Category:
    is_number = pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)
    return _finite(column) if is_number else pd.Categorical(column.astype("string").to_numpy(dtype=object))


def _chosen(
    blocks: dict[str, Floats | Category], y: Floats
) -> tuple[Floats, dict[str, int], Literal["complete", "pairwise"], tuple[Dropped, ...]]:
    """The table with the outcome last, how many columns each driver has, which answers were used, what was dropped."""
    dropped = [Dropped(name, reason) for name, block in blocks.items() if (reason := _unusable(block))]
    gone = {one.name for one in dropped}
    kept = {name: block for name, block in blocks.items() if name not in gone}
    complete = np.ones(len(y), dtype=bool)
    for block in kept.values():
        complete &= np.asarray(block.codes) >= 0 if isinstance(block, pd.Categorical) else ~np.isnan(block)
    all_numeric = not any(isinstance(block, pd.Categorical) for block in kept.values())
    is_pairwise = all_numeric and PAIRWISE_FROM <= complete.mean() < 1
    used = np.ones(len(y), dtype=bool) if is_pairwise else complete
    parts: dict[str, Floats] = {}
    for name, block in kept.items():
        part = _columns(block[used])
        if part.shape[1]:
            parts[name] = part
        else:
            dropped.append(Dropped(name, "It is the same in every complete answer."))
    table = np.column_stack([*parts.values(), y[used]])
    sizes = {name: part.shape[1] for name, part in parts.items()}
    return table, sizes, "pairwise" if is_pairwise else "complete", tuple(dropped)


def _unusable(block: Floats | Category) -> str:
    if isinstance(block, pd.Categorical):
        levels = len(block.categories)
        if levels > MOST_LEVELS:
            return f"It has {levels} values; a category has at most {MOST_LEVELS}."
        return "It has no value." if levels == 0 else "It is always the same." if levels == 1 else ""
    present = block[~np.isnan(block)]
    return "It has no value." if not len(present) else "It is always the same." if np.ptp(present) == 0 else ""


def _columns(block: Floats | Category) -> Floats:
    """A number as it is, a category as one column for each of its values but the first; none where nothing varies."""
    if isinstance(block, pd.Categorical):
        levels = np.unique(block.codes)
        return np.asarray(np.asarray(block.codes)[:, None] == levels[1:], dtype=float)
    present = block[~np.isnan(block)]
    return block[:, None] if len(present) and np.ptp(present) > 0 else np.empty((len(block), 0))


def _fewest(table: Floats) -> int:
    """The answers of the pair of columns that share the fewest."""
    present = (~np.isnan(table)).astype(float)
    return int((present.T @ present).min())
