"""Times as files write them: spreadsheet serials, mixed formats, hours that clocks skip or repeat."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from data_checks.casts import contradict
from data_checks.clock_changes import changes_clocks
from data_checks.errors import FileProblems, LoadRefused
from data_checks.workspace import read_workspace
from tests.loading import ask, load_folder, quarantined, write

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


MONTH_OR_DAY = 'datetimes: ["%m/%d/%Y", "%d/%m/%Y"]\n    timezone: UTC'


def test_a_text_that_two_formats_read_as_two_days_is_neither(tmp_path: Path) -> None:
    """5 April or 4 May: the first format that fits must not decide; 13 can only be a day, and 6/6 is one day alike."""
    good = "".join(f"g{number},13/01/2026\n" for number in range(60))
    rows = f"id,seen\n{good}1,04/05/2026\n2,13/04/2026\n3,04/14/2026\n4,06/06/2026\n"
    report = load_folder(write(tmp_path, WORKSPACE.format(more=MONTH_OR_DAY), t=rows))
    assert report.tables["tickets"].rules["opened_at_readable"].bad_rows == 1
    days = "select opened_on from tickets where ticket_id in ('1', '2', '3', '4') order by 1"
    assert ask(tmp_path, days) == [(dt.date(2026, 4, 13),), (dt.date(2026, 4, 14),), (dt.date(2026, 6, 6),)]
    assert [row["reason"] for row in quarantined(tmp_path)] == [
        'opened_at \'04/05/2026\' does not read as exactly one time with the declared formats "%m/%d/%Y" and "%d/%m/%Y"'
    ]


def test_years_of_two_and_of_four_digits_stand_side_by_side(tmp_path: Path) -> None:
    for number, more in enumerate(('["%d.%m.%Y", "%d.%m.%y"]', '["%d.%m.%y", "%d.%m.%Y"]')):
        more = f"datetimes: {more}\n    timezone: UTC"
        found = instants(tmp_path / str(number), "05.04.03", "06.04.2003", more=more)
        assert found == [dt.datetime(2003, 4, 4, 22), dt.datetime(2003, 4, 5, 22)]  # midnight in Berlin


@pytest.mark.parametrize(
    ("formats", "is_so"),
    [
        (("%d/%m/%Y", "%m/%d/%Y"), True),
        (("%d.%m.%y", "%y.%m.%d"), True),
        (("%Y-%m-%d", "%d/%m/%Y"), False),
        (("%d/%m/%Y", "%m/%d/%Y %H:%M"), False),
        (("%d/%m/%Y %H:%M", "%d/%m/%Y"), False),
        (("%-d%m%Y", "%m%-d%Y"), True),
        (("%j%y", "%d%m%y"), True),
        (("%d/%m/%Y",), False),
    ],
)
def test_formats_contradict_each_other_when_one_text_may_be_two_times(formats: tuple[str, ...], is_so: bool) -> None:
    assert contradict(formats) is is_so


@pytest.mark.parametrize(
    ("more", "text", "instant"),
    [
        ("", "2026-01-08 23:30:00 UTC", dt.datetime(2026, 1, 8, 23, 30)),
        ("", "2026-01-08 23:30:00 gmt", dt.datetime(2026, 1, 8, 23, 30)),
        ("", "2026-01-08 23:30:00+02 ", dt.datetime(2026, 1, 8, 21, 30)),
        ("", "2026-01-08 10:00:00+02:00:00", dt.datetime(2026, 1, 8, 8, 0)),
        ("", "2026-01-08 23:30:00 ", dt.datetime(2026, 1, 8, 22, 30)),
        ("", "2026-01-08T23:30+02:00", dt.datetime(2026, 1, 8, 21, 30)),
        ("", "2026-01-08T23:30Z", dt.datetime(2026, 1, 8, 23, 30)),
        ("", "2026-01-08 23:30 UTC", dt.datetime(2026, 1, 8, 23, 30)),
        ("", "2026-01-08T23:30-0500", dt.datetime(2026, 1, 9, 4, 30)),
        ('datetimes: "%d/%m/%Y %H:%M %Z"', "08/01/2026 10:00 UTC", dt.datetime(2026, 1, 8, 10, 0)),
        ('datetimes: "%d/%m/%Y %H:%M %Z"', "08/01/2026 10:00 America/New_York", dt.datetime(2026, 1, 8, 15, 0)),
    ],
)
def test_a_zone_that_a_time_names_is_its_zone(tmp_path: Path, more: str, text: str, instant: dt.datetime) -> None:
    """Berlin is an hour ahead of UTC in January."""
    assert instants(tmp_path, text, more=more) == [instant]


@pytest.mark.parametrize("text", ["2026-01-08 23:30:00 EST", "2026-01-08 23:30:00+25:00", "2026-01-08 23:30:00UTC+2"])
def test_a_zone_that_is_not_certain_is_no_time(tmp_path: Path, text: str) -> None:
    write(tmp_path, WORKSPACE.format(more=""), t=f"id,seen\n1,{text}\n2,2026-01-09 00:00:00\n")
    with pytest.raises(LoadRefused, match=r"1 of 2 rows .* most break opened_at_readable \(1\)"):
        load_folder(tmp_path)


DAYS = """
timezone: Europe/Berlin
sources:
  orders:
    files: t.csv
    {more}
    columns: {{order_id: id, ordered_at: seen, delivered_at: seen, promised_on: seen}}
"""


@pytest.mark.parametrize(
    ("more", "text", "day"),
    [
        ("", "2026-01-10T23:30:00Z", dt.date(2026, 1, 11)),
        ("", "2026-01-10 23:30:00", dt.date(2026, 1, 10)),
        ("", "2026-01-10", dt.date(2026, 1, 10)),
        ('datetimes: "%Y-%m-%d %H:%M:%S %z"', "2026-01-08 20:00:00 -0500", dt.date(2026, 1, 9)),
        ('datetimes: "%Y-%m-%d %H:%M:%S %z"\n    timezone: America/New_York', "2026-01-08 17:00:00 -0500",
         dt.date(2026, 1, 8)),
    ],
)  # fmt: skip
def test_the_day_of_an_instant_is_the_day_at_home(tmp_path: Path, more: str, text: str, day: dt.date) -> None:
    """20:00 in New York is 02:00 of the next day in Berlin, 17:00 is 23:00 of the same."""
    load_folder(write(tmp_path, DAYS.format(more=more), t=f"id,seen\n1,{text}\n"))
    found = ask(tmp_path, "select ordered_on, delivered_on, promised_on from orders")
    assert found == [(day, day, day)]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("%d/%m", "'%d/%m' names no whole day: a year, a month and a day; write it like"),
        ("%d/%m %H:%M", "names no whole day"),
        ("%Y", "names no whole day"),
        ("%H:%M", "names no whole day"),
        ("%Q-%d", "'%Q-%d' is no format ("),
        ("day", "'day' is no format; write it like"),
    ],
)
def test_a_format_that_reads_no_whole_day_is_a_mistake(tmp_path: Path, form: str, said: str) -> None:
    write(tmp_path, WORKSPACE.format(more=f'datetimes: "{form}"'), t="id,seen\n1,2026-01-08\n")
    with pytest.raises(FileProblems, match=re.escape(said)):
        read_workspace(tmp_path)


@pytest.mark.parametrize("form", ["%d.%m.%y", "%b %d, %Y", "%Y-%j", "%G-W%V-%u", "%-d/%-m/%Y", "excel", "%x"])
def test_a_format_of_a_whole_day_is_taken(tmp_path: Path, form: str) -> None:
    write(tmp_path, WORKSPACE.format(more=f'datetimes: "{form}"'), t="id,seen\n1,2026-01-08\n")
    read_workspace(tmp_path)
