"""Lines above the column names: `header` says where they end, and places in the file stay those of the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from data_checks.assistant.propose import propose
from data_checks.assistant.sample import read_samples
from data_checks.errors import FileProblems, LoadRefused, RequestError
from data_checks.sources.problems import source_problems
from data_checks.workspace import read_workspace
from tests.loading import ask, load_folder, quarantined, write

WORKSPACE = """
timezone: UTC
sources:
  tickets:
    files: {files}
    header: {header}
    columns: {{ticket_id: id, opened_at: seen}}
"""
TITLES = 'Tickets of the desk,,\n"printed, and ""checked""\nby hand"\n\n'
GOOD = "".join(f"g{number},2026-01-02 10:00\n" for number in range(30))
OPENED = dt.datetime(2026, 1, 2, 10)


def workspace(header: int | str = 5, files: str = "t.csv") -> str:
    return WORKSPACE.format(files=files, header=header)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_stands_above_the_names_is_left_out_and_lines_stay_those_of_the_file(tmp_path: Path, end: str) -> None:
    text = f"{TITLES}id,seen\n{GOOD}b,soon\n".replace("\n", end)
    report = load_folder(write(tmp_path, workspace(), t=text))
    assert (report.tables["tickets"].read, report.tables["tickets"].published) == (31, 30)
    (bad,) = quarantined(tmp_path)
    assert (bad["line"], bad["record"], bad["row"]) == ("36", "31", "b,soon")  # four lines, the names, thirty rows
    assert int(bad["byte"]) == text.index("b,soon")


def test_a_blank_line_where_the_names_should_stand_is_passed_over(tmp_path: Path) -> None:
    load_folder(write(tmp_path, workspace(4), t=f"{TITLES}id,seen\n1,2026-01-02 10:00\n"))
    assert ask(tmp_path, "select ticket_id, opened_at from tickets") == [("1", OPENED)]


def test_titles_of_another_encoding_behind_a_mark(tmp_path: Path) -> None:
    text = "Tickets für März\nid;seen\n1;2026-01-02 10:00\n".encode("utf-16")
    more = workspace(2).replace("    header", '    encoding: utf-16\n    delimiter: ";"\n    header')
    load_folder(write(tmp_path, more, t=text))
    assert ask(tmp_path, "select opened_at from tickets") == [(OPENED,)]


def test_more_titles_than_are_read_at_once(tmp_path: Path) -> None:
    titles = f"{'x' * 1000}\n" * 1200  # more than a MiB
    with pytest.raises(LoadRefused, match=r"^t\.csv: the column names of line 1201, .* within the first MiB"):
        load_folder(write(tmp_path, workspace(1201), t=f"{titles}id,seen\n1,2026-01-02 10:00\n"))


def test_a_file_that_ends_above_its_header_says_so(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused) as refused:
        load_folder(write(tmp_path, workspace(9), t=f"{TITLES}id,seen\n1,2026-01-02 10:00\n"))
    assert str(refused.value).startswith(
        "t.csv: nothing stands in line 9 or below it, where `header` says the column names are; correct `header` in "
        "workspace.yaml."
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (0, "header: give the number of the line the column names stand in, from 1"),
        ("yes", "header: a whole number is needed here"),
        ("3.0", "header: a whole number is needed here"),
    ],
)
def test_a_line_is_a_number_from_one(tmp_path: Path, header: int | str, said: str) -> None:
    write(tmp_path, workspace(header), t="id,seen\n1,2026-01-02 10:00\n")
    with pytest.raises(FileProblems, match=said):
        read_workspace(tmp_path)


@pytest.mark.parametrize(("above", "header"), [('"","",""\n', 1), ('"Desk","",""\n"","  ",""\n', 2), ('"Desk"\n', 2)])
def test_blank_fields_in_quotes_above_the_names_are_blank(tmp_path: Path, above: str, header: int) -> None:
    report = load_folder(write(tmp_path, workspace(header), t=f"{above}id,seen\n1,2026-01-02 10:00\n"))
    assert (report.tables["tickets"].read, report.tables["tickets"].published) == (1, 1)


def test_a_file_with_other_titles_is_told_to_have_its_own_mapping(tmp_path: Path) -> None:
    write(tmp_path, workspace(5, "'*.csv'"), t=f"{TITLES}id,seen\n{GOOD}", u=f"Desk\nid,seen\n{GOOD}")
    with pytest.raises(FileProblems, match="a file with its names in another line needs its own mapping"):
        load_folder(tmp_path)


def book(path: Path, *rows: Sequence[object]) -> None:
    made = openpyxl.Workbook()
    sheet = made.create_sheet("Desk", 0)
    made.remove(made.worksheets[1])
    for row in rows:
        sheet.append(row)
    made.save(path)


def test_a_sheet_has_its_names_in_the_declared_row(tmp_path: Path) -> None:
    write(tmp_path, workspace(4, "t.xlsx"))
    rows: list[list[str]] = [[f"g{number}", "2026-01-02 10:00"] for number in range(30)]
    book(tmp_path / "t.xlsx", ["Desk"], [], ["as of", None, "today"], ["id", "seen"], *rows, ["b", "soon"])
    load_folder(tmp_path)
    assert ask(tmp_path, "select count(*), min(opened_at) from tickets") == [(30, OPENED)]
    (bad,) = quarantined(tmp_path)
    assert (bad["line"], bad["record"]) == ("35", "31")


def test_a_sheet_that_ends_above_its_header_says_so(tmp_path: Path) -> None:
    write(tmp_path, workspace(9, "t.xlsx"))
    book(tmp_path / "t.xlsx", ["id", "seen"], ["1", "2026-01-02 10:00"])
    with pytest.raises(LoadRefused, match=r"^t\.xlsx: nothing stands in line 9"):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("t.jsonl", "header: 2", "workspace.yaml:6:13: header: t.jsonl names its columns itself; leave `header` out."),
        ("t.csv", "sheet: March", "workspace.yaml:6:12: sheet: t.csv is no workbook; leave `sheet` out."),
    ],
)
def test_a_key_that_means_nothing_for_a_file_is_a_mistake(tmp_path: Path, name: str, key: str, said: str) -> None:
    write(tmp_path, workspace(1, name).replace("header: 1", key))
    (tmp_path / name).write_text('{"id": "1", "seen": "2026-01-02"}\n', encoding="utf-8")
    assert [str(one) for one in source_problems(read_workspace(tmp_path).sources)] == [said]


def test_a_query_has_neither(tmp_path: Path) -> None:
    query = "sql: {url: 'sqlite:///x.db', query: select 1}"
    write(tmp_path, workspace(2).replace("files: t.csv", query))
    with pytest.raises(FileProblems, match="a query's result has no `header`; leave it out"):
        read_workspace(tmp_path)


PADDED = 'Orders of January;;;\n"by\nhand";;;\n\norder no;date;customer;note\nA1;2026-01-05;C1;\nA2;2026-01-06;C2;\n'
"""Titles as a spreadsheet program writes them."""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PADDED, 5),
        (PADDED.replace(";;;", ""), 5),
        (PADDED.split("\n\n")[1], None),
        ("date,customer,note\n" + "2026-01-05,C1,\n" * 3, None),
        ("\n\ndate,customer\n2026-01-05,C1\n", None),
    ],
)
def test_init_finds_the_line_and_says_why(tmp_path: Path, text: str, line: int | None) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    proposed = propose([path], tmp_path).text
    declared = [one.strip() for one in proposed.splitlines() if "header:" in one]
    said = f"header: {line}  # above it stands what names no columns, such as 'Orders of January'"
    assert declared == ([said] if line else [])


NUMBERS = "".join(f"A{number};{number},5;2,{number}\n" for number in range(10, 60))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("order_id;net;gross\n" + NUMBERS, ";"),
        ("order;amount\n" + NUMBERS.replace(",5;2", ""), ";"),
        ("ticket_id;opened_at\n" + "T10;05.01.2026, 10:10\n" * 50, ";"),
        ("response_id;comment\n" + "R10;good, quick\n" * 50, ";"),
        ("response_id,responded_at,reasons\n" + "R10,2026-01-05 10:10,price;speed;help;shop\n" * 50, None),
        ("order_id,ordered_at,items\n" + "A10,2026-01-05 10:10,a|b|c|d\n" * 50, None),
        (",team\n" + "xa,Team a\nxb,Team b\n" * 20, None),
        ("order no,,,,\n" + "A0,x,y,z,w\n" * 20, None),
        ("order no,date,customer,revenue\n" + "A1,2026-01-05,C1,4\n" * 20 + "Total\nx\ny\n", None),
        ("customer_id,segment,region,joined_on\n" + "C1,big,North,2026-01-05\n" * 20, None),
    ],
)
def test_init_takes_no_first_line_for_a_title_that_names_the_columns(
    tmp_path: Path, text: str, delimiter: str | None
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    (sample,) = read_samples(path, "orders.csv")
    assert sample.header is None
    assert (sample.delimiter[0] if sample.delimiter else None) == delimiter
    assert sample.names[0].startswith("column_") == text.startswith(",")


@pytest.mark.parametrize(
    "text",
    [
        "Customers\n" + "customer_id,,segment\n" + "C10,x,big\n" * 20,  # a name is missing
        "By region\n" + "region,2024,2025,2026\n" + "North,a,b,c\n" * 20,  # names that are numbers
    ],
)
def test_init_names_no_row_of_the_data(tmp_path: Path, text: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match="the line of the column names is not clear"):
        propose([path], tmp_path)


def test_init_says_so_where_no_line_is_clear(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,a,b\n1,2,3,\n2,3,4,\n3,4,5,\n", encoding="utf-8")  # a delimiter too many, and no title
    with pytest.raises(RequestError, match="has 3 fields and most others have 4; the line of the column names is not"):
        propose([path], tmp_path)


def test_a_sheet_that_begins_with_a_blank_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tickets.xlsx"
    book(path, [" "], ["ticket_id", "opened_at"], ["T1", "2026-01-02 10:00"])
    (sample,) = read_samples(path, "tickets.xlsx")
    assert (sample.header, sample.names) == (None, ("ticket_id", "opened_at"))


def test_init_finds_the_row_of_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "tickets.xlsx"
    rows: list[list[object]] = [["T1", "2026-01-02 10:00", "North"], ["T2", "2026-01-03 10:00", None]]
    book(path, ["Desk"], [], ["as of", None, "today"], ["number", "opened", "group"], *rows)
    proposal = propose([path], tmp_path)
    assert "header: 4  # above it stands what names no columns, such as 'Desk'" in proposal.text
    (tmp_path / "workspace.yaml").write_text(proposal.text, encoding="utf-8")
    load_folder(tmp_path)
    assert ask(tmp_path, "select ticket_id, team_id from tickets order by 1") == [("T1", "North"), ("T2", None)]
