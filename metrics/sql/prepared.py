"""Answers kept with a load: what cannot be added up (medians, distinct counts, spans, retention) per month, for the
whole and for each team, and the intervals that take a query of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.asking import as_of
from metrics.figures import Parts
from metrics.language.bound import Leaf, Products, Value
from metrics.question import Group, Question
from metrics.sql.rollup import key_of, prepared_of


@dataclass(frozen=True)
class EndsOf:
    """The interval of a formula, kept beside its parts."""

    value: Value


Item = TypeVar("Item", bound=Leaf | Products | EndsOf)
ANSWERS = sa.Table(
    "prepared_answers",
    sa.MetaData(),
    sa.Column("item", sa.String()),
    sa.Column("cut", sa.String()),
    sa.Column("period", sa.Date()),
    sa.Column("slice", sa.String()),
    sa.Column("part", sa.String()),
    sa.Column("value", sa.Float()),
)
"""One row per part. `item`: key_of; `cut`: "" for the whole, or the slice it is cut by."""
CUTS: tuple[tuple[str, ...], ...] = ((), ("team",))
"""What is prepared: the whole, and every team."""


def answer_of(item: Leaf | Products | EndsOf, by: tuple[str, ...]) -> str:
    """The name under which an answer is kept."""
    return f"{key_of(item)} {','.join(by)}".strip()


def kept_answers(items: Iterable[Item], question: Question, warehouse: Warehouse) -> dict[Item, Mapping[Group, Parts]]:
    """The items whose answers were kept for just this question, with their parts per group."""
    held = prepared_of(warehouse).answered
    if not held or (cut := _cut(question, warehouse)) is None:
        return {}
    by, teams = cut
    wanted = {key_of(item): item for item in items if answer_of(item, by) in held}
    found: dict[Item, dict[Group, dict[str, float | None]]] = {item: {} for item in wanted.values()}
    if not wanted:
        return {}
    table = ANSWERS.c
    statement = sa.select(table.item, table.period, table.slice, table.part, table.value).where(
        table.item.in_(sorted(wanted)),
        table.cut == ",".join(by),
        table.period.between(question.periods[0].start, question.periods[-1].start),
    )
    if teams:
        statement = statement.where(sa.or_(*(table.slice.is_not_distinct_from(team) for team in teams)))
    row: Any
    for row in warehouse.read(statement):
        item, start, slice_, part, value = row
        group = (start, (slice_,) if question.by else ())
        found[wanted[item]].setdefault(group, {})[part] = value
    return dict(found)


def kept_ends(
    values: Iterable[Value], question: Question, warehouse: Warehouse
) -> dict[Value, Mapping[Group, tuple[float | None, float | None]]]:
    """Low and high per group of the formulas whose intervals were kept for this question."""
    kept = kept_answers([EndsOf(value) for value in values], question, warehouse)
    return {
        ends.value: {group: (parts.get("low"), parts.get("high")) for group, parts in groups.items()}
        for ends, groups in kept.items()
    }


def _cut(question: Question, warehouse: Warehouse) -> tuple[tuple[str, ...], tuple[str | None, ...]] | None:
    """The cut and the teams that hold the answer; None when the question is another than was prepared."""
    if question.grain != "month" or question.scope.teams is not None or question.by not in CUTS:
        return None
    is_kept = question.periods[0].start >= prepared_of(warehouse).since
    if question.as_of != as_of(warehouse.facts) or not is_kept:
        return None
    if not question.where:
        return question.by, ()
    (name, values), *more = question.where
    return (("team",), values) if not more and name == "team" and len(values) == 1 and not question.by else None


def rows_of(item: Leaf | Products | EndsOf, by: tuple[str, ...], groups: Mapping[Group, Parts]) -> list[dict[str, Any]]:
    """The answer of an item as rows of ANSWERS."""
    return [
        {
            "item": key_of(item),
            "cut": ",".join(by),
            "period": start,
            "slice": slices[0] if slices else None,
            "part": part,
            "value": value,
        }
        for (start, slices), parts in groups.items()
        for part, value in parts.items()
    ]
