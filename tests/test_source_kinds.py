"""Sources that are no CSV: each kind of file is read whole, its values as written, every row with its place."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from data_checks.errors import FileProblems, LoadRefused
from data_checks.load import load
from data_checks.sources.problems import source_problems
from data_checks.warehouse import current_version
from data_checks.workspace import read_workspace
from tests.loading import NOW, accounts, ask, load_folder, quarantined, write

ORDERS = """
sources:
  orders:
    files: {file}
    columns: {{order_id: id, ordered_at: day, revenue: amount, product_line: line}}
"""
ROWS = [("007", "2026-01-05", 12.5, "a"), ("1e5", "2026-01-06", 7.0, None)]
EXPECTED = [("007", dt.date(2026, 1, 5), 12.5, "a"), ("1e5", dt.date(2026, 1, 6), 7.0, None)]
GOOD = [(f"g{number}", "2026-01-07", 1.0, "g") for number in range(60)]
ASKED = "select order_id, ordered_on, revenue, product_line from orders where order_id not like 'g%' order by 1"


def workspace(folder: Path, file: str, more: str = "") -> Path:
    """A workspace of orders in one file."""
    return write(folder, ORDERS.format(file=file) + more)


def refused(folder: Path) -> str:
    with pytest.raises((LoadRefused, FileProblems)) as caught:
        load_folder(folder)
    return str(caught.value)


def book(path: Path, *rows: Any, change=lambda sheet: None) -> None:
    """A workbook with one sheet."""
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.title = "Orders"
    for row in rows:
        sheet.append(row)
    change(sheet)
    made.save(path)


HEAD = ("id", "day", "amount", "line")


# ---- packed text --------------------------------------------------------------------------------------------------

CSV = "id,day,amount,line\n007,2026-01-05,12.5,a\n1e5,2026-01-06,7,\n"


def test_zstd_and_gzip_tables_of_tabs_are_read(tmp_path: Path) -> None:
    tabs = CSV.replace(",", "\t").encode()
    (tmp_path / "a.tsv.zst").write_bytes(pa.Codec("zstd").compress(tabs, asbytes=True))
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress(tabs.replace(b"\n007", b"\n008").replace(b"1e5", b"1e6")))
    load_folder(workspace(tmp_path, "['*.tsv.*']"))
    assert [row[0] for row in ask(tmp_path, ASKED)] == ["007", "008", "1e5", "1e6"]


def test_two_zstd_frames_are_one_file(tmp_path: Path) -> None:
    head, *lines = CSV.encode().splitlines(keepends=True)
    frames = [pa.Codec("zstd").compress(part, asbytes=True) for part in (head + lines[0], lines[1])]
    (tmp_path / "a.csv.zst").write_bytes(b"".join(frames))
    load_folder(workspace(tmp_path, "a.csv.zst"))
    assert ask(tmp_path, ASKED) == EXPECTED


# ---- workbooks ----------------------------------------------------------------------------------------------------


def test_a_workbook_keeps_text_as_text(tmp_path: Path) -> None:
    book(tmp_path / "o.xlsx", (), HEAD, *ROWS)
    load_folder(workspace(tmp_path, "o.xlsx"))
    assert ask(tmp_path, ASKED) == EXPECTED


def test_dates_zeros_and_serials_of_a_workbook(tmp_path: Path) -> None:
    def change(sheet) -> None:
        sheet["A2"].number_format = "00000"
        sheet["B3"].number_format = "dd/mm/yyyy"
        sheet["B4"].number_format = "dd/mm/yyyy hh:mm"

    # 46027 is 5 January 2026; a number with a date's format is a date, one without needs `datetimes: excel`.
    book(
        tmp_path / "o.xlsx",
        HEAD,
        (42, 46027.5, 1, True),
        (43, dt.datetime(2026, 1, 6), 1, 10**15),
        (44, dt.datetime(2026, 1, 6, 9, 30), 1, 1.25),
        (45, "07.01.2026", 1, "#N/A"),
        change=change,
    )
    folder = workspace(
        tmp_path, "o.xlsx", '    timezone: America/New_York\n    datetimes: [excel, "%d.%m.%Y"]\n    decimal: ","\n'
    )
    report = load_folder(folder)
    assert ask(tmp_path, "select order_id, ordered_at, product_line from orders order by 1") == [
        ("00042", dt.datetime(2026, 1, 5, 17), "true"),
        ("43", dt.datetime(2026, 1, 6), "1000000000000000"),
        ("44", dt.datetime(2026, 1, 6, 14, 30), "1,25"),
        ("45", dt.datetime(2026, 1, 7), "#N/A"),
    ]
    assert report.notes == (
        "o.xlsx: the number in D3 has more than 15 digits, and a workbook keeps no more; "
        "if it is a key, export it as text.",
    )


def test_a_bad_row_of_a_sheet_bears_its_row_number(tmp_path: Path) -> None:
    book(tmp_path / "o.xlsx", (), HEAD, ("1", "2026-01-05", 1, "two\nlines"), (), ("2", "soon", 1, "x"), *GOOD)
    load_folder(workspace(tmp_path, "o.xlsx", "    sheet: Orders\n"))
    (row,) = quarantined(tmp_path)
    assert (row["file"], row["line"], row["row"]) == ("o.xlsx[Orders]", "5", '"2","soon","1","x"')


def test_a_workbook_of_two_sheets_wants_a_name(tmp_path: Path) -> None:
    made: Any = openpyxl.Workbook()
    made.active.title = "Orders"
    made.create_sheet("Returns")
    for row in (HEAD, *ROWS):
        made["Orders"].append(row)
    made.save(tmp_path / "o.xlsx")
    said = refused(workspace(tmp_path, "o.xlsx"))
    assert said == "o.xlsx: this workbook has the sheets 'Orders', 'Returns'; declare `sheet` in workspace.yaml."
    said = refused(workspace(tmp_path, "o.xlsx", "    sheet: Order\n"))
    assert said == (
        "o.xlsx[Order]: this workbook has no such sheet. Did you mean 'Orders'? Correct `sheet` in workspace.yaml."
    )
    load_folder(workspace(tmp_path, "o.xlsx", "    sheet: Orders\n"))
    assert ask(tmp_path, ASKED) == EXPECTED
    made["Returns"].sheet_state = "hidden"
    made.save(tmp_path / "o.xlsx")
    assert accounts(load_folder(workspace(tmp_path, "o.xlsx")), "orders")[:2] == (2, 2)


def test_cells_beside_the_header_are_said_and_left_out(tmp_path: Path) -> None:
    book(tmp_path / "o.xlsx", HEAD, (*ROWS[0], "stray"), ROWS[1])
    report = load_folder(workspace(tmp_path, "o.xlsx"))
    assert report.notes == ("o.xlsx: E2 lies outside the columns that row 1 names; left out.",)


def _merged(sheet) -> None:
    sheet.merge_cells("A2:A3")


def _merged_elsewhere(sheet) -> None:
    sheet["E1"] = "remark"
    sheet.merge_cells("E2:E4")


def test_merged_cells_refuse_the_load_where_they_hide_a_value(tmp_path: Path) -> None:
    book(tmp_path / "o.xlsx", HEAD, *ROWS, change=_merged)
    assert refused(workspace(tmp_path, "o.xlsx")) == (
        "o.xlsx: the cells A2:A3 are merged, so all but the first are empty; unmerge them and fill each one."
    )
    book(tmp_path / "o.xlsx", HEAD, *ROWS, ("3", "2026-01-05", 1), change=_merged_elsewhere)
    assert accounts(load_folder(workspace(tmp_path, "o.xlsx")), "orders")[:2] == (3, 3)


def _repack(path: Path, part: str, old: bytes, new: bytes) -> None:
    """The workbook with some bytes of one part replaced."""
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as after:
        for name, data in parts.items():
            after.writestr(name, data)


def test_formulas_give_their_last_value_and_never_none(tmp_path: Path) -> None:
    book(tmp_path / "o.xlsx", HEAD, ("1", "2026-01-05", "=5+7", "a"))
    folder = workspace(tmp_path, "o.xlsx")
    assert refused(folder) == (
        "o.xlsx: the formula in C2 holds no computed value; open the workbook in a spreadsheet program and save it, "
        "or export values."
    )
    _repack(tmp_path / "o.xlsx", "xl/worksheets/sheet1.xml", b"<v />", b"<v>12</v>")
    report = load_folder(folder)
    assert report.notes == ("o.xlsx: 1 cell is a formula; the values of the last save are read.",)
    assert ask(tmp_path, "select revenue from orders") == [(12.0,)]


@pytest.mark.parametrize("form", ["excel", '["%d.%m.%Y", excel]'])
def test_day_numbers_of_a_workbook_that_counts_from_1904_are_not_read_from_1900(tmp_path: Path, form: str) -> None:
    """1,462 days lie between; a cell with a date format says its day itself."""

    def from_1904(sheet: Any) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904

    folder = workspace(tmp_path, "o.xlsx", f"    datetimes: {form}\n")
    book(folder / "o.xlsx", HEAD, ("1", 44565, 1, "a"), change=from_1904)
    said = "o.xlsx: this workbook counts its days from 1904 and `excel` from 1900; give the cells a date format and"
    assert refused(folder).startswith(said)
    workspace(tmp_path, "o.xlsx")
    book(folder / "o.xlsx", HEAD, ("1", dt.date(2026, 1, 5), 1, "a"), change=from_1904)
    load_folder(folder)
    assert ask(folder, "select ordered_on from orders") == [(dt.date(2026, 1, 5),)]


# ---- Parquet ------------------------------------------------------------------------------------------------------


def parquet(path: Path, select: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")


def test_parquet_is_read_as_text_with_its_types_written_plainly(tmp_path: Path) -> None:
    parquet(
        tmp_path / "o.parquet",
        "select '007' as id, date '2026-01-05' as day, 12.5::double as amount, {'name': 'a'} as line "
        "union all select '1e5', date '2026-01-06', 7, null",
    )
    columns = ORDERS.format(file="o.parquet").replace("product_line: line", "product_line: line ->> '$.name'")
    report = load_folder(write(tmp_path, columns))
    assert ask(tmp_path, ASKED) == EXPECTED
    assert report.notes == (
        "o.parquet: line holds nested values and is read as JSON text; take a part with line ->> '$.name'.",
    )


def test_an_instant_of_parquet_needs_no_zone_and_fits_any_declared_format(tmp_path: Path) -> None:
    select = "select '1' as id, timestamptz '2026-07-01 12:00:00+02' as day, 1.5::decimal(9,2) as amount, 'x' as line"
    parquet(tmp_path / "o.parquet", select)
    more = '    timezone: Europe/Berlin\n    datetimes: "%d.%m.%Y %H:%M"\n    decimal: ","\n'
    load_folder(workspace(tmp_path, "o.parquet", more))
    assert ask(tmp_path, "select ordered_at, revenue from orders") == [(dt.datetime(2026, 7, 1, 10), 1.5)]


def test_a_bad_row_of_parquet_bears_its_number(tmp_path: Path) -> None:
    select = (
        "select i::varchar as id, if(i = 3, 'soon', '2026-01-05') as day, i as amount, 'x' as line from range(60) t(i)"
    )
    parquet(tmp_path / "o.parquet", select)
    load_folder(workspace(tmp_path, "o.parquet"))
    (row,) = quarantined(tmp_path)
    assert (row["file"], row["line"], row["row"]) == ("o.parquet", "4", '"3","soon","3","x"')


# ---- JSON lines ---------------------------------------------------------------------------------------------------

LINES = (
    '{"id": "007", "day": "2026-01-05", "amount": 12.50, "line": "a"}\r\n'
    "\n"
    '{"amount": 7, "id": "1e5", "day": "2026-01-06", "extra": [1, 2]}\n'
)
GOOD_LINES = "".join(f'{{"id": "g{n}", "day": "2026-01-07", "amount": 1}}\n' for n in range(60))


def test_json_lines_are_read_by_key(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl.gz").write_bytes(gzip.compress(LINES.encode()))
    report = load_folder(workspace(tmp_path, "o.jsonl.gz"))
    assert ask(tmp_path, ASKED) == EXPECTED
    assert report.notes == ()


def test_numbers_of_json_keep_every_digit_and_nested_values_are_json(tmp_path: Path) -> None:
    line = '{"id": 12345678901234567890, "day": "2026-01-05", "amount": 1.10, "line": {"b": 1.5, "c": "é"}}\n'
    (tmp_path / "o.ndjson").write_text(line, encoding="utf-8")
    report = load_folder(workspace(tmp_path, "o.ndjson", '    decimal: ","\n'))
    assert ask(tmp_path, ASKED) == [
        ("12345678901234567890", dt.date(2026, 1, 5), 1.1, '{"b": 1.5, "c": "é"}'),
    ]
    assert report.notes == (
        "o.ndjson: line holds nested values and is read as JSON text; take a part with line ->> '$.name'.",
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"id": 1, "day": ', "it is no JSON (Expecting value at column 18)"),
        ("[1, 2]", "it is JSON and no object"),
        ('{"id": 1, "id": 2}', "the key 'id' stands twice in it"),
        ('{"id": NaN}', "NaN is no JSON value"),
        ("[" * 100_000, "it nests too deeply, or holds half a character"),
        ('{"id": "\\ud800"}', "it nests too deeply, or holds half a character"),
    ],
)
def test_a_broken_line_goes_to_quarantine_as_it_stands(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "o.json").write_text(LINES + line + "\n" + GOOD_LINES, encoding="utf-8")
    report = load_folder(workspace(tmp_path, "o.json"))
    assert accounts(report, "orders") == (63, 62, 1, 0, 0, 0)
    (row,) = quarantined(tmp_path)
    assert (row["rules"], row["line"], row["row"]) == ("orders_record_readable", "4", line)
    assert row["reason"] == f"the line is no JSON object ({why})"


# ---- what is not what its name says -------------------------------------------------------------------------------


def _xlsx(path: Path) -> None:
    book(path, HEAD, *ROWS)


def _parquet(path: Path) -> None:
    parquet(path, "select 1 as id")


def _bytes(data: bytes):
    return lambda path: path.write_bytes(data)


def _cut(make, at: float):
    def made(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * at)])

    return made


ZSTD = pa.Codec("zstd").compress(CSV.encode() * 9999, asbytes=True)
EMPTY = "this file is empty; export it again."
WRONG = [
    ("o.csv", _xlsx, "this is no text but an Excel workbook or a zip archive; give a workbook the ending .xlsx"),
    ("o.csv", _parquet, "this is no text but a Parquet file; give it the ending .parquet."),
    ("o.csv", _bytes(gzip.compress(b"a")), "this is no text but packed with gzip; give it the ending .gz."),
    ("o.csv", _bytes(ZSTD), "this is no text but packed with zstd; give it the ending .zst."),
    ("o.tsv", _bytes(b"%PDF-1.7 ..."), "this is no text but a PDF; export a table."),
    ("o.csv", _bytes(b"SQLite format 3\0"), "this is no text but an SQLite database; name it under `sql`"),
    ("o.csv", _bytes(b"\n<!DOCTYPE html><p>Sign in"), "this is no text but a web page, perhaps a sign-in form"),
    ("o.csv.zst", _bytes(ZSTD[:-9]), "this zstd file ends early (it was cut off); copy or export it again."),
    ("o.csv.zst", _bytes(CSV.encode()), "this is not a sound zstd file (ZSTD decompress failed: Unknown frame"),
    ("o.csv.zst", _bytes(b""), EMPTY),
    ("o.csv.gz", _bytes(b""), EMPTY),
    ("o.jsonl", _bytes(b"\n\n"), EMPTY),
    ("o.jsonl", _bytes(b"id,day\n1,2\n"), "no line of this file is a JSON object; export it as JSON lines or CSV."),
    ("o.xlsx", _bytes(b""), EMPTY),
    ("o.xlsx", _bytes(CSV.encode()), "this is no Excel workbook; if it is text, give it the ending .csv or .tsv."),
    ("o.xlsx", _bytes(b"\xd0\xcf\x11\xe0\xa1\xb1"), "this workbook is encrypted with a password, or of the old"),
    ("o.xlsx", _cut(_xlsx, 0.5), "this is not a sound Excel workbook (File is not a zip file); copy"),
    ("o.xlsx", book, "this sheet is empty; export it again."),
    ("o.parquet", _bytes(b""), EMPTY),
    ("o.parquet", _bytes(CSV.encode()), "this is no Parquet file; if it is text, give it the ending .csv or .tsv."),
    ("o.parquet", _cut(_parquet, 0.6), "this is not a sound Parquet file ("),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "said"), WRONG, ids=lambda part: part[:40] if isinstance(part, str) else "")
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, name: str, make, said: str) -> None:
    make(tmp_path / name)
    assert refused(workspace(tmp_path, name)).startswith(f"{name}: {said}")


def test_one_json_list_is_not_json_lines(tmp_path: Path) -> None:
    (tmp_path / "o.json").write_text('[\n {"id": 1}\n]\n', encoding="utf-8")
    assert refused(workspace(tmp_path, "o.json")) == (
        "o.json:1: this is one JSON list and not one object a line; write each object on a line of its own "
        "(jq -c '.[]')."
    )


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("o.zip", "unpack it"),
        ("o.xls", "save it as .xlsx"),
        ("o.csv.xz", "pack it with gzip or zstd"),
        ("o.parquet.gz", "unpack it: .parquet files are packed already"),
    ],
)
def test_a_kind_that_is_not_read_says_what_to_do(tmp_path: Path, name: str, wish: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert refused(workspace(tmp_path, name)) == (
        f"workspace.yaml:4:12: '{name}' is of a kind that is not read; {wish}."
    )


def test_a_glob_without_files_and_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert refused(workspace(tmp_path, "'in/*.csv'")) == (
        "workspace.yaml:4:12: no file matches 'in/*.csv'; put one there, or correct the pattern."
    )
    assert refused(workspace(tmp_path, "in")) == (
        "workspace.yaml:4:12: 'in' is a folder; name its files, or use a glob such as 'in/*.csv'."
    )


def test_a_nul_byte_and_an_endless_record_are_refused_with_their_line(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "o.csv")
    (tmp_path / "o.csv").write_bytes(CSV.encode() + b"2,2026-01-05,1,\0\n")
    assert refused(folder) == (
        "o.csv:4: a NUL byte stands here, which no text holds; the file is damaged, or UTF-16: then declare "
        "`encoding: utf-16`."
    )
    for cell in (b"x" * (65 << 20), b'"' + b"xxxxxxx\n" * (9 << 20) + b'"'):
        (tmp_path / "o.csv").write_bytes(CSV.encode() + b"2,2026-01-05,1," + cell + b"\n")
        assert refused(folder).startswith("o.csv:4: a record here is longer than 64 MiB;")


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data_checks import load as load_module

    folder, whole = workspace(tmp_path, "o.jsonl"), load_module._Load._fresh

    def grows(self, *arguments):
        with (tmp_path / "o.jsonl").open("a") as stream:
            stream.write('{"id": "late", "day": "2026-01-07", "amount": 1}\n')
        return whole(self, *arguments)

    (tmp_path / "o.jsonl").write_text(LINES, encoding="utf-8")
    monkeypatch.setattr(load_module._Load, "_fresh", grows)
    assert refused(folder) == ("o.jsonl: this file changed while it was being read; load again when it is complete.")


def test_a_file_that_grows_after_it_was_read_was_not_whole(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl").write_text(LINES, encoding="utf-8")
    read = read_workspace(workspace(tmp_path, "o.jsonl"))

    def grown(_: object) -> None:
        with (tmp_path / "o.jsonl").open("a") as stream:
            stream.write('{"id": "late", "day": "2026-01-07", "amount": 1}\n')

    with pytest.raises(LoadRefused, match=r"^o\.jsonl: this file changed while it was being read; load again"):
        load(read, NOW, prepare=grown)
    assert current_version(read.var) is None


@pytest.mark.parametrize("how", ["touched", "replaced"])
def test_a_file_that_was_whole_is_loaded_whatever_comes_after(tmp_path: Path, how: str) -> None:
    (tmp_path / "o.jsonl").write_text(LINES, encoding="utf-8")
    read = read_workspace(workspace(tmp_path, "o.jsonl"))

    def meanwhile(_: object) -> None:
        if how == "touched":
            os.utime(tmp_path / "o.jsonl", (1, 1))
        else:  # by the next whole export
            (tmp_path / "next").write_text(LINES * 2, encoding="utf-8")
            (tmp_path / "next").replace(tmp_path / "o.jsonl")

    assert load(read, NOW, prepare=meanwhile).status == "published"


def test_a_missing_column_is_named_before_anything_is_loaded(tmp_path: Path) -> None:
    book(tmp_path / "o.xlsx", ("id", "day", "amonut", "line"), *ROWS)
    (problem,) = source_problems(read_workspace(workspace(tmp_path, "o.xlsx")).sources)
    assert problem.message == "orders.revenue `amount`: o.xlsx has no column 'amount'. Did you mean 'amonut'?"


def test_a_row_too_long_to_read_goes_to_quarantine(tmp_path: Path) -> None:
    long = f'{{"id": "1", "day": "2026-01-05", "amount": 1, "line": "{"x" * (17 << 20)}"}}\n'
    (tmp_path / "o.jsonl").write_text(LINES + long + GOOD_LINES, encoding="utf-8")
    load_folder(workspace(tmp_path, "o.jsonl"))
    with (tmp_path / "var/loads/000001/quarantine.csv").open(encoding="utf-8") as stream:
        next(stream)
        assert "the line is no JSON object, or longer than 16 MiB,o.jsonl,3,4," in stream.readline().replace('"', "")
