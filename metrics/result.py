"""MetricResult: a number that carries what it stands on. Never a bare float."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from metrics.period import Period
from metrics.standing import Standing

State = Literal["not_provided", "no_data", "withheld", "suppressed", "unripe", "too_few", "ok"]
Kind = Literal[
    "proportion",
    "nps",
    "mean",
    "quantile",
    "mean_per_key",
    "ratio",
    "rate",
    "ratio_across_tables",
    "total",
    "difference",
    "other",
]


@dataclass(frozen=True)
class MetricResult:
    """One metric, one period, one slice.

    value, low, high: in the metric's unit (percent as a fraction, nps −100…100); None when there is none.
    numerator, denominator: what was divided; None where the kind has none. n: what was counted.
    low, high: 95 %; None for kinds without sampling error. complete: the data reach the period's end; grows: it gets
    larger with every day of the period.
    parts: the additive counts behind the value (promoters, detractors, sum …), for tests of differences.
    checks: those of the load that did not pass on what the metric stands on, the gravest first.
    """

    metric: str
    period: Period
    value: float | None
    state: State
    kind: Kind = "other"
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    complete: bool = True
    grows: bool = False
    slices: Mapping[str, str | None] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    checks: tuple[Standing, ...] = ()
