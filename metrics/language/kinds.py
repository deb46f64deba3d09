"""What kind of number a formula gives, and from its pooled parts: value, numerator, denominator, n and interval.

The table of formulas.md §5. Parts are what sql/compile.py fetched: additive, so every total is pooled again and no
average is ever averaged.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from metrics.definition import Unit
from metrics.language.bound import (
    Aggregate,
    Arithmetic,
    Constant,
    Item,
    Leaf,
    ModelOf,
    Products,
    RetentionOf,
    SetMember,
    Value,
    is_reference,
    leaves,
    members_of,
    models_in,
    sets_in,
    tables_of,
)
from metrics.language.provided import names_of
from metrics.language.row_types import PERIOD_ENDS
from metrics.language.tree import Node, Operation
from metrics.result import Kind


def measured(value: Value) -> tuple[Item, ...]:
    """Everything to fetch for a formula: its leaves, what the interval of a quotient of sums needs, its models."""
    return (*_counted(value), *_products(value), *models_in(value))


def _counted(value: Value) -> tuple[Leaf, ...]:
    """The leaves without those that are only read to fit a model."""
    match value:
        case ModelOf():
            return ()
        case Arithmetic():
            return tuple(dict.fromkeys((*_counted(value.left), *_counted(value.right))))
    return leaves(value)


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


@functools.lru_cache(maxsize=4096)
def kind_of(value: Value) -> Kind:
    """The kind, inferred in the order of formulas.md §5."""
    match value:
        case RetentionOf() | ModelOf(name="lifecycle"):
            return "proportion"
        case Aggregate():
            return _kind_of_aggregate(value)
        case Arithmetic(op="*", left=one, right=Constant()) | Arithmetic(op="*", left=Constant(), right=one):
            return "total" if kind_of(one) == "total" else "other"
        case Arithmetic(op="/", left=left, right=Constant()) if kind_of(left) == "total":
            return "total"  # in thousands it is what it was
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

    Sums and counts of what happens do, as do people counted once and what is measured from one end of the period to
    the other, such as who was there at the start and left before the end; shares of answers, means, medians, stocks
    and frames of their own days do not, nor do two flows divided by each other, or anything by itself a year ago.
    """
    match value:
        case Aggregate():
            flows = value.function in ("count", "sum", "distinct") and value.window.kind not in ("start", "end")
            return _is_of_period(value) and (flows or _spans_period(value))
        case Arithmetic(op="/", left=left, right=right) if _counted_now(left) == _counted_now(right):
            return False
        case Arithmetic(op="/", left=left, right=right):
            sides = (depends_on_length(left), depends_on_length(right))
            return any(sides) if not all(sides) else any(map(_grows_less, leaves(value)))
        case Arithmetic():
            return depends_on_length(value.left) or depends_on_length(value.right)
    return False


def _is_of_period(aggregate: Aggregate) -> bool:
    """Whether it is taken over as many days as the period has, its own or those of an earlier one."""
    return aggregate.frame is None or aggregate.frame.kind == "ago"


def _counted_now(value: Value) -> set[Leaf]:
    """What is counted, whether now or as long ago as a comparison goes."""
    return {
        replace(one, frame=None) if isinstance(one, Aggregate) and _is_of_period(one) else one for one in leaves(value)
    }


def _grows_less(leaf: Leaf) -> bool:
    """Whether twice the time is not twice as much: people are counted once however often they come, and so is who was
    there for any of the days."""
    if isinstance(leaf, Aggregate) and (leaf.function == "distinct" or leaf.window.kind == "during"):
        return True
    return _spans_period(leaf)


def _spans_period(leaf: Leaf) -> bool:
    """Whether rows are told apart by the length of the period: those seen at one end or on all its days by its other
    end, or by a set of who did something in it."""
    if isinstance(leaf, RetentionOf):
        return False
    return _is_told_by_period(leaf) or any(map(_is_told_by_period, leaf.members))


def _is_told_by_period(rows: Aggregate | SetMember) -> bool:
    own = (rows.argument, rows.weight) if isinstance(rows, Aggregate) else (rows.key,)
    nodes = (*own, rows.where)
    seen_at = {"start": "period_start", "end": "period_end"}.get(rows.window.kind)
    by_ends = any(name in PERIOD_ENDS and name != seen_at for node in nodes for name in names_of(node))
    tested = (member for node in nodes for inside in sets_in(node) for member in members_of(inside))
    return by_ends or any(member.window.kind not in ("start", "end") for member in tested)


def default_unit(value: Value) -> Unit:
    """The unit of a metric that gives none."""
    kind = kind_of(value)
    return "percent" if kind == "proportion" else "points" if kind == "nps" else "number"


def is_survey(value: Value) -> bool:
    """Whether people's answers stand behind it: fewer than five are never shown."""
    return any("survey_responses" in tables_of(leaf) for leaf in leaves(value))


def is_of_others(value: Value) -> bool:
    """Whether it stands on reference tables alone: what others have published."""
    return bool(leaves(value)) and all(map(is_reference, leaves(value)))


def has_gate(value: Value) -> bool:
    """Whether `min_n` applies: survey scores and rates, what they are ahead of others by, never counts, sums and
    times."""
    match value:
        case Arithmetic(op=("+" | "-"), left=own, right=other) if is_of_others(other):
            return has_gate(own)
    kind = kind_of(value)
    return kind in ("proportion", "nps", "rate") or (kind == "mean" and is_survey(value))
