"""Intervals of a mean per key (revenue per customer): Student's t over the keys' own sums."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import Aggregate, Arithmetic
from metrics.question import Group, Question
from metrics.sql.constructs import Element, bucket_start
from metrics.sql.row_sql import RowSql
from metrics.sql.selection import Selection
from metrics.stats import intervals


def ends_of(value: Arithmetic, question: Question, warehouse: Warehouse) -> dict[Group, tuple[float, float]]:
    """Low and high per group from the spread of the sums per key; none where there is no spread to judge by."""
    ends: dict[Group, tuple[float, float]] = {}
    has_period = question.grain != "all"
    row: Any
    for row in warehouse.read(_statement(value, question, warehouse)):
        *keys, count, total, squares = row
        if (found := intervals.mean(float(total), float(squares), float(count))) is not None:
            start: dt.date | None = keys.pop(0) if has_period else None
            ends[start, tuple(keys)] = found
    return ends


def _statement(value: Arithmetic, question: Question, warehouse: Warehouse) -> sa.Select[Any]:
    """Per group: how many keys, and the sum and the squares of their sums."""
    left, right = value.left, value.right
    assert isinstance(left, Aggregate)
    assert isinstance(right, Aggregate)
    assert left.argument is not None
    assert right.argument is not None
    selection = Selection(left.table, left.window, question, warehouse.table, frame=left.frame)
    rows = selection.rows
    key = rows.sql(right.argument)
    amount = _where(rows, left, sa.cast(rows.sql(left.argument), sa.Float()))
    groups = [column.label(f"k{index}") for index, column in enumerate(selection.keys)]
    counted = sa.func.count(_where(rows, right, key))
    one = selection.select([*groups, sa.func.coalesce(sa.func.sum(amount), 0.0).label("amount")])
    one = one.group_by(*selection.keys, key).having(counted > 0)
    keys = one.subquery("keys")
    grouping = [column for column in keys.c if column.name != "amount"]
    shown: list[Element] = list(grouping)
    if question.grain != "all":
        shown[0] = bucket_start(question.grain, grouping[0], question.calendar)
    found = (sa.func.count(), sa.func.sum(keys.c.amount), sa.func.sum(keys.c.amount * keys.c.amount))
    return sa.select(*shown, *found).select_from(keys).group_by(*grouping)


def _where(rows: RowSql, aggregate: Aggregate, value: Element) -> Element:
    return value if aggregate.where is None else sa.case((rows.sql(aggregate.where), value))
