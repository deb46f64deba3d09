"""Typed values of workbooks, databases and JSON as the text a mapping sees, and the private copy that holds them."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_KEPT_REASONS = 1000
"""So many broken rows of a file keep a reason of their own; the others get one sentence for all."""
TORN = '""!'
"""A record no reader takes for fields: something stands behind a closing quote."""


@dataclass(frozen=True)
class Converted:
    """A file that is no text, written as a plain copy of one record per row of it.

    `first_line`: where in the file the copy's first record, the header, stands (or would stand); `broken`: why a
    record is none, by its count in the copy; `plain`: the file's own lines, where it has some.
    """

    first_line: int
    notes: tuple[str, ...] = ()
    broken: Mapping[int, str] = field(default_factory=dict)
    plain: Path | None = None


def cell_text(value: Any, sign: str = ".") -> str:
    """One typed value as text: ISO 8601 times, numbers with the source's decimal `sign`, '' for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, decimal.Decimal)):
        return number_text(value, sign)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def number_text(value: int | float | decimal.Decimal, sign: str = ".") -> str:
    """A number as it would be typed: 7 and not 7.0, and no digit more than it has."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = format(value, "f") if isinstance(value, decimal.Decimal) else str(value)
    return text.replace(".", sign)


def _duration(value: dt.timedelta) -> str:
    seconds = value.total_seconds()
    minutes, rest = divmod(round(abs(seconds)), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02}:{rest:02}"


class CopyWriter:
    """Writes the records of a private copy. Blank rows before a record are kept, so that rows can be counted."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._blank = 0
        self.count = 0
        self.broken: dict[int, str] = {}
        self.row(names)

    def row(self, cells: Iterable[str]) -> None:
        self._advance()
        self._writer.writerow(cells)

    def blank(self) -> None:
        """A row that holds nothing; at the end of the file it is left out."""
        self._blank += 1

    def torn(self, reason: str) -> None:
        """A row that is none."""
        self._advance()
        self._stream.write(f"{TORN}\n")
        if len(self.broken) < _KEPT_REASONS:
            self.broken[self.count] = reason

    def _advance(self) -> None:
        self._stream.write("\n" * self._blank)
        self.count += self._blank + 1
        self._blank = 0

    def __enter__(self) -> CopyWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
