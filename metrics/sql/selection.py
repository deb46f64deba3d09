"""The rows of one table in one window, cut into periods and slices: the part every statement shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import Any

import sqlalchemy as sa

from data_checks.contract import contracts
from metrics.language.bound import Frame, SetMember, members_of
from metrics.language.tree import Inside, Node, Window
from metrics.period import Period
from metrics.question import Question
from metrics.sql.constructs import Element, bucket, bucket_end, bucket_index, bucket_start, day, index_of, month_start
from metrics.sql.row_sql import RowSql
from metrics.sql.scope_sql import in_scope

Tables = Callable[[str], sa.Table]
Rows = sa.Select[tuple[Any, ...]]


class Selection:
    """`filtered`: sliced, filtered and scoped as asked; else among all rows, as membership in a set is.

    `frame`: the days that stand for a period, when they are not its own. `by_key`: tables whose key stands for what
    is told by a slice of theirs, to be named later.
    """

    def __init__(
        self,
        table: str,
        window: Window,
        question: Question,
        tables: Tables,
        filtered: bool = True,
        frame: Frame | None = None,
        by_key: frozenset[str] = frozenset(),
    ) -> None:
        self.contract = contracts()[table]
        self.question = question
        self.tables = tables
        self.frame = frame
        self.table = tables(table)
        on_spine = window.kind != "at" or frame is not None
        self._spine = spine_of(question, frame) if on_spine else None
        self._conditions: list[Element] = []
        self._month: tuple[Element, ...] = ()
        self.period, edges = self._cut(window)
        self.rows = RowSql(self.table, self.contract, tables, edges, self._is_member)
        self.on: Element | None = self._counts_in(window) if self._spine is not None else None
        filtered = filtered and not self.contract.reference  # the same for every slice and every reader
        self.slices = [self._slice(name, by_key) for name in question.by] if filtered else []
        if filtered:
            self._conditions += self._filters()

    @property
    def keys(self) -> list[Element]:
        """What a group is told apart by: the period's number, unless everything is one, and the slices."""
        return [*([self.period] if self.period is not None else []), *self.slices]

    @property
    def grouping(self) -> list[Element]:
        """What the rows of an answer are grouped by: the keys, but a month by its year and number, as people read."""
        return [*self._month, *self.slices] if self._month else self.keys

    @property
    def shown(self) -> list[Element]:
        """The keys as an answer gives them: k0 the period's first day, then the slices."""
        first: list[Element] = []
        if self._month:
            first = [month_start(*self._month)]
        elif self.period is not None:
            first = [bucket_start(self.question.grain, self.period, self.question.calendar)]
        return [key.label(f"k{place}") for place, key in enumerate([*first, *self.slices])]

    def _slice(self, name: str, by_key: frozenset[str]) -> Element:
        slice_ = self.contract.slices[name]
        return self.table.c[slice_.column] if slice_.table in by_key else self.rows.slice(slice_)

    def select(self, columns: Iterable[Element], where: Node | None = None) -> Rows:
        """SELECT columns FROM these rows WHERE the window, the filters, the scope, and `where`."""
        columns = list(columns)
        conditions = [*self._conditions, *([self.rows.sql(where)] if where is not None else [])]
        source = self.rows.source(self._spine, self.on)
        return sa.select(*columns).select_from(source).where(*conditions)

    def _cut(self, window: Window) -> tuple[Element | None, tuple[Element, Element]]:
        """The number of the period (None for `all`) and the SQL of the period's two ends.

        Grouping by a small number is several times as fast as by a truncated day.
        """
        question = self.question
        if self._spine is not None:
            edges = (self._spine.c.window_start, self._spine.c.window_end)
            return None if question.grain == "all" else self._spine.c.period, edges
        counted = self.table.c[self.contract.day_column(window.name)]
        start = question.periods[0].start
        end = min(question.periods[-1].end, question.as_of.end)
        self._conditions += [counted >= day(start), counted < day(end)]
        if question.grain == "all":
            return None, (day(start), day(end))
        if question.grain == "month":
            self._month = (sa.extract("year", counted), sa.extract("month", counted))
        first: Element = bucket(question.grain, counted, question.calendar)
        last = sa.func.least(bucket_end(question.grain, first), day(question.as_of.end), type_=sa.Date())
        return bucket_index(question.grain, counted, question.calendar), (first, last)

    def _counts_in(self, window: Window) -> Element:
        """Rows whose day lies in the window; whose span holds its start or end, or touches it."""
        assert self._spine is not None
        start, end = self._spine.c.window_start, self._spine.c.window_end
        if window.kind == "at":
            counted = self.table.c[self.contract.day_column(window.name)]
            return sa.and_(counted >= start, counted < end)
        opens_at, closes_at = self.contract.spans[window.name]
        begins = self.table.c[self.contract.day_column(opens_at)]
        running: Element = sa.true()
        if closes_at is not None:
            closes = self.table.c[self.contract.day_column(closes_at)]
            running = closes.is_(None) | (closes >= (end if window.kind == "end" else start))
        return sa.and_(begins < (start if window.kind == "start" else end), running)

    def _filters(self) -> list[Element]:
        conditions = [self.chosen(name, values) for name, values in self.question.where]
        return [*conditions, *in_scope(self.table, self.contract.table, self.question.scope)]

    def chosen(self, name: str, values: Collection[str | None]) -> Element:
        """Whether a row's slice is one of these values; None: it has none."""
        column = self.rows.slice(self.contract.slices[name])
        known = [value for value in values if value is not None]
        choices: list[Element] = [column.in_(known)] if known else []
        choices += [column.is_(None)] if None in values else []
        return sa.or_(*choices)

    def _is_member(self, key: Element, inside: Inside) -> Element:
        """Whether a key is in a set, in the same days, among all rows."""
        found = key_rows(members_of(inside), self.question, self.tables, False, self.frame).subquery()
        same = [found.c.key == key]
        if self.period is not None:
            same.append(found.c.k0 == self.period)
        return sa.exists(sa.select(sa.literal(1)).select_from(found).where(*same))


def key_rows(
    members: Iterable[SetMember],
    question: Question,
    tables: Tables,
    filtered: bool = True,
    frame: Frame | None = None,
) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """The rows (k0 …, key) of a set: union adds rows, each by its own route; intersect and except keep or drop keys
    by membership among all rows of the same period. Left to right."""
    found: sa.Select[Any] | sa.CompoundSelect[Any] | None = None
    for member in members:
        rows = _member_rows(member, question, tables, filtered and member.word == "union", frame)
        if found is None:
            found = rows
        elif member.word == "union":
            found = sa.union_all(found, rows)
        else:
            found = _kept(found, rows, question, member.word == "intersect")
    assert found is not None
    return found


def _member_rows(
    member: SetMember, question: Question, tables: Tables, filtered: bool, frame: Frame | None
) -> sa.Select[Any]:
    selection = Selection(member.table, member.window, question, tables, filtered, frame)
    columns = [key.label(f"k{index}") for index, key in enumerate(selection.keys)]
    return selection.select([*columns, selection.rows.sql(member.key).label("key")], member.where)


def _kept(
    found: sa.Select[Any] | sa.CompoundSelect[Any], test: sa.Select[Any], question: Question, wanted: bool
) -> sa.Select[Any]:
    left, right = found.subquery(), test.subquery()
    same = [right.c.key == left.c.key]
    if question.grain != "all":
        same.append(right.c.k0 == left.c.k0)
    inside = sa.exists(sa.select(sa.literal(1)).select_from(right).where(*same))
    return sa.select(*left.c).where(left.c.key.is_not(None), inside if wanted else sa.not_(inside))


def spine_of(question: Question, frame: Frame | None) -> sa.Subquery:
    """The periods asked for as rows (period, window_start, window_end); unfinished ones end with the data."""
    rows = [
        (number_of(period, question), *window_of(frame, period.start, period.end, question))
        for period in question.periods
        if period.start < question.as_of.end
    ]
    types: dict[str, sa.types.TypeEngine[Any]] = {"period": sa.Integer(), "window_start": sa.Date()}
    columns = [sa.column(name, types.get(name, sa.Date())) for name in ("period", "window_start", "window_end")]
    if not rows:  # all in the future: no period at all
        nothing = sa.select(*(sa.cast(sa.null(), column.type).label(column.name) for column in columns))
        return nothing.where(sa.false()).subquery("periods")
    values = sa.values(*columns, name="spine").data(rows)
    return sa.select(*(sa.cast(column, column.type).label(column.name) for column in values.c)).subquery("periods")


def number_of(period: Period, question: Question) -> int:
    """bucket_index of a period; of everything as one, 0."""
    return 0 if question.grain == "all" else index_of(period.start, question.grain, question.calendar)


def window_of(frame: Frame | None, start: dt.date, end: dt.date, question: Question) -> tuple[dt.date, dt.date]:
    """The days that stand for the period [start, end): its own up to the end of the data, or the frame's."""
    clipped = min(end, question.as_of.end)
    return (start, clipped) if frame is None else frame.window(start, end, clipped, question.calendar)
