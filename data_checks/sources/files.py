"""One source file: fingerprint it, read it to its end strictly, and find a record's own text again.

DuckDB reads a truncated gzip without complaint and knows few encodings, so a file is first read through here
into a plain UTF-8 copy in the load's private folder; DuckDB reads only that copy.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import hashlib
import itertools
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from data_checks.errors import LoadRefused

_CHUNK = 1 << 20
_MARK = "\ufeff"
LONGEST_RECORD = 1 << 26
"""A record of more characters than this (64 MiB) refuses the load."""
_SIGNS = (
    (b"PAR1", "a Parquet file; give it the ending .parquet"),
    (b"PK\x03\x04", "an Excel workbook or a zip archive; give a workbook the ending .xlsx and unpack an archive"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Excel workbook; save it as .xlsx without a password"),
    (b"\x1f\x8b", "packed with gzip; give it the ending .gz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; give it the ending .zst"),
    (b"%PDF", "a PDF; export a table"),
    (b"SQLite format 3", "an SQLite database; name it under `sql` with a query"),
    (b"<!DOCTYPE html", "a web page, perhaps a sign-in form, and no table; export it again"),
    (b"<html", "a web page, perhaps a sign-in form, and no table; export it again"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


_PACKED = {b"\x1f\x8b": (".gz",), b"\x28\xb5\x2f\xfd": (".zst",)}
"""Signs that a file may begin with, though what it holds may not."""


def check_is_text(beginning: bytes, shown: str) -> None:
    """Raises LoadRefused for a file that its name calls text and that is something else."""
    if beginning[257:262] == b"ustar":
        raise LoadRefused(f"{shown}: this is no text but a tar archive; unpack it.")
    for sign, what in _SIGNS:
        if beginning[:64].lstrip(b"\xef\xbb\xbf \r\n").startswith(sign):
            what = "packed twice; unpack it once" if Path(shown).suffix in _PACKED.get(sign, ()) else what
            raise LoadRefused(f"{shown}: this is no text but {what}.")


@dataclass(frozen=True)
class Header:
    """The cleaned column names of a file in file order, and what had to be cleaned (sentences)."""

    names: tuple[str, ...]
    notes: tuple[str, ...]
    keys: tuple[str, ...] = ()
    """The names as the file has them, where its rows are found by name (JSON lines)."""
    twins: Mapping[str, str] = field(default_factory=dict)
    """Names that differ from an earlier one in capitals only, and what they are called instead."""


def sha256_of(path: Path, shown: str) -> str:
    """The SHA-256 of the file's bytes. Raises LoadRefused when it cannot be read."""
    digest = hashlib.sha256()
    with _opened(path, shown) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def has_changed(shown: str) -> str:
    """The sentence for a file that is not whole yet."""
    return f"{shown}: this file changed while it was being read; load again when it is complete."


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """Which file it is, its size and the time of its last change; None when there is none any more."""
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_ino, found.st_size, found.st_mtime_ns
    return None


def _opened(path: Path, shown: str) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise LoadRefused(f"{shown}: this file does not exist; check `files` in workspace.yaml.") from None
    except OSError as error:
        raise LoadRefused(f"{shown}: this file cannot be read ({error.strerror}); check its permissions.") from None


@dataclass(frozen=True)
class Copied:
    """A copy has how many `lines`, and left out how many at its top, so that line numbers stay those of the file;
    whether its lines all end alike, and whether it holds a quote at all."""

    lines: int
    lines_above: int
    is_even: bool
    has_quotes: bool


def copy_as_utf8(path: Path, encoding: str, copy: Path, shown: str, delimiter: str = ",", header: int = 1) -> Copied:
    """Write the file's text to `copy` as UTF-8, without a byte order mark, from the header on: the line `header`, or
    the next one that is not blank.

    Raises LoadRefused: empty, or what text_chunks refuses.
    """
    lines = skipped = returns = pairs = 0
    head, empty, has_quotes, last = "", True, False, ""
    titles = rf"(?:[^\r\n]*(?:\r\n|\r|\n)){{{header - 1}}}"
    nothing = rf"[^\S\r\n]|{re.escape(delimiter)}|\"[^\S\r\n]*\""
    blank = re.compile(rf"{titles}(?:(?:{nothing})*(?:\r\n|\r|\n))*")
    with copy.open("wb") as target:
        for text in text_chunks(path, encoding, shown):
            lines += text.count("\n")
            has_quotes = has_quotes or '"' in text
            if "\r" in text:  # looked for first: counting what most files do not hold is half of reading them
                returns, pairs = returns + text.count("\r"), pairs + text.count("\r\n")
            pairs += last == "\r" and text.startswith("\n")
            last = text[-1:]
            if empty:
                # A line of delimiters alone is blank, but a tab in front of the header is an unnamed column.
                head += text
                above = blank.match(head)
                text = head[above.end() :] if above else ""
                if not text.strip(f'{delimiter}" \t\r\n'):
                    continue
                skipped = len(re.findall(r"\r\n|\r|\n", head[: len(head) - len(text)]))
                empty = False
            target.write(text.encode("utf-8"))
    if empty:
        raise is_empty(shown)
    return Copied(lines - skipped, skipped, returns == 0 or returns == pairs == lines or lines == 0, has_quotes)


def text_chunks(path: Path, encoding: str, shown: str) -> Iterator[str]:
    """The file's text, unpacked and decoded, piece by piece to its end, without a byte order mark.

    Raises LoadRefused: unreadable, packed and cut off, bytes that are not text in `encoding`, no table at all.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig" if _is_utf8(encoding) else encoding)("strict")
    lines = width = 0
    with _opened(path, shown) as raw:
        for chunk in itertools.chain(_plain_chunks(raw, path, shown), [b""]):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                raise _not_text(shown, encoding, lines, error) from None
            if "\0" in text:
                raise _holds_nul(shown, lines + text[: text.index("\0")].count("\n") + 1)
            last = text.rfind("\n")
            width = width + len(text) if last < 0 else len(text) - last
            if width > LONGEST_RECORD:
                raise too_long(shown, lines + text.count("\n") + 1)
            yield text
            lines += text.count("\n")


def text_lines(path: Path, encoding: str, shown: str) -> Iterator[str]:
    """The file's lines without their ends. Raises LoadRefused like text_chunks."""
    rest = ""
    for text in text_chunks(path, encoding, shown):
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield line.removesuffix("\r")
    yield rest.removesuffix("\r")


def is_empty(shown: str) -> LoadRefused:
    """The refusal of a file without a byte that says anything."""
    return LoadRefused(f"{shown}: this file is empty; export it again.")


def ends_above(header: int, shown: str, is_whole: bool = True) -> LoadRefused:
    """The refusal of a file without anything where its column names should stand. `is_whole`: all of it was read."""
    if not is_whole:
        return LoadRefused(
            f"{shown}: the column names of line {header}, which `header` asks for, do not stand within the first MiB; "
            "take out what stands above them."
        )
    return LoadRefused(
        f"{shown}: nothing stands in line {header} or below it, where `header` says the column names are; correct "
        "`header` in workspace.yaml."
    )


def _holds_nul(shown: str, line: int) -> LoadRefused:
    return LoadRefused(
        f"{shown}:{line}: a NUL byte stands here, which no text holds; "
        "the file is damaged, or UTF-16: then declare `encoding: utf-16`."
    )


def too_long(shown: str, line: int) -> LoadRefused:
    """The refusal of a record that no memory should hold."""
    return LoadRefused(
        f"{shown}:{line}: a record here is longer than {LONGEST_RECORD >> 20} MiB; "
        "a line end or a quote is missing before it, or the file is no table."
    )


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def _not_text(shown: str, encoding: str, lines: int, error: UnicodeError) -> LoadRefused:
    if not isinstance(error, UnicodeDecodeError):  # what UTF-16 and UTF-32 say of a file without their mark
        return LoadRefused(
            f"{shown}:1: this file does not begin with the byte order mark of {encoding}; correct `encoding` in "
            f"workspace.yaml ({encoding}-le and {encoding}-be need no mark)."
        )
    if bytes(error.object[:2]) in _UTF16 and not lines:
        return LoadRefused(f"{shown}:1: this file begins as UTF-16 does; declare `encoding: utf-16` in workspace.yaml.")
    line = lines + 1 + bytes(error.object[: error.start]).count(b"\n")
    byte = error.object[error.start]
    return LoadRefused(
        f"{shown}:{line}: the byte 0x{byte:02X} is not {encoding} text; "
        "declare the file's `encoding` in workspace.yaml."
    )


def _plain_chunks(raw: IO[bytes], path: Path, shown: str) -> Iterator[bytes]:
    if path.suffix.lower() == ".zst":
        yield from _zstd_chunks(raw, shown)
        return
    is_gzip = path.suffix.lower() == ".gz"
    stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if is_gzip else raw  # type: ignore[assignment]
    if is_gzip and (sign := raw.read(2)) and sign != b"\x1f\x8b":
        raise LoadRefused(f"{shown}: this is no gzip file; if it is text, leave .gz out of its name.")
    raw.seek(0)
    try:
        while chunk := stream.read(_CHUNK):
            yield chunk
    except EOFError:
        raise LoadRefused(f"{shown}: this gzip file ends early (it was cut off); copy or export it again.") from None
    except (gzip.BadGzipFile, zlib.error):
        raise LoadRefused(f"{shown}: this gzip file is damaged; copy or export it again.") from None


def _zstd_chunks(raw: IO[bytes], shown: str) -> Iterator[bytes]:
    import pyarrow as pa

    raw.seek(0, os.SEEK_END)
    nothing = raw.tell() == 0
    raw.seek(0)
    try:
        # Held open by hand: closing it would close `raw`, which its caller still needs.
        stream = None if nothing else pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
        while stream is not None and (chunk := stream.read(_CHUNK)):
            yield chunk
    except OSError as error:
        if "Truncated" in str(error):
            said = "this zstd file ends early (it was cut off); copy or export it again."
        else:
            said = f"this is not a sound zstd file ({str(error).rstrip('.')}); copy or export it again."
        raise LoadRefused(f"{shown}: {said}") from None


def first_text(path: Path, encoding: str, shown: str) -> str:
    """The beginning of the file (up to 1 MiB) as text, enough for its header. Raises LoadRefused like copy_as_utf8."""
    decoder = codecs.getincrementaldecoder("utf-8" if _is_utf8(encoding) else encoding)("strict")
    with _opened(path, shown) as raw:
        chunk = next(_plain_chunks(raw, path, shown), b"")
    check_is_text(chunk, shown)
    try:
        return decoder.decode(chunk)
    except UnicodeError as error:
        raise _not_text(shown, encoding, 0, error) from None


def read_header(text: str, delimiter: str, shown: str, header: int = 1) -> Header:
    """The names of the first record from the line `header` on: blanks stripped, empty and repeated names made unique
    (and noted)."""
    notes: list[str] = []
    if text.startswith(_MARK):
        text = text.removeprefix(_MARK)
        notes.append(f"{shown}: the byte order mark before the header is left out.")
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n|$)", text)
    records = csv.reader(lines[header - 1 :], delimiter=delimiter)
    try:
        raw = next((record for record in records if any(cell.strip() for cell in record)), None)
    except csv.Error as error:
        raise LoadRefused(f"{shown}: its first line is no header ({error}); check the file and `delimiter`.") from None
    if raw is None and header > 1:
        raise ends_above(header, shown, is_whole=len(text) < _CHUNK // 4)
    if raw is None:
        raise is_empty(shown)
    return clean_header(raw, shown, notes)


def clean_header(raw: Sequence[str], shown: str, notes: Sequence[str] = ()) -> Header:
    """A file's own names as column names: blanks stripped, empty and repeated names made unique (and noted)."""
    notes = list(notes)
    names: list[str] = []
    twins: dict[str, str] = {}
    taken: dict[str, str] = {}
    given = {cell.strip().lower() for cell in raw}
    for position, cell in enumerate(raw, 1):
        name = cell.strip()
        if name and name != cell:
            notes.append(f"{shown}: the column name '{cell}' is read without the blanks around it.")
        unique, count = name or f"column_{position}", 1
        while unique.lower() in taken or (unique != name and unique.lower() in given):  # DuckDB's names ignore case
            count += 1
            unique = f"{name or f'column_{position}'}_{count}"
        if not name:
            notes.append(f"{shown}: column {position} has no name and is called '{unique}'.")
        elif unique != name:
            first = taken[name.lower()]
            if first == name:
                notes.append(f"{shown}: the column name '{name}' stands twice; the later one is called '{unique}'.")
            else:
                twins[name] = unique
                notes.append(f"{shown}: '{name}' is '{first}' but for capitals; the later one is called '{unique}'.")
        taken[unique.lower()] = unique
        names.append(unique)
    return Header(tuple(names), tuple(notes), twins=twins)


def plain_bytes(path: Path, shown: str) -> Iterator[bytes]:
    """The file's bytes, unpacked, in pieces. Raises LoadRefused when it cannot be read or is no sound gzip."""
    with _opened(path, shown) as raw:
        yield from _plain_chunks(raw, path, shown)
