"""A real marketplace whose facts lie in several files: every fact of its README that our tables can hold, asked.

Facts 12 and 13 of the README (hand-over to the carrier, goods against payments) are about columns no table has.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from dashboard.cli import main

WORKSPACE = Path(__file__).parent / "workspaces" / "olist"
FILES = {
    "orders": "olist_orders_dataset",
    "customers": "olist_customers_dataset",
    "items": "olist_order_items_dataset",
    "payments": "olist_order_payments_dataset",
    "reviews": "olist_order_reviews_dataset",
}
pytestmark = pytest.mark.real_data


def scorecard(*words: object) -> str:
    """stdout of a command that must succeed."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def olist(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The workspace loaded, and its report. The database holds the files as they are, every value a text."""
    folder = tmp_path_factory.mktemp("olist") / "olist"
    shutil.copytree(WORKSPACE, folder)
    with duckdb.connect(str(folder / "olist.duckdb")) as connection:
        for table, name in FILES.items():
            file = real_data / "olist-sample-devtest-only" / f"{name}.csv.gz"
            connection.execute(f"create table {table} as select * from read_csv('{file}', all_varchar = true)")
    return folder, json.loads(scorecard("load", "-w", folder, "--json"))


def rows(olist: tuple[Path, Any], metric: str, *words: str) -> list[dict[str, Any]]:
    answer = json.loads(scorecard("query", metric, "-w", olist[0], "--as", "json", *words))
    found: list[dict[str, Any]] = answer["metrics"][metric]["rows"]
    return found


def whole(olist: tuple[Path, Any], metric: str) -> dict[str, Any]:
    (row,) = rows(olist, metric, "--grain", "all")
    return row


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("orders", (5_000, 5_000, 0, 0, 0, 0)),
        ("survey_responses", (4_988, 4_988, 0, 0, 0, 0)),
        ("customers", (5_000, 4_991, 0, 0, 9, 0)),  # 9 people ordered twice
        ("teams", (1_222, 1_222, 0, 0, 0, 0)),
    ],
)
def test_every_row_is_accounted_for(olist: tuple[Path, Any], table: str, expected: tuple[int, ...]) -> None:
    counts = olist[1]["tables"][table]
    assert tuple(list(counts.values())[:6]) == expected


def test_order_lines_fold_into_the_orders_that_have_some(olist: tuple[Path, Any], tmp_path: Path) -> None:
    # 5,603 lines of 4,966 orders: 34 of the 5,000 have none; 5,603 - 4,966 = 637.
    (tmp_path / "workspace.yaml").write_text(
        "sources:\n  orders:\n"
        "    files: ${SCORECARD_DATA}/olist-sample-devtest-only/olist_order_items_dataset.csv.gz\n"
        '    datetimes: "%m/%d/%Y %H:%M"\n    types: {shipping_limit_date: time, price: number}\n'
        "    group_by: order_id\n"
        "    columns: {order_id: order_id, ordered_at: min(shipping_limit_date), revenue: sum(price)}\n",
        encoding="utf-8",
    )
    counts = json.loads(scorecard("load", "-w", tmp_path, "--json"))["tables"]["orders"]
    assert tuple(list(counts.values())[:6]) == (5_603, 4_966, 0, 0, 637, 0)


def test_orders_without_items_and_payments(olist: tuple[Path, Any]) -> None:
    assert whole(olist, "orders_without_items")["value"] == 34
    assert whole(olist, "orders_without_payment")["value"] == 34
    # Of them 10 are cancelled; the other 24 are published and marked.
    rule = olist[1]["tables"]["orders"]["rules"]["order_has_revenue"]
    assert (rule["severity"], rule["bad_rows"], rule["outcome"]) == ("warning", 24, "failed")


def test_deliveries_are_late_by_the_calendar(olist: tuple[Path, Any]) -> None:
    late = whole(olist, "late_deliveries")
    assert (late["numerator"], late["n"]) == (333, 4_858)
    assert 100 * late["value"] == pytest.approx(6.8547, abs=5e-5)
    # The library leaves the cancelled order out that was delivered nevertheless, and late: 332 of 4,857.
    kept = whole(olist, "on_time_delivery")
    assert (kept["numerator"], kept["n"]) == (4_857 - 332, 4_857)


def test_comparing_an_arrival_with_a_promised_midnight_is_a_mistake(olist: tuple[Path, Any], tmp_path: Path) -> None:
    # 392 of 4,858 (8.07 %) would be late: 59 came on the promised day, after its midnight.
    shutil.copytree(olist[0], tmp_path / "olist", ignore=shutil.ignore_patterns("var"))
    (tmp_path / "olist" / "metrics" / "careless.yaml").write_text(
        "metric: careless\nformula: share(orders.delivered_at > orders.promised_on at delivered_at)\n"
    )
    done = CliRunner().invoke(main, ["check", "-w", str(tmp_path / "olist")])
    assert done.exit_code == 2
    assert "metrics/careless.yaml:2:16: time compared with day: use the '_on' day." in done.output


def test_delivery_days(olist: tuple[Path, Any]) -> None:
    median, mean = whole(olist, "delivery_days"), whole(olist, "mean_delivery_days")
    assert (round(median["value"], 4), median["n"]) == (10.1392, 4_858)
    assert (round(mean["value"], 4), mean["n"]) == (12.3905, 4_858)


def test_one_order_was_delivered_without_a_date_and_one_undelivered_has_one(olist: tuple[Path, Any]) -> None:
    assert whole(olist, "delivered_without_a_date")["value"] == 1
    assert whole(olist, "undelivered_with_a_date")["value"] == 1


def test_reviews(olist: tuple[Path, Any]) -> None:
    assert whole(olist, "review_score")["value"] == pytest.approx(4.1193, abs=5e-5)
    satisfied = whole(olist, "csat")
    assert satisfied["n"] == 4_988
    assert 100 * satisfied["value"] == pytest.approx(78.2077, abs=5e-5)


def test_reviews_of_late_deliveries_are_worse(olist: tuple[Path, Any]) -> None:
    found = {row["segment"]: row["value"] for row in rows(olist, "csat", "--grain", "all", "--by", "segment")}
    assert 100 * found["on time"] == pytest.approx(83.7019, abs=5e-5)
    assert 100 * found["late"] == pytest.approx(28.5276, abs=5e-5)


def test_22_orders_have_more_than_one_review(olist: tuple[Path, Any]) -> None:
    # 4,988 reviews of 4,966 orders, none with more than two.
    assert 4_988 - whole(olist, "orders_reviewed")["value"] == 22


def test_payments_by_the_month_of_the_order(olist: tuple[Path, Any]) -> None:
    found = rows(olist, "payments", "--from", "2018-01", "--to", "2018-04")
    assert {row["period"]: round(row["value"], 2) for row in found} == {
        "2018-01-01": 50_724.09, "2018-02-01": 44_007.14, "2018-03-01": 57_745.49,
    }  # fmt: skip
    assert round(whole(olist, "payments")["value"], 2) == 789_498.77


def test_nine_people_came_back(olist: tuple[Path, Any]) -> None:
    back = whole(olist, "buyers_who_came_back")
    assert (back["numerator"], back["denominator"]) == (9, 4_991)
    assert 100 * back["value"] == pytest.approx(0.1803, abs=5e-5)


def test_by_the_customer_id_that_is_new_on_every_order_nobody_comes_back(
    olist: tuple[Path, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "olist"
    shutil.copytree(olist[0], folder, ignore=shutil.ignore_patterns("var"))
    text = (folder / "workspace.yaml").read_text(encoding="utf-8")
    wrong = text.replace("customer_id: customer_unique_id             #", "customer_id: customer_id #")
    assert wrong != text
    (folder / "workspace.yaml").write_text(wrong, encoding="utf-8")
    scorecard("load", "-w", folder)
    back = whole((folder, None), "buyers_who_came_back")
    assert (back["numerator"], back["denominator"]) == (0, 5_000)
