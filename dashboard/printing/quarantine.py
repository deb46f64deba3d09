"""The quarantine printed: rows by rule, then each with its place, its reason and its own text."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator
from typing import IO, Any

from dashboard import spreadsheet, wording
from dashboard.printing.terminal import as_json, table, visible
from data_checks.quarantine_file import Quarantine, QuarantinedRow

HEADS = ("table", "rules", "reason", "file", "record", "line", "byte", "row")
SHOWN = 100
"""So many rows are printed unless told otherwise; a file holds them all."""


def quarantine(found: Quarantine, limit: int | None, form: str) -> str:
    """The answer of `scorecard quarantine`."""
    most = limit or SHOWN
    if form == "csv":
        out = io.StringIO()
        spreadsheet.write(out, HEADS, _cells(found, most), line_end="\n")
        return out.getvalue().rstrip("\n")
    rows = list(itertools.islice(found.rows(), most))
    total = sum(1 for _ in found.rows())
    if form == "json":
        plain = [_plain(row) for row in rows]
        return as_json({"load": found.load, "status": found.status, "total": total, "rows": plain})
    return _text(found, rows, total)


def _text(found: Quarantine, rows: list[QuarantinedRow], total: int) -> str:
    only = f" of {found.table}" if found.table else ""
    breaking = f" that {'break' if total > 1 else 'breaks'} {found.rule}" if found.rule else ""
    counted = wording.plural(total, "row", "rows") if total else "no row"
    head = f"Load {found.load} ({found.status}) has {counted}{only} in quarantine{breaking}."
    if not rows:
        return head
    counts = found.counts()
    by_rule = [[name, rule, wording.count(count)] for (name, rule), count in counts.items()]
    shown = [[row.table, f"{row.file}:{row.line}", visible(row.reason), visible(row.text)] for row in rows]
    left = f"The first {wording.count(len(rows))} of {wording.count(total)} rows; --limit shows more. "
    return "\n".join([
        head, "", table(["table", "rule", "rows"], by_rule, right=("rows",)), "",
        table(["table", "place", "reason", "row"], shown), "",
        (left if total > len(rows) else "")
        + "Correct them in their files and load again; --export FILE writes them all.",
    ])  # fmt: skip


def write_to(stream: IO[str], found: Quarantine, limit: int | None, form: str) -> int:
    """The rows into an open file, all of them unless `limit` says otherwise; how many there were."""
    if form != "json":
        stream.write(spreadsheet.MARK)
        return spreadsheet.write(stream, HEADS, _cells(found, limit))
    written = 0
    for row in itertools.islice(found.rows(), limit):
        stream.write(("[\n" if not written else ",\n") + json.dumps(_plain(row), ensure_ascii=False))
        written += 1
    stream.write("\n]\n" if written else "[]\n")
    return written


def _cells(found: Quarantine, limit: int | None) -> Iterator[list[object]]:
    for row in itertools.islice(found.rows(), limit):
        yield [row.table, " ".join(row.rules), row.reason, row.file, row.record, row.line, row.byte, row.text]


def _plain(row: QuarantinedRow) -> dict[str, Any]:
    return dict(zip(HEADS, (row.table, row.rules, row.reason, row.file, row.record, row.line, row.byte, row.text),
                    strict=True))  # fmt: skip
