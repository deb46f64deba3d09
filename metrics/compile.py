"""Aggregates → SQLAlchemy Core. One scan reads one table once, in one window, for however many aggregates.

Facts are aggregated alone, each at its own table; nothing is ever joined to another fact, so nothing fans out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from data_checks.contract import contracts
from metrics.bind import Aggregate, RetentionOf, SetMember
from metrics.constructs import Element, bucket, bucket_end, bucket_index, day, percentile
from metrics.formula import Node, Window
from metrics.period import step
from metrics.question import Question
from metrics.row_sql import RowSql

Tables = Callable[[str], sa.Table]


@dataclass(frozen=True)
class Scan:
    """A statement and where its answers stand: columns are [period], slices …, then the parts in order."""

    statement: sa.Select[tuple[object, ...]]
    parts: tuple[tuple[Aggregate | RetentionOf, str], ...]
    has_period: bool
    indexed: bool = False
    """The period column holds bucket_index numbers, not days."""


class Selection:
    """The rows of one table in one window, cut into periods and slices: the part every statement shares."""

    def __init__(self, table: str, window: Window, question: Question, tables: Tables, filtered: bool = True) -> None:
        self.contract = contracts()[table]
        self.question = question
        self.table = tables(table)
        self._spine = None if window.kind == "at" else _spine(question)
        self._conditions: list[Element] = []
        self.period, edges = self._cut(window)
        self.rows = RowSql(self.table, self.contract, tables, edges)
        self.on: Element | None = self._span_condition(window) if self._spine is not None else None
        self.slices = [self.rows.slice(self.contract.slices[name]) for name in question.by] if filtered else []
        if filtered:
            self._conditions += self._filters()

    def select(self, columns: Iterable[Element], where: Node | None = None) -> sa.Select[tuple[object, ...]]:
        """SELECT columns FROM these rows WHERE the window, the filters, the scope, and `where`."""
        columns = list(columns)
        conditions = [*self._conditions, *([self.rows.sql(where)] if where is not None else [])]
        source = self.rows.source(self._spine, self.on)
        return sa.select(*columns).select_from(source).where(*conditions)

    def _cut(self, window: Window) -> tuple[Element | None, tuple[Element, Element]]:
        """The period column (None for `all`) and the SQL of the period's two ends."""
        question = self.question
        if self._spine is not None:
            whole = question.grain == "all"
            return None if whole else self._spine.c.period_start, (self._spine.c.period_start, self._spine.c.period_end)
        counted = self.table.c[self.contract.day_column(window.name)]
        start = question.periods[0].start
        end = min(question.periods[-1].end, question.as_of.end)
        self._conditions += [counted >= day(start), counted < day(end)]
        if question.grain == "all":
            return None, (day(start), day(end))
        period: Element = bucket(question.grain, counted)
        ends = sa.func.least(bucket_end(question.grain, period), day(question.as_of.end), type_=sa.Date())
        return period, (period, ends)

    def _span_condition(self, window: Window) -> Element:
        """Rows whose span holds the period's start or end, or touches the period."""
        assert self._spine is not None
        opens_at, closes_at = self.contract.spans[window.name]
        start, end = self._spine.c.period_start, self._spine.c.period_end
        begins = self.table.c[self.contract.day_column(opens_at)]
        running: Element = sa.true()
        if closes_at is not None:
            closes = self.table.c[self.contract.day_column(closes_at)]
            running = closes.is_(None) | (closes >= (end if window.kind == "end" else start))
        return sa.and_(begins < (start if window.kind == "start" else end), running)

    def _filters(self) -> list[Element]:
        conditions = []
        for name, values in self.question.where:
            column = self.rows.slice(self.contract.slices[name])
            known = [value for value in values if value is not None]
            choices: list[Element] = [column.in_(known)] if known else []
            choices += [column.is_(None)] if None in values else []
            conditions.append(sa.or_(*choices))
        if self.question.scope.teams is not None:
            route = self.contract.slices["team"].column
            conditions.append(self.table.c[route].in_(sorted(self.question.scope.teams)))
        return conditions


def _spine(question: Question) -> sa.Subquery:
    """The periods asked for, as rows (period_start, period_end); unfinished ones end where the data do."""
    known = [period for period in question.periods if period.start < question.as_of.end]
    columns = (sa.column("period_start", sa.Date()), sa.column("period_end", sa.Date()))
    if not known:  # all in the future: no period at all
        nothing = sa.select(day(question.start).label("period_start"), day(question.start).label("period_end"))
        return nothing.where(sa.false()).subquery("periods")
    rows = sa.values(*columns, name="spine").data([(p.start, question.clipped_end(p)) for p in known])
    ends = [sa.cast(column, sa.Date()).label(column.name) for column in rows.c]
    return sa.select(*ends).subquery("periods")


def compile_plain(aggregates: Sequence[Aggregate], question: Question, tables: Tables) -> Scan:
    """One scan for aggregates of the same table and window. A condition they all share filters the rows;
    differing ones stand inside each aggregate."""
    selection = Selection(aggregates[0].table, aggregates[0].window, question, tables)
    shared = aggregates[0].where if len({aggregate.where for aggregate in aggregates}) == 1 else None
    parts: list[tuple[Aggregate | RetentionOf, str]] = []
    columns: list[Element] = []
    for aggregate in aggregates:
        inner = None if aggregate.where is None or shared is not None else selection.rows.sql(aggregate.where)
        for name, expression in _parts(aggregate, selection.rows, inner):
            parts.append((aggregate, name))
            columns.append(expression)
    keys = [*([selection.period] if selection.period is not None else []), *selection.slices]
    labelled = [key.label(f"k{index}") for index, key in enumerate(keys)]
    values = [column.label(f"v{index}") for index, column in enumerate(columns)]
    statement = selection.select([*labelled, *values], shared)
    if keys:
        statement = statement.group_by(*(sa.literal_column(str(i + 1)) for i in range(len(keys))))
    return Scan(statement, tuple(parts), selection.period is not None)


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


def _sum(value: Element) -> Element:
    return sa.func.sum(value, type_=sa.Float())


def compile_union(aggregate: Aggregate, question: Question, tables: Tables) -> Scan:
    """distinct( ) over a union of sets: every member's keys, each by its own route, counted once."""
    keys = _keys(aggregate.members, question, tables).subquery("keys")
    grouping = [column for column in keys.c if column.name != "key"]
    statement = sa.select(*grouping, sa.func.count(sa.distinct(keys.c.key)).label("v0")).select_from(keys)
    if grouping:
        statement = statement.group_by(*grouping)
    return Scan(statement, ((aggregate, "n"),), question.grain != "all")


def _keys(members: Sequence[SetMember], question: Question, tables: Tables) -> sa.CompoundSelect[tuple[object, ...]]:
    selects = []
    for member in members:
        selection = Selection(member.table, member.window, question, tables)
        keys = [*([selection.period] if selection.period is not None else []), *selection.slices]
        columns = [key.label(f"k{index}") for index, key in enumerate(keys)]
        selects.append(selection.select([*columns, selection.rows.sql(member.key).label("key")], member.where))
    return sa.union_all(*selects)


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
    return Scan(statement, ((shape, "y"), (shape, "n")), True, indexed=True)


def _membership(
    shape: RetentionOf, question: Question, tables: Tables, filtered: bool
) -> sa.Select[tuple[object, ...]]:
    """(k0 period index, k1 … slices, key), one row each; null keys are in no set."""
    selects = []
    for member in shape.members:
        selection = Selection(member.table, member.window, question, tables, filtered)
        assert selection.period is not None
        index = bucket_index(shape.every, selection.period).label("k0")
        slices = [column.label(f"k{number + 1}") for number, column in enumerate(selection.slices)]
        selects.append(selection.select([index, *slices, selection.rows.sql(member.key).label("key")], member.where))
    rows = sa.union_all(*selects).subquery("rows")
    return sa.select(*rows.c).where(rows.c.key.is_not(None)).distinct()
