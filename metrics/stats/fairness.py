"""Fair comparison of small teams: rates and means drawn towards the company's, by as much as chance explains.

Sources: Gelman et al., Bayesian Data Analysis 3, §5 (beta-binomial); DerSimonian & Laird 1986 (normal–normal).
Pure; one number per team in each array; the order of the teams changes nothing; nothing here is ever NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln, psi

from metrics.stats.intervals import Z, wilson
from metrics.stats.numbers import are_usable

Floats = NDArray[np.float64]
State = Literal["ok", "not_distinguishable", "one_team", "no_spread", "no_data"]
Method = Literal["likelihood", "moments"]

LEAST_TEAMS = 5
"""Fewer say too little about how teams differ."""
WORTH = (1.0, 1e6)
"""The answers a prior may be worth: at least Jeffreys' one, so that it never vanishes; above a million, teams are
alike."""
LEAST_SHAPE = 0.01
"""Of alpha and beta: below it, a team without a success would be sure never to have one."""


@dataclass(frozen=True)
class BetaPrior:
    """How team rates scatter: Beta(alpha, beta); `worth` is in answers. log_likelihood: of the counts, without the
    binomial coefficients."""

    alpha: float
    beta: float
    method: Method
    log_likelihood: float

    @property
    def mean(self) -> float:
        return self.alpha / (self.alpha + self.beta)

    @property
    def worth(self) -> float:
        return self.alpha + self.beta


@dataclass(frozen=True)
class Team:
    """One team's estimate with its 95 % interval. raw, value …: in the unit given; None without answers."""

    name: str
    n: float
    raw: float | None
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Shrinkage:
    """All teams in the order given. company: what they are drawn to; prior: None for means and when pooled.

    not_distinguishable and one_team: every team has the company's value and interval, and there are no ranks.
    """

    state: State
    reason: str
    teams: tuple[Team, ...]
    company: float | None = None
    prior: BetaPrior | None = None


# ── rates ────────────────────────────────────────────────────────────────────────────────────────────


def beta_moments(successes: ArrayLike, trials: ArrayLike) -> tuple[float, float] | None:
    """(alpha, beta) from the unweighted mean and variance (n − 1) of the rates; None where they scatter not at all, or
    more than any Beta does. Every team needs trials."""
    x, n = _counts(successes, trials)
    if len(x) < 2 or np.any(n == 0):
        return None
    rates = np.sort(x / n)
    mean, variance = float(rates.mean()), float(rates.var(ddof=1))
    if variance <= 0 or variance >= mean * (1 - mean):
        return None
    worth = mean * (1 - mean) / variance - 1
    return mean * worth, (1 - mean) * worth


def beta_prior(successes: ArrayLike, trials: ArrayLike) -> BetaPrior | None:
    """The prior of greatest marginal likelihood, else by moments; None where teams cannot be told apart.

    That is: fewer than 5 teams with answers, or no variance between them beyond the binomial.
    """
    x, n = _counts(successes, trials)
    order = np.lexsort((n[n > 0], x[n > 0]))
    x, n = x[n > 0][order], n[n > 0][order]
    if len(x) < LEAST_TEAMS or not _differ(x, n):
        return None
    moments = beta_moments(x, n)
    pooled = float(x.sum() / n.sum())
    start = moments or (pooled, 1 - pooled)
    bounds = [(-14.0, 14.0), (float(np.log(WORTH[0])), float(np.log(WORTH[1])))]
    first = np.array([np.log(start[0] / start[1]), np.log(sum(start))])
    first = np.clip(first, [low for low, _ in bounds], [high for _, high in bounds])
    found = minimize(_minus_likelihood, first, args=(x, n), jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-13)
    has_converged = found.success or _is_flat(found.x, found.jac, found.fun, bounds)
    theta: Floats = found.x if has_converged else first
    if theta[1] > bounds[1][1] - 1e-6:
        return None
    alpha, beta = (max(shape, LEAST_SHAPE) for shape in _alpha_beta(theta))
    return BetaPrior(alpha, beta, "likelihood" if has_converged else "moments", _likelihood(alpha, beta, x, n))


def _is_flat(theta: Floats, slope: Floats, height: float, bounds: list[tuple[float, float]]) -> bool:
    """Whether no way within the bounds leads down; rounding can hide the last steps of a search that has arrived."""
    low, high = np.array(bounds).T
    inward = np.where(((theta <= low) & (slope > 0)) | ((theta >= high) & (slope < 0)), 0.0, slope)
    return bool(np.isfinite(height) and np.abs(inward).max() <= 1e-6 * max(1.0, abs(height)))


def _counts(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    if x.shape != n.shape or not np.all((x >= 0) & (x <= n) & np.isfinite(n)):
        raise ValueError("each team needs 0 ≤ successes ≤ trials, and trials are finite")
    return x, n


def _differ(x: Floats, n: Floats) -> bool:
    """Whether the rates scatter more than binomial chance: Σn(p_i − p)² above (k − 1)p(1 − p)."""
    pooled = x.sum() / n.sum()
    return bool((n * (x / n - pooled) ** 2).sum() > (len(x) - 1) * pooled * (1 - pooled) * (1 + 1e-9))


def _alpha_beta(theta: Floats) -> tuple[float, float]:
    """From (ln alpha/beta, ln(alpha + beta))."""
    worth, mean = np.exp(theta[1]), 1 / (1 + np.exp(-theta[0]))
    return float(worth * mean), float(worth * (1 - mean))


def _likelihood(alpha: float, beta: float, x: Floats, n: Floats) -> float:
    return float((betaln(alpha + x, beta + n - x) - betaln(alpha, beta)).sum())


def _minus_likelihood(theta: Floats, x: Floats, n: Floats) -> tuple[float, Floats]:
    """Minus the marginal log-likelihood and its gradient."""
    alpha, beta = _alpha_beta(theta)
    both = psi(alpha + beta) - psi(alpha + beta + n)
    by_alpha = float((psi(alpha + x) - psi(alpha) + both).sum())
    by_beta = float((psi(beta + n - x) - psi(beta) + both).sum())
    mixed = alpha * beta / (alpha + beta)
    gradient = np.array([mixed * (by_alpha - by_beta), alpha * by_alpha + beta * by_beta])
    return -_likelihood(alpha, beta, x, n), -gradient


def shrink_rates(names: Sequence[str], successes: ArrayLike, trials: ArrayLike) -> Shrinkage:
    """Rates by the beta-binomial: (α + x)/(α + β + n), interval the Beta posterior's equal tails.

    The company's value is the prior's mean, or the pooled Σx/Σn where teams are pooled. Raises ValueError for counts
    that are none.
    """
    x, n = _counts(successes, trials)
    raw = [float(a / b) if b else None for a, b in zip(x, n, strict=True)]
    answered = int((n > 0).sum())
    if not answered:
        return Shrinkage("no_data", "No team has answers.", _all_alike(names, n, raw, None, (None, None)))
    prior = beta_prior(x, n)
    if prior is None:
        pooled = float(x.sum() / n.sum())
        teams = _all_alike(names, n, raw, pooled, wilson(float(x.sum()), float(n.sum())) or (None, None))
        return Shrinkage(*_pooled_reason(answered), teams, pooled)
    alpha, beta = prior.alpha + x, prior.beta + n - x
    value, low, high = alpha / (alpha + beta), betaincinv(alpha, beta, 0.025), betaincinv(alpha, beta, 0.975)
    return Shrinkage("ok", "", _teams(names, n, raw, value, low, high), prior.mean, prior)


def _pooled_reason(answered: int) -> tuple[State, str]:
    if answered == 1:
        return "one_team", "Only one team has answers, so there is nothing to compare."
    if answered < LEAST_TEAMS:
        reason = f"Only {answered} teams have answers; {LEAST_TEAMS} are needed to tell them apart."
        return "not_distinguishable", reason
    return "not_distinguishable", "The teams differ no more than chance alone would make them."


def _teams(
    names: Sequence[str], n: Floats, raw: list[float | None], value: Floats, low: Floats, high: Floats
) -> tuple[Team, ...]:
    columns = zip(names, n.tolist(), raw, value.tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(
        Team(name, n, r, v, a, b) if r is not None else Team(name, n, None, None, None, None)
        for name, n, r, v, a, b in columns
    )


def _all_alike(
    names: Sequence[str],
    n: Floats,
    raw: list[float | None],
    company: float | None,
    ends: tuple[float | None, float | None],
) -> tuple[Team, ...]:
    return tuple(
        Team(name, count, r, company, *ends) if r is not None else Team(name, count, None, None, None, None)
        for name, count, r in zip(names, n.tolist(), raw, strict=True)
    )


# ── means ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class RandomEffects:
    """DerSimonian & Laird: Cochran's q, the variance between (tau2 ≥ 0), and the mean with its standard error."""

    q: float
    tau2: float
    mean: float
    error: float


def dersimonian_laird(estimates: ArrayLike, variances: ArrayLike) -> RandomEffects:
    """From one estimate and its squared standard error per team. Raises ValueError for none, or a variance ≤ 0."""
    y, v = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    if not len(y) or not np.all((v > 0) & np.isfinite(v) & np.isfinite(y)):
        raise ValueError("every estimate needs to be finite, with a variance above 0")
    order = np.lexsort((v, y))
    y, v = y[order], v[order]
    w = 1 / v
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    scale = w.sum() - (w**2).sum() / w.sum()
    tau2 = max(0.0, float((q - (len(y) - 1)) / scale)) if scale > 0 else 0.0
    w = 1 / (v + tau2)
    return RandomEffects(q, tau2, float((w * y).sum() / w.sum()), float(w.sum() ** -0.5))


def shrink_means(names: Sequence[str], totals: ArrayLike, squares: ArrayLike, counts: ArrayLike) -> Shrinkage:
    """Means from Σx, Σx² and n per team, drawn to the company's mean by the weight τ²/(τ² + s²/n).

    A team of one answer, or whose answers are all alike, takes the spread within all teams. The interval joins the
    team's error and, for the share drawn to it, the company's.
    """
    total, square, n = (np.asarray(values, dtype=float) for values in (totals, squares, counts))
    if not are_usable(total, square, n) or np.any(n < 0):
        raise ValueError("each team needs finite sums and a count that is not below 0")
    raw = [float(t / k) if k else None for t, k in zip(total, n, strict=True)]
    has = n > 0
    answered = int(has.sum())
    if not answered:
        return Shrinkage("no_data", "No team has answers.", _all_alike(names, n, raw, None, (None, None)))
    variances = _variances(total[has], square[has], n[has])
    if variances is None:
        reason = "Within every team all answers are alike, so chance cannot be told from a difference."
        return Shrinkage("no_spread", reason, _all_alike(names, n, raw, None, (None, None)))
    means = total[has] / n[has]
    found = dersimonian_laird(means, variances)
    if answered < LEAST_TEAMS or found.tau2 <= 0:
        company = float(total.sum() / n.sum())
        half = Z * float(np.sqrt((n[has] ** 2 * variances).sum())) / float(n.sum())
        teams = _all_alike(names, n, raw, company, (company - half, company + half))
        return Shrinkage(*_pooled_reason(answered), teams, company)
    weight = found.tau2 / (found.tau2 + variances)
    value, wide = np.zeros_like(n), np.zeros_like(n)
    value[has] = weight * means + (1 - weight) * found.mean
    wide[has] = Z * np.sqrt(weight * variances + (1 - weight) ** 2 * found.error**2)
    return Shrinkage("ok", "", _teams(names, n, raw, value, value - wide, value + wide), found.mean)


def _variances(total: Floats, square: Floats, n: Floats) -> Floats | None:
    """Each mean's squared standard error; None where no team's answers differ at all."""
    within = np.maximum(0.0, square - total**2 / n)
    within[within <= 1e-12 * square] = 0.0  # what is left of equal answers after rounding
    if within.sum() == 0:
        return None
    freedom = np.maximum(n - 1, 1)
    own = within / freedom
    return np.where(own > 0, own, within.sum() / (n - 1).sum()) / n


# ── ranks ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rank:
    """A team's place, 1 the highest value. low, high: 90 % of the draws; rank: None where those span over half the
    teams, or the team has no answers (then low and high are None too)."""

    name: str
    rank: int | None
    low: int | None
    high: int | None


def rank_intervals(
    found: Shrinkage, rng: np.random.Generator, draws: int = 4000, highest_first: bool = True
) -> tuple[Rank, ...]:
    """Places by the shrunk value, in the order of the teams, with intervals simulated from each team's posterior.

    Empty where the teams are not told apart. The same seed gives the same places, in whatever order teams come.
    """
    if found.state != "ok":
        return ()
    seen = [i for i, team in enumerate(found.teams) if team.value is not None]
    seen.sort(key=lambda i: (found.teams[i].value or 0.0, found.teams[i].n, found.teams[i].name))
    value = np.array([found.teams[i].value for i in seen])
    drawn = _draws(found, [found.teams[i] for i in seen], rng, draws)
    if highest_first:
        value, drawn = -value, -drawn
    places = drawn.argsort(axis=1).argsort(axis=1) + 1
    low, high = np.quantile(places, [0.05, 0.95], axis=0, method="inverted_cdf").astype(int)
    ranks = [Rank(team.name, None, None, None) for team in found.teams]
    for place, i in enumerate(seen):
        is_wide = high[place] - low[place] + 1 > len(seen) / 2
        rank = None if is_wide else int((value < value[place]).sum()) + 1
        ranks[i] = Rank(found.teams[i].name, rank, int(low[place]), int(high[place]))
    return tuple(ranks)


def _draws(found: Shrinkage, teams: list[Team], rng: np.random.Generator, draws: int) -> Floats:
    """draws × teams values from the posteriors: Beta for rates, normal for means."""
    if found.prior is None:
        errors = np.array([((team.high or 0.0) - (team.low or 0.0)) / 2 / Z for team in teams])
        return rng.normal([team.value or 0.0 for team in teams], errors, size=(draws, len(teams)))
    n = np.array([team.n for team in teams])
    x = np.array([team.raw or 0.0 for team in teams]) * n
    return rng.beta(found.prior.alpha + x, found.prior.beta + n - x, size=(draws, len(teams)))
