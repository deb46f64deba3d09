"""From pooled parts: value, numerator, denominator, n and interval, by the kind of the formula.

Parts are what sql/compile.py fetched: additive, so every total is pooled again and no average is ever averaged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from metrics.language.bound import Aggregate, Arithmetic, Constant, Item, ModelOf, RetentionOf, Value
from metrics.language.kinds import is_of_others, kind_of, products_of
from metrics.stats import intervals

Parts = Mapping[str, float | None]


@dataclass(frozen=True)
class Figure:
    """A value in its natural scale (shares as fractions, nps −100…100). None: over these rows there is none."""

    value: float | None
    n: int | None
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def ends(self) -> intervals.Interval | None:
        return None if self.low is None or self.high is None else (self.low, self.high)


def figure(value: Value, parts: Mapping[Item, Parts]) -> Figure:
    """The figure of a bound formula over one group of rows. `parts`: per leaf, what was pooled for the group."""
    match value:
        case Constant():
            return Figure(value.value, None)
        case RetentionOf():
            return _proportion(parts[value].get("y") or 0.0, parts[value].get("n") or 0.0)
        case Aggregate():
            return _aggregate_figure(value, parts[value])
        case ModelOf(name="lifecycle"):
            found = _proportion(parts[value].get("y") or 0.0, parts[value].get("n") or 0.0)
            return replace(found, parts=_fitted(parts[value]))
        case ModelOf():
            return _model_figure(parts[value])
        case Arithmetic():
            return _arithmetic_figure(value, parts)


def _model_figure(parts: Parts) -> Figure:
    """What the fit says, with its own interval; the parameters go along as parts."""
    n = parts.get("n")
    count = None if n is None else int(n)
    return Figure(parts.get("value"), count, low=parts.get("low"), high=parts.get("high"), parts=_fitted(parts))


def _fitted(parts: Parts) -> dict[str, float]:
    """The parameters of a fit and how well it fits; where there is none, nothing."""
    if parts.get("n") is None:
        return {}
    return {
        name: part
        for name, part in parts.items()
        if name not in ("value", "low", "high", "n", "y") and part is not None
    }


def finite(found: Figure) -> Figure:
    """The figure without what is no number: an overflow is no value, and an end of an interval that is none is none."""

    numbers = (found.value, found.numerator, found.denominator, found.low, found.high)
    if all(value is None or math.isfinite(value) for value in numbers):
        return found

    def clean(value: float | None) -> float | None:
        return value if value is not None and math.isfinite(value) else None

    return replace(
        found,
        value=clean(found.value),
        numerator=clean(found.numerator),
        denominator=clean(found.denominator),
        low=clean(found.low),
        high=clean(found.high),
    )


def _aggregate_figure(aggregate: Aggregate, parts: Parts) -> Figure:
    n = parts.get("n")
    if n is None:
        return Figure(None, None)
    count = int(n)
    if aggregate.function in ("count", "distinct"):
        return Figure(float(n), count, numerator=float(n))
    if aggregate.function == "sum":
        total = parts.get("s") or 0.0
        return Figure(total, count, numerator=total)
    if count == 0:
        return Figure(None, 0)
    match aggregate.function:
        case "share":
            return _share(aggregate, parts, count)
        case "nps":
            return _nps(aggregate, parts, count)
        case "mean":
            return _mean(aggregate, parts, count)
    return Figure(parts.get("v"), count)


def _share(aggregate: Aggregate, parts: Parts, count: int) -> Figure:
    if aggregate.weight is None:
        return _proportion(parts.get("y") or 0.0, float(count))
    successes, weight = parts.get("y") or 0.0, parts.get("w") or 0.0
    if weight <= 0:
        return Figure(None, count)
    n_eff = intervals.effective_n(weight, parts.get("w2") or 0.0)
    low, high = intervals.wilson(successes / weight * n_eff, n_eff) or (None, None)
    return Figure(successes / weight, count, successes, weight, low, high, {"n_eff": n_eff})


def _proportion(successes: float, trials: float) -> Figure:
    if trials == 0:
        return Figure(None, 0, 0.0, 0.0)
    low, high = intervals.wilson(successes, trials) or (None, None)
    return Figure(successes / trials, int(trials), successes, trials, low, high)


def _nps(aggregate: Aggregate, parts: Parts, count: int) -> Figure:
    promoters, detractors = parts.get("p") or 0.0, parts.get("d") or 0.0
    answers = float(count)
    scale = 1.0
    if aggregate.weight is not None:
        answers = parts.get("w") or 0.0
        scale = intervals.effective_n(answers, parts.get("w2") or 0.0) / answers if answers else 0.0
    if answers <= 0:
        return Figure(None, count)
    ends = intervals.nps(promoters * scale, detractors * scale, answers * scale) or (None, None)
    low, high = (None if end is None else 100 * end for end in ends)
    kept = {"promoters": promoters, "detractors": detractors} if aggregate.weight is None else {}
    value = 100 * (promoters - detractors) / answers
    return Figure(value, count, promoters - detractors, answers, low, high, kept)


def _mean(aggregate: Aggregate, parts: Parts, count: int) -> Figure:
    total, squares, n = parts.get("s") or 0.0, parts.get("q") or 0.0, float(count)
    if aggregate.weight is not None:
        weight = parts.get("w") or 0.0
        if weight <= 0:
            return Figure(None, count)
        n = intervals.effective_n(weight, parts.get("w2") or 0.0)
        low, high = intervals.mean(total / weight * n, squares / weight * n, n) or (None, None)
        return Figure(total / weight, count, total, weight, low, high, {"n_eff": n})
    low, high = intervals.mean(total, squares, n) or (None, None)
    return Figure(total / n, count, total, n, low, high, {"squares": squares})


def _arithmetic_figure(value: Arithmetic, parts: Mapping[Item, Parts]) -> Figure:
    left, right = figure(value.left, parts), figure(value.right, parts)
    both = ((value.left, left), (value.right, right))
    own = [side for part, side in both if not is_of_others(part)] or [left, right]
    counted = [side.n for side in own if side.n is not None]
    n = min(counted) if counted else None
    if value.op == "/" and isinstance(value.right, Constant) and kind_of(value) == "total":
        total = None if left.value is None or not value.right.value else left.value / value.right.value
        return Figure(total, left.n, numerator=total)
    if value.op == "/":
        pair = products_of(value)
        return _quotient(value, left, right, n, parts.get(pair, {}) if pair else {})
    if left.value is None or right.value is None:
        return Figure(None, n)
    if value.op == "*":
        product = left.value * right.value
        return Figure(product, n, numerator=product if kind_of(value) == "total" else left.value)
    result = left.value + right.value if value.op == "+" else left.value - right.value
    if kind_of(value) == "total":
        return Figure(result, sum(counted) if counted else None, numerator=result)
    return Figure(result, n, None, None, *_moved(value.op, left, right, result))


def _quotient(value: Arithmetic, left: Figure, right: Figure, n: int | None, products: Parts) -> Figure:
    kind = kind_of(value)
    if left.value is None or right.value is None or right.value == 0:
        return Figure(None, right.n if kind in ("proportion", "rate", "ratio") else n, left.value, right.value)
    result = left.value / right.value
    if kind == "proportion":
        return _proportion(left.value, right.value)
    if kind == "rate":
        ends = intervals.poisson_rate(left.value, right.value) or (None, None)
        return Figure(result, int(right.value), left.value, right.value, *ends)
    if kind == "ratio":
        xx, xy, yy, rows = (products.get(name) or 0.0 for name in ("xx", "xy", "yy", "n"))
        ends = intervals.ratio(left.value, right.value, xx, xy, yy, rows) or (None, None)
        return Figure(result, int(rows), left.value, right.value, *ends)
    shown = right.n if kind in ("mean_per_key", "ratio_across_tables") else n
    return Figure(result, shown, left.value, right.value)


def _moved(op: str, left: Figure, right: Figure, result: float) -> tuple[float | None, float | None]:
    """Square and add; a side without an interval counts as exact, two without give none."""
    if left.ends is None and right.ends is None:
        return None, None
    assert left.value is not None
    assert right.value is not None
    first, second = left.ends or (left.value, left.value), right.ends or (right.value, right.value)
    up, down = (second[1] - right.value, right.value - second[0])
    if op == "-":
        up, down = down, up
    return result - math.hypot(left.value - first[0], down), result + math.hypot(first[1] - left.value, up)
