"""What kind of number a formula gives, and from its pooled parts: value, numerator, denominator, n and interval.

The table of formulas.md §5. Parts are what compile.py fetched: additive, so every total is pooled again and no
average is ever averaged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from metrics.bound import (
    Aggregate,
    Arithmetic,
    Constant,
    Leaf,
    Products,
    RetentionOf,
    SetMember,
    Value,
    leaves,
    tables_of,
)
from metrics.definition import Unit
from metrics.formula import Node, Operation
from metrics.result import Kind
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


def measured(value: Value) -> tuple[Leaf | Products, ...]:
    """Everything to fetch for a formula: its leaves, and what the interval of a quotient of sums needs."""
    return (*leaves(value), *_products(value))


def _products(value: Value) -> Iterator[Products]:
    if isinstance(value, Arithmetic):
        if (pair := products_of(value)) is not None:
            yield pair
        yield from _products(value.left)
        yield from _products(value.right)


def products_of(value: Arithmetic) -> Products | None:
    """The pair whose products a ratio's interval needs; None for other kinds."""
    if kind_of(value) != "ratio":
        return None
    assert isinstance(value.left, Aggregate)
    assert isinstance(value.right, Aggregate)
    return Products(value.left, value.right)


def kind_of(value: Value) -> Kind:
    """The kind, inferred in the order of formulas.md §5."""
    match value:
        case RetentionOf():
            return "proportion"
        case Aggregate():
            return _kind_of_aggregate(value)
        case Arithmetic(op="/", left=left, right=right):
            return _kind_of_quotient(left, right)
        case Arithmetic(op=("+" | "-"), left=left, right=right):
            both_total = all(isinstance(side, Constant) or kind_of(side) == "total" for side in (left, right))
            return "total" if both_total else "difference"
    return "other"


def _kind_of_aggregate(aggregate: Aggregate) -> Kind:
    match aggregate.function:
        case "share":
            return "proportion"
        case "nps":
            return "nps"
        case "mean":
            return "mean"
        case "median" | "percentile":
            return "quantile"
    return "total"


def _kind_of_quotient(left: Value, right: Value) -> Kind:
    terms = _terms(right)
    if _counts(left) and all(_counts(term) for term in terms) and any(within(left, term) for term in terms):
        return "proportion"
    if isinstance(left, Aggregate) and left.function == "sum":
        return _kind_of_sums(left, right)
    if _counts(left) and leaves(right) and _is_head_count(right):
        return "rate"
    return "other"


def _kind_of_sums(left: Aggregate, right: Value) -> Kind:
    """A sum over something: per key or per row of the same rows, or of another table."""
    if not isinstance(right, Aggregate) or right.members:
        return "ratio_across_tables"
    same_rows = (left.table, left.window, left.frame) == (right.table, right.window, right.frame)
    if same_rows and right.function == "distinct":
        return "mean_per_key"
    return "ratio" if same_rows and right.function in ("sum", "count") else "ratio_across_tables"


def _counts(value: Value) -> bool:
    return isinstance(value, Aggregate) and value.function in ("count", "distinct")


def _terms(value: Value) -> list[Value]:
    """B itself, or the terms of a sum of counts."""
    if isinstance(value, Arithmetic) and value.op == "+":
        return [*_terms(value.left), *_terms(value.right)]
    return [value]


def _is_head_count(value: Value) -> bool:
    match value:
        case Arithmetic():
            return _is_head_count(value.left) and _is_head_count(value.right)
        case Aggregate():
            return _counts(value)
    return isinstance(value, Constant)


def within(inner: Value, outer: Value) -> bool:
    """Whether every row (or key) counted by `inner` is one counted by `outer`: the same with more `and` terms."""
    if not (isinstance(inner, Aggregate) and isinstance(outer, Aggregate)) or inner.function != outer.function:
        return False
    if inner.members or outer.members:
        return inner.frame == outer.frame and _sets_within(_members(inner), _members(outer))
    same = (inner.table, inner.window, inner.argument, inner.frame) == (
        outer.table,
        outer.window,
        outer.argument,
        outer.frame,
    )
    return same and _and_terms(outer.where) <= _and_terms(inner.where)


def _members(aggregate: Aggregate) -> tuple[SetMember, ...]:
    """A distinct's set; a plain one is a set of one member."""
    if aggregate.members:
        return aggregate.members
    assert aggregate.argument is not None
    return (SetMember("union", aggregate.table, aggregate.argument, aggregate.window, aggregate.where),)


def _sets_within(inner: tuple[SetMember, ...], outer: tuple[SetMember, ...]) -> bool:
    """The same set with more `and` terms in its members, or followed by intersect or except."""
    further = inner[len(outer) :]
    if len(inner) < len(outer) or any(member.word == "union" for member in further):
        return False
    return all(_member_within(a, b) for a, b in zip(inner, outer, strict=False))


def _member_within(inner: SetMember, outer: SetMember) -> bool:
    same = (inner.word, inner.table, inner.window, inner.key) == (outer.word, outer.table, outer.window, outer.key)
    if inner.word != "union":  # a narrower test keeps fewer keys behind intersect, but more behind except
        return same and inner.where == outer.where
    return same and _and_terms(outer.where) <= _and_terms(inner.where)


def _and_terms(where: Node | None) -> set[Node]:
    if where is None:
        return set()
    if isinstance(where, Operation) and where.op == "and":
        return _and_terms(where.left) | _and_terms(where.right)
    return {where}


def depends_on_length(value: Value) -> bool:
    """Whether the number grows with the period it is taken over, so that a goal for a month fits no quarter.

    Sums and counts of what happens do, as do people counted once; shares of answers, means, medians, stocks and
    frames of their own days do not, nor do two flows divided by each other.
    """
    match value:
        case Aggregate():
            flows = value.function in ("count", "sum", "distinct") and value.window.kind not in ("start", "end")
            return flows and value.frame is None
        case Arithmetic(op="/", left=left, right=right):
            sides = (depends_on_length(left), depends_on_length(right))
            return any(sides) if not all(sides) else _counts_keys(value)
        case Arithmetic():
            return depends_on_length(value.left) or depends_on_length(value.right)
    return False


def _counts_keys(value: Value) -> bool:
    """Whether people are counted once however often they come: twice the time is not twice the people."""
    return any(isinstance(leaf, Aggregate) and leaf.function == "distinct" for leaf in leaves(value))


def default_unit(value: Value) -> Unit:
    """The unit of a metric that gives none."""
    kind = kind_of(value)
    return "percent" if kind == "proportion" else "points" if kind == "nps" else "number"


def is_survey(value: Value) -> bool:
    """Whether people's answers stand behind it: fewer than five are never shown."""
    return any("survey_responses" in tables_of(leaf) for leaf in leaves(value))


def has_gate(value: Value) -> bool:
    """Whether `min_n` applies: survey scores and rates, never counts, sums and times."""
    kind = kind_of(value)
    return kind in ("proportion", "nps", "rate") or (kind == "mean" and is_survey(value))


# ── figures from parts ───────────────────────────────────────────────────────────────────────────────


def figure(value: Value, parts: Mapping[Leaf | Products, Parts]) -> Figure:
    """The figure of a bound formula over one group of rows. `parts`: per leaf, what was pooled for the group."""
    match value:
        case Constant():
            return Figure(value.value, None)
        case RetentionOf():
            return _proportion(parts[value].get("y") or 0.0, parts[value].get("n") or 0.0)
        case Aggregate():
            return _aggregate_figure(value, parts[value])
        case Arithmetic():
            return _arithmetic_figure(value, parts)


def finite(found: Figure) -> Figure:
    """The figure without what is no number: an overflow is no value, and an end of an interval that is none is none."""

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


def _arithmetic_figure(value: Arithmetic, parts: Mapping[Leaf | Products, Parts]) -> Figure:
    left, right = figure(value.left, parts), figure(value.right, parts)
    counted = [side.n for side in (left, right) if side.n is not None]
    n = min(counted) if counted else None
    if value.op == "/":
        pair = products_of(value)
        return _quotient(value, left, right, n, parts.get(pair, {}) if pair else {})
    if left.value is None or right.value is None:
        return Figure(None, n)
    if value.op == "*":
        return Figure(left.value * right.value, n, numerator=left.value)
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
