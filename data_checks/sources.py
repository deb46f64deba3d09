"""Declared files → relations of text inside the locked staging engine, every row with the place it came from.

A row's `__row` is file number × 2^40 + its order among the file's accepted rows (from 1). Records that DuckDB
rejects (too few fields, a stray quote …) are kept apart and never lost.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data_checks.errors import FileProblems, LoadRefused, Problem, did_you_mean
from data_checks.expression import literal, quoted
from data_checks.files import Header, copy_as_utf8, first_text, read_header, sha256_of
from data_checks.workspace_files import DataFile
from data_checks.workspace_source import Source

FILE_STEP = 1 << 40
REJECTED_STEP = 1 << 39
"""Rejected records stand at file number × 2^40 + 2^39 + DuckDB's record count."""


@dataclass(frozen=True)
class OpenFile:
    """One file as one mapping reads it. `number` is unique in the load; `copy` is its plain UTF-8 copy."""

    number: int
    file: DataFile
    header: Header
    delimiter: str
    copy: Path
    sha256: str
    lines_above: int = 0

    @property
    def rejects(self) -> str:
        return f"rejects_{self.number}"


@dataclass(frozen=True)
class Rejected:
    """A record DuckDB could not split into fields. `count` is its place among the file's records."""

    count: int
    row: int
    text: str
    reason: str


def delimiter_of(source: Source, file: DataFile) -> str:
    """The declared delimiter, else a tab for .tsv, else a comma."""
    is_tabbed = file.path.name.removesuffix(".gz").endswith(".tsv")
    return source.delimiter or ("\t" if is_tabbed else ",")


def headers(sources: Sequence[Source]) -> Mapping[DataFile, Header]:
    """The header of every declared file. Raises LoadRefused for a file that cannot be read."""
    found: dict[DataFile, Header] = {}
    for source in sources:
        for file in source.files:
            text = first_text(file.path, source.encoding, file.shown)
            found[file] = read_header(text, delimiter_of(source, file), file.shown)
    return found


def check_headers(sources: Sequence[Source], found: Mapping[DataFile, Header]) -> None:
    """Raises FileProblems naming every expression that asks for a column its file does not have."""
    problems = []
    for source in sources:
        for file in source.files:
            known = found[file].names
            lower = {name.lower() for name in known}
            for name, expression in source.expressions.items():
                mapped = source.columns.get(name)
                place = mapped.place if mapped else source.places[re.sub(r"\.\d+$", "", name)]
                for column in expression.columns:
                    if column.lower() not in lower:
                        message = f"{source.table}.{name} `{expression.text}`: {file.shown} has no column '{column}'."
                        problems.append(Problem(place, message + did_you_mean(column, known)))
            for column in source.types:
                if column.lower() not in lower:
                    message = f"types: {file.shown} has no column '{column}'.{did_you_mean(column, known)}"
                    problems.append(Problem(source.places["types"], message))
    if problems:
        raise FileProblems(sorted(set(problems)))


def open_file(source: Source, file: DataFile, header: Header, sha256: str, number: int, folder: Path) -> OpenFile:
    """Read the file to its end into a plain copy in `folder`. Raises LoadRefused when it is unsound or changing."""
    copy = folder / f"{number}.csv"
    above = copy_as_utf8(file.path, source.encoding, copy, file.shown)
    if sha256_of(file.path, file.shown) != sha256:
        raise LoadRefused(f"{file.shown}: this file changed while it was being read; load again when it is complete.")
    return OpenFile(number, file, header, delimiter_of(source, file), copy, sha256, above)


def needed_columns(source: Source, header: Header) -> tuple[str, ...]:
    """The file's columns that any expression or type of the mapping names, as the header spells them.

    By name, not in file order: files of one source are put together by position.
    """
    named = {column.lower() for expression in source.expressions.values() for column in expression.columns}
    named |= {column.lower() for column in source.types}
    return tuple(sorted((name for name in header.names if name.lower() in named), key=str.lower))


def raw_relation(source: Source, files: Sequence[OpenFile], keep_rejects: bool = True) -> str:
    """SQL of the files' rows: `__row`, `__torn` (false here) and the needed columns as text, in file order."""
    return "\nunion all\n".join(_one_file(source, file, keep_rejects) for file in files)


def _one_file(source: Source, file: OpenFile, keep_rejects: bool) -> str:
    columns = "".join(f", {quoted(name)}" for name in needed_columns(source, file.header))
    declared = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in file.header.names)
    nulls = ", ".join(literal(text) for text in dict.fromkeys(("", *source.nulls)))
    kept = (
        f"store_rejects = true, rejects_limit = 0, rejects_table = {literal(file.rejects)}, "
        f"rejects_scan = {literal(f'scans_{file.number}')}"
    )
    return (
        f"select {file.number * FILE_STEP} + row_number() over () as __row, false as __torn{columns} "
        f"from read_csv({literal(str(file.copy))}, header = true, auto_detect = false, "
        f"delim = {literal(file.delimiter)}, quote = '\"', escape = '\"', columns = {{{declared}}}, "
        f"nullstr = [{nulls}], max_line_size = 16777216, {kept if keep_rejects else 'ignore_errors = true'})"
    )


def rejected_records(connection: duckdb.DuckDBPyConnection, file: OpenFile) -> list[Rejected]:
    """The records DuckDB left out while it read this file, in file order, each once with its first reason."""
    rows = connection.execute(
        f"select line, any_value(csv_line), arg_min(error_type, column_idx), arg_min(error_message, column_idx) "
        f"from {file.rejects} group by line order by line"
    ).fetchall()
    base = file.number * FILE_STEP + REJECTED_STEP
    return [
        # DuckDB puts the blank lines before a rejected record in front of its text.
        Rejected(line, base + line, (text or "").lstrip("\r\n"), f"{str(kind).lower()}: {message.splitlines()[0]}")
        for line, text, kind, message in rows
    ]


def rejected_fields(source: Source, file: OpenFile, rejected: Sequence[Rejected]) -> dict[str, list[str | None]]:
    """What can be told of the rejected records' needed columns, by position; a missing field is null.

    Only used to find the order or ticket a torn record belongs to; its values are never published.
    """
    nulls = {"", *source.nulls}
    split = [next(csv.reader([record.text], delimiter=file.delimiter), []) for record in rejected]
    result: dict[str, list[str | None]] = {}
    for name in needed_columns(source, file.header):
        at = file.header.names.index(name)
        result[name] = [cells[at] if at < len(cells) and cells[at] not in nulls else None for cells in split]
    return result
