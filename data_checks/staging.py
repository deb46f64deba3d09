"""The private staging engine of one load: every table mapped, checked, its bad rows set aside and all rows accounted.

All SQL a workspace's author wrote runs in here, on an engine that can read the load's own copies and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from data_checks.checks import evaluate_rows, evaluate_tables, outcomes
from data_checks.clock_changes import changes_clocks
from data_checks.contract import Contract
from data_checks.errors import LoadRefused
from data_checks.expression import LOCK, literal, quoted
from data_checks.ledger import SourceReport, TableReport
from data_checks.mapping import MappedSource, create_staged, run_mapping
from data_checks.quarantine import BadRow, collect, duplicate_key
from data_checks.reach import Clock, Reach, reach_of
from data_checks.sources.relations import OpenFile
from data_checks.suites import Check, Verdict, clock_bits, row_checks, run_suite, table_checks
from data_checks.usual import Usual, said
from data_checks.warehouse.contract import CheckOutcome
from data_checks.watch import COUNTED, watched
from data_checks.workspace_source import Source

MEMORY = "1200MB"
"""What one engine of a load may hold before it spills into the load's private folder."""
ACCOUNTS = ("read", "published", "quarantined", "superseded", "merged", "filtered")


@dataclass
class Staged:
    """What staging found, table by table. `first`: the first bad row of every rule that has one, by
    (table, rule): two tables may have a rule of the same name."""

    provided: Mapping[str, frozenset[str]]
    checks: dict[str, tuple[Check, ...]] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Verdict]] = field(default_factory=dict)
    candidates: dict[str, int] = field(default_factory=dict)
    bad: dict[str, int] = field(default_factory=dict)
    first: dict[tuple[str, str], BadRow] = field(default_factory=dict)
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
    sources: list[SourceReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: dict[tuple[str, str], str] = field(default_factory=dict)
    """The commonest values that are none of the allowed ones, with their counts, by (table, rule)."""
    reports: dict[str, TableReport] = field(default_factory=dict)
    reach: Reach = field(default_factory=lambda: Reach(None))

    @property
    def by_rule(self) -> Mapping[tuple[str, str], Check]:
        return {(check.table, check.rule): check for many in self.checks.values() for check in many}

    @property
    def outcomes(self) -> tuple[CheckOutcome, ...]:
        return tuple(outcome for report in self.reports.values() for outcome in report.rules.values())


def stage(
    path: Path,
    opened: Sequence[tuple[Source, Sequence[OpenFile]]],
    tables: Mapping[str, Contract],
    clock: Clock,
    quarantine: Path,
    progress: Callable[[str], None],
    usual: Usual,
) -> Staged:
    """Map and check `tables` in a fresh staging file at `path`, and write their bad rows to `quarantine`.

    `clock`: when, where and as of which day; `usual`: what volume and freshness are held against. Leaves the views
    `clean_<table>` for building. Raises LoadRefused.
    """
    provided = {
        name: frozenset(column for source, _ in opened if source.table == name for column in source.columns)
        for name in tables
    }
    staged = Staged(provided)
    connection = _locked(path, [file.copy for _, files in opened for file in files])
    try:
        mapped = _map(connection, opened, tables, provided, clock.timezone, progress)
        progress("checking")
        for name, contract in tables.items():
            _check_rows(connection, contract, mapped[name], quarantine, staged)
        staged.reach = reach_of(connection, tables, provided, clock)
        usual = replace(usual, until=staged.reach.until)
        for name, contract in tables.items():
            _check_whole(connection, contract, mapped[name], tables, staged, usual)
        staged.notes += filter(None, [staged.reach.note])
    finally:
        connection.close()
    for name in tables:
        theirs = run_suite(path, name, staged.checks[name])
        found = outcomes(staged.checks[name], staged.verdicts[name], theirs, staged.candidates[name], staged.bad[name])
        staged.reports[name] = TableReport(**staged.accounts[name], rules={o.rule: o for o in found})
    return staged


def _locked(path: Path, copies: Sequence[Path]) -> duckdb.DuckDBPyConnection:
    """An engine that can read these copies and nothing else, and cannot be talked out of it."""
    connection = duckdb.connect(str(path))
    connection.execute(f"set temp_directory = {literal(str(path.parent))}")
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute(f"set allowed_paths = [{', '.join(literal(str(copy)) for copy in copies)}]")
    connection.execute(COUNTED)
    connection.execute(LOCK)
    return connection


def _map(
    connection: duckdb.DuckDBPyConnection,
    opened: Sequence[tuple[Source, Sequence[OpenFile]]],
    tables: Mapping[str, Contract],
    provided: Mapping[str, frozenset[str]],
    home: str,
    progress: Callable[[str], None],
) -> Mapping[str, list[MappedSource]]:
    mapped: dict[str, list[MappedSource]] = {name: [] for name in tables}
    for name, contract in tables.items():
        create_staged(connection, contract, provided[name])
    for number, (source, files) in enumerate(opened):
        rows = sum(file.rows for file in files)
        with watched(connection, _which(source.table, len(mapped[source.table]), opened), rows, progress):
            mapped[source.table].append(run_mapping(connection, tables[source.table], source, files, number, home))
    return mapped


def _which(table: str, before: int, opened: Sequence[tuple[Source, Sequence[OpenFile]]]) -> str:
    """'mapping orders', and which of the mappings of a union."""
    many = sum(source.table == table for source, _ in opened)
    return f"mapping {table}, {before + 1} of {many}" if many > 1 else f"mapping {table}"


def _check_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    mapped: Sequence[MappedSource],
    quarantine: Path,
    staged: Staged,
) -> None:
    """Row checks, quarantine and the accounts of one table."""
    table = contract.table
    zones = frozenset(one.source.timezone for one in mapped if changes_clocks(one.source.timezone))
    checks = row_checks(contract, staged.provided[table], _typed_columns(mapped), zones)
    staged.checks[table] = checks
    staged.verdicts[table] = dict(evaluate_rows(connection, contract, checks))
    for check in checks:
        is_told = check.kind == "allowed" or (check.kind == "rule" and check.hint)
        if is_told and staged.verdicts[table][check.rule].bad_rows:
            staged.unknown[table, check.rule] = _unknown_values(connection, check)
            if check.kind == "rule":
                found = staged.unknown[table, check.rule]
                told = f"{check.columns[0]} holds {found}, which {check.rule} does not allow; {check.hint}."
                staged.notes.append(f"{table}: {told}")
        if check.kind == "clock" and staged.verdicts[table][check.rule].bad_rows:
            staged.notes.append(_clock_note(connection, contract, check, zones))
    collected = collect(connection, contract, mapped, checks, quarantine)
    staged.first |= {(table, rule): row for rule, row in collected.first.items()}
    staged.notes += collected.notes
    counts = [
        connection.execute(f"select count(*) from {kind}_{table}").fetchall()[0][0] for kind in ("staged", "clean")
    ]
    staged.candidates[table], staged.bad[table] = counts[0], counts[0] - counts[1]
    staged.accounts[table] = dict.fromkeys(ACCOUNTS, 0)
    for one in mapped:
        parts = _account(connection, table, one, collected.rows[one.number])
        rules = collected.by_rule[one.number]
        if sum(rules.values()) != parts["quarantined"]:
            raise _not_adding_up(table, {**parts, **rules})
        names, hashes = tuple(f.file.shown for f in one.files), tuple(f.sha256 for f in one.files)
        staged.sources.append(SourceReport(table, names, hashes, **parts, rules=rules))
        staged.accounts[table] = {name: staged.accounts[table][name] + parts[name] for name in ACCOUNTS}


def _clock_note(connection: duckdb.DuckDBPyConnection, contract: Contract, check: Check, zones: frozenset[str]) -> str:
    """How many published times of a column have no certain instant, and what to do about it."""
    table, column = contract.table, check.columns[0]
    gap, twice = clock_bits(contract, column)
    counted = ", ".join(f"count(*) filter (where __clock & {bit} <> 0)" for bit in (gap, twice))
    lost, double = connection.execute(f"select {counted} from clean_{table}").fetchall()[0]
    parts = [f"{n:,} in an hour they {what}" for n, what in ((lost, "skip"), (double, "repeat")) if n]
    return (
        f"{table}: {column} and the clocks of {' and '.join(sorted(zones))}: {' and '.join(parts)}; "
        f"such a time may be an hour off: {check.hint}."
    )


def _unknown_values(connection: duckdb.DuckDBPyConnection, check: Check) -> str:
    column = quoted(check.columns[0])
    text = f"if(typeof({column}) = 'DOUBLE', regexp_replace({column}::varchar, '\\.0$', ''), {column}::varchar)"
    rows = connection.execute(
        f"select left({text}, 60), count(*) from staged_{check.table} where {check.bad} "
        f"group by all order by 2 desc, 1 limit 5"
    ).fetchall()
    return ", ".join(f"'{value}' {count:,}" for value, count in rows)


def _typed_columns(mapped: Sequence[MappedSource]) -> frozenset[str]:
    """The canonical columns whose expressions use a column of `types`."""
    return frozenset(
        column
        for one in mapped
        for column, m in one.source.columns.items()
        if {c.lower() for c in m.expression.columns} & {t.lower() for t in one.source.types}
    )


def _account(connection: duckdb.DuckDBPyConnection, table: str, one: MappedSource, quarantined: int) -> dict[str, int]:
    """Where every row that one mapping read went. A row that is nowhere is a fault of the program: refused."""
    published, merged = connection.execute(
        f"select count(*), coalesce(sum(__lines - 1), 0)::bigint from clean_{table} where __mapping = {one.number}"
    ).fetchall()[0]
    parts = dict(zip(ACCOUNTS, (one.read, published, quarantined, one.superseded, merged, one.filtered), strict=True))
    added = sum(count for name, count in parts.items() if name != "read")
    if one.read != added or min(parts.values()) < 0 or (one.superseded and not one.source.latest_key):
        raise _not_adding_up(table, parts)
    return parts


def _not_adding_up(table: str, parts: Mapping[str, int]) -> LoadRefused:
    return LoadRefused(f"{table}: the rows do not add up ({parts}); this is a fault of the program, please report it.")


def _check_whole(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    mapped: Sequence[MappedSource],
    tables: Mapping[str, Contract],
    staged: Staged,
    usual: Usual,
) -> None:
    """The checks of one whole table; they may look at the clean rows of the others."""
    table = contract.table
    whole = table_checks(contract, staged.provided, tables, usual)
    staged.checks[table] += whole
    staged.verdicts[table] |= evaluate_tables(connection, whole)
    for check in whole:
        if check.kind == "unique_key" and staged.verdicts[table][check.rule].bad_rows:
            row = duplicate_key(connection, contract, mapped, check)
            if row:
                staged.first[check.table, check.rule] = row
        if check.kind in ("volume", "freshness") and staged.verdicts[table][check.rule].bad_rows:
            rule = next(rule for rule in contract.table_rules if rule.id == check.rule)
            staged.notes += [said(table, rule, row) for row in connection.execute(check.sql).fetchall()]
