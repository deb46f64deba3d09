"""Derived columns of the tables that count in days: benchmarks, training, contracts; neighbours that are days."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from data_checks.contract import Contract, Derived, contracts
from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from tests.loading import NOW, ask, load_folder, write

SIDE = """
as_of: 2026-06-30
sources:
  benchmarks:
    files: benchmarks.csv
    columns:
      {benchmark_id: id, metric: metric, competitor: who, industry: "'trade'", period_start: since, value: value,
      scale: scale}
  training: {files: training.csv, columns: {training_id: id, agent_id: who, completed_on: done}}
  subscriptions: {files: fees.csv, columns: {subscription_id: id, customer_id: who, started_on: since}}
  orders: {files: orders.csv, columns: {order_id: id, customer_id: who, ordered_at: moment}}
"""


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("side")
    benchmarks = (
        "id,metric,who,since,value,scale\n"
        "b1,csat,Birch,2024-01-01,0.8,top 2\nb2,csat,Birch,2025-01-01,0.81,top 2\nb3,csat,Birch,2025-06-01,4.1,mean\n"
        "b4,csat,Cedar,2024-06-01,0.7,top 2\nb5,csat,,2024-01-01,0.7,top 2\nb6,csat,,2026-01-01,0.75,top 2\n"
        "b7,nps,Birch,2025-03-01,30,\nb8,nps,Birch,2025-03-01,31,\n"
    )
    training = "id,who,done\nt1,a,2024-02-29\nt2,a,2025-12-31\n"
    fees = "id,who,since\ns1,X,2025-03-01\ns2,Y,2025-03-01\n"
    bought = "id,who,moment\no1,X,2025-03-01 00:00\no2,Y,2025-02-01 12:00\no3,Z,2025-04-01 12:00\n"
    load_folder(
        write(
            folder,
            "timezone: Europe/Berlin\n" + SIDE,
            benchmarks=benchmarks,
            training=training,
            fees=fees,
            orders=bought,
        )
    )
    return folder


def test_a_benchmark_is_superseded_by_the_next_of_the_same_competitor_and_scale(side: Path) -> None:
    # b5, b6: an industry's own; b7 is replaced on its first day by the restated b8 (ordered by key).
    rows = ask(side, "select benchmark_id, superseded_on from benchmarks order by 1")
    day = dt.date
    assert rows == [
        ("b1", day(2025, 1, 1)), ("b2", None), ("b3", None), ("b4", None), ("b5", day(2026, 1, 1)), ("b6", None),
        ("b7", day(2025, 3, 1)), ("b8", None),
    ]  # fmt: skip


def test_a_training_is_valid_for_twelve_months(side: Path) -> None:
    rows = ask(side, "select training_id, valid_until from training order by 1")
    assert rows == [("t1", dt.date(2025, 2, 28)), ("t2", dt.date(2026, 12, 31))]


def test_a_first_purchase_is_an_order_or_a_contract(side: Path) -> None:
    # A contract begins at the first instant of its local day: 1 March in Berlin is 23:00 UTC of 28 February.
    rows = ask(side, "select customer_id, first_bought_at, first_bought_on from customers order by 1")
    assert rows == [
        ("X", dt.datetime(2025, 2, 28, 23), dt.date(2025, 3, 1)),
        ("Y", dt.datetime(2025, 2, 1, 11), dt.date(2025, 2, 1)),
        ("Z", dt.datetime(2025, 4, 1, 10), dt.date(2025, 4, 1)),
    ]


def _with(table: str, **derived: Derived) -> dict[str, Contract]:
    known = contracts()
    return {**known, table: dataclasses.replace(known[table], derived={**known[table].derived, **derived})}


def test_every_neighbour_of_days_is_a_day(tmp_path: Path) -> None:
    day, own = Derived(type="day", per="customer_id"), "subscriptions.started_on"
    after = dataclasses.replace(day, after="started_on")
    tables = _with(
        "subscriptions",
        first_on=dataclasses.replace(day, first=own),
        previous_on=dataclasses.replace(day, previous=own, before="started_on"),
        later_day=dataclasses.replace(after, next=own, on="other day"),
        next_order=dataclasses.replace(after, next="orders.ordered_at"),
        other_order=dataclasses.replace(after, next="orders.ordered_at", on="other day"),
        nothing=dataclasses.replace(after, next="nowhere.x"),
    )
    fees = "id,who,since\ns1,X,2025-03-01\ns2,X,2025-03-01\ns3,X,2025-05-01\n"
    bought = "id,who,moment\no1,X,2025-03-01 12:00\no2,X,2025-05-02 00:30\n"
    text = "\n".join(line for line in SIDE.splitlines() if not line.startswith(("  benchmarks", "    ", "  training")))
    load(read_workspace(write(tmp_path, text, fees=fees, orders=bought)), NOW, tables=tables)
    columns = "first_on, previous_on, later_day, next_order, other_order, nothing"
    march, may, later = dt.date(2025, 3, 1), dt.date(2025, 5, 1), dt.date(2025, 5, 2)
    # Simultaneous rows stand in the order of their keys; an order on the same day is not strictly later.
    assert ask(tmp_path, f"select {columns} from subscriptions order by subscription_id") == [
        (march, None, may, later, later, None),
        (march, march, may, later, later, None),
        (march, march, None, later, later, None),
    ]


def test_what_others_publish_never_moves_data_through(tmp_path: Path) -> None:
    text = "\n".join(
        line for line in SIDE.splitlines() if not line.startswith(("as_of", "  orders", "  subscriptions"))
    )
    folder = write(
        tmp_path,
        text,
        benchmarks="id,metric,who,since,value,scale\nb1,csat,Birch,2026-12-01,0.8,top 2\n",
        training="id,who,done\nt1,a,2026-02-01\n",
    )
    load_folder(folder)
    warehouse = open_warehouse(tmp_path / "var")
    facts = warehouse.facts
    warehouse.close()
    assert facts.as_of_day == dt.date(2026, 2, 1)
