"""`calendar:` of workspace.yaml: how hours and holidays may be written, and every mistake at its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from data_checks.business_hours import Shift
from data_checks.errors import FileProblems
from data_checks.workspace import read_workspace
from tests.loading import write

WORKSPACE = """
calendar: {{{calendar}}}
sources:
  tickets: {{files: t.csv, columns: {{ticket_id: id, opened_at: opened}}}}
"""


def test_days_are_named_short_long_or_over_the_weeks_end(tmp_path):
    hours = '{sunday-Tue: "9:00-10:00", thursday: " 13:00 - 17:00 , 09:00-12:00 "}'
    write(tmp_path, WORKSPACE.format(calendar=f"business_hours: {hours}"), t="id,opened\n")
    assert read_workspace(tmp_path).shifts == (
        Shift(1, 540, 600), Shift(2, 540, 600), Shift(4, 540, 720), Shift(4, 780, 1020), Shift(7, 540, 600),
    )  # fmt: skip


def problems(folder: Path, calendar: str, **files: str | bytes) -> list[str]:
    text = (
        f"calendar:\n{calendar}\nsources:\n  tickets: {{files: t.csv, columns: {{ticket_id: id, opened_at: opened}}}}\n"
    )
    write(folder, text, t="id,opened\n1,2026-01-01\n", **files)
    with pytest.raises(FileProblems) as caught:
        read_workspace(folder)
    return [str(problem) for problem in caught.value.problems]


def test_every_mistake_in_the_hours_is_said_at_its_place(tmp_path):
    calendar = """  bussiness: 9
  business_hours:
    mon-fry: "09:00-18:00"
    tuesdy: "09:00-18:00"
    wed: "18:00-09:00"
    thu: "09:00-12:30,12:00-17:00"
    fri: nine to five
    sat: "09:00-12:61,25:00-26:00"
    sun: "10:00-10:00"
    thursday-sat: "09:00-18:00"
    mon: 9"""
    assert problems(tmp_path, calendar) == [
        "workspace.yaml:2:3: unknown key 'bussiness'. Did you mean 'business_hours'?",
        "workspace.yaml:4:5: there is no day 'fry'; write one such as mon, or a range such as mon-fri. "
        "Did you mean 'fri'?",
        "workspace.yaml:5:5: there is no day 'tuesdy'; write one such as mon, or a range such as mon-fri. "
        "Did you mean 'tuesday'?",
        "workspace.yaml:6:10: 18:00-09:00 ends before it begins; hours over midnight are written on both days.",
        "workspace.yaml:7:10: the hours '09:00-12:30,12:00-17:00' overlap at 12:00.",
        "workspace.yaml:8:10: 'nine to five' are no hours; write them like 09:00-18:00, and leave out a day that is "
        "closed.",
        "workspace.yaml:9:10: '09:00-12:61' are no hours; write them like 09:00-18:00, and leave out a day that is "
        "closed.",
        "workspace.yaml:9:10: '25:00-26:00' are no hours; write them like 09:00-18:00, and leave out a day that is "
        "closed.",
        "workspace.yaml:10:10: 10:00-10:00 ends before it begins; hours over midnight are written on both days.",
        "workspace.yaml:11:5: thursday has hours twice, under 'thu' and under 'thursday-sat'.",
        "workspace.yaml:11:5: friday has hours twice, under 'fri' and under 'thursday-sat'.",
        "workspace.yaml:11:5: saturday has hours twice, under 'sat' and under 'thursday-sat'.",
        "workspace.yaml:12:10: calendar.business_hours.mon: a text is needed here; put a number, a date or yes and "
        "no in quotes.",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("holidys.csv", "workspace.yaml:2:13: the file 'holidys.csv' does not exist. Did you mean 'holidays.csv'?"),
        ("../h.csv", "workspace.yaml:2:13: '../h.csv' lies outside the workspace; copy it into its folder."),
        (".", "workspace.yaml:2:13: '.' is a folder; name a file with one date a line."),
    ],
)
def test_a_holidays_file_that_is_not_there(tmp_path, name, said):
    assert problems(tmp_path, f"  holidays: {name}", holidays="2026-12-25\n") == [said]


def test_every_wrong_date_is_said_with_its_line(tmp_path):
    text = "name,Date\nChristmas,2026-12-25\n\nEaster,2026-04-31\n25 May,25.05.2026\n,20261224\nNothing\n"
    assert problems(tmp_path, "  holidays: holidays.csv", holidays=text) == [
        "holidays.csv:4:1: '2026-04-31' is no date; write it like 2026-12-25.",
        "holidays.csv:5:1: '25.05.2026' is no date; write it like 2026-12-25.",
        "holidays.csv:6:1: '20261224' is no date; write it like 2026-12-25.",
        "holidays.csv:7:1: '' is no date; write it like 2026-12-25.",
    ]
    assert problems(tmp_path, "  holidays: holidays.csv", holidays="name,dates\nx,2026-12-25\n") == [
        "holidays.csv:1:1: the header has no column 'date'. Did you mean 'dates'?",
        "holidays.csv:2:1: 'x' is no date; write it like 2026-12-25.",
    ]
    assert problems(tmp_path, "  holidays: holidays.csv", holidays=b"2026-12-25,No\xebl\n") == [
        "holidays.csv: this is not UTF-8 text (byte 13); save the file as UTF-8."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-25\n2026-01-01\n2026-12-25\n",
        "\ufeffdate\r\n2026-01-01\r\n2026-12-25",
        "Feiertag\n2026-01-01\n2026-12-25\n",
    ],
)
def test_holidays_are_one_date_a_line_with_or_without_a_header(tmp_path, text):
    workspace = WORKSPACE.format(calendar="holidays: holidays.csv")
    found = read_workspace(write(tmp_path, workspace, t="id,opened\n", holidays=text)).holidays
    assert found is not None
    assert (found.shown, found.days) == ("holidays.csv", (dt.date(2026, 1, 1), dt.date(2026, 12, 25)))
