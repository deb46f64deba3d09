"""A Parquet file → a plain copy, by DuckDB itself: numbers and times as text, nested values as JSON text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from data_checks.errors import LoadRefused
from data_checks.expression import LOCK, literal, quoted
from data_checks.sources.files import Header, clean_header, is_empty
from data_checks.sources.text import Converted

_MEMORY = "600MB"
_NESTED = ("STRUCT", "MAP", "UNION", "JSON", "VARIANT")
_FRACTIONS = ("DECIMAL", "DOUBLE", "FLOAT")


def parquet_header(path: Path, shown: str) -> Header:
    """The names of the file's columns. Raises LoadRefused when it is no sound Parquet file."""
    return clean_header([name for name, _ in _columns(path, shown)], shown)


def convert_parquet(
    path: Path, shown: str, header: Header, needed: Sequence[str], decimal: str, copy: Path
) -> Converted:
    """Write every row to `copy`, in the file's order. Raises LoadRefused when a part of the file cannot be read."""
    columns, notes = _columns(path, shown), []
    items = []
    for (name, kind), clean in zip(columns, header.names, strict=True):
        items.append(f"{_text(quoted(name), kind, decimal)} as {quoted(clean)}")
        if clean in needed and _is_nested(kind):
            notes.append(nested_note(shown, clean))
    with _engine(path, copy) as connection:
        try:
            connection.execute(
                f"copy (select {', '.join(items)} from read_parquet({literal(str(path))})) "
                f"to {literal(str(copy))} (format csv, header, delimiter ',', quote '\"', escape '\"', force_quote *)"
            )
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            raise _unsound(shown, path, error) from None
    return Converted(0, tuple(notes))


def nested_note(shown: str, column: str) -> str:
    """What to do with values that hold values."""
    return f"{shown}: {column} holds nested values and is read as JSON text; take a part with {column} ->> '$.name'."


def _columns(path: Path, shown: str) -> list[tuple[str, str]]:
    with _engine(path) as connection:
        try:
            rows = connection.execute(f"describe select * from read_parquet({literal(str(path))})").fetchall()
        except duckdb.Error as error:
            raise _unsound(shown, path, error) from None
    return [(name, kind) for name, kind, *_ in rows]


def _engine(path: Path, copy: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An engine that can read this file, write its copy, and nothing else."""
    connection = duckdb.connect()
    allowed = [literal(str(path)), *([literal(str(copy))] if copy else [])]
    connection.execute(
        f"set memory_limit = '{_MEMORY}'; set TimeZone = 'UTC'; set allowed_paths = [{', '.join(allowed)}]"
    )
    if copy:
        connection.execute(f"set temp_directory = {literal(str(copy.parent))}")
    connection.execute(LOCK)
    return connection


def _is_nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(_NESTED)


def _text(column: str, kind: str, decimal: str) -> str:
    if _is_nested(kind):
        return f"to_json({column})::varchar"
    if kind.startswith(_FRACTIONS):
        # 7 and not 7.0, as in every other kind of source.
        text = f"regexp_replace({column}::varchar, '\\.0+$', '')"
        return text if decimal == "." else f"replace({text}, '.', {literal(decimal)})"
    return f"{column}::varchar"


def _unsound(shown: str, path: Path, error: duckdb.Error) -> LoadRefused:
    if path.stat().st_size == 0:
        return is_empty(shown)
    with path.open("rb") as stream:
        starts = stream.read(4) == b"PAR1"
    if not starts:
        return LoadRefused(f"{shown}: this is no Parquet file; if it is text, give it the ending .csv or .tsv.")
    said = str(error).splitlines()[0].replace(str(path), shown).rstrip(".")
    return LoadRefused(f"{shown}: this is not a sound Parquet file ({said}); copy or export it again.")
