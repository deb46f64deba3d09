"""How long the drivers of 100,000 answers take: 8 drivers, all orders, 200 resamples; with and without holes.

    python -m tests.benchmarks.bench_drivers

Times are wall clock, the best of five. Bar: 3 s.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from metrics.stats.drivers import drivers

ANSWERS, DRIVERS, RUNS, BAR = 100_000, 8, 5, 3.0


def answers(holes: float) -> pd.DataFrame:
    """Scores 1…5 that move together, and an overall score that goes with all of them more or less."""
    rng = np.random.default_rng(1)
    scores = 3.5 + rng.normal(size=(ANSWERS, DRIVERS)) + 0.7 * rng.normal(size=(ANSWERS, 1))
    overall = scores @ np.linspace(0.02, 0.2, DRIVERS) + rng.normal(size=ANSWERS)
    table = pd.DataFrame(np.clip(scores.round(), 1, 5), columns=[f"driver_{i}" for i in range(DRIVERS)])
    return table.mask(rng.random(table.shape) < holes).assign(overall=np.clip(overall.round(), 1, 5))


def main() -> None:
    for name, holes in (("complete", 0.0), ("one answer in a hundred missing", 0.01)):
        table, times = answers(holes), []
        for _ in range(RUNS):
            begun = time.perf_counter()
            found = drivers(table, "overall", np.random.default_rng(2))
            times.append(time.perf_counter() - begun)
        assert found.state == "ok", found.reason
        print(f"drivers, {ANSWERS:,} answers × {DRIVERS}, {name}: {min(times):.2f} s (bar {BAR:.0f} s)")


if __name__ == "__main__":
    main()
