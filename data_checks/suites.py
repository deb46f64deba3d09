"""Contract → the checks of one load, and → a Great Expectations suite that runs them on the staging file.

A row check is one SQL predicate: Great Expectations counts the rows that break it, the same text sends them to
quarantine and builds the clean table. Great Expectations is imported when a suite is run, never before.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data_checks.casts import END_DAY, ERA, FIRST_DAY
from data_checks.contract import Column, Contract, Severity, names_in
from data_checks.errors import with_article
from data_checks.expression import literal, quoted
from data_checks.mapping import KEY_BIT, ORDER_BIT, RECORD_BIT, REPEATED_STEP, SOURCE_BIT, column_bit
from data_checks.organisation import no_top
from data_checks.usual import Usual, freshness_sql, volume_sql

Kind = Literal[
    "readable", "required", "era", "allowed", "range", "rule", "clock",
    "not_empty", "unique_key", "bad_rows", "no_circle", "reference", "volume", "freshness",
]  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One check of one table. Row checks (`is_row`) hold a predicate true for a good row (null passes) in `sql`;

    the others a query of the offending keys. `hint` says what to do about it.
    """

    rule: str
    table: str
    kind: Kind
    sql: str
    severity: Severity
    columns: tuple[str, ...]
    why: str
    owner: str
    hint: str = ""
    limit: float = 0.0

    @property
    def is_row(self) -> bool:
        return self.kind in ("readable", "required", "era", "allowed", "range", "rule", "clock")

    @property
    def counts_all_rows(self) -> bool:
        """Critical row checks look at every row, all others at those that are published."""
        return self.is_row and self.severity == "critical"

    @property
    def bad(self) -> str:
        """SQL that is true for a bad row, and never null."""
        return f"coalesce(not ({self.sql}), false)"


def row_checks(
    contract: Contract, provided: frozenset[str], typed: frozenset[str], zones: frozenset[str] = frozenset()
) -> tuple[Check, ...]:
    """The implied checks of every mapped column, then the contract's own rules that stand on mapped columns.

    `typed`: canonical columns whose expressions use a column of `types`; `zones`: those of the mappings' zones in which
    clocks change.
    """
    checks = _source_checks(contract, typed)
    for name, column in contract.columns.items():
        if name in provided:
            checks += _column_checks(contract, name, column)
            if column.type == "time" and zones:
                checks.append(_clock_check(contract, name, zones))
    for rule in contract.rules:
        stands_on = rule.columns or tuple(name for name in contract.columns if name in names_in(rule.sql))
        if all(name in provided for name in stands_on):
            checks.append(
                Check(
                    rule.id, contract.table, "rule", rule.sql, rule.severity, stands_on, rule.why, rule.owner, rule.hint
                )
            )
    return tuple(checks)


def _source_checks(contract: Contract, typed: frozenset[str]) -> list[Check]:
    told = {
        "record_readable": (RECORD_BIT, "A record that does not split into the header's fields says nothing certain."),
        "types_readable": (SOURCE_BIT, "A value that is not of its declared type must not pass as empty."),
        "latest_by_order_readable": (ORDER_BIT, "Without its order the last event of this key is unknown."),
        "group_key_known": (KEY_BIT, "A row without its key belongs to nothing."),
    }
    hints = {"types_readable": "correct the value or its type in `types`"}
    return [
        Check(
            f"{contract.table}_{name}",
            contract.table,
            "readable",
            f"(__unread & {bit}) = 0",
            "critical",
            tuple(sorted(typed)) if name == "types_readable" else (),
            why,
            contract.owner,
            hints.get(name, "correct the record in the file"),
        )
        for name, (bit, why) in told.items()
    ]


def _column_checks(contract: Contract, name: str, column: Column) -> list[Check]:
    def check(kind: Kind, suffix: str, sql: str, why: str, hint: str) -> Check:
        return Check(f"{name}_{suffix}", contract.table, kind, sql, "critical", (name,), why, contract.owner, hint)

    bit, me, found = column_bit(contract, name), quoted(name), []
    if column.type not in ("key", "text"):
        why = f"A value that is no {column.type} must not pass as empty."
        found.append(check("readable", "readable", f"(__unread & {bit}) = 0", why, _HINTS.get(column.type, "")))
    if column.required:
        # A value that did not read already has its own reason; it is not missing.
        sql = f"{me} is not null or (__unread & {bit | RECORD_BIT | SOURCE_BIT}) <> 0"
        why = f"{contract.table} without {name} cannot be counted."
        found.append(check("required", "required", sql, why, f"fill {name} or correct its expression"))
    if column.type in ("time", "day"):
        sql = f"{me} >= date '{FIRST_DAY}' and {me} < date '{END_DAY}'"
        found.append(check("era", "in_era", sql, f"No {column.type} of this organisation lies outside {ERA}.", ""))
    if column.allowed:
        sql = f"{me} in ({', '.join(literal(value) for value in column.allowed)})"
        why = column.why or f"Only {', '.join(column.allowed)} have a meaning here."
        found.append(check("allowed", "allowed", sql, why, f"map it to one of {', '.join(column.allowed)}"))
    limits = [(">=", "at least", column.at_least), ("<=", "at most", column.at_most)]
    bounds = [f"{me} {sign} {limit}" for sign, _, limit in limits if limit is not None]
    if bounds:
        hint = f"it must be {' and '.join(f'{words} {limit:g}' for _, words, limit in limits if limit is not None)}"
        found.append(check("range", "in_range", " and ".join(bounds), column.why or "Outside its range.", hint))
    return found


def clock_bits(contract: Contract, column: str) -> tuple[int, int]:
    """The bits of `__clock` that say that clocks skip this column's time, and that they repeat it."""
    bit = column_bit(contract, column)
    return bit, bit << REPEATED_STEP


def _clock_check(contract: Contract, name: str, zones: frozenset[str]) -> Check:
    bits = sum(clock_bits(contract, name))
    why = f"The clocks of {' and '.join(sorted(zones))} skip or repeat this hour, so its instant may be an hour off."
    sql, hint = f"(__clock & {bits}) = 0", "export the times with their offset, or in UTC"
    rule = f"{name}_clock_sure"
    return Check(rule, contract.table, "clock", sql, "warning", (name,), why, contract.owner, hint)


_HINTS = {
    "time": "correct `datetimes` (or `types`) of this source in workspace.yaml",
    "day": "correct `dates` (or `datetimes`) of this source in workspace.yaml",
    "number": "correct `decimal` and `thousands` of this source in workspace.yaml, or the value",
    "integer": "correct the expression or the value; it must be a whole number",
    "boolean": "write an expression that gives true or false, such as flag = 'J'",
}


def table_checks(
    contract: Contract, columns_of: Mapping[str, frozenset[str]], tables: Mapping[str, Contract], usual: Usual
) -> tuple[Check, ...]:
    """The contract's table rules and its references to tables in `tables` (those a source provides), on clean rows.

    `columns_of`: the columns each table's sources provide; `usual`: what volume and freshness are held against.
    """
    clean, found, provided = f"clean_{contract.table}", [], columns_of[contract.table]
    for rule in contract.table_rules:
        key = quoted(contract.key)
        sql = {
            "unique_key": f"select {key} from {clean} group by {key} having count(*) > 1",
            "not_empty": f"select count(*) as n from {clean} having count(*) = 0",
            "bad_rows": "",
            "no_circle": _circle(contract, provided),
            "volume": volume_sql(contract, rule, provided, usual),
            "freshness": freshness_sql(contract, rule, tables, columns_of, usual),
        }[rule.kind]
        if not sql and rule.kind in ("volume", "freshness", "no_circle"):
            continue  # nothing to compare with
        time = (contract.time,) if contract.time in provided and contract.time else ()
        columns = {"unique_key": (contract.key,), "freshness": time}.get(rule.kind, ())
        found.append(
            Check(
                rule.id, contract.table, rule.kind, sql, rule.severity, columns, rule.why, rule.owner, limit=rule.limit
            )
        )
    for name, column in contract.columns.items():
        if name in provided and column.references and column.references in tables:
            target = tables[column.references]
            me, them = quoted(name), quoted(target.key)
            sql = (
                f"select {me} from {clean} where {me} is not null and "
                f"{me} not in (select {them} from clean_{target.table})"
            )
            one = with_article(name)
            why = column.why or f"A{one[1:]} that {target.table} does not list has no name, team or segment."
            found.append(
                Check(f"{name}_known", contract.table, "reference", sql, "warning", (name,), why, contract.owner)
            )
    return tuple(found)


def _circle(contract: Contract, provided: frozenset[str]) -> str:
    """The keys that have no top by the column that references their own table; '' when that is not given."""
    above = [n for n, column in contract.columns.items() if column.references == contract.table and n in provided]
    return no_top(f"clean_{contract.table}", contract.key, above[0]) if above else ""


@dataclass(frozen=True)
class Verdict:
    """What an engine says of one check: its count of offending rows, or that the check itself crashed.

    `samples`: the keys of the first few offenders; our own SQL finds them, Great Expectations does not.
    """

    bad_rows: int
    broken: str = ""
    samples: tuple[str, ...] = ()


_importing: list[threading.Thread] = []


def import_meanwhile() -> None:
    """Great Expectations takes seconds to import; the files are read in that time."""

    def work() -> None:
        with contextlib.suppress(Exception):  # run_suite imports it again and says what is wrong
            importlib.import_module("data_checks.gx_duckdb")

    _importing.append(threading.Thread(target=work, daemon=True))
    _importing[-1].start()


def run_suite(staging: Path, table: str, checks: Sequence[Check]) -> Mapping[str, Verdict]:
    """Every check of one table run by Great Expectations on the staging file, by rule.

    Row checks run on `staged_<table>`, the others on the clean view. Raises nothing for a check that crashes: its
    verdict is broken.
    """
    while _importing:  # two threads must not meet in one half-imported module
        _importing.pop().join()
    from data_checks.gx_duckdb import run_queries

    queries = {check.rule: _query(check) for check in checks if check.sql}
    severities: dict[str, Severity] = {check.rule: check.severity for check in checks}
    found = run_queries(staging, f"staged_{table}", queries, severities)
    return {rule: Verdict(count, broken) for rule, (count, broken) in found.items()}


def _query(check: Check) -> str:
    """The rows that break the check; Great Expectations reads single braces as its own."""
    if check.counts_all_rows:
        return f"select __row from {{batch}} where {_braced(check.bad)}"
    # The batch is named so that Great Expectations takes the query as one on it; the clean view is what is read.
    sql = f"select __row from clean_{check.table} where {check.bad}" if check.is_row else check.sql
    return f"select * from ({_braced(sql)}) as found where exists (select 1 from {{batch}}) or true"


def _braced(sql: str) -> str:
    return sql.replace("{", "{{").replace("}", "}}")
