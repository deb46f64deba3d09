"""Intervals of medians and percentiles: the values at two ranks, fetched by one more query (cards, not long tables)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import Aggregate
from metrics.question import Group, Question
from metrics.sql.constructs import Element, index_of
from metrics.sql.selection import Selection
from metrics.stats.intervals import quantile_ranks

Ends = tuple[float | None, float | None]


def ends_of(
    aggregate: Aggregate, counts: Mapping[Group, int], question: Question, warehouse: Warehouse
) -> dict[Group, Ends]:
    """Low and high per group where the rank of an order statistic exists. `counts`: how many values each group has."""
    share = 0.5 if aggregate.function == "median" else aggregate.percent / 100
    ranks = {group: quantile_ranks(count, share) for group, count in counts.items() if count}
    wanted = [(group, rank) for group, pair in ranks.items() for rank in pair if rank is not None]
    if not wanted:
        return {}
    values: dict[tuple[Group, int], float] = {}
    row: Any
    for row in warehouse.read(_statement(aggregate, question, warehouse, wanted)):
        group, rank = wanted[row[0]]
        values[group, rank] = float(row[1])
    return {
        group: (values.get((group, low)) if low else None, values.get((group, high)) if high else None)
        for group, (low, high) in ranks.items()
    }


def _statement(
    aggregate: Aggregate, question: Question, warehouse: Warehouse, wanted: Sequence[tuple[Group, int]]
) -> sa.Select[Any]:
    """(place in `wanted`, the value of that rank in that group)."""
    selection = Selection(aggregate.table, aggregate.window, question, warehouse.table, frame=aggregate.frame)
    assert aggregate.argument is not None
    value = sa.cast(selection.rows.sql(aggregate.argument), sa.Float())
    keys = selection.keys
    rank = sa.func.row_number().over(partition_by=keys or None, order_by=value)
    columns = [key.label(f"k{place}") for place, key in enumerate(keys)]
    ranked = selection.select([*columns, rank.label("rank"), value.label("value")], aggregate.where)
    rows = ranked.where(value.is_not(None)).subquery("ranked")
    asked = _asked(wanted, question, [rows.c[column.name].type for column in columns])
    same: list[Element] = [asked.c[column.name].is_not_distinct_from(rows.c[column.name]) for column in columns]
    return sa.select(asked.c.place, rows.c.value).join_from(rows, asked, sa.and_(asked.c.rank == rows.c.rank, *same))


def _asked(
    wanted: Sequence[tuple[Group, int]], question: Question, types: Sequence[sa.types.TypeEngine[Any]]
) -> sa.Subquery:
    """The ranks wanted as rows (place, rank, k0 …); the period as its number."""
    keys = [sa.column(f"k{place}", kind) for place, kind in enumerate(types)]
    columns = [sa.column("place", sa.Integer()), sa.column("rank", sa.BigInteger()), *keys]
    data = []
    for place, ((start, slices), rank) in enumerate(wanted):
        period = () if start is None else (index_of(start, question.grain, question.calendar),)
        data.append((place, rank, *period, *slices))
    values = sa.values(*columns, name="wanted").data(data)
    return sa.select(*(sa.cast(column, column.type).label(column.name) for column in values.c)).subquery("asked")
