"""Files as they come: named twice, of different shapes, with odd first lines and line ends."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from data_checks.errors import FileProblems
from data_checks.sources import files
from data_checks.sources.files import copy_as_utf8
from tests.loading import accounts, ask, load_folder, write

LINES = """
sources:
  orders:
    files: lines.csv
    types: {units: integer, price: number, moment: time}
    group_by: invoice
    columns: {order_id: invoice, ordered_at: min(moment), revenue: sum(units * price), units: sum(units)}
"""


def test_a_file_that_a_mapping_names_twice_is_read_once_and_said(tmp_path: Path) -> None:
    workspace = LINES.replace("files: lines.csv", "files: [lines.csv, 'l*.csv', link.csv]")
    write(tmp_path, workspace, lines="invoice,units,price,moment\n1,2,5,2026-01-01 09:00\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "lines.csv")
    report = load_folder(tmp_path)
    assert ask(tmp_path, "select revenue from orders") == [(10.0,)]
    assert set(report.notes) == {
        "orders: lines.csv is named twice and is read once.",
        "orders: link.csv is the same file as lines.csv and is read once.",
    }


def test_two_files_of_the_same_bytes_are_noted(tmp_path: Path) -> None:
    lines = "invoice,units,price,moment\n1,2,5,2026-01-01 09:00\n"
    report = load_folder(write(tmp_path, LINES.replace("lines.csv", "'*.csv'"), a=lines, b=lines))
    assert report.notes == (
        "orders: b.csv holds the same bytes as a.csv, so its rows stand twice; remove one if it is a copy.",
    )


def test_files_of_one_mapping_that_do_not_look_alike_are_noted(tmp_path: Path) -> None:
    files = {
        "a": "invoice,units,price,moment,x\n",
        "b": "price,moment,invoice,units,y\n",
        "c": "X,moment,price,units,invoice\n",
    }
    files["a"] += "1,2,5,2026-01-01 09:00,\n"
    report = load_folder(write(tmp_path, LINES.replace("lines.csv", "'*.csv'"), **files))
    assert report.notes == (
        "orders: b.csv has also y and has not x, unlike a.csv.",
        "orders: c.csv has the same columns in another order, unlike a.csv.",
        "b.csv has column names and no rows; is the export whole?",
        "c.csv has column names and no rows; is the export whole?",
    )


@pytest.mark.parametrize("piece", [1, 2, 3, 4, 100])
@pytest.mark.parametrize(
    ("text", "is_even"), [("a,b\r\n1,2\r\n", True), ("a,b\r\n1,2\r\n3,4\n", False), ("a,b\r1,2\r\n", False)]
)
def test_a_line_end_that_is_read_in_two_pieces_is_one(tmp_path: Path, text: str, is_even: bool, piece: int) -> None:
    (tmp_path / "x.csv").write_bytes(text.encode())
    with patch.object(files, "_CHUNK", piece):
        assert copy_as_utf8(tmp_path / "x.csv", "utf-8", tmp_path / "copy", "x.csv").is_even is is_even


def test_line_ends_may_be_mixed_and_a_lone_return_in_a_field_is_a_blank(tmp_path: Path) -> None:
    workspace = "sources: {tickets: {files: log.csv, columns: {ticket_id: id, opened_at: opened, topic: topic}}}\n"
    log = (
        b"id,opened,topic\r\n1,2026-01-01 09:00,a\n2,2026-01-01 09:00,b\r\n"
        b'3,2026-01-01 09:00,"c\r\nd\re"\n4,2026-01-01 09:00,f\rg\n'
    )
    report = load_folder(write(tmp_path, workspace, log=log))
    rows = ask(tmp_path, "select topic from tickets order by ticket_id")
    assert rows == [("a",), ("b",), ("c\r\nd\re",), ("f g",)]
    assert report.notes == (
        "log.csv:6: a carriage return stands inside a field without quotes; it is read as a blank.",
    )


@pytest.mark.parametrize("above", [",,\n", "\n ,,\n", ",,\r\n\r\n"])
def test_a_first_line_of_delimiters_alone_is_no_header(tmp_path: Path, above: str) -> None:
    workspace = "sources: {tickets: {files: log.csv, columns: {ticket_id: id, opened_at: opened, topic: topic}}}\n"
    body = "id,opened,topic\n1,2026-01-01 09:00,a\n"
    report = load_folder(write(tmp_path, workspace, log=above + body.replace("\n", "\r\n" if "\r" in above else "\n")))
    assert accounts(report, "tickets") == (1, 1, 0, 0, 0, 0)


def test_a_header_that_begins_with_a_tab_has_an_unnamed_first_column(tmp_path: Path) -> None:
    workspace = "sources: {tickets: {files: t.csv, delimiter: '\\t', columns: {ticket_id: id, opened_at: opened}}}\n"
    load_folder(write(tmp_path, workspace.replace("'\\t'", '"\\t"'), t="\tid\topened\nx\t1\t2026-01-01 09:00\n"))
    assert ask(tmp_path, "select ticket_id from tickets") == [("1",)]


DESK = "sources:\n  tickets: {{files: '{files}', columns: {{ticket_id: id, opened_at: opened}}}}\n"


def test_a_name_with_brackets_is_a_name_where_such_a_file_stands(tmp_path: Path) -> None:
    folder = write(tmp_path, DESK.format(files="t[1].csv"), **{"t[1]": "id,opened\na,2026-01-02\n"})
    load_folder(folder)
    assert ask(folder, "select ticket_id from tickets") == [("a",)]
    (folder / "t[1].csv").rename(folder / "t1.csv")
    assert [source.files for source in load_folder(folder).sources] == [("t1.csv",)]


@pytest.mark.parametrize("empty", ["id,opened", "id,opened\n", "id,opened\n\n"])
def test_one_of_several_files_without_rows_is_noted(tmp_path: Path, empty: str) -> None:
    report = load_folder(write(tmp_path, DESK.format(files="t*.csv"), t1="id,opened\na,2026-01-02", t2=empty))
    assert report.notes == ("t2.csv has column names and no rows; is the export whole?",)


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + "*"])
def test_a_name_too_long_for_any_file_is_told(tmp_path: Path, name: str) -> None:
    write(tmp_path, DESK.format(files=name))
    with pytest.raises(FileProblems, match=r"is longer than any file's name may be|no file matches"):
        load_folder(tmp_path)
