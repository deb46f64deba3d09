"""Intervals of medians and percentiles: the values at two ranks, fetched by one more query (cards, not long tables)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.bound import Aggregate
from metrics.question import Question
from metrics.result import MetricResult
from metrics.selection import Selection
from metrics.stats.intervals import quantile_ranks

MOST_GROUPS = 64
"""Above this many groups the intervals are left out: it is a table then, not cards."""


def with_interval(
    results: Sequence[MetricResult], aggregate: Aggregate, question: Question, warehouse: Warehouse
) -> tuple[MetricResult, ...]:
    """The same results with low and high where a rank of the order statistics exists."""
    wanted = {group_of(result, question): result for result in results if result.n and result.value is not None}
    if not wanted or len(wanted) > MOST_GROUPS:
        return tuple(results)
    share = 0.5 if aggregate.function == "median" else aggregate.percent / 100
    ranks = {group: quantile_ranks(result.n or 0, share) for group, result in wanted.items()}
    statement = _statement(aggregate, question, warehouse, ranks)
    values: dict[tuple[Any, ...], float] = {}
    for row in warehouse.read(statement):
        cells = tuple(plain(cell) for cell in row)
        values[cells[:-1]] = float(cells[-1])
    filled = []
    for result in results:
        group = group_of(result, question)
        low, high = (values.get((*group, rank)) for rank in ranks.get(group, (None, None)))
        filled.append(replace(result, low=low, high=high))
    return tuple(filled)


def group_of(result: MetricResult, question: Question) -> tuple[Any, ...]:
    """What a row of the answer begins with: the period's first day, unless everything is one, and the slices."""
    period = () if question.grain == "all" else (result.period.start,)
    return (*period, *result.slices.values())


def plain(key: Any) -> Any:
    """A cell as Python has it: a day is a date on every engine."""
    return key.date() if hasattr(key, "date") else key


def _statement(
    aggregate: Aggregate, question: Question, warehouse: Warehouse, ranks: dict[tuple[Any, ...], Any]
) -> sa.Select[Any]:
    selection = Selection(aggregate.table, aggregate.window, question, warehouse.table, frame=aggregate.frame)
    assert aggregate.argument is not None
    value = sa.cast(selection.rows.sql(aggregate.argument), sa.Float())
    keys = selection.keys
    rank = sa.func.row_number().over(partition_by=keys or None, order_by=value)
    columns = [key.label(f"k{index}") for index, key in enumerate(keys)]
    ranked = selection.select([*columns, rank.label("rank"), value.label("value")], aggregate.where)
    ranked = ranked.where(value.is_not(None))
    rows = ranked.subquery("ranked")
    chosen = [_chosen(rows, group, [r for r in pair if r]) for group, pair in ranks.items() if any(pair)]
    return sa.select(*rows.c).where(sa.or_(sa.false(), *chosen))


def _chosen(rows: sa.Subquery, group: tuple[Any, ...], ranks: list[int]) -> sa.ColumnElement[bool]:
    columns = list(rows.c)[: len(group)]
    same = [c.is_(None) if value is None else c == value for c, value in zip(columns, group, strict=True)]
    return sa.and_(rows.c.rank.in_(ranks), *same)
