"""How far the data reach: a mistyped year moves no board, a machine's wrong clock loses no data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from data_checks.errors import LoadRefused
from data_checks.warehouse import open_warehouse
from tests.loading import ask, load_folder, write

WORKSPACE = """
timezone: UTC
sources:
  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: seen}}
"""
LAST = dt.datetime(2026, 1, 4, 12)
"""The newest of forty times, a day before the load."""


def loaded(folder: Path, *more: str, last: dt.datetime = LAST, head: str = "") -> tuple[dt.datetime, tuple[str, ...]]:
    """As of when, and the load's notes; the last of forty days ends in `last`."""
    days = [str(last - dt.timedelta(days=back)) for back in range(40)]
    rows = "".join(f"{number},{day}\n" for number, day in enumerate([*days, *more]))
    report = load_folder(write(folder, head + WORKSPACE, t=f"id,seen\n{rows}"))
    warehouse = open_warehouse(folder / "var")
    facts = warehouse.facts
    warehouse.close()
    assert facts.notes == report.notes
    assert report.as_of == facts.as_of
    return facts.as_of, report.notes


def test_a_year_that_was_mistyped_moves_no_board(tmp_path: Path) -> None:
    as_of, notes = loaded(tmp_path, "2062-01-03 10:00")
    assert as_of == LAST
    assert notes == (
        "1 row lies after this load by tickets.opened_at, up to 2062-01-03, and all others end on 2026-01-04: "
        "nothing after that is counted; correct the dates, or declare `as_of`.",
    )
    assert ask(tmp_path, "select count(*) from tickets") == [(41,)]  # it is there to be seen


@pytest.mark.parametrize(
    ("more", "last"),
    [
        (("2026-01-05 20:00",), LAST),  # within a day: another zone
        (("2026-01-20 12:00",), LAST),  # within a month: planned
        ((), dt.datetime(2027, 6, 1)),  # this machine's clock is wrong
        (("2062-01-03",), dt.datetime(2027, 6, 1)),
        (("2025-12-01", "2026-01-05 09:00"), LAST),
    ],
)
def test_otherwise_the_newest_time_is_as_far_as_the_data_reach(
    tmp_path: Path, more: tuple[str, ...], last: dt.datetime
) -> None:
    newest = max(last, *(dt.datetime.fromisoformat(text) for text in more)) if more else last
    assert loaded(tmp_path, *more, last=last) == (newest, ())


def test_of_a_few_rows_nothing_can_be_told(tmp_path: Path) -> None:
    report = load_folder(write(tmp_path, WORKSPACE, t="id,seen\na,2026-01-04\nb,2026-06-04\n"))
    assert (report.as_of, report.notes) == (dt.datetime(2026, 6, 4), ())


def test_one_of_a_thousand_may_be_a_slip(tmp_path: Path) -> None:
    rows = "".join(f"{number},2026-01-04 12:00\n" for number in range(1998))
    report = load_folder(write(tmp_path, WORKSPACE, t=f"id,seen\n{rows}a,2062-01-03\nb,2063-01-03\n"))
    assert report.as_of == LAST
    assert report.notes[0].startswith("2 rows lie after this load by tickets.opened_at, up to 2063-01-03, and all")


def test_two_of_forty_are_counted_and_told(tmp_path: Path) -> None:
    as_of, notes = loaded(tmp_path, "2062-01-03", "2062-01-04")
    assert as_of == dt.datetime(2062, 1, 4)
    assert notes == (
        "2 rows lie after this load by tickets.opened_at, up to 2062-01-04, and all others end on 2026-01-04; "
        "correct the dates, or declare `as_of`.",
    )


def test_a_slip_is_one_row_however_many_times_it_has(tmp_path: Path) -> None:
    workspace = WORKSPACE.replace("opened_at: seen", "opened_at: seen, resolved_at: seen, first_reply_at: seen")
    rows = "".join(f"{number},2026-01-04 12:00\n" for number in range(40))
    report = load_folder(write(tmp_path, workspace, t=f"id,seen\n{rows}a,2062-01-03\n"))
    assert report.as_of == LAST
    assert report.notes[0].startswith(
        "1 row lies after this load by tickets.first_reply_at and tickets.opened_at and tickets.resolved_at, up to"
    )


REVIEWS = """
timezone: Asia/Tokyo
sources:
  quality_reviews: {files: q.csv, columns: {review_id: id, reviewed_on: day, skill: skill, score: score}}
"""


def test_days_alone_are_held_to_the_same(tmp_path: Path) -> None:
    rows = "".join(f"{number},2026-01-02,clarity,90\n" for number in range(40))
    text = f"id,day,skill,score\n{rows}x,2062-01-03,clarity,90\n"
    report = load_folder(write(tmp_path, REVIEWS, q=text))
    assert report.as_of == dt.datetime(2026, 1, 2, 14, 59, 59, 999999)  # Tokyo's day ends nine hours before UTC's
    assert "up to 2062-01-03, and all others end on 2026-01-02: nothing after that is counted" in report.notes[0]
    with pytest.raises(LoadRefused, match="the data begin on 2026-01-02, after the day they are asked for, as of 2025"):
        load_folder(write(tmp_path, f"as_of: 2025-12-31\n{REVIEWS}", q=text))


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo"])
def test_days_are_told_as_they_are_at_home(tmp_path: Path, zone: str) -> None:
    at_home = WORKSPACE.replace("UTC", zone)
    rows = "".join(f"{number},2026-01-03 00:30\n" for number in range(40))
    report = load_folder(write(tmp_path, at_home, t=f"id,seen\n{rows}x,2062-01-01 23:30\n"))
    assert "up to 2062-01-01, and all others end on 2026-01-03:" in report.notes[0]
    with pytest.raises(LoadRefused, match="the data begin on 2026-01-03, after the day they are asked for, as of 2026"):
        load_folder(write(tmp_path, f"as_of: 2026-01-02\n{at_home}", t=f"id,seen\n{rows}"))


def test_a_declared_day_is_as_far_as_is_looked(tmp_path: Path) -> None:
    end = dt.datetime(2026, 1, 2, 23, 59, 59, 999999)
    assert loaded(tmp_path, "2062-01-03 10:00", head="as_of: 2026-01-02\n") == (end, ())


def test_a_declared_day_before_all_data_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused) as refused:
        loaded(tmp_path, head="as_of: 2025-11-25\n")
    assert str(refused.value) == (
        "the data begin on 2025-11-26, after the day they are asked for, as of 2025-11-25; correct `as_of`."
    )


def test_a_slip_makes_no_other_table_look_old(tmp_path: Path) -> None:
    workspace = f"{WORKSPACE}  orders: {{files: o.csv, columns: {{order_id: id, ordered_at: seen}}}}\n"
    rows = "".join(f"{number},{LAST - dt.timedelta(days=number)}\n" for number in range(40))
    report = load_folder(write(tmp_path, workspace, t=f"id,seen\n{rows}", o=f"id,seen\n{rows}x,2062-01-03\n"))
    assert report.as_of == LAST
    assert report.tables["tickets"].rules["tickets_fresh"].outcome == "passed"
    assert report.tables["orders"].rules["orders_fresh"].outcome == "passed"
    assert len(report.notes) == 1


@pytest.mark.parametrize(("newest", "slip"), [(LAST, "x,2062-01-03\n"), (dt.datetime(2026, 6, 1), "")])
def test_a_slip_hides_no_table_that_stopped_nor_does_a_wrong_clock(
    tmp_path: Path, newest: dt.datetime, slip: str
) -> None:
    """The clock says 5 January; tickets end sixty days before orders."""
    workspace = f"{WORKSPACE}  orders: {{files: o.csv, columns: {{order_id: id, ordered_at: seen}}}}\n"
    orders = "".join(f"{back},{newest - dt.timedelta(days=back)}\n" for back in range(40))
    old = "".join(f"{back},{newest - dt.timedelta(days=60 + back)}\n" for back in range(40))
    report = load_folder(write(tmp_path, workspace, t=f"id,seen\n{old}{slip}", o=f"id,seen\n{orders}"))
    rule = report.tables["tickets"].rules["tickets_fresh"]
    assert (rule.outcome, rule.bad_rows, rule.rows) == ("failed", 0, 0)


def test_a_slip_makes_no_month_look_empty(tmp_path: Path) -> None:
    days = [dt.date(2025, month, day) for month in range(1, 13) for day in range(1, 29)]
    rows = "".join(f"{day},{day}\n" for day in days)
    report = load_folder(write(tmp_path, WORKSPACE, t=f"id,seen\n{rows}x,2062-01-03\n"))
    assert report.tables["tickets"].rules["tickets_volume"].outcome == "passed"
