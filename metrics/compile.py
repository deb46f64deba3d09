"""Aggregates → SQLAlchemy Core. One scan reads one table once, in one window, for however many aggregates.

Facts are aggregated alone, each at its own table; nothing is ever joined to another fact, so nothing fans out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from metrics.bound import Aggregate, Leaf, Products, RetentionOf
from metrics.constructs import Element, bucket_index, percentile
from metrics.period import step
from metrics.question import Question
from metrics.row_sql import RowSql
from metrics.selection import Rows, Selection, Tables, key_rows

Part = tuple[Leaf | Products, str]


@dataclass(frozen=True)
class Scan:
    """A statement and where its answers stand: columns are [period], slices …, then the parts in order."""

    statement: Rows
    parts: tuple[Part, ...]
    has_period: bool
    slices: int
    indexed: bool = False
    """The period column holds bucket_index numbers, not days."""


def compile_plain(wanted: Sequence[Aggregate | Products], question: Question, tables: Tables) -> Scan:
    """One scan for aggregates of the same table, window and frame. A condition they all share filters the rows;
    differing ones stand inside each aggregate."""
    aggregates = [item.left if isinstance(item, Products) else item for item in wanted]
    first = aggregates[0]
    selection = Selection(first.table, first.window, question, tables, frame=first.frame)
    conditions = {aggregate.where for aggregate in aggregates}
    conditions |= {item.right.where for item in wanted if isinstance(item, Products)}
    shared = first.where if len(conditions) == 1 else None
    parts: list[Part] = []
    columns: list[Element] = []
    for item in wanted:
        found = (
            _products(item, selection.rows)
            if isinstance(item, Products)
            else _parts(item, selection.rows, _inner(item, selection.rows, shared is not None))
        )
        parts += [(item, name) for name, _ in found]
        columns += [column for _, column in found]
    labelled = [key.label(f"k{index}") for index, key in enumerate(selection.keys)]
    values = [column.label(f"v{index}") for index, column in enumerate(columns)]
    statement = selection.select([*labelled, *values], shared)
    if labelled:
        statement = statement.group_by(*(sa.literal_column(str(i + 1)) for i in range(len(labelled))))
    return Scan(statement, tuple(parts), selection.period is not None, len(selection.slices))


def _inner(aggregate: Aggregate, rows: RowSql, is_shared: bool) -> Element | None:
    return None if aggregate.where is None or is_shared else rows.sql(aggregate.where)


def _parts(aggregate: Aggregate, rows: RowSql, condition: Element | None) -> list[tuple[str, Element]]:
    """The parts an aggregate is pooled from: n counts, s sum, q squares, y successes, p/d promoters and
    detractors, w and w2 weights, v a value that cannot be pooled."""

    def kept(value: Element) -> Element:
        return value if condition is None else sa.case((condition, value))

    function = aggregate.function
    if aggregate.argument is None:
        return [("n", sa.func.count() if condition is None else sa.func.count(kept(sa.literal(1))))]
    value = rows.sql(aggregate.argument)
    if function == "count":
        return [("n", sa.func.count(kept(value)))]
    if function == "distinct":
        return [("n", sa.func.count(sa.distinct(kept(value))))]
    if function == "share":
        value = sa.case((value, 1.0), (sa.not_(value), 0.0))
    if function == "nps":  # 11, −1 and 8.5 are codes or mistakes, no answers
        value = sa.case((sa.and_(value >= 0, value <= 10, value == sa.func.floor(value)), value))
    known = kept(sa.cast(value, sa.Float()))
    if function in ("share", "mean", "nps") and aggregate.weight is not None:
        return _weighted(function, known, kept(rows.sql(aggregate.weight)))
    count = ("n", sa.func.count(known))
    if function == "share":
        return [count, ("y", _sum(known))]
    if function == "mean":
        return [count, ("s", _sum(known)), ("q", _sum(known * known))]
    if function == "nps":
        return [count, ("p", _sum(sa.case((known >= 9, 1.0)))), ("d", _sum(sa.case((known <= 6, 1.0))))]
    if function == "sum":
        return [count, ("s", _sum(known))]
    if function in ("min", "max"):
        return [count, ("v", getattr(sa.func, function)(known))]
    share = 0.5 if function == "median" else aggregate.percent / 100
    return [count, ("v", percentile(share, known))]


def _weighted(function: str, value: Element, weight: Element) -> list[tuple[str, Element]]:
    # a weight below zero is no weight: the answer counts nowhere
    weight = sa.case((sa.and_(value.is_not(None), weight >= 0), sa.cast(weight, sa.Float())))
    shared = [("n", sa.func.count(weight)), ("w", _sum(weight)), ("w2", _sum(weight * weight))]
    if function == "share":
        return [*shared, ("y", _sum(weight * value))]
    if function == "mean":
        return [*shared, ("s", _sum(weight * value)), ("q", _sum(weight * value * value))]
    promoters, detractors = sa.case((value >= 9, weight)), sa.case((value <= 6, weight))
    return [*shared, ("p", _sum(promoters)), ("d", _sum(detractors))]


def _products(pair: Products, rows: RowSql) -> list[tuple[str, Element]]:
    """n rows with y ≠ 0, Σx², Σxy, Σy²; a row that one side leaves out is 0 there."""

    def amount(side: Aggregate) -> Element:
        value: Element = sa.literal(1.0) if side.argument is None else sa.cast(rows.sql(side.argument), sa.Float())
        if side.function == "count" and side.argument is not None:
            value = sa.case((rows.sql(side.argument).is_not(None), 1.0))
        kept = value if side.where is None else sa.case((rows.sql(side.where), value))
        return sa.func.coalesce(kept, 0.0, type_=sa.Float())

    x, y = amount(pair.left), amount(pair.right)
    return [
        ("n", sa.func.count(sa.case((y != 0, 1)))),
        ("xx", _sum(x * x)),
        ("xy", _sum(x * y)),
        ("yy", _sum(y * y)),
    ]


def _sum(value: Element) -> Element:
    return sa.func.sum(value, type_=sa.Float())


def compile_set(aggregate: Aggregate, question: Question, tables: Tables) -> Scan:
    """distinct( ) over a set of several members: every key once."""
    keys = key_rows(aggregate.members, question, tables, frame=aggregate.frame).subquery("keys")
    grouping = [column for column in keys.c if column.name != "key"]
    statement = sa.select(*grouping, sa.func.count(sa.distinct(keys.c.key)).label("v0")).select_from(keys)
    if grouping:
        statement = statement.group_by(*grouping)
    return Scan(statement, ((aggregate, "n"),), question.grain != "all", len(question.by))


def compile_retention(shape: RetentionOf, question: Question, history: dt.date, tables: Tables) -> Scan:
    """Members of the set per period of `every`, and how many of them are in it again `after` periods later.

    Coming back is membership among all rows: neither filtered nor sliced. `question.grain` is `every`;
    `history` is the first loaded day, where a key's first period is looked for.
    """
    members = _membership(shape, question, tables, filtered=True).subquery("members")
    wide = question.at(shape.every, question.start, step(question.periods[-1].end, shape.every, shape.after))
    again = _membership(shape, wide, tables, filtered=False).subquery("again")
    back = (again.c.key == members.c.key) & (again.c.k0 == members.c.k0 + shape.after)
    source = members.outerjoin(again, back)
    if shape.cohort == "first":
        since = question.at(shape.every, min(history, question.start), question.end)
        all_time = _membership(shape, since, tables, filtered=False).subquery("all_time")
        first = sa.select(all_time.c.key, sa.func.min(all_time.c.k0).label("k0")).group_by(all_time.c.key)
        begun = first.subquery("first")
        source = source.join(begun, (begun.c.key == members.c.key) & (begun.c.k0 == members.c.k0))
    grouping = [column for column in members.c if column.name != "key"]
    counts = [sa.func.count(sa.distinct(side.c.key)) for side in (again, members)]
    labelled = [count.label(f"v{index}") for index, count in enumerate(counts)]
    statement = sa.select(*grouping, *labelled).select_from(source).group_by(*grouping)
    return Scan(statement, ((shape, "y"), (shape, "n")), True, len(question.by), indexed=True)


def _membership(shape: RetentionOf, question: Question, tables: Tables, filtered: bool) -> sa.Select[Any]:
    """(k0 period index, k1 … slices, key), one row each; null keys are in no set."""
    rows = key_rows(shape.members, question, tables, filtered).subquery("rows")
    index = bucket_index(shape.every, rows.c.k0, question.calendar).label("k0")
    slices = [column for column in rows.c if column.name not in ("k0", "key")]
    return sa.select(index, *slices, rows.c.key).where(rows.c.key.is_not(None)).distinct()
