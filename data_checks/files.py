"""One source file: fingerprint it, read it to its end strictly, and find a record's own text again.

DuckDB reads a truncated gzip without complaint and knows few encodings, so a file is first read through here
into a plain UTF-8 copy in the load's private folder; DuckDB reads only that copy.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from data_checks.errors import LoadRefused

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Header:
    """The cleaned column names of a file in file order, and what had to be cleaned (sentences)."""

    names: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RecordPlace:
    """A record of a file: `record` counts data records from 1, `line` is the physical line it starts at."""

    record: int
    line: int
    text: str


def sha256_of(path: Path, shown: str) -> str:
    """The SHA-256 of the file's bytes. Raises LoadRefused when it cannot be read."""
    digest = hashlib.sha256()
    with _opened(path, shown) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _opened(path: Path, shown: str) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise LoadRefused(f"{shown}: this file does not exist; check `files` in workspace.yaml.") from None
    except OSError as error:
        raise LoadRefused(f"{shown}: this file cannot be read ({error.strerror}); check its permissions.") from None


def copy_as_utf8(path: Path, encoding: str, copy: Path, shown: str) -> int:
    """Write the file's text to `copy` as UTF-8, without a byte order mark and without blank lines before the header.

    Returns how many lines were left out at the top, so that line numbers stay those of the file.
    Raises LoadRefused: unreadable, empty, a gzip that ends early, bytes that are not text in `encoding`.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig" if _is_utf8(encoding) else encoding)("strict")
    lines = skipped = 0
    empty = True
    with _opened(path, shown) as raw, copy.open("wb") as target:
        for chunk in _plain_chunks(raw, path, shown):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not_text(shown, encoding, lines, error) from None
            lines += text.count("\n")
            if empty:
                body = text.lstrip()
                skipped += text[: len(text) - len(body)].count("\n")
                text, empty = body, not body
            target.write(text.encode("utf-8"))
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise _not_text(shown, encoding, lines, error) from None
    if empty:
        raise LoadRefused(f"{shown}: this file is empty; export it again. The version before stays.")
    return skipped


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def _not_text(shown: str, encoding: str, lines: int, error: UnicodeDecodeError) -> LoadRefused:
    line = lines + 1 + bytes(error.object[: error.start]).count(b"\n")
    byte = error.object[error.start]
    return LoadRefused(
        f"{shown}:{line}: the byte 0x{byte:02X} is not {encoding} text; "
        "declare the file's `encoding` in workspace.yaml."
    )


def _plain_chunks(raw: IO[bytes], path: Path, shown: str) -> Iterator[bytes]:
    stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw  # type: ignore[assignment]
    try:
        while chunk := stream.read(_CHUNK):
            yield chunk
    except EOFError:
        raise LoadRefused(f"{shown}: this gzip file ends early (it was cut off); copy or export it again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise LoadRefused(f"{shown}: this is not a sound gzip file ({error}); copy or export it again.") from None


def first_text(path: Path, encoding: str, shown: str) -> str:
    """The beginning of the file (up to 1 MiB) as text, enough for its header. Raises LoadRefused like copy_as_utf8."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if _is_utf8(encoding) else encoding)("strict")
    with _opened(path, shown) as raw:
        chunk = next(_plain_chunks(raw, path, shown), b"")
    try:
        return decoder.decode(chunk)
    except UnicodeDecodeError as error:
        raise _not_text(shown, encoding, 0, error) from None


def read_header(text: str, delimiter: str, shown: str) -> Header:
    """The first record's names: blanks stripped, empty and repeated names made unique (and noted)."""
    records = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    raw = next((record for record in records if any(cell.strip() for cell in record)), None)
    if raw is None:
        raise LoadRefused(f"{shown}: this file is empty; export it again. The version before stays.")
    names: list[str] = []
    notes: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(raw, 1):
        name = cell.strip()
        if not name:
            name = f"column_{position}"
            notes.append(f"{shown}: column {position} has no name and is called '{name}'.")
        unique, count = name, 1
        while unique.lower() in taken:  # DuckDB's names ignore case
            count += 1
            unique = f"{name}_{count}"
        if unique != name:
            notes.append(f"{shown}: the column name '{name}' stands twice; the later one is called '{unique}'.")
        taken.add(unique.lower())
        names.append(unique)
    return Header(tuple(names), tuple(notes))


def records_of(copy: Path, delimiter: str, columns: int) -> Iterator[tuple[int, int, str]]:
    """(count, physical line, text) of every record after the header; `count` is DuckDB's `line` of its rejects.

    A record may span lines inside quotes. Blank records are counted and left out, as DuckDB does; in a file of one
    column a blank record is a row.
    """
    parts: list[str] = []
    count, start, inside = 0, 1, False
    with copy.open(encoding="utf-8", newline="") as stream:
        for number, line in enumerate(_physical_lines(stream), 1):
            if not parts:
                start = number
            parts.append(line)
            if inside or '"' in line:
                inside = _inside_after(line, delimiter, inside)
                if inside:
                    continue
            count += 1
            text = "".join(parts).rstrip("\r\n")
            parts = []
            if count > 1 and (text or columns == 1):
                yield count, start, text
        if parts:
            yield count + 1, start, "".join(parts).rstrip("\r\n")


def _physical_lines(stream: IO[str]) -> Iterator[str]:
    return iter(stream)


def _inside_after(line: str, delimiter: str, inside: bool) -> bool:
    """Whether the reader stands inside quotes after this line. A quote opens only at the start of a field."""
    position, at_start, broken = 0, not inside, False
    while position < len(line):
        char = line[position]
        if inside:
            if char == '"' and line[position + 1 : position + 2] == '"':
                position += 1
            elif char == '"':
                inside = False
                # Anything but a delimiter after the closing quote: the rest of this line is a broken record.
                broken = line[position + 1 : position + 2] not in (delimiter, "\n", "\r", "")
                if broken:
                    return False
        elif char == '"' and at_start:
            inside, at_start = True, False
            position += 1
            continue
        else:
            at_start = char == delimiter
        position += 1
    return inside


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
