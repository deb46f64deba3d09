"""Aggregates → SQLAlchemy Core. One scan reads one table once, in one window, for however many aggregates.

Facts are aggregated alone, each at its own table; nothing is ever joined to another fact, so nothing fans out.
What can be added up is added up first, by key and by whole periods, and named, pooled and windowed afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from data_checks.calendar import EVERYBODYS
from data_checks.contract import contracts
from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import Aggregate, Frame, Leaf, Products
from metrics.period import Grain, floor
from metrics.question import AsOf, Question
from metrics.scope import Scope
from metrics.sql.constructs import Element, bucket_start, percentile
from metrics.sql.rollup import Rollup, is_additive, key_of, sides, unframed
from metrics.sql.row_sql import RowSql
from metrics.sql.selection import Rows, Selection, Tables, spine_of, window_of

Part = tuple[Leaf | Products, str]
SMALL_TABLE = 10_000
"""A table of at most this many rows is joined after counting by its key, not row by row before."""


@dataclass(frozen=True)
class Scan:
    """A statement and where its answers stand: columns are [first day of the period], slices …, then the parts."""

    statement: Rows
    parts: tuple[Part, ...]
    has_period: bool
    slices: int


def compile_plain(
    wanted: Sequence[Aggregate | Products], question: Question, warehouse: Warehouse, rollup: Rollup | None = None
) -> Scan:
    """One scan for aggregates of the same table, window and frame, of the facts or of a rollup that holds them all."""
    frame = sides(wanted[0])[0].frame
    additive = all(is_additive(item) for item in wanted)
    if frame is not None and additive:
        return _windowed(wanted, question, warehouse, rollup)
    small = _small_tables(wanted, question, warehouse) if additive and rollup is None else frozenset()
    scan = _counted(wanted, question, warehouse, rollup, small)
    return _named(scan, wanted, question, warehouse, small) if small else scan


def _counted(
    wanted: Sequence[Aggregate | Products],
    question: Question,
    warehouse: Warehouse,
    rollup: Rollup | None,
    by_key: frozenset[str],
) -> Scan:
    """The rows counted where they stand. A condition all aggregates share filters the rows; differing ones stand
    inside each aggregate."""
    first = sides(wanted[0])[0]
    tables: Tables = warehouse.table if rollup is None else _with_rollup(warehouse, rollup)
    selection = Selection(first.table, first.window, question, tables, frame=first.frame, by_key=by_key)
    conditions = {side.where for item in wanted for side in sides(item)}
    shared = first.where if len(conditions) == 1 and rollup is None else None
    parts: list[Part] = []
    columns: list[Element] = []
    for item in wanted:
        if rollup is not None:
            found = _held_parts(item, rollup, selection.table)
        else:
            found = _parts_of(item, selection.rows, is_shared=shared is not None)
        parts += [(item, name) for name, _ in found]
        columns += [column for _, column in found]
    values = [column.label(f"v{index}") for index, column in enumerate(columns)]
    statement = selection.select([*selection.shown, *values], shared).group_by(*selection.grouping)
    return Scan(statement, tuple(parts), selection.period is not None, len(selection.slices))


def compile_daily(
    wanted: Sequence[Aggregate | Products], team: str | None, warehouse: Warehouse
) -> tuple[Rows, tuple[Part, ...]]:
    """Every part of these aggregates per day and team key, over all days: (day, team, v0 …)."""
    first = sides(wanted[0])[0]
    ever = Question(
        Scope.everything(), AsOf(dt.date.max - dt.timedelta(days=1), True), dt.date.min, dt.date.max, EVERYBODYS, "all"
    )
    selection = Selection(first.table, first.window, ever, warehouse.table)
    day = selection.table.c[selection.contract.day_column(first.window.name)]
    keys = [day, *([selection.table.c[team]] if team else [])]
    found = [
        (item, name, column) for item in wanted for name, column in _parts_of(item, selection.rows, is_shared=False)
    ]
    values = [column.label(f"v{place}") for place, (_, _, column) in enumerate(found)]
    statement = selection.select([*keys, *values]).group_by(*keys)
    return statement, tuple((item, name) for item, name, _ in found)


def _with_rollup(warehouse: Warehouse, rollup: Rollup) -> Tables:
    held = rollup.columns
    return lambda name: held if name == rollup.table else warehouse.table(name)


def _held_parts(item: Aggregate | Products, rollup: Rollup, table: sa.Table) -> list[tuple[str, Element]]:
    return [(name, _folded(item, name, table.c[column])) for name, column in rollup.parts[key_of(unframed(item))]]


def _folded(item: Leaf | Products, name: str, column: Element) -> Element:
    """A part of the whole from the parts of its pieces: extremes are extremes of extremes, all others are sums."""
    if name == "v" and isinstance(item, Aggregate):
        return sa.func.min(column) if item.function == "min" else sa.func.max(column)
    return _sum(column)


def _small_tables(wanted: Sequence[Aggregate | Products], question: Question, warehouse: Warehouse) -> frozenset[str]:
    """The tables that name a slice asked for and are small enough to be joined afterwards."""
    table = sides(wanted[0])[0].table
    if contracts()[table].reference:
        return frozenset()
    named = (contracts()[table].slices[name].table for name in question.by)
    facts = warehouse.facts.tables
    return frozenset(name for name in named if name and name != table and facts[name].rows <= SMALL_TABLE)


def _named(
    scan: Scan,
    wanted: Sequence[Aggregate | Products],
    question: Question,
    warehouse: Warehouse,
    small: frozenset[str],
) -> Scan:
    """What was counted by key, named by the table the key belongs to, and pooled by that name."""
    counted = scan.statement.subquery("counted")
    slices = contracts()[sides(wanted[0])[0].table].slices
    first = 1 if scan.has_period else 0
    source: sa.FromClause = counted
    keys: list[Element] = [counted.c.k0] if scan.has_period else []
    for place, name in enumerate(question.by):
        key, slice_ = counted.c[f"k{first + place}"], slices[name]
        if slice_.table in small:
            told = warehouse.table(str(slice_.table)).alias(f"{slice_.table}_{place}")
            source = source.outerjoin(told, told.c[contracts()[str(slice_.table)].key] == key)
            key = told.c[str(slice_.attribute)]
        keys.append(key)
    statement = sa.select(*_pooled(scan, counted, keys)).select_from(source).group_by(*keys)
    return Scan(statement, scan.parts, scan.has_period, scan.slices)


def _pooled(scan: Scan, counted: sa.Subquery, keys: Sequence[Element]) -> list[Element]:
    """The keys, then the parts of a scan folded by these keys instead of those it was counted by."""
    labelled = [key.label(f"k{place}") for place, key in enumerate(keys)]
    columns = ((item, name, counted.c[f"v{place}"]) for place, (item, name) in enumerate(scan.parts))
    return [*labelled, *(_folded(item, name, column).label(column.name) for item, name, column in columns)]


def _windowed(
    wanted: Sequence[Aggregate | Products], question: Question, warehouse: Warehouse, rollup: Rollup | None
) -> Scan:
    """Windows of days over parts counted once: a row of the facts is read once, however many windows hold it."""
    frame = sides(wanted[0])[0].frame
    framed: dict[Leaf | Products, Leaf | Products] = {unframed(item): item for item in wanted}
    plain = compile_plain([unframed(item) for item in wanted], _pieces(frame, question), warehouse, rollup)
    counted, spine = plain.statement.subquery("counted"), spine_of(question, frame)
    inside = (counted.c.k0 >= spine.c.window_start) & (counted.c.k0 < spine.c.window_end)
    has_period = question.grain != "all"
    period: list[Element] = [bucket_start(question.grain, spine.c.period, question.calendar)] if has_period else []
    slices = [counted.c[f"k{place + 1}"] for place in range(plain.slices)]
    statement = sa.select(*_pooled(plain, counted, [*period, *slices])).select_from(spine.join(counted, inside))
    statement = statement.group_by(*([spine.c.period] if has_period else []), *slices)
    parts = tuple((framed[item], name) for item, name in plain.parts)
    return Scan(statement, parts, has_period, plain.slices)


def _pieces(frame: Frame | None, question: Question) -> Question:
    """The question asked in the longest periods that every window is made of."""
    begun = [period for period in question.periods if period.start < question.as_of.end] or question.periods[:1]
    windows = [window_of(frame, period.start, period.end, question) for period in begun]
    cuts = {day for window in windows for day in window if day < question.as_of.end}
    grains: tuple[Grain, ...] = ("year", "quarter", "month", "week", "day")
    piece = next(grain for grain in grains if all(floor(day, grain, question.calendar) == day for day in cuts))
    first, last = min(start for start, _ in windows), max(end for _, end in windows)
    return question.at(piece, first, max(last, first + dt.timedelta(days=1)))


def _parts_of(item: Aggregate | Products, rows: RowSql, is_shared: bool) -> list[tuple[str, Element]]:
    """The parts of one item; `is_shared`: its condition filters the rows already."""
    if isinstance(item, Products):
        return _products(item, rows)
    return _parts(item, rows, None if item.where is None or is_shared else rows.sql(item.where))


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
    if function == "share" and aggregate.weight is None:
        is_true = sa.func.count(sa.case((value if condition is None else sa.and_(condition, value), 1)))
        return [("n", sa.func.count(kept(value))), ("y", is_true)]
    if function == "share":
        value = sa.case((value, 1.0), (sa.not_(value), 0.0))
    if function == "nps":  # 11, −1 and 8.5 are codes or mistakes, no answers
        value = sa.case((sa.and_(value >= 0, value <= 10, value == sa.func.floor(value)), value))
    known = kept(value if isinstance(value.type, sa.Float) else sa.cast(value, sa.Float()))
    if function in ("share", "mean", "nps") and aggregate.weight is not None:
        return _weighted(function, known, kept(rows.sql(aggregate.weight)))
    count = ("n", sa.func.count(known))
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
