"""Records DuckDB could not split into fields: why, in our words, and what can still be told of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from data_checks.sources.relations import FILE_STEP, REJECTED_STEP, OpenFile, needed_columns
from data_checks.sources.text import Converted
from data_checks.workspace_source import Source


@dataclass(frozen=True)
class Rejected:
    """A record DuckDB could not split into fields. `count` is its place among the file's records."""

    count: int
    row: int
    text: str
    reason: str


def rejected_records(connection: duckdb.DuckDBPyConnection, file: OpenFile) -> list[Rejected]:
    """The records DuckDB left out while it read this file, in file order, each once with its first reason."""
    rows = connection.execute(
        f"select line, any_value(csv_line), arg_min(error_type, column_idx), arg_min(error_message, column_idx) "
        f"from {file.rejects} group by line order by line"
    ).fetchall()
    base = file.number * FILE_STEP + REJECTED_STEP
    if file.converted:
        return [Rejected(line, base + line, "", _why_broken(file.converted, line)) for line, *_ in rows]
    return [
        # DuckDB puts the blank lines before a rejected record in front of its text.
        Rejected(line, base + line, (text or "").lstrip("\r\n"), _why_torn(str(kind).lower(), message or ""))
        for line, text, kind, message in rows
    ]


def _why_broken(converted: Converted, count: int) -> str:
    """Why a record of a converted file is none: its own reason, or the reader's limit."""
    if reason := converted.broken.get(count):
        return f"the line is no JSON object ({reason})"
    return f"the {'line is no JSON object, or' if converted.plain else 'row is'} longer than 16 MiB"


def _why_torn(kind: str, message: str) -> str:
    """What the reader says of a record it cannot split, in our words."""
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if counts:
        wanted, found = int(counts[1]), int(counts[2])
        if found > wanted:  # the reader stops counting there
            return f"the record has more fields than the header, which has {wanted}"
        return f"the record has {found} {'field' if found == 1 else 'fields'} and the header {wanted}"
    if kind == "unquoted value":
        return "the record cannot be split into fields: something stands behind a closing quote"
    if kind == "line size over maximum":
        return "the record is longer than 16 MiB"
    return f"the record cannot be split into fields ({(message or 'the reader gives no reason').splitlines()[0]})"


def _cells(record: str, delimiter: str) -> list[str]:
    """The fields of a torn record, as well as they can be told."""
    try:
        return next(csv.reader([record], delimiter=delimiter), [])
    except csv.Error:  # a field of more than 128 KiB, a carriage return
        return record.split(delimiter)


def rejected_fields(source: Source, file: OpenFile, rejected: Sequence[Rejected]) -> dict[str, list[str | None]]:
    """What can be told of the rejected records' needed columns, by position; a missing field is null.

    Only used to find the order or ticket a torn record belongs to; its values are never published.
    """
    nulls = {"", *source.nulls}
    split = [_cells(record.text, file.delimiter) for record in rejected]
    result: dict[str, list[str | None]] = {}
    for name in needed_columns(source, file.header):
        at = file.header.names.index(name)
        result[name] = [cells[at] if at < len(cells) and cells[at] not in nulls else None for cells in split]
    return result
