"""Quarantine: every bad record verbatim, at its true line, whatever stands around it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from data_checks.errors import LoadRefused
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


STRAY = "id,opened,resolved,moves\n" + GOOD + '500,2026-01-01 09:00,,"oops\n'


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (MORE, "never closes, so 40 more lines are read as one text"),
        (MORE + '700,2026-01-01 09:00,,screen 5"\n' + MORE, "closes only in line 103, so 41 more lines"),
        (MORE + '700,2026-01-01 09:00,,"fine"\n' + MORE, "closes only in line 103, so 41 more lines"),
        ('701,2026-01-01 09:00,,"fine"\n' + MORE, "closes only in line 63, so 1 more line is read"),
    ],
)
def test_a_stray_quote_that_swallows_lines_refuses_the_load(tmp_path: Path, end: str, how: str) -> None:
    with pytest.raises(LoadRefused) as caught:
        load_folder(write(tmp_path, TICKETS, tickets=STRAY + end))
    assert str(caught.value).startswith(f'tickets.csv:62: a quote (") opens a field here and {how}')
    assert str(caught.value).endswith("remove the quote, or write it twice inside quotes, and load again.")


def test_a_long_letter_inside_quotes_is_text(tmp_path: Path) -> None:
    letter = "Dear all,\n" + "we wait, and wait, and wait again and so on\n" * 20 + "Bye"
    tickets = "id,opened,resolved,moves,text\n" + f'1,2026-01-01 09:00,,0,"{letter}"\n'
    workspace = TICKETS.replace("transfers: moves", "topic: text")
    assert accounts(load_folder(write(tmp_path, workspace, tickets=tickets)), "tickets")[:2] == (1, 1)


def test_a_hundred_thousand_bad_rows_are_all_kept(tmp_path: Path) -> None:
    bad = "".join(f"{n},2026-01-02 09:00,2026-01-01 09:00,1\n" for n in range(100_000))
    with pytest.raises(LoadRefused, match="100,000 of 100,060 rows"):
        load_folder(write(tmp_path, TICKETS, tickets="id,opened,resolved,moves\n" + bad + GOOD))
    rows = quarantined(tmp_path)
    assert len(rows) == 100_000
    assert (rows[-1]["line"], rows[-1]["row"]) == ("100001", "99999,2026-01-02 09:00,2026-01-01 09:00,1")


def test_a_field_too_long_to_read_goes_to_quarantine(tmp_path: Path) -> None:
    long = f"1,2026-01-01 09:00,,{'9' * (17 << 20)}\n"
    report = load_folder(write(tmp_path, TICKETS, tickets="id,opened,resolved,moves\n" + GOOD + long))
    assert accounts(report, "tickets") == (61, 60, 1, 0, 0, 0)


@pytest.mark.parametrize("torn", ["3," + "y" * 200_000, '3,"a\rb"x,2,3,4'])
def test_a_torn_record_of_an_odd_shape_takes_its_key_to_quarantine(tmp_path: Path, torn: str) -> None:
    workspace = (
        "sources: {tickets: {files: t.csv, types: {v: integer}, latest_by: {key: id, order: v}, "
        "columns: {ticket_id: id, opened_at: opened}}}\n"
    )
    good = "".join(f"{n},2026-01-01 09:00,1\n" for n in range(90))
    report = load_folder(write(tmp_path, workspace, t=f"id,opened,v\n{good}{torn}\n"))
    assert accounts(report, "tickets")[:2] == (91, 89)


def test_an_unknown_value_is_named_and_counted_on_refusal(tmp_path: Path) -> None:
    workspace = "sources: {orders: {files: o.csv, columns: {order_id: id, ordered_at: seen, status: s}}}\n"
    rows = "".join(f"{n},2026-01-01 09:00,{'done' if n % 3 else 'sent'}\n" for n in range(9))
    with pytest.raises(LoadRefused) as caught:
        load_folder(write(tmp_path, workspace, o="id,seen,s\n" + rows))
    assert "status 'sent' is none of placed, completed, cancelled, returned" in str(caught.value)
    assert "what came: 'done' 6, 'sent' 3. Every row:" in str(caught.value)
