"""Clean rows → one finished version: derived tables and columns, every canonical table, and the load's facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from data_checks.business_time import create_calendar
from data_checks.casts import local_day, stored_type
from data_checks.contract import Contract, day_of
from data_checks.derive import derive, key_table
from data_checks.expression import LOCK, literal, quoted
from data_checks.organisation import Shape
from data_checks.reach import time_literal
from data_checks.warehouse.contract import CheckOutcome, LoadFacts, TableFacts
from data_checks.warehouse.facts import to_json
from data_checks.watch import COUNTED, watched
from data_checks.workspace import Workspace

MEMORY = "900MB"
"""What the building engine may hold before it spills into the load's private folder."""
AS_WRITTEN = "set disabled_optimizers = 'build_side_probe_side'"
"""Held in memory is what is joined to a table's rows, never the rows themselves, which are many and wide."""
STAGING = "staging"
"""The staging file is `staging.duckdb`, attached under this name: its views know their tables by it."""
_FROM_KEYS = ("teams", "agents", "customers")


@dataclass(frozen=True)
class Loaded:
    """What the checks left behind, and what is to be said about it."""

    load_id: str
    now: dt.datetime
    as_of: dt.datetime
    provided: Mapping[str, frozenset[str]]
    accounts: Mapping[str, Mapping[str, int]]
    checks: tuple[CheckOutcome, ...]
    notes: tuple[str, ...]


def build_version(
    target: Path,
    staging: Path,
    workspace: Workspace,
    tables: Mapping[str, Contract],
    loaded: Loaded,
    progress: Callable[[str], None],
) -> LoadFacts:
    """Write the version to `target`, checkpointed and closed."""
    connection = duckdb.connect(str(target))
    try:
        connection.execute(f"set temp_directory = {literal(str(staging.parent))}")
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"attach {literal(str(staging))} as {STAGING} (read_only)")
        connection.execute(COUNTED)
        connection.execute(AS_WRITTEN)
        connection.execute(LOCK)
        shape = _clean_shape(connection, tables, loaded.provided)
        from_keys = _add_key_tables(connection, tables, shape, loaded.provided)
        closed = workspace.holidays.days if workspace.holidays else ()
        calendar = create_calendar(connection, workspace.shifts, closed, workspace.timezone)
        notes = derive(connection, tables, shape, workspace.timezone, time_literal(loaded.as_of), calendar)
        for table, contract in tables.items():
            empty = _empty_columns(contract, shape.provided[table])
            filled = [name for name in contract.types if name not in empty]
            columns = ", ".join(f"cast({quoted(name)} as {stored_type(contract.types[name])})" for name in filled)
            into = f"{table} ({', '.join(map(quoted, filled))})"
            connection.execute(_create(contract, empty))
            rows = loaded.accounts.get(table, {}).get("published", 0)
            with watched(connection, f"writing {table}", rows, progress) if rows else nullcontext():
                connection.execute(f"insert into {into} select {columns} from {shape.views[table]}")
        loaded = replace(loaded, notes=(*loaded.notes, *notes))
        facts = _facts(connection, workspace, tables, shape, loaded, from_keys)
        connection.execute("create table _load (facts varchar, prepared varchar)")
        connection.execute("insert into _load values (?, '')", [to_json(facts)])
        connection.execute(f"detach {STAGING}")
        connection.execute("checkpoint")
        return facts
    finally:
        connection.close()


def _clean_shape(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Contract], provided: Mapping[str, frozenset[str]]
) -> Shape:
    views = {}
    for table, contract in tables.items():
        views[table] = f"shape_{table}_0"
        if table in provided:
            columns = ", ".join(quoted(name) for name in contract.columns)
            rows = f"select __row, {columns} from {STAGING}.clean_{table}"
        else:
            rows = _no_rows(contract)
        connection.execute(f"create temp view {views[table]} as {rows}")
    return Shape(views, {table: set(provided.get(table, ())) for table in tables})


def _empty_columns(contract: Contract, provided: set[str]) -> frozenset[str]:
    """What no source of the table says and nothing fills in: null in every row, and so is the day of such a time."""
    names = {name for name in contract.columns if name not in provided and name not in contract.derived}
    days = {day_of(name) for name in names if contract.columns[name].type == "time"}
    return frozenset(names | days if provided else ())


def _create(contract: Contract, empty: frozenset[str]) -> str:
    """SQL of the published table. A column that is null in every row is said to be, and not written."""
    columns = (
        f"{quoted(name)} {stored_type(kind)}{_held(contract, name, name in empty)}"
        for name, kind in contract.types.items()
    )
    return f"create table {contract.table} ({', '.join(columns)})"


def _held(contract: Contract, name: str, is_empty: bool) -> str:
    """How a column is written. Keys of rows and of customers are nearly as many as the rows: that no dictionary of them
    pays need not be found out anew with every load, which takes longer than writing them."""
    if is_empty:
        return " generated always as (null) virtual"
    column = contract.columns.get(name)
    many = name == contract.key or (column is not None and column.references == "customers")
    return " using compression fsst" if many and stored_type(contract.types[name]) == "varchar" else ""


def _no_rows(contract: Contract) -> str:
    columns = "".join(f", null::{stored_type(c.type)} as {quoted(name)}" for name, c in contract.columns.items())
    return f"select null::bigint as __row{columns} where false"


def _add_key_tables(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Contract],
    shape: Shape,
    provided: Mapping[str, frozenset[str]],
) -> frozenset[str]:
    """Teams, agents and customers that no source provides: the keys seen in the facts, each named after itself."""
    made = set()
    facts = {table: tables[table] for table in provided}
    for table in _FROM_KEYS:
        if table in tables and table not in provided:
            rows = key_table(tables[table], facts, shape)
            if rows is not None:
                connection.execute(f"create temp table keys_{table} as {rows}")
                connection.execute(f"create or replace temp view {shape.views[table]} as select * from keys_{table}")
                shape.provided[table] |= {tables[table].key, "name"}
                made.add(table)
    return frozenset(made)


def _facts(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    tables: Mapping[str, Contract],
    shape: Shape,
    loaded: Loaded,
    from_keys: frozenset[str],
) -> LoadFacts:
    day = connection.execute(f"select {local_day(time_literal(loaded.as_of), workspace.timezone)}").fetchall()[0][0]
    return LoadFacts(
        load_id=loaded.load_id,
        loaded_at=loaded.now,
        as_of=loaded.as_of,
        as_of_day=day,
        timezone=workspace.timezone,
        title=workspace.title,
        currency=workspace.currency,
        synthetic=workspace.synthetic,
        tables={
            table: _table_facts(connection, contract, shape, loaded.accounts.get(table, {}), table in from_keys)
            for table, contract in tables.items()
        },
        checks=loaded.checks,
        notes=loaded.notes,
        calendar=workspace.calendar,
    )


def _table_facts(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    shape: Shape,
    accounts: Mapping[str, int],
    derived_from_keys: bool,
) -> TableFacts:
    day = quoted(contract.time_day) if contract.time_day else "null::date"
    rows: Sequence[tuple[int, dt.date | None, dt.date | None]] = connection.execute(
        f"select count(*), min({day}), max({day}) from {contract.table}"
    ).fetchall()
    count, first, last = rows[0]
    provided = frozenset(shape.provided[contract.table])
    days = [name for name, kind in contract.types.items() if kind == "day" and name in provided]
    ends = ", ".join(f"min({quoted(name)}), max({quoted(name)})" for name in days) or "count(*)"
    found = connection.execute(f"select {ends} from {contract.table}").fetchall()[0]
    reach = {name: (found[2 * at], found[2 * at + 1]) for at, name in enumerate(days) if found[2 * at] is not None}
    return TableFacts(count, provided, first, last, accounts, derived_from_keys, reach)
