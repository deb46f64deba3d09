"""Records of a plain copy: where each one stands in the file, and quotes that were never meant to open.

The reader is DuckDB; this splits the text as it does, to find a record's own text and line again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data_checks.errors import LoadRefused
from data_checks.files import LONGEST_RECORD, too_long

_SUSPICIOUS_LINES = 10
"""A record of so many lines, nearly all of which split like records, is a stray quote and no text."""
_ALIKE = 0.9
_End = Literal["whole", "torn", "open"]
"""How a record ends: as it should, with something behind a closing quote, or inside a quote at the file's end."""


@dataclass(frozen=True)
class RecordPlace:
    """A record of a file: `record` counts data records from 1, `line` is the physical line it starts at."""

    record: int
    line: int
    text: str


@dataclass(frozen=True)
class _Record:
    """The physical lines of one record, the number of the first, and how it ends."""

    line: int
    lines: list[str]
    end: _End
    quote_line: int
    """The line its last quote opened in."""


def _records(copy: Path, delimiter: str) -> Iterator[_Record]:
    """Every record of the copy, the header and blank ones too. A record may span lines inside quotes."""
    lines: list[str] = []
    start, inside, quote_line, size = 1, False, 1, 0
    with copy.open(encoding="utf-8", newline="") as stream:
        for number, line in enumerate(stream, 1):
            if not lines:
                start = number
            lines.append(line)
            torn = False
            if inside or '"' in line:
                inside, torn, opened = _after(line, delimiter, inside)
                quote_line = number if opened else quote_line
                if inside:
                    size += len(line)
                    if size > LONGEST_RECORD:  # the caller says so; no memory should hold the rest
                        break
                    continue
            size = 0
            yield _Record(start, lines, "torn" if torn else "whole", quote_line)
            lines = []
        if lines:
            yield _Record(start, lines, "open", quote_line)


def _after(line: str, delimiter: str, inside: bool) -> tuple[bool, bool, bool]:
    """Whether the reader stands inside quotes after this line, whether the record is torn in it, and whether a quote
    that is still open (or was torn) began in it. A quote opens only at the start of a field."""
    position, opened = 0, False
    while True:
        if not inside:
            if line.startswith('"', position) and (position == 0 or line[position - 1] == delimiter):
                position += 1
            else:
                found = line.find(f'{delimiter}"', position)
                if found < 0:
                    return False, False, False
                position = found + 2
            inside = opened = True
        closing = line.find('"', position)
        if closing < 0:
            return True, False, opened
        position = closing + 1
        behind = line[position : position + 1]
        if behind == '"':
            position += 1
        elif behind in (delimiter, "\n", "\r", ""):
            inside = False
        else:  # the rest of this line is a broken record
            return False, True, opened


def records_of(copy: Path, delimiter: str, columns: int) -> Iterator[tuple[int, int, str]]:
    """(count, physical line, text) of every record after the header; `count` is DuckDB's `line` of its rejects.

    Blank records are counted and left out, as DuckDB does; in a file of one column a blank record is a row.
    """
    for count, record in enumerate(_records(copy, delimiter), 1):
        text = "".join(record.lines).rstrip("\r\n")
        if count > 1 and (text or columns == 1 or record.end == "open"):
            yield count, record.line, text


def check_quotes(copy: Path, delimiter: str, columns: int, shown: str, lines_above: int) -> None:
    """Raises LoadRefused where a stray quote swallows the records behind it."""
    for record in _records(copy, delimiter):
        if len(record.lines) > 1 and sum(map(len, record.lines)) > LONGEST_RECORD:
            raise too_long(shown, record.quote_line + lines_above)
        if len(record.lines) > 1 and _is_swallowing(record, delimiter, columns):
            swallowed = len(record.lines) - 1
            where = f"{shown}:{record.quote_line + lines_above}"
            last = record.line + len(record.lines) - 1 + lines_above
            how = "never closes" if record.end == "open" else f"closes only in line {last}"
            raise LoadRefused(
                f'{where}: a quote (") opens a field here and {how}, so {swallowed:,} more '
                f"{'line is' if swallowed == 1 else 'lines are'} read as one text; "
                "remove the quote, or write it twice inside quotes, and load again."
            )


def _is_swallowing(record: _Record, delimiter: str, columns: int) -> bool:
    if record.end == "open":
        return True
    later = record.lines[1:] if record.end == "torn" else record.lines[1:-1]
    filled = [line for line in later if line.strip()]
    if columns < 2 or not filled or (record.end == "whole" and len(record.lines) < _SUSPICIOUS_LINES):
        return False
    alike = sum(line.count(delimiter) == columns - 1 for line in filled)
    return alike >= _ALIKE * len(filled)


def locate(
    records: Iterator[tuple[int, int, str]], accepted: Iterator[int], rejected: Iterator[int]
) -> Iterator[tuple[int | None, int | None, RecordPlace]]:
    """The places of chosen records, in file order, in one pass that ends with the file.

    `accepted`: 1-based orders among the rows DuckDB took, `rejected`: DuckDB's counts of all it did not take; both
    ascending. Yields (order, None, place) or (None, count, place).
    """
    next_accepted, next_rejected = next(accepted, None), next(rejected, None)
    order = 0
    for record, (count, line, text) in enumerate(records, 1):
        if count == next_rejected:
            yield None, count, RecordPlace(record, line, text)
            next_rejected = next(rejected, None)
            continue
        order += 1
        if order == next_accepted:
            yield order, None, RecordPlace(record, line, text)
            next_accepted = next(accepted, None)


def even_line_ends(copy: Path, delimiter: str) -> int | None:
    """Have every line of the copy end alike, as the reader wants it; what stands inside quotes stays as it is.

    A lone carriage return outside quotes becomes a blank; returns the first line that holds one.
    """
    fresh, first, inside = copy.with_suffix(".even"), None, False
    with copy.open(encoding="utf-8", newline="\n") as stream, fresh.open("w", encoding="utf-8", newline="") as target:
        for number, line in enumerate(stream, 1):
            pieces = re.findall(r"[^\r]*\r|[^\r]+", line)
            for index, piece in enumerate(pieces):
                if inside or '"' in piece:
                    inside, _, _ = _after(piece, delimiter, inside)
                if piece.endswith("\r") and not inside:
                    is_pair = pieces[index + 1 : index + 2] == ["\n"]
                    first = first if is_pair or first else number
                    piece = piece[:-1] + ("" if is_pair else " ")
                target.write(piece)
    fresh.replace(copy)
    return first
