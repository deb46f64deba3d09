"""Where the rows of a table went for one aggregate: counted, or left out and why; each row once, so they add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from data_checks.contract import contracts
from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import Aggregate, Frame, SetMember
from metrics.language.text import and_terms, text_of
from metrics.question import Question
from metrics.sql.compile_keys import compile_set
from metrics.sql.constructs import Element, day
from metrics.sql.scope_sql import in_scope
from metrics.sql.selection import Selection

Reason = Literal["slice", "condition", "condition_unknown", "value_unknown", "not_0_to_10", "no_weight"]


@dataclass(frozen=True)
class LeftOut:
    """Rows that do not count. `what`: the slice, or the condition or value in the metric language.

    slice: of another group than the one asked for. condition: it is false; condition_unknown: nobody can say, since
    something in it is null. value_unknown: what is counted is null. not_0_to_10: no answer to that question.
    no_weight: null or below zero.
    """

    reason: Reason
    what: str
    rows: int


@dataclass(frozen=True)
class RowAccount:
    """The rows of one table that the reader may see: loaded = in_period + other_days + no_time + later, and
    in_period = counted + all of left_out.

    no_time: without the time they would count at, so nowhere. later: after the end of the data.
    """

    loaded: int
    in_period: int
    other_days: int
    no_time: int
    later: int
    left_out: tuple[LeftOut, ...]
    counted: int


_Test = tuple[Reason, str, Element]


def account_of(
    part: Aggregate | SetMember, question: Question, warehouse: Warehouse, frame: Frame | None = None
) -> RowAccount:
    """The account of one aggregate, or of one member of a set, over the whole span of the question as one period.

    Each row in the period is left out for the first reason that holds: the slices asked for, the conditions as
    written, then what is counted. `frame`: the days of the set a member belongs to. Under a scope other teams' rows
    are not there at all; the table must know teams.
    """
    whole = question.at("all", question.start, question.end)
    frame = part.frame if isinstance(part, Aggregate) else frame
    everywhere = Selection(part.table, part.window, replace(whole, where=()), warehouse.table, frame=frame)
    tests = _tests(part, everywhere, question)
    place = (
        sa.case(*((test, at) for at, (_, _, test) in enumerate(tests)), else_=len(tests)) if tests else sa.literal(0)
    )
    rows = everywhere.select([place.label("place")]).subquery("rows")
    counts: Sequence[Any] = warehouse.read(sa.select(rows.c.place, sa.func.count()).group_by(rows.c.place))
    found = {int(row[0]): int(row[1]) for row in counts}
    left_out = tuple(LeftOut(reason, what, found.get(at, 0)) for at, (reason, what, _) in enumerate(tests))
    loaded, no_time, later = _around(part, question, warehouse)
    in_period = sum(found.values())
    other_days = loaded - no_time - later - in_period
    return RowAccount(loaded, in_period, other_days, no_time, later, left_out, found.get(len(tests), 0))


def keys_of(members: Sequence[SetMember], question: Question, warehouse: Warehouse, frame: Frame | None = None) -> int:
    """How many different keys a set holds, over the whole span of the question as one period."""
    first = members[0]
    whole = question.at("all", question.start, question.end)
    aggregate = Aggregate(
        "distinct", first.table, first.key, first.window, first.where, members=tuple(members), frame=frame
    )
    row: Any = warehouse.read(compile_set(aggregate, whole, warehouse.table).statement)[0]
    return int(row[0])


def _around(part: Aggregate | SetMember, question: Question, warehouse: Warehouse) -> tuple[int, int, int]:
    """All rows the reader may see, those without the time they count at, and those after the end of the data."""
    contract, table = contracts()[part.table], warehouse.table(part.table)
    begins = part.window.name if part.window.kind == "at" else contract.spans[part.window.name][0]
    counted = table.c[contract.day_column(begins)]
    after = counted >= day(question.as_of.end)
    columns: list[Element] = [
        sa.func.count(),
        *(sa.func.count(sa.case((test, 1))) for test in (counted.is_(None), after)),
    ]
    statement = sa.select(*columns).select_from(table).where(*in_scope(table, part.table, question.scope))
    row: Any = warehouse.read(statement)[0]
    return int(row[0]), int(row[1]), int(row[2])


def _tests(part: Aggregate | SetMember, selection: Selection, question: Question) -> list[_Test]:
    """What leaves a row out, in the order it is asked; a null test lets it through to the next."""
    tests: list[_Test] = []
    if not selection.contract.reference:
        for name, values in question.where:
            chosen = selection.chosen(name, values)
            tests.append(("slice", name, sa.or_(sa.not_(chosen), chosen.is_(None))))
    for term in and_terms(part.where):
        holds, written = selection.rows.sql(term), text_of(term)
        tests += [("condition", written, sa.not_(holds)), ("condition_unknown", written, holds.is_(None))]
    return [*tests, *value_tests(part, selection)]


def value_tests(part: Aggregate | SetMember, selection: Selection) -> list[_Test]:
    """What leaves a row out that is in the period and meets the conditions: nobody knows what it would count."""
    counted = part.key if isinstance(part, SetMember) else part.argument
    if counted is None:
        return []
    value, written = selection.rows.sql(counted), text_of(counted)
    tests: list[_Test] = [("value_unknown", written, value.is_(None))]
    if isinstance(part, SetMember):
        return tests
    if part.function == "nps":
        tests.append(("not_0_to_10", written, sa.or_(value < 0, value > 10, value != sa.func.floor(value))))
    if part.weight is not None:
        weight = selection.rows.sql(part.weight)
        tests.append(("no_weight", text_of(part.weight), sa.or_(weight.is_(None), weight < 0)))
    return tests
