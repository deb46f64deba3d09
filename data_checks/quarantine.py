"""Rows that may not be used: each read record verbatim, with its place and its reasons, into one CSV file.

The text of a record is fetched from the file only for these rows, in one more pass that is merged with them in
file order, so memory does not grow with their number.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data_checks.casts import ERA, EXCEL, FIRST_DAY, contradict
from data_checks.checks import critical_mask
from data_checks.contract import ColumnType, Contract
from data_checks.errors import LoadRefused
from data_checks.expression import literal, quoted
from data_checks.mapping import UNIT_SIGN, VALUE_SIGN, MappedSource, unread_values
from data_checks.sources.files import plain_bytes
from data_checks.sources.positions import line_starts
from data_checks.sources.records import RecordPlace, locate
from data_checks.sources.rejects import Rejected, rejected_records
from data_checks.sources.relations import FILE_STEP, REJECTED_STEP, OpenFile
from data_checks.suites import Check
from data_checks.workspace_source import Source

FILE = "quarantine.csv"
COLUMNS = ("table", "rules", "reason", "file", "record", "line", "byte", "row")


@dataclass(frozen=True)
class BadRow:
    """One quarantined record. `reason` is a sentence per failed rule; `text` the record as the file has it."""

    table: str
    rules: tuple[str, ...]
    reason: str
    file: str
    record: int
    line: int
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass
class Collected:
    """What one table sent to quarantine: read rows per mapping, the same by the first rule each breaks, the first row
    per rule, doubts about places."""

    rows: dict[int, int]
    first: dict[str, BadRow]
    notes: list[str]
    by_rule: dict[int, dict[str, int]]


def collect(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    mapped: Sequence[MappedSource],
    checks: Sequence[Check],
    target: Path,
) -> Collected:
    """Append every quarantined record of the table to `target` (created with its head line when it is missing).

    Raises LoadRefused when a row that must be in it is not, which would be a fault of the program.
    """
    _list_rows(connection, contract, mapped, checks)
    table = f"quarantined_{contract.table}"
    found = Collected({m.number: 0 for m in mapped}, {}, [], {m.number: {} for m in mapped})
    is_new = not target.exists()
    with target.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        if is_new:
            writer.writerow(COLUMNS)
        for one in mapped:
            for file in one.files:
                where = f"__row between {file.number * FILE_STEP} and {(file.number + 1) * FILE_STEP - 1}"
                count = connection.execute(f"select count(*) from {table} where {where}").fetchall()[0][0]
                found.rows[one.number] += count
                if count:
                    rows = _bad_rows(connection, contract, one.source, file, checks, found)
                    written = _write(writer, rows, one.source, file, found.by_rule[one.number], found.first)
                    if written != count:
                        raise LoadRefused(
                            f"{contract.table}: {count:,} rows of {file.file.shown} belong in quarantine and "
                            f"{written:,} were found again; this is a fault of the program, please report it."
                        )
    return found


def _write(
    writer: Any,
    rows: Iterator[BadRow],
    source: Source,
    file: OpenFile,
    by_rule: dict[str, int],
    first: dict[str, BadRow],
) -> int:
    """Write one file's rows with the byte each begins at, count them by their first rule; how many there were."""
    written = 0
    rows, again = itertools.tee(rows)
    for row, byte in itertools.zip_longest(rows, _bytes(source, file, (row.line for row in again))):
        place = [row.file, row.record, row.line, byte]
        writer.writerow([row.table, " ".join(row.rules), row.reason, *place, row.text])
        by_rule[row.rules[0]] = by_rule.get(row.rules[0], 0) + 1
        for rule in row.rules:
            first.setdefault(rule, row)
        written += 1
    return written


def _bytes(source: Source, file: OpenFile, lines: Iterator[int]) -> Iterator[int]:
    """Where each line begins in the file; nothing for a file whose rows are no lines."""
    if file.converted is None or file.converted.plain:
        yield from line_starts(plain_bytes(file.file.path, file.file.shown), source.encoding, lines)


def _list_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    mapped: Sequence[MappedSource],
    checks: Sequence[Check],
) -> None:
    """`quarantined_<table>`: every read row behind a failed candidate, so all lines of a failed group."""
    table, mask = contract.table, critical_mask(checks)
    connection.execute(
        f"create table quarantined_{table} as select s.__row, s.__mapping, f.__failed, {_said(checks)} as __values "
        f"from failed_{table} f join staged_{table} s using (__row) where f.__failed & {mask} <> 0"
    )
    for one in mapped:
        if one.source.group_by:
            connection.execute(
                f"insert into quarantined_{table} select k.__row, {one.number}, u.__failed, u.__values "
                f"from (select q.*, k.__key from quarantined_{table} q join {one.kept} k using (__row)) u "
                f"join {one.kept} k on k.__key is not distinct from u.__key and k.__row <> u.__row "
                f"where u.__mapping = {one.number}"
            )


def _said(checks: Sequence[Check]) -> str:
    """SQL of `__values` with the values that read and may not be."""
    shown = "".join(
        f", case when f.__failed & {1 << place} <> 0 then {literal(check.columns[0] + VALUE_SIGN)} "
        f"|| left(s.{quoted(check.columns[0])}::varchar, 100) end"
        for place, check in enumerate(checks)
        if check.kind in ("allowed", "era", "range")
    )
    return f"concat_ws({literal(UNIT_SIGN)}, s.__values{shown})"


def _bad_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    source: Source,
    file: OpenFile,
    checks: Sequence[Check],
    found: Collected,
) -> Iterator[BadRow]:
    base = file.number * FILE_STEP
    rejected = {record.count: record for record in rejected_records(connection, file)}
    details: dict[int, tuple[int, str | None]] = {}
    accepted = _ordered(connection, contract.table, base, details)
    kept = dict(
        connection.execute(
            f"select __row - {base + REJECTED_STEP}, __failed from quarantined_{contract.table} "
            f"where __row between {base + REJECTED_STEP} and {base + FILE_STEP - 1}"
        ).fetchall()
    )
    for order, count, place in locate(file.runs(), accepted, iter(sorted(rejected))):
        if order is not None:
            failed, values = details.pop(order)
            yield _bad_row(contract, source, file, place, checks, failed, values, None)
            continue
        assert count is not None
        if not file.converted and place.text != rejected[count].text:
            found.notes.append(f"{file.file.shown}: the lines given for rows after line {place.line} are not certain.")
        if count in kept:
            yield _bad_row(contract, source, file, place, checks, kept[count], None, rejected[count])


def _ordered(
    connection: duckdb.DuckDBPyConnection, table: str, base: int, details: dict[int, tuple[int, str | None]]
) -> Iterator[int]:
    """The orders of the file's quarantined rows, ascending; `details` holds those handed out and not yet used."""
    cursor = connection.cursor()
    cursor.execute(
        f"select __row - {base}, __failed, __values from quarantined_{table} "
        f"where __row between {base} and {base + REJECTED_STEP - 1} order by __row"
    )
    while rows := cursor.fetchmany(10_000):
        for order, failed, values in rows:
            details[order] = (failed, values)
            yield order


def _bad_row(
    contract: Contract,
    source: Source,
    file: OpenFile,
    place: RecordPlace,
    checks: Sequence[Check],
    failed: int,
    values: str | None,
    rejected: Rejected | None,
) -> BadRow:
    broken = [c for index, c in enumerate(checks) if failed & (1 << index) and c.severity == "critical"]
    said = unread_values(values)
    reasons = [reason(contract, check, source, said, rejected) for check in broken]
    rules = tuple(check.rule for check in broken)
    return BadRow(contract.table, rules, "; ".join(reasons), file.file.shown, place.record, place.line, place.text)


def reason(
    contract: Contract, check: Check, source: Source, values: Mapping[str, str], rejected: Rejected | None
) -> str:
    """Why one row failed one check, with the value where it did not read."""
    if check.rule.endswith("_record_readable"):
        if rejected is None:
            return "a line of it is torn"
        return rejected.reason
    if check.rule.endswith("_types_readable"):
        names = [name for name in values if name in source.types]
        return "; ".join(f"{name} '{values[name]}' is no {source.types[name]}" for name in names) or check.why
    if check.kind == "readable" and check.columns:
        column = check.columns[0]
        formats = declared_formats(source, contract.types[column])
        return f"{column} '{values.get(column, '')}' does not read as {formats}"
    if check.kind == "required":
        return f"{check.columns[0]} is missing"
    if check.kind in ("allowed", "era", "range"):
        return _outside(contract, check, source, values.get(check.columns[0], ""))
    return check.why.rstrip(".")


def _outside(contract: Contract, check: Check, source: Source, value: str) -> str:
    """A value that reads, and that may not be."""
    column = check.columns[0]
    if check.kind == "allowed":
        return f"{column} '{value}' is none of {', '.join(contract.columns[column].allowed)}"
    if check.kind == "range":
        return f"{column} {value}: {check.hint}"
    said = f"{column} '{value}' lies outside {ERA}"
    if value.startswith("00") and any("%Y" in form for form in (*source.datetimes, *source.dates)):
        return f"{said}; a year of two digits is read with %y"
    if value[:4] < str(FIRST_DAY.year) or value[4:5] != "-":
        return f"{said}; map what stands for no date to nothing"
    text = source.columns[column].expression.text
    return f"{said}; such a date usually means 'still open': map it to nothing, nullif({text}, '{value[:10]}')"


def declared_formats(source: Source, kind: ColumnType) -> str:
    """What the workspace declared for this kind of value, in words."""
    if kind in ("time", "day"):
        formats = source.datetimes if kind == "time" else source.dates or source.datetimes
        declared = " or ".join(f'"{f}"' for f in formats)
        if contradict(tuple(f for f in formats if f != EXCEL)):
            return f"exactly one {kind} with the declared formats {declared.replace(' or ', ' and ')}"
        return f"a {kind} with the declared format {declared}" if declared else f"a {kind} (ISO 8601, none is declared)"
    if kind == "number":
        return f"a number with '{source.decimal}' as its decimal sign"
    return "a whole number" if kind == "integer" else "true or false"


def duplicate_key(
    connection: duckdb.DuckDBPyConnection, contract: Contract, mapped: Sequence[MappedSource], check: Check
) -> BadRow | None:
    """The second row of the first key that stands twice among the clean rows."""
    key, clean = quoted(contract.key), f"clean_{contract.table}"
    found = connection.execute(
        f"select __row, __mapping, {key} from {clean} "
        f"qualify row_number() over (partition by {key} order by __row) = 2 order by __row limit 1"
    ).fetchall()
    for row, mapping, value in found:
        source = next(one for one in mapped if one.number == mapping)
        file = next(f for f in source.files if f.number == row // FILE_STEP)
        rejected = (record.count for record in rejected_records(connection, file))
        for order, _, place in locate(file.runs(), iter([row % FILE_STEP]), rejected):
            if order is not None:
                why = f"{contract.key} '{value}' stands a second time"
                return BadRow(contract.table, (check.rule,), why, file.file.shown, place.record, place.line, place.text)
    return None
