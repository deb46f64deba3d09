"""A load reads a file on every core and writes each cell once; rows keep their places, and nothing is missing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from tests.loading import ask, load_folder, quarantined, write

ORDERS = """
sources:
  orders:
    files: [first.csv, second.csv]
    columns: {order_id: id, customer_id: customer, ordered_at: day}
"""
HEAD = "id,customer,day\n"


def test_a_row_keeps_its_place_behind_rows_that_are_torn_or_in_another_file(tmp_path: Path) -> None:
    good = [f"a{n},c1,2026-01-01\n" for n in range(100)]
    first = HEAD + "".join(good) + "torn,c1\n" + "late,c1,soon\n" + "".join(good).replace("a", "b")
    second = HEAD + "".join(good).replace("a", "d") + "later,c1,never\n"
    load_folder(write(tmp_path, ORDERS, first=first, second=second))
    assert [(row["file"], row["record"], row["line"], row["row"]) for row in quarantined(tmp_path)] == [
        ("first.csv", "101", "102", "torn,c1"),
        ("first.csv", "102", "103", "late,c1,soon"),
        ("second.csv", "101", "102", "later,c1,never"),
    ]


def test_rows_read_on_several_cores_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Staging numbers rows by where the engine puts them: this holds the engine to it, over several of its pieces."""
    rows = 400_000
    text = tmp_path / "rows.csv"
    with text.open("w", encoding="utf-8") as stream:
        stream.write("n,said\n")
        stream.writelines(f"{n},{'x' * (n % 90)}\n" for n in range(rows))
    with duckdb.connect(str(tmp_path / "staging.duckdb")) as connection:
        connection.execute("create table lines (n bigint)")
        connection.execute(
            f"insert into lines select n from read_csv('{text}', columns = {{'n': 'bigint', 'said': 'varchar'}}, "
            "header = true, auto_detect = false, buffer_size = 2000000, max_line_size = 1000000, store_rejects = true)"
        )
        assert connection.execute("select count(*) from lines where rowid = n").fetchall() == [(rows,)]


def test_a_column_that_nothing_fills_is_null_and_takes_no_room(tmp_path: Path) -> None:
    load_folder(write(tmp_path, ORDERS, first=HEAD + "o1,c1,2026-01-01\n", second=HEAD + "o2,c1,2026-01-02\n"))
    columns = "order_id, delivered_at, delivered_on, typeof(delivered_on), typeof(cost), first_order_on"
    assert ask(tmp_path, f"select {columns} from orders order by 1") == [
        ("o1", None, None, "DATE", "DOUBLE", dt.date(2026, 1, 1)),
        ("o2", None, None, "DATE", "DOUBLE", dt.date(2026, 1, 1)),
    ]
    kept = {row[0] for row in ask(tmp_path, "select column_name from pragma_storage_info('orders')")}
    assert {"order_id", "ordered_at", "ordered_on", "sold", "team_id"} <= kept
    assert not {"delivered_at", "delivered_on", "cost", "channel"} & kept


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns"])
def test_the_next_other_day_is_a_day_of_the_organisation(tmp_path: Path, zone: str) -> None:
    """Worked by hand: 23:30 UTC is the next day in Berlin and the same day in St. John's."""
    text = HEAD + "o1,c1,2026-01-10T20:00:00Z\no2,c1,2026-01-10T23:30:00Z\no3,c1,2026-01-12T12:00:00Z\no4,,2026-01-13\n"
    load_folder(write(tmp_path, f"timezone: {zone}\n{ORDERS}", first=text, second=HEAD + "o5,c2,2026-01-01\n"))
    found = ask(
        tmp_path, "select later_day_order_at from orders where order_id in ('o1', 'o2', 'o3', 'o4') order by order_id"
    )
    second, third = dt.datetime(2026, 1, 10, 23, 30), dt.datetime(2026, 1, 12, 12)
    assert [row[0] for row in found] == [second if zone == "Europe/Berlin" else third, third, None, None]
