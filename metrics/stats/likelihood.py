"""Fits a model of positive parameters by maximum likelihood, in their logarithms, with the covariance of the fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WithGradient = Callable[[Floats], tuple[float, Floats]]
"""Parameters (k,) → log-likelihood and its derivatives by the parameters (k,)."""

_LOWEST, _HIGHEST = -12.0, 12.0
"""Logarithms of parameters relative to the start; one that runs this far is not held by the data."""
_STEP = 1e-4
_WIDEST = 7.0
"""Standard error of a logarithm (a factor of a thousand either way) from which the data do not hold the parameter."""


@dataclass(frozen=True)
class Maximum:
    """The top of a likelihood: parameters (k,), log-likelihood, covariance (k, k) of the parameters' logarithms."""

    parameters: tuple[float, ...]
    log_likelihood: float
    covariance: tuple[tuple[float, ...], ...]

    def standard_errors(self) -> tuple[float, ...]:
        """One per parameter, in its own units (delta method)."""
        return tuple(value * float(np.sqrt(self.covariance[i][i])) for i, value in enumerate(self.parameters))

    def draws(self, count: int, generator: np.random.Generator) -> Floats:
        """`count` parameter sets (count, k) as the fit's uncertainty has them: normal in the logarithms."""
        logs = np.log(self.parameters)
        return np.exp(generator.multivariate_normal(logs, np.array(self.covariance), size=count))


def log_gradient(likelihood: WithGradient, logs: Floats) -> tuple[float, Floats]:
    """Log-likelihood and its derivatives by the logarithms of the parameters."""
    parameters = np.exp(logs)
    value, gradient = likelihood(parameters)
    return value, gradient * parameters


@dataclass(frozen=True)
class Search:
    """Where the search for the top ended: parameters (k,), log-likelihood, and whether that is a top."""

    parameters: Floats
    log_likelihood: float
    settled: bool


def search(likelihood: WithGradient, start: tuple[float, ...], weight: float) -> Search:
    """Uphill from `start` (L-BFGS-B in the logarithms); settled unless at the edge, not finite, or still on a slope.

    `weight` is the number of observations; the search divides by it, so that its stopping rule means the same
    for a hundred customers and for a million.
    """
    from scipy.optimize import minimize  # takes long to import: who fits no model does not wait for it

    begin = np.log(np.array(start))

    def downhill(logs: Floats) -> tuple[float, Floats]:
        with np.errstate(all="ignore"):
            value, gradient = log_gradient(likelihood, logs)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return 1e10, np.zeros_like(logs)
        return -value / weight, -gradient / weight

    bounds = [(log + _LOWEST, log + _HIGHEST) for log in begin]
    options = {"ftol": 1e-14, "gtol": 1e-7, "maxiter": 1000, "maxfun": 4000}
    found = minimize(downhill, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    top = np.asarray(found.x)
    at_edge = any(log - low < 1e-3 or high - log < 1e-3 for log, (low, high) in zip(top, bounds, strict=True))
    settled = not at_edge and found.fun < 1e10 and np.abs(downhill(top)[1]).max() <= 1e-4
    return Search(np.exp(top), -float(found.fun) * weight, bool(settled))


def top_of(likelihood: WithGradient, ended: Search) -> Maximum | None:
    """The maximum a search ended on, or None where it did not settle or the top is flat."""
    covariance = _covariance(likelihood, np.log(ended.parameters)) if ended.settled else None
    if covariance is None:
        return None
    rows = tuple(tuple(map(float, row)) for row in covariance)
    return Maximum(tuple(map(float, ended.parameters)), ended.log_likelihood, rows)


def maximise(likelihood: WithGradient, start: tuple[float, ...], weight: float) -> Maximum | None:
    """The maximum from `start`, or None where there is none to be found."""
    return top_of(likelihood, search(likelihood, start, weight))


def _covariance(likelihood: WithGradient, top: Floats) -> Floats | None:
    """The inverse of the curvature at the top, by central differences of the gradient; None where it is flat."""
    curvature = np.empty((len(top), len(top)))
    for i in range(len(top)):
        step = np.zeros_like(top)
        step[i] = _STEP
        above, below = log_gradient(likelihood, top + step)[1], log_gradient(likelihood, top - step)[1]
        curvature[i] = (below - above) / (2 * _STEP)
    curvature = (curvature + curvature.T) / 2
    if not np.isfinite(curvature).all():
        return None
    values, vectors = np.linalg.eigh(curvature)
    if values[0] * _WIDEST**2 <= 1:
        return None
    covariance: Floats = (vectors / values) @ vectors.T
    return covariance
