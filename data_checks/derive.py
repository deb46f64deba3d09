"""Derived columns and derived tables, as SQL views over the clean rows, in an order that respects who reads whom.

Every table is a view `shape_<table>_<n>` that grows by one column at a time; neighbours are answered by small tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import duckdb

from data_checks.business_time import BusinessCalendar, needs_calendar
from data_checks.casts import local_day, stored_type
from data_checks.contract import Contract, Derived, day_of, names_in
from data_checks.errors import FileProblems, Place, Problem
from data_checks.expression import quoted
from data_checks.neighbours import Member, answers, own_answers
from data_checks.organisation import Shape, fill_in

Node = tuple[str, str]
"""(table, column)."""

_ROWS = re.compile(r"(\w+)\.(\w+)(?:\s+where\s+(.+))?", re.DOTALL)
_UNION = re.compile(r"'(?:[^']|'')*'|\bunion\b")


def members(rows: str) -> tuple[tuple[str, str, str], ...]:
    """ "orders.ordered_at where sold union …" as (table, column, condition or '') of every member."""
    cuts = [match.span() for match in _UNION.finditer(rows) if not match.group().startswith("'")]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(rows)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        match = _ROWS.fullmatch(rows[start:end].strip())
        if match is None:
            raise ValueError(f"'{rows[start:end].strip()}' is not 'table.column where condition'")
        found.append((match[1], match[2], (match[3] or "").strip()))
    return tuple(found)


def derive(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Contract],
    shape: Shape,
    timezone: str,
    as_of: str,
    calendar: BusinessCalendar | None = None,
) -> tuple[str, ...]:
    """Grow every table's view by its derived columns and local days. `as_of`: an SQL timestamp literal;
    `calendar`: the business hours, without which the columns that need them stay empty and are not provided.
    Gives what is to be said of names that several bear, a sentence each.

    Raises FileProblems (a fault of the contracts) when columns wait for each other.
    """
    notes = fill_in(connection, tables, shape)
    for contract in tables.values():
        for name, column in contract.columns.items():
            if column.type == "time" and name not in contract.derived:
                _add_day(connection, contract, shape, name, timezone)
    for batch in _in_order(tables):
        for table, names in _by_table(batch).items():
            contract = tables[table]
            neighbours = [name for name in names if contract.derived[name].sql is None]
            for name in names:
                if name not in neighbours:
                    _add_sql(connection, contract, shape, name, contract.derived[name], as_of, calendar)
            _add_neighbours(connection, tables, contract, shape, neighbours, timezone)
            for name in names:
                if contract.derived[name].type == "time":
                    _add_day(connection, contract, shape, name, timezone)
    return notes


def _by_table(batch: Iterable[Node]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, name in batch:
        found.setdefault(table, []).append(name)
    return found


def _add_day(connection: duckdb.DuckDBPyConnection, contract: Contract, shape: Shape, time: str, timezone: str) -> None:
    table, view, day = contract.table, shape.views[contract.table], day_of(time)
    shape.grow(connection, table, f"select *, {local_day(quoted(time), timezone)} as {quoted(day)} from {view}")
    if time in shape.provided[table]:
        shape.provided[table].add(day)


def _add_sql(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    shape: Shape,
    name: str,
    derived: Derived,
    as_of: str,
    calendar: BusinessCalendar | None,
) -> None:
    assert derived.sql is not None
    table, sql = contract.table, derived.sql
    # as_of stands in for a column, so that the expression can be written like any other.
    rows, dropped = f"(select *, {as_of} as as_of from {shape.views[table]})", ["as_of"]
    is_answered = calendar is not None or not needs_calendar(sql)
    if calendar is not None and needs_calendar(sql):
        dropped += calendar.helpers(sql)
        sql, rows = calendar.over(sql, rows)
    if name in contract.columns:
        dropped.append(quoted(name))
    value = f"cast(({sql if is_answered else 'null'}) as {stored_type(derived.type)})"
    select = f"select * exclude ({', '.join(dropped)}), {value} as {quoted(name)} from {rows}"
    shape.grow(connection, table, select)
    if not is_answered:
        return
    has = shape.provided[table]
    wanted = [column for column in names_in(derived.sql) if column in contract.types and column != name]
    ways = [wanted] if derived.needs is None else [[way] if isinstance(way, str) else way for way in derived.needs]
    given = any(all(column in has for column in way) for way in ways)
    if given:
        has.add(name)


def _add_neighbours(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Contract],
    contract: Contract,
    shape: Shape,
    names: Sequence[str],
    timezone: str,
) -> None:
    """The neighbours that wait for nothing more. Those among the table's own rows are found together."""
    found = {name: _members(tables, contract, shape, name) for name in names}
    alone = {name: many[0] for name, many in found.items() if len(many) == 1 and many[0].is_own}
    if alone:
        _join(
            connection,
            contract,
            shape,
            own_answers(connection, contract, _view(contract, shape), alone, timezone),
            alone,
        )
    for name, many in found.items():
        if name not in alone:
            answer = answers(connection, contract, _view(contract, shape), name, many, timezone)
            _join(connection, contract, shape, answer, [name])
        if _is_provided(tables, contract, shape, name):
            shape.provided[contract.table].add(name)


def _view(contract: Contract, shape: Shape) -> str:
    return shape.views[contract.table]


def _join(
    connection: duckdb.DuckDBPyConnection, contract: Contract, shape: Shape, answer: str, names: Iterable[str]
) -> None:
    columns = ", ".join(f"a.{quoted(name)}" for name in names)
    view = _view(contract, shape)
    shape.grow(connection, contract.table, f"select r.*, {columns} from {view} r left join {answer} a using (__row)")


def _members(tables: Mapping[str, Contract], contract: Contract, shape: Shape, name: str) -> list[Member]:
    """The rows a neighbour is looked for among."""
    derived = contract.derived[name]
    own_time = derived.after or derived.before
    return [
        Member(
            view=shape.views[other],
            time=column,
            kind=tables[other].types[column],
            where=where,
            is_own=other == contract.table and (own_time is None or own_time == column),
        )
        for other, column, where in members(derived.rows)
        if other in tables
    ]


def _is_provided(tables: Mapping[str, Contract], contract: Contract, shape: Shape, name: str) -> bool:
    """Whether what is asked, and the rows asked of, have a source."""
    derived, has = contract.derived[name], shape.provided[contract.table]
    per, own_time = derived.per_columns, derived.after or derived.before
    looked_at = any(
        column in shape.provided[other] and all(p in shape.provided[other] for p in per)
        for other, column, _ in members(derived.rows)
        if other in tables
    )
    return looked_at and all(p in has for p in per) and (own_time is None or own_time in has)


def _in_order(tables: Mapping[str, Contract]) -> Sequence[Sequence[Node]]:
    """Every derived column after the ones it reads, in batches that wait for earlier ones only. Raises FileProblems
    on a cycle."""
    waiting = {
        (table, name): _reads(tables, table, name)
        for table, contract in tables.items()
        for name, derived in contract.derived.items()
        if not derived.fills_in
    }
    ordered: list[Sequence[Node]] = []
    while waiting:
        ready = [node for node, reads in waiting.items() if not reads & waiting.keys()]
        if not ready:
            names = ", ".join(f"{table}.{column}" for table, column in waiting)
            message = f"these derived columns wait for each other: {names}."
            raise FileProblems([Problem(Place("contracts"), message)])
        ordered.append(ready)
        for node in ready:
            del waiting[node]
    return ordered


def _reads(tables: Mapping[str, Contract], table: str, name: str) -> set[Node]:
    derived = tables[table].derived[name]
    own = {*derived.per_columns, *(c for c in (derived.after, derived.before) if c)}
    if derived.sql is not None:
        own |= names_in(derived.sql)
    nodes = {(table, _time_of(tables[table], column)) for column in own}
    for other, column, where in members(derived.rows) if derived.rows else ():
        if other in tables:
            read = {column, *derived.per_columns, *names_in(where)}
            nodes |= {(other, _time_of(tables[other], c)) for c in read}
    return nodes - {(table, name)}


def _time_of(contract: Contract, column: str) -> str:
    """x_on waits for x_at when x_at is derived."""
    days = {day_of(name): name for name, derived in contract.derived.items() if derived.type == "time"}
    return days.get(column, column)


def key_table(contract: Contract, facts: Mapping[str, Contract], shape: Shape) -> str | None:
    """SQL of the keys of `contract` seen in the provided facts; None when no fact names one."""
    seen = [
        f"select {quoted(name)} as k from {shape.views[table]}"
        for table, fact in facts.items()
        for name, column in fact.columns.items()
        if column.references == contract.table and name in shape.provided[table]
    ]
    if not seen:
        return None
    columns = ", ".join(
        f"{'k' if name in (contract.key, 'name') else f'null::{stored_type(column.type)}'} as {quoted(name)}"
        for name, column in contract.columns.items()
    )
    return (
        f"select row_number() over (order by k) as __row, {columns} "
        f"from (select distinct k from ({' union all '.join(seen)}) where k is not null)"
    )
