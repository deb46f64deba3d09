"""A file nobody has described yet → its header and a sample of its values, with how its bytes were read and why."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from data_checks.errors import LoadRefused, RequestError
from data_checks.sources.files import check_is_text, clean_header, plain_bytes, text_chunks
from data_checks.sources.json_lines import convert_json, json_header
from data_checks.sources.parquet import convert_parquet, parquet_header
from data_checks.sources.workbook import convert_workbook, first_rows, visible_sheets, workbook_header
from data_checks.workspace_files import kind_of, unpacked_name

HEAD = 5_000
"""So many records are kept one after the other, so that repeats of a key are seen; beyond them every so-manieth."""
_THINNED = 10_000
_SIGNS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_TRIED = 200
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class Sample:
    """One table of one file. `written`: its name for `files`; `rows`: of the sample, `head` of them consecutive, in
    file order, as text; `records`: how many the file has; `notes`: what reading it had to clean.

    `encoding`, `delimiter`, `header`: (what to declare, the evidence), or None where the default reads it.
    """

    written: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    records: int
    sheet: str | None = None
    encoding: tuple[str, str] | None = None
    delimiter: tuple[str, str] | None = None
    notes: tuple[str, ...] = ()
    header: tuple[int, str] | None = None

    @property
    def shown(self) -> str:
        return self.written if self.sheet is None else f"{self.written}[{self.sheet}]"

    @property
    def head(self) -> tuple[tuple[str, ...], ...]:
        return self.rows[:HEAD]

    @cached_property
    def counts(self) -> Mapping[str, Counter[str]]:
        """Each column's values that say anything, and how often."""
        found: dict[str, Counter[str]] = {}
        for at, name in enumerate(self.names):
            found[name] = Counter(row[at] for row in self.rows if row[at].strip())
        return found


def read_samples(path: Path, written: str) -> list[Sample]:
    """The tables of a file: one, or one a visible sheet. Raises RequestError when it cannot be read as a table."""
    shown = str(path)
    try:
        if kind_of(path) != "workbook":
            return [_sample(path, written, shown)]
        sheets = visible_sheets(path, shown)
        if len(sheets) == 1:
            return [_sample(path, written, shown)]
        return [_sample(path, written, f"{shown}[{sheet}]", sheet) for sheet in sheets]
    except LoadRefused as error:
        raise RequestError(str(error)) from None
    except csv.Error as error:
        raise RequestError(f"{shown}: its records cannot be told apart ({error}); check its quotes.") from None


def _sample(path: Path, written: str, shown: str, sheet: str | None = None) -> Sample:
    kind = kind_of(path)
    if kind == "text":
        return _of_text(path, written, shown)
    with tempfile.TemporaryDirectory(prefix="scorecard-init-") as folder:
        copy, encoding, below = Path(folder) / "copy.csv", None, None
        if kind == "workbook":
            below = header_line(first_rows(path, sheet, shown, _TRIED))
            first = below[0] if below else 1
            header = workbook_header(path, sheet, shown, first)
            convert_workbook(path, sheet, shown, header, (), ".", copy, first)
        elif kind == "parquet":
            header = parquet_header(path, shown)
            convert_parquet(path, shown, header, (), ".", copy)
        else:
            encoding = _encoding(path, shown)
            read_as = encoding[0] if encoding else "utf-8"
            header = json_header(path, read_as, shown)
            convert_json(path, read_as, shown, header, (), ".", copy)
        records = csv.reader(_lines(text_chunks(copy, "utf-8", shown)), delimiter=",")
        next(records, None)
        rows, count = _thinned(record for record in records if len(record) == len(header.names))
    found = Sample(written, header.names, rows, count, sheet, encoding, None, header.notes, below)
    return _checked(found, shown, kind)


def _of_text(path: Path, written: str, shown: str) -> Sample:
    encoding = _encoding(path, shown)
    read_as = encoding[0] if encoding else "utf-8"
    usual = "\t" if unpacked_name(path).lower().endswith(".tsv") else ","
    sign, evidence = _delimiter(path, read_as, shown, usual)
    below = header_line(itertools.islice(_numbered(path, read_as, shown, sign), _TRIED))
    first = below[0] if below else 1
    records = (record for line, record in _numbered(path, read_as, shown, sign) if line >= first)
    raw = next(records, None)
    if raw is None:
        raise RequestError(f"{shown}: this file is empty; export it again.")
    header = clean_header(raw, shown)
    widths: Counter[int] = Counter()

    def whole() -> Iterator[list[str]]:
        for record in records:
            widths[len(record)] += 1
            if len(record) == len(raw):
                yield record

    rows, count = _thinned(whole())
    _check_widths(widths, len(raw), shown)
    notes = list(header.notes)
    if other := sum(widths.values()) - count:
        notes.append(f"{shown}: {other:,} records do not have {len(raw)} fields; a load puts them in quarantine.")
    delimiter = (sign, evidence) if sign != usual else None
    found = Sample(written, header.names, rows, count, None, encoding, delimiter, tuple(notes), below)
    return _checked(found, shown, "text")


def header_line(records: Iterable[tuple[int, list[str]]]) -> tuple[int, str] | None:
    """The line of the column names where titles stand above them, and why; None where that is not certain.

    `records`: the first ones that hold anything, each with its line. A title is a single text; below it the names are
    the first whole row, and no values, where values stand below them.
    """
    known = [(line, [cell.strip() for cell in cells]) for line, cells in records]
    filled = [sum(map(bool, cells)) for _, cells in known]
    usual = Counter(len(cells) for _, cells in known).most_common(1)[0][0] if known else 0
    if usual < 2 or filled[0] != 1 or not known[0][1][0]:
        return None
    whole = (at for at, (_, cells) in enumerate(known) if filled[at] == len(cells) == usual and not _is_row(cells))
    at = next(whole, None)
    if at is None or not any(_DATA.fullmatch(cell) for _, cells in known[at + 1 :] for cell in cells):
        return None
    return known[at][0], f"above it stands what names no columns, such as '{plain(known[0][1][0])}'"


def _check_widths(widths: Counter[int], fields: int, shown: str) -> None:
    usual, often = max(widths.items(), key=lambda item: item[1], default=(fields, 0))
    if usual != fields and often > sum(widths.values()) / 2:
        raise RequestError(
            f"{shown}: its first line has {_fields(fields)} and most others have {usual}; "
            "the line of the column names is not clear, so remove what stands above it."
        )


def _fields(count: int) -> str:
    return f"{count} field{'s' * (count != 1)}"


_DATA = re.compile(r"[+-]?\d+([.,]\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")


def _checked(sample: Sample, shown: str, kind: str) -> Sample:
    """Raises RequestError when the first line is a row like the others, or nothing comes below it."""
    if kind in ("text", "workbook") and _is_row(sample.names):
        first = ", ".join(sample.names[:4])
        raise RequestError(
            f"{shown}: its first line reads {plain(first)} and names no columns; add a line with their names above it."
        )
    if not sample.rows:
        raise RequestError(f"{shown}: this file has column names and no rows; export it with rows.")
    return sample


def _is_row(names: Sequence[str]) -> bool:
    """Whether these are values and no names."""
    values = [name for name in names if _DATA.fullmatch(name)]
    return bool(values) and (any(_DATE.fullmatch(name) for name in values) or 2 * len(values) >= len(names))


def _encoding(path: Path, shown: str) -> tuple[str, str] | None:
    """What to declare as `encoding`, and why; None for UTF-8."""
    utf8, cp1252 = codecs.getincrementaldecoder("utf-8")(), codecs.getincrementaldecoder("cp1252")()
    is_utf8 = is_cp1252 = True
    odd, example, first = 0, "", True
    for chunk in plain_bytes(path, shown):
        if first:
            check_is_text(chunk, shown)
            if wide := _utf16(chunk):
                return wide
            _check_control(chunk, shown)
            first = False
        try:
            is_utf8 = is_utf8 and utf8.decode(chunk) is not None
        except UnicodeDecodeError:
            is_utf8 = False
        try:
            is_cp1252 = is_cp1252 and cp1252.decode(chunk) is not None
        except UnicodeDecodeError:
            is_cp1252 = False
        odd += sum(map(chunk.count, map(bytes, zip(range(0x80, 0x100), strict=False)))) if not chunk.isascii() else 0
        if not example and (word := re.search(rb"[^\s,;|\"]{0,20}[\x80-\xff][^\s,;|\"]{0,20}", chunk)):
            example = word[0].decode("cp1252", errors="replace")
    if first:
        raise RequestError(f"{shown}: this file is empty; export it again.")
    try:
        is_utf8 = is_utf8 and utf8.decode(b"", final=True) is not None
    except UnicodeDecodeError:
        is_utf8 = False
    if is_utf8:
        return None
    name = "cp1252" if is_cp1252 else "latin-1"
    return name, (
        f"not UTF-8: {odd:,} of its bytes; {name} gives words such as '{plain(example)}'. "
        "If that is misspelt, try iso-8859-15, cp1250 or mac-roman"
    )


def _utf16(chunk: bytes) -> tuple[str, str] | None:
    if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "the file begins with the byte order mark of UTF-16"
    start = chunk[:4096]
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(zeros) >= 4 and zeros.count(0) > 0.7 * len(zeros) and start.count(0) <= len(zeros):
            return name, "every other byte is zero"
    return None


def _check_control(chunk: bytes, shown: str) -> None:
    found = len(_CONTROL.findall(chunk[:65536].decode("latin-1")))
    if b"\0" in chunk[:65536] or found > 0.01 * min(len(chunk), 65536):
        raise RequestError(f"{shown}: this is no text and of no kind that is read; export CSV, XLSX, Parquet or JSON.")


def _delimiter(path: Path, encoding: str, shown: str, usual: str) -> tuple[str, str]:
    """The sign that cuts the first records alike into most fields, and the evidence; the usual one when none does."""
    best, evidence, most = usual, "", 1
    is_title = all(len(next(_filled(path, encoding, shown, sign), [])) < 2 for sign in _SIGNS)
    for sign in sorted(_SIGNS, key=lambda one: one != usual):
        widths = []
        for record in _records(path, encoding, shown, sign):
            if record:
                widths.append(len(record))
            if len(widths) == _TRIED:
                break
        # A first line that no sign cuts may be a title; what stands above the records is none of them.
        width = Counter(widths).most_common(1)[0][0] if is_title and widths else widths[0] if widths else 0
        alike, above = widths.count(width), widths.index(width) if widths else 0
        if width > most and alike >= 0.9 * (len(widths) - above):
            best, most = sign, width
            evidence = f"{_SIGNS[sign]} cuts {alike} of the first {len(widths)} records into {most} fields"
    return best, evidence


def _records(path: Path, encoding: str, shown: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(_lines(text_chunks(path, encoding, shown)), delimiter=delimiter)


def _filled(path: Path, encoding: str, shown: str, delimiter: str) -> Iterator[list[str]]:
    return (record for _, record in _numbered(path, encoding, shown, delimiter))


def _numbered(path: Path, encoding: str, shown: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that holds anything, with the line it begins in."""
    reader, line = csv.reader(_lines(text_chunks(path, encoding, shown)), delimiter=delimiter), 1
    for record in reader:
        if any(cell.strip() for cell in record):
            yield line, record
        line = reader.line_num + 1


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    rest, first = "", True
    for text in chunks:
        text = text.removeprefix("\ufeff") if first else text
        first = first and not text
        *lines, rest = (rest + text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        for line in lines:
            yield f"{line}\n"
    yield rest


def _thinned(records: Iterable[list[str]]) -> tuple[tuple[tuple[str, ...], ...], int]:
    """The first records, then every so-manieth to the end, and how many there are."""
    head: list[tuple[str, ...]] = []
    rest: list[tuple[str, ...]] = []
    count, step = 0, 1
    for count, record in enumerate(records, 1):
        if count <= HEAD:
            head.append(tuple(record))
        elif count % step == 0:
            rest.append(tuple(record))
            if len(rest) > _THINNED:
                rest, step = rest[1::2], 2 * step
    return (*head, *rest), count


def plain(text: str, longest: int = 60) -> str:
    """A text of a file as it may stand in a comment or on a terminal: one line, printable, not long."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= longest else f"{shown[:longest]}…"
