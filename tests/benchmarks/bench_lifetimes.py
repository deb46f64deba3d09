"""What fitting and scoring the lifetimes of a million customers costs.

    python -m tests.benchmarks.bench_lifetimes

Customers are made by the story of the BG/NBD model, known for 27 to 39 weeks, at the grain of days. Times are wall
clock. Bars: grouped and fitted within 2 s, scored within 1 s.
"""

from __future__ import annotations

import os
import time

import numpy as np
from numpy.typing import NDArray

from metrics.stats import purchases, spend
from metrics.stats.residual_value import Terms, rate_per_unit, residual_value

CUSTOMERS = 1_000_000
RUNS = 5
TRUTH = (0.243, 4.414, 0.793, 2.426)
Floats = NDArray[np.float64]


def main() -> None:
    """Print best, median and worst of RUNS."""
    generator = np.random.default_rng(7)
    x, last, age = made_customers(CUSTOMERS, generator)
    model: purchases.PurchaseFit | None = None
    times: dict[str, list[float]] = {"grouped": [], "fitted": [], "scored over 52 weeks": []}
    for _ in range(RUNS):
        begun = time.perf_counter()
        customers = purchases.grouped(x, last / 7, age / 7)
        grouped = time.perf_counter()
        found = purchases.fit(customers)
        fitted = time.perf_counter()
        assert isinstance(found, purchases.PurchaseFit)
        model = found
        purchases.score(model, customers, 52)
        scored = time.perf_counter()
        for name, seconds in zip(times, (grouped - begun, fitted - grouped, scored - fitted), strict=True):
            times[name].append(seconds)
    print(f"{CUSTOMERS:,} customers, {len(customers.x):,} different ones; {os.cpu_count()} cores, {RUNS} runs")
    print(f"{'':28}{'median':>9}{'best':>9}{'worst':>9}   (s)")
    for name, seen in times.items():
        print(f"{name:28}{np.median(seen):9.2f}{min(seen):9.2f}{max(seen):9.2f}")
    assert model
    print(f"made with {TRUTH}; found", *(f"{value:.3f}" for value in model.parameters))
    paid = x > 0
    mean = np.where(paid, generator.gamma(6.25 * np.maximum(x, 1), 1 / generator.gamma(3.74, 1 / 15.44, len(x))), 0)
    mean = mean / np.maximum(x, 1)
    begun = time.perf_counter()
    spending = spend.fit(x, mean)
    assert isinstance(spending, spend.SpendFit)
    fitted = time.perf_counter()
    residual_value(model, spending, customers, mean, Terms(156, rate_per_unit(0.15), 0.3), generator)
    valued = time.perf_counter() - fitted
    print(f"spend fitted in {fitted - begun:.2f} s; three years valued, with bands, in {valued:.1f} s")


def made_customers(n: int, generator: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """x, t_x and T in whole days of n customers; purchases of one day are kept apart, so that the truth is known."""
    r, alpha, a, b = TRUTH
    rate, leaves = generator.gamma(r, 1 / alpha / 7, n), generator.beta(a, b, n)
    age = np.floor(generator.uniform(27 * 7, 39 * 7, n))
    x, last, now = np.zeros(n), np.zeros(n), np.zeros(n)
    morning = generator.uniform(size=n)
    here = np.arange(n)
    while len(here):
        now[here] += generator.exponential(1 / rate[here])
        here = here[now[here] < age[here]]
        x[here] += 1
        last[here] = np.maximum(np.floor(morning[here] + now[here]), 1)  # whole days, neither early nor late
        here = here[generator.uniform(size=len(here)) > leaves[here]]
    return x, last, age


if __name__ == "__main__":
    main()
