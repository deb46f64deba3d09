"""The usual range of a metric: what its complete months would make us expect of a month. Pure.

A share of whole answers gets a p-chart, whose limits follow each month's number of answers; every other figure one of
individuals with moving ranges (metrics/stats/control_charts.py, with its sources). A month whose value may not be
judged, or that is not over, breaks every pattern and fixes no limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.result import MetricResult
from metrics.stats.control_charts import Chart, Ends, p_chart, xmr
from metrics.stats.run_rules import Signal


@dataclass(frozen=True)
class UsualRange:
    """One entry per period asked for, None where it has none. lower, upper: in the metric's unit, held inside its
    bounds. signals: the patterns that chance seldom makes, by the place of their last period. months: so many fix the
    limits; `reason`: why they are provisional, '' when they are not."""

    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    signals: tuple[Signal, ...]
    months: int
    reason: str = ""


def usual_range(
    results: Sequence[MetricResult], bounds: tuple[float | None, float | None] = (None, None)
) -> UsualRange | None:
    """Of periods of one length, oldest first; None with too few of them, or where none differs from another."""
    chart = _p_chart(results) if _are_whole_shares(results) else _xmr(results, bounds)
    if chart.limits is None or chart.state not in ("ok", "provisional"):
        return None
    known = [_is_known(result) for result in results]
    lower, upper = (
        tuple(limit if is_known else None for limit, is_known in zip(limits, known, strict=True))
        for limits in (chart.lower, chart.upper)
    )
    return UsualRange(lower, upper, chart.signals, chart.limits.points, chart.reason)


def _is_known(result: MetricResult) -> bool:
    return result.complete and result.state == "ok" and result.value is not None


def _are_whole_shares(results: Sequence[MetricResult]) -> bool:
    """Whether every known value is so many of so many; weighted answers are not."""
    known = [result for result in results if _is_known(result)]
    return bool(known) and all(
        result.kind == "proportion" and _is_whole(result.numerator) and _is_whole(result.denominator)
        for result in known
    )


def _is_whole(number: float | None) -> bool:
    return number is not None and float(number).is_integer()


def _p_chart(results: Sequence[MetricResult]) -> Chart:
    counts = [(result.numerator, result.denominator) if _is_known(result) else (None, None) for result in results]
    return p_chart([x for x, _ in counts], [n for _, n in counts])  # type: ignore[arg-type]


def _xmr(results: Sequence[MetricResult], bounds: tuple[float | None, float | None]) -> Chart:
    values = [result.value if _is_known(result) else None for result in results]
    low, high = bounds
    scale: Ends = (float("-inf") if low is None else low, float("inf") if high is None else high)
    return xmr(values, scale=scale)  # type: ignore[arg-type]
