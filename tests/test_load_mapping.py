"""From source rows to canonical rows: types, where, latest_by, group_by, and where every read row went."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data_checks.errors import FileProblems
from tests.loading import accounts, ask, load_folder, quarantined, write

LOG = """
sources:
  tickets:
    files: log.csv
    types: {step: integer}
    latest_by: {key: id, order: step}
    where: "state <> 'void'"
    columns: {ticket_id: id, opened_at: opened, status: state, transfers: moves}
"""

LINES = """
sources:
  orders:
    files: lines.csv
    types: {units: integer, price: number, moment: time}
    group_by: invoice
    columns: {order_id: invoice, ordered_at: min(moment), revenue: sum(units * price), units: sum(units)}
"""
MANY = "".join(f"9{n:02},1,New,2026-01-01 09:00,0\n" for n in range(60))
"""Sixty good tickets beside the ones a test is about: one bad row then stays under the 5 % that refuse a load."""
MANY_LINES = "".join(f"9{n:02},1,5,2026-01-01 09:00\n" for n in range(60))


def test_an_event_log_keeps_each_keys_last_event(tmp_path: Path) -> None:
    log = (
        "id,step,state,opened,moves\n"
        "1,2,Open,2026-01-01 09:00,0\n"
        "1,10,Done,2026-01-01 09:00,3\n"  # 10 comes after 9, which text would deny
        "1,9,Open,2026-01-01 09:00,2\n"
        "2,1,Open,2026-01-02 09:00,0\n"
        "2,1,Done,2026-01-02 09:00,1\n"  # a tie: the later row of the file
        "3,1,void,2026-01-02 09:00,1\n"
    )
    report = load_folder(write(tmp_path, LOG, log=log))
    assert ask(tmp_path, "select ticket_id, status, transfers from tickets order by 1") == [
        ("1", "Done", 3),
        ("2", "Done", 1),
    ]
    # 6 read = 2 published + 3 older events + 1 void
    assert accounts(report, "tickets") == (6, 2, 0, 3, 0, 1)


def test_a_bad_last_event_does_not_bring_an_older_one_back(tmp_path: Path) -> None:
    log = f"id,step,state,opened,moves\n1,1,Open,2026-01-01 09:00,0\n1,2,Done,2026-01-01 09:00,many\n{MANY}"
    report = load_folder(write(tmp_path, LOG, log=log))
    assert ask(tmp_path, "select count(*) from tickets where ticket_id = '1'") == [(0,)]
    assert accounts(report, "tickets") == (62, 60, 1, 1, 0, 0)
    (row,) = quarantined(tmp_path)
    assert (row["rules"], row["line"], row["row"]) == ("transfers_readable", "3", "1,2,Done,2026-01-01 09:00,many")


def test_an_unreadable_order_sends_the_whole_key_to_quarantine(tmp_path: Path) -> None:
    log = f"id,step,state,opened,moves\n1,1,Open,2026-01-01 09:00,0\n1,x,Done,2026-01-01 09:00,1\n{MANY}"
    report = load_folder(write(tmp_path, LOG, log=log))
    assert accounts(report, "tickets") == (62, 60, 2, 0, 0, 0)
    assert [row["line"] for row in quarantined(tmp_path)] == ["2", "3"]


def test_a_row_without_its_key_goes_to_quarantine(tmp_path: Path) -> None:
    log = f"id,step,state,opened,moves\n,1,Open,2026-01-01 09:00,0\n,2,Open,2026-01-01 09:00,0\n{MANY}"
    report = load_folder(write(tmp_path, LOG, log=log))
    assert accounts(report, "tickets") == (62, 60, 2, 0, 0, 0)
    assert "ticket_id_required" in quarantined(tmp_path)[0]["rules"]


def test_order_lines_become_one_order(tmp_path: Path) -> None:
    lines = "invoice,units,price,moment\nA,2,5.50,2026-01-01 10:00\nA,1,4,2026-01-01 09:00\nB,1,3,2026-01-02 09:00\n"
    report = load_folder(write(tmp_path, LINES, lines=lines))
    # A: 2 × 5.50 + 1 × 4 = 15
    assert ask(tmp_path, "select order_id, revenue, units, ordered_at from orders order by 1") == [
        ("A", 15.0, 3.0, dt.datetime(2026, 1, 1, 9)),
        ("B", 3.0, 1.0, dt.datetime(2026, 1, 2, 9)),
    ]
    assert accounts(report, "orders") == (3, 2, 0, 0, 1, 0)


def test_a_bad_line_takes_its_whole_order_to_quarantine(tmp_path: Path) -> None:
    lines = f"invoice,units,price,moment\nA,2,5.50,2026-01-01 10:00\n{MANY_LINES}A,1,cheap,2026-01-01 09:00\n"
    report = load_folder(write(tmp_path, LINES, lines=lines))
    assert ask(tmp_path, "select count(*) from orders where order_id = 'A'") == [(0,)]
    assert accounts(report, "orders") == (62, 60, 2, 0, 0, 0)
    rows = quarantined(tmp_path)
    assert [row["line"] for row in rows] == ["2", "63"]
    assert "price 'cheap' is no number" in rows[1]["reason"]


def test_a_torn_line_takes_its_whole_order_to_quarantine(tmp_path: Path) -> None:
    lines = f"invoice,units,price,moment\nA,2,5.50,2026-01-01 10:00\nA,1\n{MANY_LINES}"
    report = load_folder(write(tmp_path, LINES, lines=lines))
    assert accounts(report, "orders") == (62, 60, 2, 0, 0, 0)
    assert [(row["line"], row["row"]) for row in quarantined(tmp_path)] == [
        ("2", "A,2,5.50,2026-01-01 10:00"),
        ("3", "A,1"),
    ]


def test_what_where_cannot_decide_because_it_did_not_read_is_not_filtered_away(tmp_path: Path) -> None:
    workspace = LOG.replace("state <> 'void'", "step > 0")
    log = f"id,step,state,opened,moves\n1,?,Open,2026-01-01 09:00,0\n2,0,Open,2026-01-01 09:00,0\n{MANY}"
    report = load_folder(write(tmp_path, workspace, log=log))
    assert accounts(report, "tickets") == (62, 60, 1, 0, 0, 1)


def test_times_of_a_source_zone_become_utc_and_keep_their_local_day(tmp_path: Path) -> None:
    workspace = """
timezone: Europe/Berlin
sources:
  tickets: {files: log.csv, timezone: America/New_York, columns: {ticket_id: id, opened_at: opened}}
"""
    # New York is UTC-5 in January and UTC-4 in July; Berlin UTC+1 and UTC+2.
    log = (
        "id,opened\na,2026-01-01 18:30:00\nb,2026-07-01 17:59:00\nc,2026-07-01 18:00:00\nd,2026-03-29\n"
        "e,2026-01-01T18:30:00+01:00\n"
    )
    load_folder(write(tmp_path, workspace, log=log))
    assert ask(tmp_path, "select ticket_id, strftime(opened_at, '%m-%d %H:%M'), opened_on from tickets order by 1") == [
        ("a", "01-01 23:30", dt.date(2026, 1, 2)),
        ("b", "07-01 21:59", dt.date(2026, 7, 1)),
        ("c", "07-01 22:00", dt.date(2026, 7, 2)),
        ("d", "03-28 23:00", dt.date(2026, 3, 29)),  # a date without a time never shifts
        ("e", "01-01 17:30", dt.date(2026, 1, 1)),  # an offset in the text wins over the declared zone
    ]


def test_days_are_cut_in_the_workspace_zone_across_the_change_of_clocks(tmp_path: Path) -> None:
    workspace = """
timezone: Europe/Berlin
sources:
  tickets: {files: log.csv, timezone: UTC, columns: {ticket_id: id, opened_at: moment}}
"""
    # Clocks change on 29 March 2026 at 01:00 UTC: before it the day begins at 23:00 UTC, after it at 22:00 UTC.
    log = "id,moment\na,2026-03-28 22:59\nb,2026-03-28 23:00\nc,2026-03-29 21:59\nd,2026-03-29 22:00\n"
    load_folder(write(tmp_path, workspace, log=log))
    days = ask(tmp_path, "select day(opened_on) from tickets order by ticket_id")
    assert days == [(28,), (29,), (29,), (30,)]


def test_numbers_are_read_as_declared(tmp_path: Path) -> None:
    workspace = """
sources:
  orders:
    files: lines.csv
    delimiter: ";"
    encoding: cp1252
    decimal: ","
    thousands: "."
    datetimes: "%d.%m.%Y"
    columns: {order_id: Nr, ordered_at: Datum, revenue: Betrag, region: Ort, cost: "case when Betrag = '€' then 1 end"}
"""
    lines = "Nr;Datum;Betrag;Ort\n007;03.04.2026;1.234,56;Köln €\n".encode("cp1252")
    load_folder(write(tmp_path, workspace, lines=lines))
    assert ask(tmp_path, "select order_id, ordered_on, revenue, region from orders") == [
        ("007", dt.date(2026, 4, 3), 1234.56, "Köln €")
    ]


def test_headers_with_a_mark_blanks_and_doubles_are_cleaned_and_said(tmp_path: Path) -> None:
    workspace = """
sources:
  tickets: {files: log.csv, columns: {ticket_id: id, opened_at: opened, topic: id_2, priority: column_4}}
"""
    log = b"\xef\xbb\xbf id ,opened , id,\n1,2026-01-01 09:00,x,high\n"
    report = load_folder(write(tmp_path, workspace, log=log))
    assert ask(tmp_path, "select ticket_id, topic, priority from tickets") == [("1", "x", "high")]
    assert set(report.notes) == {
        "log.csv: column 4 has no name and is called 'column_4'.",
        "log.csv: the byte order mark before the header is left out.",
        "log.csv: the column name ' id ' is read without the blanks around it.",
        "log.csv: the column name ' id' is read without the blanks around it.",
        "log.csv: the column name 'opened ' is read without the blanks around it.",
        "log.csv: the column name 'id' stands twice; the later one is called 'id_2'.",
    }


def test_a_name_that_the_file_has_is_the_columns_own(tmp_path: Path) -> None:
    """A repeated name is called something that no column is."""
    workspace = """
sources:
  orders: {files: o.csv, columns: {order_id: id, ordered_at: day, revenue: amount_2, cost: amount_3, units: amount}}
"""
    report = load_folder(write(tmp_path, workspace, o="id,day,amount,amount,amount_2\n1,2026-01-05,10,20,30\n"))
    assert ask(tmp_path, "select units, cost, revenue from orders") == [(10, 20, 30)]
    assert "o.csv: the column name 'amount' stands twice; the later one is called 'amount_3'." in report.notes


def test_names_that_differ_in_capitals_only_are_told_apart_by_who_maps_them(tmp_path: Path) -> None:
    columns = "{order_id: id, ordered_at: Day, revenue: %s}"
    for wanted, found in (("ID_2", 12.5), ("ID", None)):
        workspace = f"\nsources:\n  orders: {{files: o.csv, columns: {columns % wanted}}}\n"
        folder = write(tmp_path / wanted, workspace, o="id,Day,ID\n1,2026-01-05,12.5\n")
        if found:
            report = load_folder(folder)
            assert ask(folder, "select revenue from orders") == [(found,)]
            assert "o.csv: 'ID' is 'id' but for capitals; the later one is called 'ID_2'." in report.notes
            continue
        with pytest.raises(FileProblems, match=r"`ID`: o\.csv has 'id', too; write 'ID_2' for its column 'ID'\."):
            load_folder(folder)


def test_several_files_are_one_source_whatever_the_order_of_their_columns(tmp_path: Path) -> None:
    workspace = LOG.replace("log.csv", "log_*.csv")
    first = "id,step,state,opened,moves\n1,1,Open,2026-01-01 09:00,0\n"
    second = "moves,opened,state,step,id\n4,2026-01-01 09:00,Done,2,1\n"
    report = load_folder(write(tmp_path, workspace, log_1=first, log_2=second))
    assert ask(tmp_path, "select status, transfers from tickets") == [("Done", 4)]
    assert report.sources[0].files == ("log_1.csv", "log_2.csv")
    assert accounts(report, "tickets") == (2, 1, 0, 1, 0, 0)


@pytest.mark.parametrize(
    "where", ["coalesce(units > 0, false)", "units is not null", "case when units > 0 then true else false end"]
)
def test_a_row_whose_where_column_does_not_read_is_never_left_out(tmp_path: Path, where: str) -> None:
    workspace = LINES.replace("    group_by", f'    where: "{where}"\n    group_by')
    lines = f"invoice,units,price,moment\n1,2,5,2026-01-01 09:00\n1,many,5,2026-01-01 09:00\n{MANY_LINES}"
    report = load_folder(write(tmp_path, workspace, lines=lines))
    assert ask(tmp_path, "select count(*) from orders where order_id = '1'") == [(0,)]
    assert accounts(report, "orders") == (62, 60, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "ordered_at: min(seen)",
            "min() compares text, where '10' comes before '9'; declare `seen: time` in",
        ),
        ("ordered_at: min(trim(seen)), units: max(other)", "declare `other: number` in `types`"),
        ("ordered_at: min(moment), channel: 'arg_max(other, seen)'", "arg_max() compares text"),
        ("ordered_at: first(moment)", "first() depends on an order that nobody gave; use arg_min(x, y)"),
        ("ordered_at: min(moment), units: approx_count_distinct(other)", "may give another value on every run"),
    ],
)
def test_an_aggregate_that_compares_text_or_has_no_order_is_a_mistake(
    tmp_path: Path, expression: str, message: str
) -> None:
    workspace = LINES.replace("ordered_at: min(moment), revenue: sum(units * price), units: sum(units)", expression)
    with pytest.raises(FileProblems) as caught:
        load_folder(write(tmp_path, workspace, lines="invoice,units,price,moment,seen,other\n"))
    assert any(message in str(problem) for problem in caught.value.problems), str(caught.value)
    assert "workspace.yaml:7:" in str(caught.value)


def test_any_value_is_that_of_the_first_line_that_has_one_and_ties_go_by_the_line(tmp_path: Path) -> None:
    columns = "channel: upper(any_value(a)), region: 'arg_max(a, units)', product_line: 'arg_min(a, units)'}"
    workspace = LINES.replace("units: sum(units)}", columns)
    lines = "".join(f"{n % 997},1,5,2026-01-01 09:00,{f'x{n}' if n > 996 else ''}\n" for n in range(250_000))
    load_folder(write(tmp_path, workspace, lines=f"invoice,units,price,moment,a\n{lines}"))
    rows = ask(tmp_path, "select order_id, channel, region, product_line from orders")
    last = {str(n % 997): f"x{n}" for n in range(250_000)}
    assert all(row == (row[0], f"X{int(row[0]) + 997}", last[row[0]], f"x{int(row[0]) + 997}") for row in rows)


def test_the_zone_of_the_process_decides_nothing(tmp_path: Path) -> None:
    columns = "{order_id: invoice, ordered_at: 'cast(to_timestamp(cast(price as double)) as timestamp)'}"
    workspace = "sources: {orders: {files: lines.csv, columns: " + columns + "}}\n"
    write(tmp_path, workspace, lines="invoice,price\n1,1704238200\n")
    program = (
        "from pathlib import Path; from tests.loading import load_folder, ask; import sys; p = Path(sys.argv[1]);"
        "load_folder(p); print(ask(p, 'select ordered_at::varchar from orders'))"
    )
    environment = {**os.environ, "TZ": "Asia/Tokyo"}
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], env=environment, cwd=root, capture_output=True, text=True
    )
    assert done.stdout == "[('2024-01-02 23:30:00',)]\n", done.stderr
