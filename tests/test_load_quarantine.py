"""Quarantine: every bad record verbatim, at its true line, whatever stands around it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from data_checks.errors import LoadRefused
from data_checks.files import records_of
from tests.loading import TICKETS, accounts, load_folder, quarantined, write

GOOD = "".join(f"9{n:02},2026-01-01 09:00,,0\n" for n in range(60))
MORE = "".join(f"8{n:02},2026-01-01 09:00,,0\n" for n in range(40))


def test_quoted_newlines_blank_lines_and_torn_records_do_not_shift_the_lines(tmp_path: Path) -> None:
    tickets = (
        "id,opened,resolved,moves\n"  # line 1
        '"a\nb",2026-01-01 09:00,,1\n'  # 2 and 3: good
        "\n"  # 4
        "torn,2026-01-01 09:00\n"  # 5: rejected by the reader
        'mid"quote,2026-01-01 09:00,,2\n'  # 6: good, a quote inside a field is a letter
        'x,"bad"y,,1\n'  # 7: rejected, a stray quote
        '"c\n\nd",soon,,1\n'  # 8 to 10: the day does not read
        "e,2026-01-02 09:00,2026-01-01 09:00,1\n"  # 11: resolved before it was opened
    )
    report = load_folder(write(tmp_path, TICKETS, tickets=tickets + GOOD + MORE))
    rows = [(row["record"], row["line"], row["rules"], row["row"]) for row in quarantined(tmp_path)]
    assert rows == [
        ("2", "5", "tickets_record_readable", "torn,2026-01-01 09:00"),
        ("4", "7", "tickets_record_readable", 'x,"bad"y,,1'),
        ("5", "8", "opened_at_readable", '"c\n\nd",soon,,1'),
        ("6", "11", "resolved_after_opening", "e,2026-01-02 09:00,2026-01-01 09:00,1"),
    ]
    assert accounts(report, "tickets") == (106, 102, 4, 0, 0, 0)
    assert not report.notes


def test_a_reason_names_the_value_and_the_declared_format(tmp_path: Path) -> None:
    workspace = TICKETS.replace("    columns", '    datetimes: "%d/%m/%Y %H:%M"\n    columns')
    tickets = "id,opened,resolved,moves\n1,12/31/2026 09:00,,0\n" + GOOD.replace("2026-01-01", "01/01/2026")
    load_folder(write(tmp_path, workspace, tickets=tickets))
    (row,) = quarantined(tmp_path)
    assert row["reason"] == (
        "opened_at '12/31/2026 09:00' does not read as a time with the declared format \"%d/%m/%Y %H:%M\""
    )


def test_windows_line_ends_and_gzip_give_the_same_places(tmp_path: Path) -> None:
    text = ("id,opened,resolved,moves\n\n1,soon,,0\n" + GOOD).replace("\n", "\r\n").encode()
    folder = write(tmp_path, TICKETS.replace("tickets.csv", "tickets.csv.gz"))
    (folder / "tickets.csv.gz").write_bytes(gzip.compress(text))
    load_folder(folder)
    (row,) = quarantined(tmp_path)
    assert (row["file"], row["record"], row["line"], row["row"]) == ("tickets.csv.gz", "1", "3", "1,soon,,0")


def test_blank_lines_above_the_header_count(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets="\n\nid,opened,resolved,moves\n1,soon,,0\n" + GOOD))
    assert quarantined(tmp_path)[0]["line"] == "4"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h,i\na,b\n", [(2, 2, "a,b")]),
        ("h,i\n\na,b", [(3, 3, "a,b")]),
        ('h,i\n"x\ny",b\nc,d\n', [(2, 2, '"x\ny",b'), (3, 4, "c,d")]),
        ('h,i\n"x"" \n",b\n', [(2, 2, '"x"" \n",b')]),
        ('h,i\n5" pipe,b\nc,d\n', [(2, 2, '5" pipe,b'), (3, 3, "c,d")]),
        ('h,i\na,"b"c\nc,d\n', [(2, 2, 'a,"b"c'), (3, 3, "c,d")]),
    ],
)
def test_records_are_split_as_the_reader_splits_them(tmp_path: Path, text: str, expected: list[object]) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    assert list(records_of(path, ",", 2)) == expected


def test_a_hundred_thousand_bad_rows_are_all_kept(tmp_path: Path) -> None:
    bad = "".join(f"{n},2026-01-02 09:00,2026-01-01 09:00,1\n" for n in range(100_000))
    with pytest.raises(LoadRefused, match="100,000 of 100,060 rows"):
        load_folder(write(tmp_path, TICKETS, tickets="id,opened,resolved,moves\n" + bad + GOOD))
    rows = quarantined(tmp_path)
    assert len(rows) == 100_000
    assert (rows[-1]["line"], rows[-1]["row"]) == ("100001", "99999,2026-01-02 09:00,2026-01-01 09:00,1")
