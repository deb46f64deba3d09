"""CSV that people open in a spreadsheet: a text that would be read as a formula is made harmless."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import IO

MARK = "\ufeff"
"""Stands before a file's first line, so that a spreadsheet reads UTF-8."""


def write(stream: IO[str], heads: Sequence[str], rows: Iterable[Sequence[object]], line_end: str = "\r\n") -> int:
    """Write heads and rows; missing is an empty field. Returns how many rows there were."""
    writer = csv.writer(stream, lineterminator=line_end)
    writer.writerow([harmless(name) for name in heads])
    written = 0
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        written += 1
    return written


def harmless(cell: object) -> object:
    """The cell as it may be written: an apostrophe before what would start a formula, true and false in words."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return "" if cell is None or cell != cell else cell
