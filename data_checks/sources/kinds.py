"""What kind of file a source names → its header, and a plain copy of it that the staging engine can read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data_checks.casts import EXCEL
from data_checks.errors import LoadRefused
from data_checks.sources.files import Copied, Header, copy_as_utf8, first_text, read_header
from data_checks.sources.json_lines import convert_json, json_header
from data_checks.sources.parquet import convert_parquet, parquet_header
from data_checks.sources.records import check_quotes, even_line_ends
from data_checks.sources.text import Converted
from data_checks.sources.workbook import convert_workbook, counts_from_1904, workbook_header
from data_checks.workspace_files import DataFile, unpacked_name
from data_checks.workspace_source import Source


def delimiter_of(source: Source, file: DataFile) -> str:
    """The declared delimiter, else a tab for .tsv, else a comma; what is converted is written with commas."""
    if file.kind != "text":
        return ","
    return source.delimiter or ("\t" if unpacked_name(file.path).lower().endswith(".tsv") else ",")


def header_of(source: Source, file: DataFile) -> Header:
    """The column names of a file. Raises LoadRefused when it cannot be read."""
    if file.kind == "workbook":
        return workbook_header(file.path, file.sheet, file.shown, source.header)
    if file.kind == "parquet":
        return parquet_header(file.path, file.shown)
    if file.kind == "json":
        return json_header(file.path, source.encoding, file.shown)
    encoding = "utf-8" if file.kind == "copied" else source.encoding
    text = first_text(file.path, encoding, file.shown)
    return read_header(text, delimiter_of(source, file), file.shown, 1 if file.kind == "copied" else source.header)


def convert(source: Source, file: DataFile, header: Header, needed: Sequence[str], copy: Path) -> Converted:
    """Write a workbook, Parquet file or JSON lines to `copy`. Raises LoadRefused when it is unsound."""
    if file.kind == "workbook":
        if EXCEL in (*source.datetimes, *source.dates) and counts_from_1904(file.path, file.shown):
            raise LoadRefused(
                f"{file.shown}: this workbook counts its days from 1904 and `excel` from 1900; give the cells a date "
                "format and leave `excel` out."
            )
        return convert_workbook(file.path, file.sheet, file.shown, header, needed, source.decimal, copy, source.header)
    if file.kind == "parquet":
        return convert_parquet(file.path, file.shown, header, needed, source.decimal, copy)
    return convert_json(file.path, source.encoding, file.shown, header, needed, source.decimal, copy)


def copy_text(source: Source, file: DataFile, columns: int, copy: Path) -> tuple[Copied, list[str]]:
    """Write a text file to `copy` in plain UTF-8; with notes.

    Raises LoadRefused when it is unsound, or a stray quote swallows its records.
    """
    delimiter, notes = delimiter_of(source, file), []
    copied = copy_as_utf8(file.path, source.encoding, copy, file.shown, delimiter, source.header)
    if not copied.is_even and (line := even_line_ends(copy, delimiter)):
        said = "a carriage return stands inside a field without quotes; it is read as a blank."
        notes.append(f"{file.shown}:{line + copied.lines_above}: {said}")
    if copied.has_quotes:
        check_quotes(copy, delimiter, columns, file.shown, copied.lines_above)
    return copied, notes
