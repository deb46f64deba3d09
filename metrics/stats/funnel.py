"""Funnel plots: which teams differ from the company by more than their size explains.

Source: Spiegelhalter 2005 (Statistics in Medicine 24:1185), limits A.1.1 and over-dispersion by winsorised z.
Pure; one number per team in each array; nothing here is ever NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik

Floats = NDArray[np.float64]
Verdict = Literal["unusual", "watch", "no_evidence", "no_answers"]

WORDS: dict[Verdict, str] = {
    "unusual": "unusual",
    "watch": "watch",
    "no_evidence": "no evidence of difference from the company",
    "no_answers": "no answers",
}
LEVELS = (0.001, 0.025, 0.975, 0.999)


def binomial_limit(level: float, trials: ArrayLike, rate: float) -> Floats:
    """The rate below which a share `level` of teams of that size falls, interpolated between counts; inside [0, 1].

    trials: whole numbers ≥ 1. With a rate of 0 or 1 every limit is that rate.
    """
    n = np.asarray(trials, dtype=np.int64)
    if np.any(n < 1) or not 0 <= rate <= 1:
        raise ValueError("a limit needs at least one trial and a rate from 0 to 1")
    if rate in (0.0, 1.0):
        return np.full(n.shape, rate)
    r = binomial_quantile(level, n, rate)
    reached, before = _below(r, n, rate), _below(r - 1, n, rate)
    return np.asarray(np.clip((r - (reached - level) / (reached - before)) / n, 0.0, 1.0), dtype=float)


def binomial_quantile(level: float, trials: ArrayLike, rate: float) -> Floats:
    """The smallest count r with P(R ≤ r) ≥ level, for each number of trials; 0 < rate < 1."""
    n = np.asarray(trials, dtype=np.int64)
    near = bdtrik(level, n, rate)
    r = np.clip(np.ceil(np.where(np.isnan(near), n * rate, near)), 0, n)
    r = np.where((r > 0) & (_below(r - 1, n, rate) >= level), r - 1, r)
    found: Floats = np.where((r < n) & (_below(r, n, rate) < level), r + 1, r)
    return found


def _below(count: Floats, n: NDArray[np.int64], rate: float) -> Floats:
    """P(R ≤ count); 0 below nothing."""
    return np.where(count < 0, 0.0, bdtr(np.maximum(count, 0.0), n, rate))


@dataclass(frozen=True)
class FunnelTeam:
    """One team: its rate, the limits at its size (.001, .025, .975, .999; None without answers) and the verdict."""

    name: str
    n: int
    rate: float | None
    limits: tuple[float, float, float, float] | None
    verdict: Verdict
    side: Literal["above", "below"] | None

    @property
    def words(self) -> str:
        return WORDS[self.verdict]


@dataclass(frozen=True)
class Funnel:
    """The teams in the order given. target: by default the company's pooled rate; dispersion: φ, above 1 it widens."""

    state: Literal["ok", "one_team", "no_spread", "no_data"]
    reason: str
    target: float | None
    dispersion: float
    teams: tuple[FunnelTeam, ...]


def funnel(names: Sequence[str], successes: ArrayLike, trials: ArrayLike, target: float | None = None) -> Funnel:
    """Each team against the target, by default the pooled rate.

    Raises ValueError for counts that are none, and for a target of 0 or 1, which leaves no room for chance.
    """
    if target is not None and not 0 < target < 1:
        raise ValueError(f"a target of {target}; a funnel needs one between 0 and 1")
    x, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    if x.shape != n.shape or not np.all((x >= 0) & (x <= n) & (n == np.floor(n)) & np.isfinite(n)):
        raise ValueError("each team needs 0 ≤ successes ≤ trials, and whole trials")
    has = n > 0
    if not has.any():
        return Funnel("no_data", "No team has answers.", target, 1.0, _silent(names))
    centre = float(x.sum() / n.sum()) if target is None else target
    phi = over_dispersion(x[has], n[has], centre)
    limits = np.zeros((len(n), len(LEVELS)))
    limits[has] = funnel_limits(n[has], centre, phi)
    teams = tuple(_team(name, float(x[i]), int(n[i]), limits[i]) for i, name in enumerate(names))
    if target is None and has.sum() == 1:
        return Funnel("one_team", "Only one team has answers, so there is nothing to compare.", centre, phi, teams)
    if target is None and centre in (0.0, 1.0):
        return Funnel("no_spread", "All answers of all teams are alike.", centre, phi, teams)
    wide = f"The teams scatter more than chance explains, so the limits are {phi**0.5:.2f} times as wide."
    return Funnel("ok", wide if phi > 1 else "", centre, phi, teams)


def funnel_limits(trials: ArrayLike, target: float, dispersion: float = 1.0) -> Floats:
    """Limits at .001, .025, .975 and .999: one row per size. dispersion φ > 1 widens them about the target by √φ."""
    exact = np.stack([binomial_limit(level, trials, target) for level in LEVELS], axis=-1)
    return np.asarray(np.clip(target + (exact - target) * max(1.0, dispersion) ** 0.5, 0.0, 1.0), dtype=float)


def over_dispersion(successes: ArrayLike, trials: ArrayLike, target: float) -> float:
    """φ = Σz²/k with the lowest and highest tenth of the z drawn in to the quantiles there; 1 where chance is nil.

    z = (p − target)/√(target(1 − target)/n), one per team with trials.
    """
    if target in (0.0, 1.0):
        return 1.0
    x, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    z = np.sort((x / n - target) / np.sqrt(target * (1 - target) / n))
    z = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    return float((z**2).mean())


def _silent(names: Sequence[str]) -> tuple[FunnelTeam, ...]:
    return tuple(FunnelTeam(name, 0, None, None, "no_answers", None) for name in names)


def _team(name: str, x: float, n: int, limits: Floats) -> FunnelTeam:
    if n == 0:
        return FunnelTeam(name, 0, None, None, "no_answers", None)
    rate = x / n
    far_low, low, high, far_high = (float(limit) for limit in limits)
    verdict: Verdict = "no_evidence" if low <= rate <= high else "watch" if far_low <= rate <= far_high else "unusual"
    side: Literal["above", "below"] | None = None
    if verdict != "no_evidence":
        side = "above" if rate > high else "below"
    return FunnelTeam(name, n, rate, (far_low, low, high, far_high), verdict, side)
