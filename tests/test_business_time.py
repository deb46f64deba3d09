"""Business time: minutes worked out by hand, the clock's two changes, shifts and holidays.

Berlin is at UTC+1 in winter and UTC+2 in summer; in 2026 the clock changes on 29 March and on 25 October, Sundays.
"""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from pathlib import Path

import duckdb
import pytest

from data_checks.business_hours import Shift
from data_checks.business_time import create_calendar, needs_calendar, times_in
from data_checks.warehouse import open_warehouse
from tests.loading import ask, load_folder, write

OFFICE = '{mon-fri: "09:00-18:00"}'
SPLIT = '{mon-fri: "09:00-18:00", sat: "09:00-12:00,13:00-17:00"}'
ALWAYS = '{mon-sun: "00:00-24:00"}'
WORKSPACE = """
timezone: {zone}
as_of: 2026-12-31
calendar: {{{calendar}}}
sources:
  tickets: {{files: t.csv, columns: {{ticket_id: id, opened_at: opened, first_reply_at: reply}}}}
"""


def business(
    folder: Path, hours: str, times: list[tuple[str, str]], holidays: str = "", zone: str = "Europe/Berlin"
) -> list[tuple[bool | None, float | None]]:
    """(after_hours, first_reply_business_minutes) of tickets opened and answered at these local times."""
    calendar = f"business_hours: {hours}" + (", holidays: holidays.csv" if holidays else "")
    text = "id,opened,reply\n" + "".join(f"{n:03},{a},{b}\n" for n, (a, b) in enumerate(times))
    files = {"t": text} | ({"holidays": holidays} if holidays else {})
    load_folder(write(folder, WORKSPACE.format(zone=zone, calendar=calendar), **files))
    return ask(folder, "select after_hours, first_reply_business_minutes from tickets order by ticket_id")


def minutes(*args, **kwargs) -> list[float | None]:
    return [found for _, found in business(*args, **kwargs)]


def test_within_one_day(tmp_path):
    found = business(
        tmp_path,
        OFFICE,
        [
            ("2026-06-01 10:00", "2026-06-01 11:30"),  # Monday, inside: 90
            ("2026-06-01 07:00", "2026-06-01 09:40"),  # begins before opening: 40
            ("2026-06-01 17:00", "2026-06-01 20:00"),  # ends after closing: 60
            ("2026-06-01 06:00", "2026-06-01 22:00"),  # the whole day: 9 h
            ("2026-06-01 06:00", "2026-06-01 08:00"),  # both before opening: 0
            ("2026-06-01 19:00", "2026-06-01 23:00"),  # both after closing: 0
            ("2026-06-01 19:00", "2026-06-02 08:00"),  # both outside, over midnight: 0
            ("2026-06-01 10:00:00", "2026-06-01 10:00:45"),  # 45 seconds
            ("2026-06-01 10:00", "2026-06-01 10:00"),  # at once
            ("2026-06-01 10:00", ""),  # no reply yet
        ],
    )
    assert [value for _, value in found] == [90, 40, 60, 540, 0, 0, 0, 0.75, 0, None]
    assert [after for after, _ in found] == [False, True, False, True, True, True, True, False, False, False]


def test_opening_belongs_to_the_hours_and_closing_does_not(tmp_path):
    times = [
        ("2026-06-01 08:59:59", ""),
        ("2026-06-01 09:00", ""),
        ("2026-06-01 17:59:59", ""),
        ("2026-06-01 18:00", ""),
    ]
    assert [after for after, _ in business(tmp_path, OFFICE, times)] == [True, False, False, True]


def test_over_the_weekend(tmp_path):
    times = [
        ("2026-06-05 17:30", "2026-06-08 09:15"),  # Friday 30 + Monday 15
        ("2026-06-06 12:00", "2026-06-07 12:00"),  # Saturday to Sunday
        ("2026-06-06 12:00", "2026-06-08 10:00"),  # Saturday to Monday: 60
        ("2026-06-03 12:00", "2026-06-10 12:00"),  # a week: 5 days of 9 h
        ("2026-01-01 00:00", "2026-12-31 00:00"),  # 260 weekdays before 31 December 2026
    ]
    assert minutes(tmp_path, OFFICE, times) == [45, 0, 60, 2700, 260 * 540]


def test_over_a_holiday(tmp_path):
    # Thursday 24 December 12:00 → Monday 28 December 10:00, Friday the 25th closed: 6 h + 1 h.
    times = [("2026-12-24 12:00", "2026-12-28 10:00"), ("2026-12-25 10:00", "2026-12-25 17:00")]
    found = business(tmp_path, OFFICE, times, holidays="date,name\n2026-12-25,Christmas\n2026-12-26,Boxing day\n")
    assert found == [(False, 420), (True, 0)]


def test_a_split_shift_rests_at_noon(tmp_path):
    found = business(
        tmp_path,
        SPLIT,
        [
            ("2026-06-06 11:30", "2026-06-06 13:30"),  # Saturday: 30 before lunch, 30 after
            ("2026-06-06 12:15", "2026-06-06 12:45"),  # lunch
            ("2026-06-06 08:00", "2026-06-06 20:00"),  # 3 h + 4 h
            ("2026-06-05 17:00", "2026-06-08 10:00"),  # Friday 60, Saturday 420, Monday 60
        ],
    )
    assert found == [(False, 60), (True, 0), (True, 420), (False, 540)]


def test_office_hours_stay_local_when_the_clock_changes(tmp_path):
    times = [
        ("2026-03-27 17:30", "2026-03-30 09:15"),  # to summer time: Friday 30 + Monday 15
        ("2026-10-23 17:30", "2026-10-26 09:15"),  # to winter time
        ("2026-03-27 08:59", "2026-03-30 08:59"),
        ("2026-10-26 17:59", "2026-10-26 18:01"),
    ]
    assert business(tmp_path, OFFICE, times) == [(False, 45), (False, 45), (True, 540), (False, 1)]


def test_a_day_of_the_change_is_as_long_as_it_was(tmp_path):
    times = [
        ("2026-03-28 12:00", "2026-03-29 12:00"),  # 23 hours between two noons
        ("2026-10-24 12:00", "2026-10-25 12:00"),  # 25 hours
        ("2026-03-29 01:30", "2026-03-29 03:30"),  # two hours on the clock, one that passed
        ("2026-10-25 00:00", "2026-10-26 00:00"),
    ]
    assert minutes(tmp_path, ALWAYS, times) == [1380, 1500, 60, 1500]
    night = '{sun: "01:00-04:00"}'
    assert minutes(tmp_path, night, [("2026-03-29 00:00", "2026-03-29 12:00")]) == [120]
    assert minutes(tmp_path, night, [("2026-10-25 00:00", "2026-10-25 12:00")]) == [240]


SHIFTS = '{fri: "09:00-12:00,13:00-18:00", sat: "09:00-12:00,13:00-17:00", sun: "01:00-04:00,08:00-10:00"}'


@pytest.mark.parametrize(
    ("holidays", "spring", "autumn"),
    [
        # Friday 60 · Saturday 180 + 240 · Sunday 60 from 08:00, and from 01:00 to 04:00 either 120 or 240
        ("2026-01-01\n", 60 + 420 + 120 + 60, 60 + 420 + 240 + 60),
        ("2026-03-28\n2026-10-24\n", 60 + 120 + 60, 60 + 240 + 60),  # the Saturdays closed
        ("2026-03-29\n2026-10-25\n", 60 + 420, 60 + 420),  # the Sundays on which the clock changes closed
    ],
)
def test_split_shifts_and_holidays_around_both_changes_of_the_clock(tmp_path, holidays, spring, autumn):
    times = [("2026-03-27 17:00", "2026-03-29 09:00"), ("2026-10-23 17:00", "2026-10-25 09:00")]
    assert business(tmp_path, SHIFTS, times, holidays) == [(False, spring), (False, autumn)]


def test_the_pause_of_a_split_shift_may_hold_the_change_itself(tmp_path):
    # Sunday 01:00-02:00 and 03:00-04:00. In spring 02:00 is 03:00: 60 + 30. In autumn 02:00 comes twice, and the first
    # shift ends with the later one: 120 + 30.
    sunday = '{sun: "01:00-02:00,03:00-04:00"}'
    times = [("2026-03-29 00:30", "2026-03-29 03:30"), ("2026-10-25 00:30", "2026-10-25 03:30")]
    assert minutes(tmp_path, sunday, times) == [90, 150]


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Auckland"])
def test_the_hours_are_those_of_the_workspace(tmp_path, zone):
    times = [("2026-06-05 17:30", "2026-06-08 09:15"), ("2026-06-06 11:30", "2026-06-06 13:30")]
    assert minutes(tmp_path, SPLIT, times, zone=zone) == [465, 60]


def test_without_hours_the_columns_are_not_provided(tmp_path):
    text = "id,opened,reply\n1,2026-06-01 10:00,2026-06-01 11:00\n"
    for calendar, given in (("week_starts: monday", False), (f"business_hours: {OFFICE}", True)):
        load_folder(write(tmp_path, WORKSPACE.format(zone="UTC", calendar=calendar), t=text))
        warehouse = open_warehouse(tmp_path / "var")
        provided = warehouse.facts.tables["tickets"].provided
        warehouse.close()
        assert ({"after_hours", "first_reply_business_minutes"} <= provided) is given
        expected = (False, 60) if given else (None, None)
        assert ask(tmp_path, "select after_hours, first_reply_business_minutes from tickets") == [expected]


def test_without_replies_only_the_hours_of_opening_are_known(tmp_path):
    text = WORKSPACE.format(zone="UTC", calendar=f"business_hours: {OFFICE}").replace(", first_reply_at: reply", "")
    load_folder(write(tmp_path, text, t="id,opened\n1,2026-06-01 10:00\n"))
    warehouse = open_warehouse(tmp_path / "var")
    provided = warehouse.facts.tables["tickets"].provided
    warehouse.close()
    assert "after_hours" in provided
    assert "first_reply_business_minutes" not in provided


def test_another_holiday_is_another_load(tmp_path):
    times = [("2026-12-24 12:00", "2026-12-28 10:00")]
    assert minutes(tmp_path, OFFICE, times, holidays="2026-12-25\n") == [420]
    assert load_folder(tmp_path).status == "unchanged"
    (tmp_path / "holidays.csv").write_text("2026-12-25\n2026-12-24\n", encoding="utf-8")
    assert load_folder(tmp_path).status == "published"
    assert ask(tmp_path, "select first_reply_business_minutes from tickets") == [(60,)]


# ---- the functions themselves -----------------------------------------------------------------------------------


def _worked(sql: str, rows: str, shifts: list[Shift], zone: str = "UTC", holidays: tuple[dt.date, ...] = ()) -> list:
    with duckdb.connect() as connection:
        calendar = create_calendar(connection, shifts, holidays, zone)
        assert calendar is not None
        expression, relation = calendar.over(sql, f"({rows})")
        return connection.execute(f"select {expression} from {relation} order by a").fetchall()


def test_nothing_is_known_of_an_end_before_its_beginning_or_of_times_beyond_the_calendar():
    rows = """select * from (values
        (timestamp '1969-12-31 12:00', timestamp '1970-01-02 12:00'),
        (timestamp '1970-01-01 09:00', timestamp '1970-01-01 10:00'),
        (timestamp '2026-06-01 11:00', timestamp '2026-06-01 10:00'),
        (timestamp '2099-12-31 17:00', timestamp '2099-12-31 23:00'),
        (timestamp '2099-12-31 18:00', timestamp '2100-01-01 10:00'),
        (timestamp '9999-12-31 10:00', timestamp '9999-12-31 11:00')) t(a, b)"""
    week = [Shift(day, 540, 1080) for day in range(1, 8)]
    found = _worked("business_minutes(a, b)", rows, week)
    assert [value for (value,) in found] == [None, 60, None, 60, None, None]
    known = _worked("is_business(a)", rows, week)
    assert [value for (value,) in known] == [None, True, True, True, False, None]


def test_the_functions_stand_anywhere_in_an_expression():
    rows = "select timestamp '2026-06-01 10:00' as a, timestamp '2026-06-01 11:00' as b, 'is_business(x)' as c"
    sql = "case when is_business( a ) and c = 'is_business(x)' then business_minutes(a,b) / 60 else 0 end"
    assert _worked(sql, rows, [Shift(1, 540, 1080)]) == [(1.0,)]
    assert times_in(sql) == ("a", "b")
    assert needs_calendar(sql)
    assert not needs_calendar("c = 'is_business(x)' or my_is_business > 1")
    with pytest.raises(ValueError, match="take names of columns"):
        times_in("business_minutes(a, b + interval 1 day)")


def test_a_week_that_is_all_holidays_has_no_business():
    day = dt.date(2026, 6, 1)
    rows = "select timestamp '2026-06-01 10:00' as a, timestamp '2026-06-01 12:00' as b"
    assert _worked("business_minutes(a, b)", rows, [Shift(1, 540, 1080)], "UTC", (day,)) == [(0.0,)]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Auckland", "America/New_York", "Asia/Kolkata"])
def test_a_clock_that_ticks_every_minute_agrees(zone):
    """Every minute of some days in UTC is asked in Python whether its local time is working time."""
    shifts = [
        *(Shift(day, 540, 1080) for day in range(1, 6)),
        Shift(6, 540, 720),
        Shift(6, 780, 1020),
        Shift(7, 0, 1440),
    ]
    holidays = (dt.date(2026, 3, 30), dt.date(2026, 10, 23))
    start, days, rng = dt.datetime(2026, 3, 26), 8, random.Random(5)
    for start in (
        dt.datetime(2026, 3, 5),
        dt.datetime(2026, 3, 26),
        dt.datetime(2026, 4, 2),
        dt.datetime(2026, 10, 22),
    ):
        ticks = _ticks(zone, start, days, shifts, holidays)
        pairs = [sorted((rng.randrange(len(ticks)), rng.randrange(len(ticks)))) for _ in range(60)]
        values = ", ".join(
            f"({n}, timestamp '{start + dt.timedelta(minutes=a)}', timestamp '{start + dt.timedelta(minutes=b)}')"
            for n, (a, b) in enumerate(pairs)
        )
        rows = f"select n as a, x, y from (values {values}) t(n, x, y)"
        found = _worked("[business_minutes(x, y), is_business(x)::int]", rows, shifts, zone, holidays)
        assert [value for (value,) in found] == [[sum(ticks[a:b]), ticks[a]] for a, b in pairs], (zone, start)


def _ticks(zone: str, start: dt.datetime, days: int, shifts: list[Shift], holidays: tuple[dt.date, ...]) -> list[bool]:
    found = []
    for minute in range(days * 1440):
        instant = (start + dt.timedelta(minutes=minute)).replace(tzinfo=dt.UTC)
        local = instant.astimezone(zoneinfo.ZoneInfo(zone))
        clock = local.hour * 60 + local.minute
        is_open = any(s.weekday == local.isoweekday() and s.begins <= clock < s.ends for s in shifts)
        found.append(is_open and local.date() not in holidays)
    return found
