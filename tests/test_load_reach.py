"""How far the data reach: a mistyped year moves no board, a machine's wrong clock loses no data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from data_checks.errors import LoadRefused
from data_checks.warehouse import open_warehouse
from tests.loading import NOW, ask, load_folder, write

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
        "one time of tickets.opened_at lies after this load, up to 2062-01-03, and all others end on 2026-01-04: "
        "nothing after that is counted; correct the dates, or declare `as_of`.",
    )
    assert ask(tmp_path, "select count(*) from tickets") == [(41,)]  # it is there to be seen


@pytest.mark.parametrize(
    ("more", "last"),
    [
        (("2026-01-05 20:00",), LAST),  # within a day: another zone
        (("2026-01-20 12:00",), LAST),  # within a month: planned
        (("2062-01-03", "2062-01-04"), LAST),  # two of forty-two are no slip
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


def test_one_of_a_thousand_may_be_a_slip(tmp_path: Path) -> None:
    rows = "".join(f"{number},2026-01-04 12:00\n" for number in range(1998))
    report = load_folder(write(tmp_path, WORKSPACE, t=f"id,seen\n{rows}a,2062-01-03\nb,2063-01-03\n"))
    assert report.as_of == LAST
    assert report.notes[0].startswith("2 times of tickets.opened_at lie after this load, up to 2063-01-03, and all")


def test_a_declared_day_is_as_far_as_is_looked(tmp_path: Path) -> None:
    end = dt.datetime(2026, 1, 2, 23, 59, 59, 999999)
    assert loaded(tmp_path, "2062-01-03 10:00", head="as_of: 2026-01-02\n") == (end, ())


def test_a_declared_day_before_all_data_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused) as refused:
        loaded(tmp_path, head="as_of: 2025-11-25\n")
    assert str(refused.value) == (
        "the data begin on 2025-11-26, after the day they are asked for, as of 2025-11-25; correct `as_of`. "
        "Nothing is published yet."
    )
    assert dt.timedelta(days=1) > NOW - LAST


def test_a_slip_makes_no_other_table_look_old(tmp_path: Path) -> None:
    workspace = f"{WORKSPACE}  orders: {{files: o.csv, columns: {{order_id: id, ordered_at: seen}}}}\n"
    rows = "".join(f"{number},{LAST - dt.timedelta(days=number)}\n" for number in range(40))
    report = load_folder(write(tmp_path, workspace, t=f"id,seen\n{rows}", o=f"id,seen\n{rows}x,2062-01-03\n"))
    assert report.as_of == LAST
    assert report.tables["tickets"].rules["tickets_fresh"].outcome == "passed"
    assert report.tables["orders"].rules["orders_fresh"].outcome == "passed"
