"""One sheet of an Excel workbook → a plain copy: text stays text, dates become ISO 8601, and nothing is lost unsaid.

Values come from openpyxl, which keeps what a faster reader drops (docs/adr/0005-workbooks.md): an error value such as
#N/A, the zeros a number format shows, the difference between an empty cell and a formula nobody has computed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from data_checks.errors import LoadRefused, did_you_mean
from data_checks.sources.files import Header, clean_header, ends_above, is_empty
from data_checks.sources.text import Converted, CopyWriter, cell_text

LARGEST = 4 << 30
"""A workbook that unpacks to more bytes than this is refused: it is damaged, or meant to fill the memory."""
_OLD = b"\xd0\xcf\x11\xe0"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ZEROS = re.compile(r"0{2,}")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell [^>]*?ref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"")
_CHUNK = 1 << 20


def workbook_header(path: Path, sheet: str | None, shown: str, header: int = 1) -> Header:
    """The names in the sheet's first row from `header` on that holds anything.

    Raises LoadRefused for no sound workbook.
    """
    with _sheet(path, sheet, shown) as (rows, _):
        return _header(rows, shown, header)[1]


def visible_sheets(path: Path, shown: str) -> list[str]:
    """The sheets that are not hidden. Raises LoadRefused for no sound workbook."""
    _check_signs(path, shown)
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, read_only=True)
        except Exception as error:
            raise _unsound(shown, error) from None
        with contextlib.closing(book):
            return [one.title for one in book.worksheets if one.sheet_state == "visible"]


def first_rows(path: Path, sheet: str | None, shown: str, count: int) -> list[tuple[int, list[str]]]:
    """The sheet's first so many rows that hold anything, each with its number. Raises LoadRefused like the others."""
    with _sheet(path, sheet, shown) as (rows, _):
        texts = ((number, [_text(cell, ".") for cell in cells]) for number, cells in rows)
        return list(itertools.islice((one for one in texts if any(map(str.strip, one[1]))), count))


def convert_workbook(
    path: Path,
    sheet: str | None,
    shown: str,
    header: Header,
    needed: Sequence[str],
    decimal: str,
    copy: Path,
    above: int = 1,
) -> Converted:
    """Write the sheet to `copy`, its header the first row from `above` on that holds anything.

    Raises LoadRefused where a needed column holds merged cells, or formulas without a value.
    """
    with _sheet(path, sheet, shown) as (rows, name):
        first, _ = _header(rows, shown, above)
        places = [header.names.index(column) for column in needed]
        notes = _check_formulas(path, name, shown, first, places)
        with CopyWriter(copy, header.names) as target:
            notes += _write_rows(rows, target, first, header, decimal, shown)
    return Converted(first, tuple(notes))


def _write_rows(
    rows: Iterator[tuple[int, Sequence[Any]]],
    target: CopyWriter,
    first: int,
    header: Header,
    decimal: str,
    shown: str,
) -> list[str]:
    width, unnamed, long = len(header.names), "", ""
    for _, cells in rows:
        texts = [_text(cell, decimal) for cell in cells]
        if not any(texts):
            target.blank()
            continue
        target.row((texts + [""] * width)[:width])
        for cell, text in zip(cells, texts, strict=True):
            if text and not unnamed and cell.column > width:
                unnamed = f"{shown}: {cell.coordinate} lies outside the columns that row {first} names; left out."
            if not long and isinstance(cell.value, (int, float)) and abs(cell.value) >= 1e15:
                long = (
                    f"{shown}: the number in {cell.coordinate} has more than 15 digits, and a workbook keeps no more; "
                    "if it is a key, export it as text."
                )
    return [note for note in (unnamed, long) if note]


def _text(cell: Any, decimal: str) -> str:
    value = cell.value
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if _is_day(cell, value) else value.isoformat(sep=" ")
    text = cell_text(value, decimal)
    if isinstance(value, int) and not isinstance(value, bool) and _ZEROS.fullmatch(cell.number_format):
        return text.zfill(len(cell.number_format))
    return text


def _is_day(cell: Any, value: dt.datetime) -> bool:
    """A date whose format shows no time of day is a day, and a day is never shifted between zones."""
    from openpyxl.styles.numbers import is_datetime

    return value.time() == dt.time() and is_datetime(cell.number_format) == "date"


def _header(rows: Iterator[tuple[int, Sequence[Any]]], shown: str, above: int) -> tuple[int, Header]:
    for number, cells in rows:
        if number < above:
            continue
        names = [_text(cell, ".") for cell in cells]
        while names and not names[-1].strip():
            names.pop()
        if names:
            return number, clean_header(names, shown)
    if above > 1:
        raise ends_above(above, shown)
    raise LoadRefused(f"{shown}: this sheet is empty; export it again.")


@contextlib.contextmanager
def _sheet(path: Path, sheet: str | None, shown: str) -> Iterator[tuple[Iterator[tuple[int, Sequence[Any]]], str]]:
    """The rows of the sheet with their numbers, and its name. The library may stumble over a damaged file anywhere."""
    _check_signs(path, shown)
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # extensions and styles that hold no data
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except Exception as error:
            raise _unsound(shown, error) from None
        try:
            chosen = _choose(book, sheet, shown)
            chosen.reset_dimensions()  # what the file says of its own size is often wrong
            with contextlib.closing(chosen.iter_rows()) as rows:
                yield _numbered(rows, shown), chosen.title
        finally:
            book.close()


def _numbered(rows: Iterator[Sequence[Any]], shown: str) -> Iterator[tuple[int, Sequence[Any]]]:
    numbered = enumerate(rows, 1)
    while True:
        try:
            yield next(numbered)
        except StopIteration:
            return
        except Exception as error:
            raise _unsound(shown, error) from None


def _unsound(shown: str, error: Exception) -> LoadRefused:
    said = (str(error).splitlines() or [""])[0].strip('".') or type(error).__name__
    return LoadRefused(f"{shown}: this is not a sound Excel workbook ({said}); copy or export it again.")


def _check_signs(path: Path, shown: str) -> None:
    try:
        with path.open("rb") as stream:
            beginning = stream.read(4096)
    except OSError as error:
        raise LoadRefused(f"{shown}: this file cannot be read ({error.strerror}); check its permissions.") from None
    if beginning.startswith(_OLD):
        raise LoadRefused(
            f"{shown}: this workbook is encrypted with a password, or of the old .xls kind; "
            "save it as .xlsx without a password."
        )
    if not beginning:
        raise is_empty(shown)
    if not beginning.startswith(b"PK"):
        raise LoadRefused(f"{shown}: this is no Excel workbook; if it is text, give it the ending .csv or .tsv.")
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
        if size > LARGEST:
            raise LoadRefused(
                f"{shown}: this workbook unpacks to {size >> 20:,} MiB, more than {LARGEST >> 20:,}; export it as .csv."
            )


def _choose(book: Any, sheet: str | None, shown: str) -> Any:
    """The declared sheet, else the only one that is not hidden."""
    names = [one.title for one in book.worksheets]
    if sheet is not None:
        if sheet in names:
            return book[sheet]
        near = did_you_mean(sheet, names) or f" It has {_named(names)}."
        raise LoadRefused(f"{shown}: this workbook has no such sheet.{near} Correct `sheet` in workspace.yaml.")
    open_ones = [one for one in book.worksheets if one.sheet_state == "visible"]
    if len(open_ones) == 1:
        return open_ones[0]
    if not names:
        raise LoadRefused(f"{shown}: this workbook has no sheet of cells; export it again.")
    names = [one.title for one in open_ones] or names
    raise LoadRefused(f"{shown}: this workbook has the sheets {_named(names)}; declare `sheet` in workspace.yaml.")


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:12])


# ---- what the values do not tell --------------------------------------------------------------------------------


def _check_formulas(path: Path, sheet: str, shown: str, first: int, needed: Sequence[int]) -> list[str]:
    """Notes on the sheet's formulas. Raises LoadRefused for merged cells, or a formula never computed, below the
    header in a needed column."""
    with zipfile.ZipFile(path) as parts:
        part = _part_of(parts, sheet, shown)
        if part is None:
            return []
        has_formula, merged = _scan(parts, part)
        for left, top, right, bottom in merged:
            if bottom > first and (bottom > top or right > left) and any(left <= at <= right for at in needed):
                where = f"{_letters(left)}{top}:{_letters(right)}{bottom}"
                raise LoadRefused(
                    f"{shown}: the cells {where} are merged, so all but the first are empty; "
                    "unmerge them and fill each one."
                )
        if not has_formula:
            return []
        count, empty = _formulas(parts, part, first, needed)
    if empty:
        raise LoadRefused(
            f"{shown}: the formula in {empty} holds no computed value; "
            "open the workbook in a spreadsheet program and save it, or export values."
        )
    what = "1 cell is a formula" if count == 1 else f"{count:,} cells are formulas"
    return [f"{shown}: {what}; the values of the last save are read."] if count else []


def _part_of(parts: zipfile.ZipFile, sheet: str, shown: str) -> str | None:
    """The part of the package that holds the sheet."""
    related = {one.get("Id"): one.get("Target", "") for one in _part(parts, "xl/_rels/workbook.xml.rels", shown)}
    for one in _part(parts, "xl/workbook.xml", shown).iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            key = next((value for name, value in one.attrib.items() if name.endswith("}id")), None)
            target = related.get(key, "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            return part if part in parts.namelist() else None
    return None


def counts_from_1904(path: Path, shown: str) -> bool:
    """Whether a workbook's day numbers begin four years later than usual, as old Macintoshes wrote them.

    Raises LoadRefused when it is unsound.
    """
    with zipfile.ZipFile(path) as parts:
        return any(
            one.tag.endswith("}workbookPr") and one.get("date1904") in ("1", "true")
            for one in _part(parts, "xl/workbook.xml", shown)
        )


def _part(parts: zipfile.ZipFile, name: str, shown: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(parts.read(name))
    except KeyError:
        raise _unsound(shown, ValueError(f"it has no part {name}")) from None


def _scan(parts: zipfile.ZipFile, part: str) -> tuple[bool, list[tuple[int, int, int, int]]]:
    """Whether the sheet holds a formula, and its merged ranges as (left, top, right, bottom): left and right from 0,
    rows from 1."""
    found, tail = False, b""
    merged: dict[tuple[bytes, bytes, bytes, bytes], None] = {}
    with parts.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            text = tail + chunk
            found = found or _FORMULA.search(text) is not None
            for left, top, right, bottom in _MERGED.findall(text):
                merged[left, top, right, bottom] = None
            tail = text[-128:]
    return found, [(_column(left), int(top), _column(right), int(bottom)) for left, top, right, bottom in merged]


def _formulas(parts: zipfile.ZipFile, part: str, first: int, needed: Sequence[int]) -> tuple[int, str]:
    """How many cells are formulas, and the first of a needed column that has no value."""
    count, empty = 0, ""
    with parts.open(part) as stream:
        for _, node in ElementTree.iterparse(stream):
            kind = node.tag.rpartition("}")[2]
            if kind == "row":
                node.clear()
            if kind != "c" or not any(child.tag.endswith("}f") for child in node):
                continue
            count += 1
            value = next((child.text for child in node if child.tag.endswith("}v")), None)
            place = re.fullmatch(r"([A-Z]+)(\d+)", node.get("r", ""))
            # A formula that gives an empty text says so by its type.
            is_open = not value and node.get("t") != "str"
            if is_open and not empty and place and _column(place[1].encode()) in needed and int(place[2]) > first:
                empty = place[0]
    return count, empty


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _letters(column: int) -> str:
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
