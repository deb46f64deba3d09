"""Archives, workbooks, Parquet and JSON lines: cut off, misnamed, or holding what no table holds."""

from __future__ import annotations

import functools
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa

from tests.bad_inputs.case import Case, Published, Quarantined, Refused, orders, text

GZIP = gzip.compress(text().encode() * 200, mtime=0)
ZSTD = pa.Codec("zstd").compress(text().encode() * 200, asbytes=True)
ROWS = [line.split(",") for line in text().splitlines()]
LINES = "".join(f'{{"id": "g{n}", "day": "2026-01-07", "amount": 1, "line": "g"}}\n' for n in range(40))


def case(name: str, file: str, content: Any, outcome: Any, *more: str) -> Case:
    """A case of one file."""
    return Case(name, {file: content}, orders(file, *more), outcome)


def book(change: Callable[[Any], None], path: Path) -> None:
    """A workbook of forty good orders, changed."""
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.title = "Orders"
    for row in ROWS:
        sheet.append(row)
    change(sheet)
    made.save(path)


def _same(sheet: Any) -> None:
    """As it is."""


def _set(cells: dict[str, Any]) -> Callable[[Path], None]:
    def change(sheet: Any) -> None:
        for name, value in cells.items():
            sheet[name] = value

    return functools.partial(book, change)


def _merge(sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


def _clear(sheet: Any) -> None:
    sheet.delete_rows(1, 99)


def _second_sheet(sheet: Any) -> None:
    sheet.parent.create_sheet("Returns")


def parquet(select: str, path: Path) -> None:
    """What a query gives, as Parquet."""
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")


GOOD_PARQUET = "select 'g' || i as id, '2026-01-07' as day, 1 as amount, 'g' as line from range(40) t(i)"


def cut(make: Callable[[Path], None], share: float, path: Path) -> None:
    """A file of which only the first part arrived."""
    make(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def _tar(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        data = text().encode()
        member = tarfile.TarInfo("o.csv")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("o.csv", text())


whole_book, whole_parquet = functools.partial(book, _same), functools.partial(parquet, GOOD_PARQUET)
CASES = [
    case(
        "a gzip file that was cut off",
        "o.csv.gz",
        GZIP[: len(GZIP) // 2],
        Refused("o.csv.gz: this gzip file ends early (it was cut off); copy or export it again."),
    ),
    case(
        "a gzip file with a flipped bit",
        "o.csv.gz",
        GZIP[:-30] + bytes([GZIP[-30] ^ 1]) + GZIP[-29:],
        Refused("o.csv.gz: this gzip file is damaged; copy or export it again."),
    ),
    case(
        "text named .gz",
        "o.csv.gz",
        text(),
        Refused("o.csv.gz: this is no gzip file; if it is text, leave .gz out of its name."),
    ),
    case(
        "an empty gzip file",
        "o.csv.gz",
        b"",
        Refused("o.csv.gz: this file is empty; export it again."),
    ),
    case(
        "a gzip file that holds nothing",
        "o.csv.gz",
        gzip.compress(b"", mtime=0),
        Refused("o.csv.gz: this file is empty; export it again."),
    ),
    case(
        "gzip within gzip",
        "o.csv.gz",
        gzip.compress(GZIP, mtime=0),
        Refused("o.csv.gz: this is no text but packed twice; unpack it once."),
    ),
    case(
        "a tar archive named .csv.gz",
        "o.csv.gz",
        _tar,
        Refused("o.csv.gz: this is no text but a tar archive; unpack it."),
    ),
    case(
        "bytes after the end of a gzip file",
        "o.csv.gz",
        gzip.compress(text().encode(), mtime=0) + b"trailing",
        Refused("o.csv.gz: this gzip file is damaged; copy or export it again."),
    ),
    case(
        "gzip without its ending",
        "o.csv",
        GZIP,
        Refused("o.csv: this is no text but packed with gzip; give it the ending .gz."),
    ),
    case(
        "a zstd file that was cut off",
        "o.csv.zst",
        ZSTD[:-9],
        Refused("o.csv.zst: this zstd file ends early (it was cut off); copy or export it again."),
    ),
    case(
        "text named .zst",
        "o.csv.zst",
        text(),
        Refused(
            "o.csv.zst: this is not a sound zstd file (ZSTD decompress failed: Unknown frame descriptor); "
            "copy or export it again."
        ),
    ),
    case(
        "zstd without its ending",
        "o.csv",
        ZSTD,
        Refused("o.csv: this is no text but packed with zstd; give it the ending .zst."),
    ),
    case(
        "a zip archive",
        "o.zip",
        _zip,
        Refused("workspace.yaml:3:12: 'o.zip' is of a kind that is not read; unpack it."),
    ),
    case(
        "a zip archive named .csv",
        "o.csv",
        _zip,
        Refused(
            "o.csv: this is no text but an Excel workbook or a zip archive; give a workbook the ending "
            ".xlsx and unpack an archive."
        ),
    ),
    case(
        "a table packed with xz",
        "o.csv.xz",
        b"x",
        Refused("workspace.yaml:3:12: 'o.csv.xz' is of a kind that is not read; pack it with gzip or zstd."),
    ),
    case(
        "Parquet packed again",
        "o.parquet.gz",
        b"x",
        Refused(
            "workspace.yaml:3:12: 'o.parquet.gz' is of a kind that is not read; unpack it: .parquet files "
            "are packed already."
        ),
    ),
    case(
        "a database named .csv",
        "o.csv",
        b"SQLite format 3\0" + b"\0" * 84,
        Refused("o.csv: this is no text but an SQLite database; name it under `sql` with a query."),
    ),
    case(
        "an old workbook",
        "o.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        Refused("workspace.yaml:3:12: 'o.xls' is of a kind that is not read; save it as .xlsx."),
    ),
    case(
        "an old or encrypted workbook named .xlsx",
        "o.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        Refused(
            "o.xlsx: this workbook is encrypted with a password, or of the old .xls kind; save it as .xlsx "
            "without a password."
        ),
    ),
    case(
        "a workbook named .csv",
        "o.csv",
        whole_book,
        Refused(
            "o.csv: this is no text but an Excel workbook or a zip archive; give a workbook the ending "
            ".xlsx and unpack an archive."
        ),
    ),
    case(
        "text named .xlsx",
        "o.xlsx",
        text(),
        Refused("o.xlsx: this is no Excel workbook; if it is text, give it the ending .csv or .tsv."),
    ),
    case(
        "a zip archive named .xlsx",
        "o.xlsx",
        _zip,
        Refused(
            "o.xlsx: this is not a sound Excel workbook (There is no item named '[Content_Types].xml' in "
            "the archive); copy or export it again."
        ),
    ),
    case(
        "a workbook that was cut off",
        "o.xlsx",
        functools.partial(cut, whole_book, 0.5),
        Refused("o.xlsx: this is not a sound Excel workbook (File is not a zip file); copy or export it again."),
    ),
    case(
        "a workbook without rows",
        "o.xlsx",
        functools.partial(book, _clear),
        Refused("o.xlsx: this sheet is empty; export it again."),
    ),
    case(
        "a workbook of two sheets",
        "o.xlsx",
        functools.partial(book, _second_sheet),
        Refused("o.xlsx: this workbook has the sheets 'Orders', 'Returns'; declare `sheet` in workspace.yaml."),
    ),
    case(
        "a sheet that is not there",
        "o.xlsx",
        whole_book,
        Refused(
            "o.xlsx[Order]: this workbook has no such sheet. Did you mean 'Orders'? Correct `sheet` in workspace.yaml."
        ),
        "sheet: Order",
    ),
    case(
        "merged cells in a mapped column",
        "o.xlsx",
        functools.partial(book, _merge),
        Refused("o.xlsx: the cells A2:A3 are merged, so all but the first are empty; unmerge them and fill each one."),
    ),
    case(
        "a formula that was never computed",
        "o.xlsx",
        _set({"C2": "=5+7"}),
        Refused(
            "o.xlsx: the formula in C2 holds no computed value; open the workbook in a spreadsheet program "
            "and save it, or export values."
        ),
    ),
    case(
        "an error value in a cell",
        "o.xlsx",
        _set({"C2": "#N/A"}),
        Quarantined({"revenue_readable": 1}, "revenue '#N/A' does not read as a number with '.' as its decimal sign"),
    ),
    case(
        "a key of more digits than a workbook keeps",
        "o.xlsx",
        _set({"A2": 10**15}),
        Published(
            (
                "o.xlsx: the number in A2 has more than 15 digits, and a workbook keeps no more; if it is a "
                "key, export it as text.",
            )
        ),
    ),
    case(
        "a value beside the columns",
        "o.xlsx",
        _set({"F2": "stray"}),
        Published(("o.xlsx: F2 lies outside the columns that row 1 names; left out.",)),
    ),
    case(
        "an empty cell for a required day",
        "o.xlsx",
        _set({"B2": None}),
        Quarantined({"ordered_at_required": 1}, "ordered_at is missing"),
    ),
    case(
        "text named .parquet",
        "o.parquet",
        text(),
        Refused("o.parquet: this is no Parquet file; if it is text, give it the ending .csv or .tsv."),
    ),
    case(
        "Parquet named .csv",
        "o.csv",
        whole_parquet,
        Refused("o.csv: this is no text but a Parquet file; give it the ending .parquet."),
    ),
    case(
        "Parquet that was cut off",
        "o.parquet",
        functools.partial(cut, whole_parquet, 0.6),
        Refused(
            "o.parquet: this is not a sound Parquet file (Invalid Input Error: No magic bytes found at end "
            "of file 'o.parquet'); copy or export it again."
        ),
    ),
    case(
        "Parquet without rows",
        "o.parquet",
        functools.partial(parquet, GOOD_PARQUET + " where false"),
        Refused(
            "orders: there is no row (orders_not_empty); export it again. An empty export is a failed "
            "export, not a day without sales."
        ),
    ),
    case(
        "Parquet with a column less",
        "o.parquet",
        functools.partial(parquet, f"select id, day, line from ({GOOD_PARQUET})"),
        Refused(
            "workspace.yaml:4:55: orders.revenue `amount`: o.parquet has no column 'amount'. It has id, day, line."
        ),
    ),
    case(
        "Parquet with a nested column",
        "o.parquet",
        functools.partial(parquet, f"select id, day, amount, {{'a': 1}} as line from ({GOOD_PARQUET})"),
        Published(
            ("o.parquet: line holds nested values and is read as JSON text; take a part with line ->> '$.name'.",)
        ),
    ),
    case(
        "Parquet with a day that is none",
        "o.parquet",
        functools.partial(parquet, f"select * from ({GOOD_PARQUET}) union all select '1', 'soon', 1, 'a'"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at 'soon' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    case(
        "a line of JSON cut off",
        "o.jsonl",
        '{"id": "1", "day": \n' + LINES,
        Quarantined(
            {"orders_record_readable": 1}, "the line is no JSON object (it is no JSON (Expecting value at column 20))"
        ),
    ),
    case(
        "a JSON list on a line",
        "o.jsonl",
        LINES + "[1, 2]\n",
        Quarantined({"orders_record_readable": 1}, "the line is no JSON object (it is JSON and no object)"),
    ),
    case(
        "a JSON key that stands twice",
        "o.jsonl",
        '{"id": "1", "id": "2"}\n' + LINES,
        Quarantined({"orders_record_readable": 1}, "the line is no JSON object (the key 'id' stands twice in it)"),
    ),
    case(
        "NaN in a line of JSON",
        "o.jsonl",
        '{"id": NaN}\n' + LINES,
        Quarantined({"orders_record_readable": 1}, "the line is no JSON object (NaN is no JSON value)"),
    ),
    case(
        "half a character in a line of JSON",
        "o.jsonl",
        '{"id": "\\ud800"}\n' + LINES,
        Quarantined(
            {"orders_record_readable": 1}, "the line is no JSON object (it nests too deeply, or holds half a character)"
        ),
    ),
    case(
        "JSON nested beyond every depth",
        "o.jsonl",
        LINES + "[" * 100_000 + "\n",
        Quarantined(
            {"orders_record_readable": 1}, "the line is no JSON object (it nests too deeply, or holds half a character)"
        ),
    ),
    case(
        "one JSON list instead of lines",
        "o.json",
        '[\n {"id": 1}\n]\n',
        Refused(
            "o.json:1: this is one JSON list and not one object a line; write each object on a line of its "
            "own (jq -c '.[]')."
        ),
    ),
    case(
        "one JSON object over several lines",
        "o.json",
        '{\n "id": 1,\n "day": "2026-01-07"\n}\n',
        Refused("o.json: no line of this file is a JSON object; export it as JSON lines or CSV."),
    ),
    case(
        "CSV named .jsonl",
        "o.jsonl",
        text(),
        Refused("o.jsonl: no line of this file is a JSON object; export it as JSON lines or CSV."),
    ),
    case(
        "JSON lines of blank lines alone",
        "o.jsonl",
        "\n\n",
        Refused("o.jsonl: this file is empty; export it again."),
    ),
    case(
        "JSON lines in Latin-1",
        "o.jsonl",
        LINES.encode() + '{"id": "é"}\n'.encode("latin-1"),
        Refused("o.jsonl:41: the byte 0xE9 is not utf-8 text; declare the file's `encoding` in workspace.yaml."),
    ),
    case(
        "JSON lines that misspell a key",
        "o.jsonl",
        LINES.replace("amount", "amonut"),
        Refused("workspace.yaml:4:55: orders.revenue `amount`: o.jsonl has no column 'amount'. Did you mean 'amonut'?"),
    ),
    case(
        "a nested value where a number belongs",
        "o.jsonl",
        '{"id": "1", "day": "2026-01-05", "amount": {"eur": 1}, "line": "a"}\n' + LINES,
        Quarantined(
            {"revenue_readable": 1},
            "revenue '{\"eur\": 1}' does not read as a number with '.' as its decimal sign",
            ("o.jsonl: amount holds nested values and is read as JSON text; take a part with amount ->> '$.name'.",),
        ),
    ),
    case(
        "true where a number belongs",
        "o.jsonl",
        '{"id": "1", "day": "2026-01-05", "amount": true, "line": "a"}\n' + LINES,
        Quarantined({"revenue_readable": 1}, "revenue 'true' does not read as a number with '.' as its decimal sign"),
    ),
]
