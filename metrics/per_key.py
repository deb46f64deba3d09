"""Intervals of a mean per key (revenue per customer): Student's t over the keys' own sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.bound import Aggregate, Arithmetic
from metrics.constructs import Element
from metrics.quantiles import MOST_GROUPS, group_of, plain
from metrics.question import Question
from metrics.result import MetricResult
from metrics.row_sql import RowSql
from metrics.selection import Selection
from metrics.stats import intervals


def with_key_interval(
    results: Sequence[MetricResult], value: Arithmetic, question: Question, warehouse: Warehouse
) -> tuple[MetricResult, ...]:
    """The same results with low and high from the spread of the sums per key; a long table goes without."""
    if not 0 < sum(result.value is not None for result in results) <= MOST_GROUPS:
        return tuple(results)
    ends: dict[tuple[Any, ...], intervals.Interval | None] = {}
    for row in warehouse.read(_statement(value, question, warehouse)):
        *group, count, total, squares = (plain(cell) for cell in row)
        ends[tuple(group)] = intervals.mean(float(total), float(squares), float(count))
    filled = []
    for result in results:
        low, high = ends.get(group_of(result, question)) or (None, None)
        filled.append(replace(result, low=low, high=high) if result.value is not None else result)
    return tuple(filled)


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
    found = (sa.func.count(), sa.func.sum(keys.c.amount), sa.func.sum(keys.c.amount * keys.c.amount))
    statement = sa.select(*grouping, *found).select_from(keys)
    return statement.group_by(*grouping) if grouping else statement


def _where(rows: RowSql, aggregate: Aggregate, value: Element) -> Element:
    return value if aggregate.where is None else sa.case((rows.sql(aggregate.where), value))
