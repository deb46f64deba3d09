"""Times as files write them: spreadsheet serials, mixed formats, hours that clocks skip or repeat."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from data_checks.clock_changes import changes_clocks
from tests.loading import ask, load_folder, write

WORKSPACE = """
timezone: Europe/Berlin
sources:
  tickets:
    files: t.csv
    {more}
    columns: {{ticket_id: id, opened_at: seen}}
"""


def instants(folder: Path, *seen: str, more: str = "") -> list[dt.datetime]:
    rows = "".join(f'{number},"{text}"\n' for number, text in enumerate(seen, 1))
    load_folder(write(folder, WORKSPACE.format(more=more), t="id,seen\n" + rows))
    return [row[0] for row in ask(folder, "select opened_at from tickets order by ticket_id::int")]


def test_a_time_that_clocks_skip_or_repeat_is_counted_and_marked(tmp_path: Path) -> None:
    # Berlin's clocks went from 02:00 to 03:00 on 30 March 2025, and from 03:00 to 02:00 on 26 October 2025.
    seen = ["2025-03-30 01:59", "2025-03-30 02:30", "2025-03-30 03:00", "2025-10-26 02:00", "2025-10-26 02:59:59"]
    seen += ["2025-10-26 03:00", "2025-10-26 01:59", "2025-10-26"]
    rows = "".join(f"{number},{text}\n" for number, text in enumerate(seen, 1))
    report = load_folder(write(tmp_path, WORKSPACE.format(more=""), t="id,seen\n" + rows))
    outcome = report.tables["tickets"].rules["opened_at_clock_sure"]
    assert (outcome.outcome, outcome.severity, outcome.bad_rows, outcome.rows) == ("failed", "warning", 3, 8)
    assert report.tables["tickets"].published == 8
    assert report.notes == (
        "tickets: opened_at and the clocks of Europe/Berlin: 1 in an hour they skip and 2 in an hour they repeat; "
        "such a time may be an hour off: export the times with their offset, or in UTC.",
    )


def test_an_offset_tells_the_repeated_hours_apart(tmp_path: Path) -> None:
    seen = ("2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00", "2025-10-26T00:45:00Z")
    found = instants(tmp_path, *seen)
    assert found == [
        dt.datetime(2025, 10, 26, 0, 30),
        dt.datetime(2025, 10, 26, 1, 30),
        dt.datetime(2025, 10, 26, 0, 45),
    ]
    report = load_folder(tmp_path)
    assert report.notes == ()
    assert report.tables["tickets"].rules["opened_at_clock_sure"].outcome == "passed"


def test_a_declared_format_and_a_declared_type_are_watched_too(tmp_path: Path) -> None:
    for number, more in enumerate(
        ('datetimes: "%d.%m.%Y %H:%M"', 'datetimes: "%d.%m.%Y %H:%M"\n    types: {seen: time}')
    ):
        folder = write(tmp_path / str(number), WORKSPACE.format(more=more), t="id,seen\n1,26.10.2025 02:30\n")
        assert load_folder(folder).tables["tickets"].rules["opened_at_clock_sure"].bad_rows == 1


def test_a_zone_without_changes_has_no_such_check(tmp_path: Path) -> None:
    report = load_folder(write(tmp_path, WORKSPACE.format(more="timezone: UTC"), t="id,seen\n1,2025-10-26 02:30\n"))
    assert "opened_at_clock_sure" not in report.tables["tickets"].rules
    assert [changes_clocks(zone) for zone in ("UTC", "Asia/Kolkata", "America/New_York")] == [False, False, True]


def test_spreadsheet_serials_are_read_where_they_are_declared(tmp_path: Path) -> None:
    # 46027 is 5 January 2026 in every spreadsheet program; a whole number is a day, and a day is never shifted.
    found = instants(
        tmp_path, "46027", "46027.395833333336", "46027.5", more="datetimes: excel\n    timezone: Asia/Tokyo"
    )
    assert found == [
        dt.datetime(2026, 1, 4, 23),
        dt.datetime(2026, 1, 5, 0, 30),
        dt.datetime(2026, 1, 5, 3),
    ]


def test_a_serial_with_a_decimal_comma_and_a_text_date_stand_side_by_side(tmp_path: Path) -> None:
    more = 'datetimes: ["%d/%m/%Y %H:%M", excel]\n    decimal: ","\n    timezone: UTC'
    found = instants(tmp_path, "05/01/2026 12:00", "46027,5", more=more)
    assert found == [dt.datetime(2026, 1, 5, 12)] * 2


@pytest.mark.parametrize("text", ["0.5", "60", "120000", "-3", "x"])
def test_a_number_that_is_no_day_of_a_spreadsheet_is_not_guessed(tmp_path: Path, text: str) -> None:
    good = "".join(f"g{number},46027\n" for number in range(60))
    folder = write(tmp_path, WORKSPACE.format(more="datetimes: excel"), t=f"id,seen\n{good}1,{text}\n")
    assert load_folder(folder).tables["tickets"].rules["opened_at_readable"].bad_rows == 1


def test_day_first_and_month_first_are_what_the_file_declares(tmp_path: Path) -> None:
    for number, (day, expected) in enumerate((("%d/%m/%Y", dt.date(2026, 4, 3)), ("%m/%d/%Y", dt.date(2026, 3, 4)))):
        instants(tmp_path / str(number), "03/04/2026", more=f'datetimes: "{day}"')
        assert ask(tmp_path / str(number), "select opened_on from tickets") == [(expected,)]
