"""Cohorts and survival curves through the command: by hand, and beside the metric that asks the same."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.printing import cohorts
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.cohorts import retention_triangle, survival
from metrics.scope import Scope
from metrics.stats.not_known import NotKnown
from tests.loading import load_folder, write

WORKSPACE = """
timezone: UTC
as_of: 2024-05-31
sources:
  customers: {files: customers.csv, columns: {customer_id: id, segment: segment}}
  orders:
    files: orders.csv
    columns: {order_id: id, customer_id: customer, ordered_at: day, revenue: paid, status: status, channel: channel}
"""
CUSTOMERS = "id,segment\na,Small\nb,Small\nc,Large\nd,Large\ne,Small\n"
ORDERS = """id,customer,day,paid,status,channel
1,a,2024-01-05,10,completed,web
2,a,2024-01-20,10,completed,shop
3,a,2024-03-01,10,completed,web
4,b,2024-01-31,10,completed,shop
5,b,2024-02-01,10,completed,shop
6,b,2024-03-31,10,completed,shop
7,c,2024-02-10,10,completed,web
8,c,2024-03-10,10,cancelled,web
9,c,2024-04-10,10,completed,web
10,d,2024-04-30,10,completed,web
11,,2024-04-30,10,completed,web
12,e,2024-03-02,10,cancelled,web
"""
OWN = """metric: again
retention: {of: orders.customer_id where sold, every: month, after: 1, cohort: first}
"""


def scorecard(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def cells(folder, *words):
    """{value: {cohort: [(part, whole) or None …]}} of every group."""
    answer = json.loads(scorecard("cohorts", "-w", folder, "--as", "json", *words))
    pair = {True: lambda cell: (cell["part"], cell["whole"]), False: lambda _: None}
    return {
        group["value"]: {
            row["begins"]: [pair[cell is not None](cell) for cell in row["cells"]] for row in group["cohorts"]
        }
        for group in answer["groups"]
    }


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = write(tmp_path_factory.mktemp("shop") / "shop", WORKSPACE, customers=CUSTOMERS, orders=ORDERS)
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(OWN)
    load_folder(folder)
    return folder


@pytest.fixture(scope="module")
def opened(shop):
    warehouse = open_warehouse(read_workspace(shop))
    yield warehouse
    warehouse.close()


def test_the_triangle_is_the_one_counted_by_hand(shop):
    """January: a and b; b is back in February, both in March. c's order in March is cancelled; e never bought."""
    assert cells(shop) == {
        None: {
            "2024-01-01": [(2, 2), (1, 2), (2, 2), (0, 2), (0, 2)],
            "2024-02-01": [(1, 1), (0, 1), (1, 1), (0, 1), None],
            "2024-04-01": [(1, 1), (0, 1), None, None, None],
        }
    }


def test_a_month_that_has_not_ended_is_empty_and_not_zero(shop):
    """The last day of May is not over at its start: as of 30 May neither May nor anything in it is known."""
    found = cells(shop, "--as-of", "2024-05-30")[None]
    assert found["2024-01-01"] == [(2, 2), (1, 2), (2, 2), (0, 2)]
    assert found["2024-04-01"] == [(1, 1), None, None, None]


def test_the_average_weighs_cohorts_by_their_size(shop):
    (group,) = json.loads(scorecard("cohorts", "-w", shop, "--as", "json"))["groups"]
    assert [(cell["part"], cell["whole"]) for cell in group["average"]] == [(4, 4), (1, 4), (3, 3), (0, 3), (0, 2)]


def test_the_interval_of_a_cell_is_wilsons(shop):
    """1 of 2: centre (1 + 1.92073)/(2 + 3.84146) = .5, half-width .40549."""
    (group,) = json.loads(scorecard("cohorts", "-w", shop, "--as", "json"))["groups"]
    cell = group["cohorts"][0]["cells"][1]
    assert (cell["value"], cell["low"], cell["high"]) == pytest.approx((0.5, 0.09453, 0.90547), abs=1e-5)


def test_quarters_are_cohorts_too(shop):
    assert cells(shop, "--by", "quarter", "--as-of", "2024-06-30") == {
        None: {"2024-01-01": [(3, 3), (1, 3)], "2024-04-01": [(1, 1), None]}
    }


@pytest.mark.parametrize("words", [(), ("--where", "channel=web"), ("--where", "segment=Small")])
def test_one_month_later_is_what_the_metric_retention_says(shop, words):
    """A filter is about the first month's orders; coming back is by any order, as for the metric."""
    answer = json.loads(scorecard("query", "again", "-w", shop, "--as", "json", *words))
    rows = {row["period"]: row for row in answer["metrics"]["again"]["rows"] if row["denominator"]}
    found = cells(shop, *words)[None]
    assert found
    for begins, cohort in found.items():
        assert cohort[1] == (rows[begins]["numerator"], rows[begins]["denominator"])


def test_one_month_later_is_the_metric_on_the_demo_for_every_cohort_and_segment(loaded_demo, tmp_path):

    folder = tmp_path / "demo"
    shutil.copytree(loaded_demo, folder)
    (folder / "metrics" / "again.yaml").write_text(OWN)
    words = ("query", "again", "-w", folder, "--as", "json", "--by", "segment")
    rows = json.loads(scorecard(*words))["metrics"]["again"]["rows"]
    metric = {
        (row["segment"], row["period"]): (row["numerator"], row["denominator"])
        for row in rows
        if row["denominator"] and row["state"] != "unripe"
    }
    found = cells(folder, "--segment-by", "segment")
    ours = {(value, begins): row[1] for value, table in found.items() for begins, row in table.items() if row[1]}
    assert len(ours) > 100
    assert ours == metric


def test_the_groups_of_a_slice(shop):
    found = cells(shop, "--segment-by", "segment")
    assert {value: list(table) for value, table in found.items()} == {
        "Small": ["2024-01-01"],
        "Large": ["2024-02-01", "2024-04-01"],
    }


def test_what_the_terminal_shows(shop):
    out = scorecard("cohorts", "-w", shop).splitlines()
    assert out[0] == "Who buys again, by month of the first order"
    assert out[3:8] == [
        "began    buyers    1    2    3    4",
        "Jan 2024      2  50% 100%   0%   0%",
        "Feb 2024      1   0% 100%   0%",
        "Apr 2024      1   0%",
        "average          25% 100%   0%   0%",
    ]
    assert "The history starts on 5 Jan 2024: new buyers of its first 12 months may have bought before, unseen." in out


def test_a_narrow_window_folds_the_later_months_and_says_how_many(shop, opened, monkeypatch):
    monkeypatch.setattr(cohorts, "width", lambda: 32)
    found = retention_triangle(opened, Scope.everything())
    out = cohorts.cohorts(found, opened.facts, "text")
    assert "began    buyers    1    2\n" in out
    assert "2 later months are not shown; a wider window or --as json has all." in out
    assert all(len(line) <= 32 for line in out.splitlines()[3:8])


def test_a_reader_of_some_teams_gets_a_sentence_and_nothing_else(opened):
    for found in (retention_triangle(opened, Scope.of_teams("N")), survival(opened, Scope.of_teams("N"))):
        assert isinstance(found, NotKnown)
        assert found.sentence.endswith("who have no team: only the whole organisation may see cohorts")


def test_nothing_to_tell_is_a_sentence(shop, tmp_path):
    assert scorecard("cohorts", "-w", shop, "--from", "2024-05") == (
        "There are no cohorts: no month in which somebody bought for the first time has ended.\n"
    )
    assert scorecard("cohorts", "-w", shop, "--kind", "survival").startswith(
        "There is no survival curve: no source provides subscriptions. It is drawn for subscriptions; of orders nobody "
        "says when a customer has left."
    )
    done = CliRunner().invoke(main, ["cohorts", "-w", str(shop), "--segment-by", "segmnt"])
    assert (done.exit_code, done.stderr) == (2, "orders cannot be cut by 'segmnt'. Did you mean 'segment'?\n")
    done = CliRunner().invoke(main, ["cohorts", "-w", str(shop), "--kind", "survival", "--by", "month"])
    assert done.exit_code == 2
    assert done.stderr.startswith("--by is about cohorts of buyers")


# ── survival ─────────────────────────────────────────────────────────────────────────────────────────

TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23".split()
LEUKAEMIA = """
timezone: UTC
as_of: 2024-05-31
sources:
  subscriptions:
    files: subscriptions.csv
    columns: {subscription_id: id, customer_id: id, plan: plan, started_on: began, ended_on: ended, monthly_fee: "'1'"}
"""


@pytest.fixture(scope="module")
def contracts(tmp_path_factory):
    """Freireich's patients as contracts: weeks in remission are days; who is still in it began so long ago."""
    rows, end = [], dt.date(2024, 6, 1)
    for plan, times in (("6-MP", TREATED), ("placebo", PLACEBO)):
        for time in times:
            days = int(time.rstrip("+"))
            began = end - dt.timedelta(days=days) if time.endswith("+") else dt.date(2024, 1, 1)
            ended = "" if time.endswith("+") else began + dt.timedelta(days=days)
            rows.append(f"{len(rows)},{plan},{began},{ended}")
    text = "\n".join(["id,plan,began,ended", *rows])
    folder = write(tmp_path_factory.mktemp("contracts") / "c", LEUKAEMIA, subscriptions=text)
    load_folder(folder)
    return folder


def test_the_curve_of_contracts_is_freireichs(contracts):
    answer = json.loads(scorecard("cohorts", "-w", contracts, "--kind", "survival", "--as", "json", "--where",
                                  "plan=6-MP"))  # fmt: skip
    (group,) = answer["groups"]
    assert (group["n"], group["ended"], group["median_days"]) == (21, 9, 23)
    steps = {step["time"]: step for step in group["steps"]}
    assert {time: (s["at_risk"], s["events"], round(s["survival"], 4)) for time, s in steps.items()} == {
        6: (21, 3, 0.8571), 7: (17, 1, 0.8067), 10: (15, 1, 0.7529), 13: (12, 1, 0.6902), 16: (11, 1, 0.6275),
        22: (7, 1, 0.5378), 23: (6, 1, 0.4482),
    }  # fmt: skip
    assert (steps[6]["low"], steps[6]["high"]) == pytest.approx((0.6197, 0.9516), abs=5e-5)


def test_two_plans_are_compared_by_the_log_rank_test(contracts):
    answer = json.loads(scorecard("cohorts", "-w", contracts, "--kind", "survival", "--segment-by", "plan", "--as",
                                  "json"))  # fmt: skip
    assert [group["value"] for group in answer["groups"]] == ["6-MP", "placebo"]
    assert answer["log_rank"]["chi_square"] == pytest.approx(16.793, abs=5e-4)
    out = scorecard("cohorts", "-w", contracts, "--kind", "survival", "--segment-by", "plan")
    assert "The groups end at different paces: log-rank χ² 16.79 with 1 degree of freedom, p below 0.001." in out
    assert "6-MP: half ended only when fewer than 10 were still observed, 21 contracts, 9 of which ended." in out


def test_contracts_that_began_later_are_not_there(contracts):
    answer = json.loads(scorecard("cohorts", "-w", contracts, "--kind", "survival", "--as", "json", "--from",
                                  "2024-02"))  # fmt: skip
    (group,) = answer["groups"]
    assert (group["n"], group["ended"]) == (12, 0)


def test_a_curve_stops_where_fewer_than_ten_are_observed(loaded_demo):
    """Every line that is printed has ten contracts or more behind it."""
    out = scorecard("cohorts", "-w", loaded_demo, "--kind", "survival").splitlines()
    lines = [line.split() for line in out[out.index(next(x for x in out if x.startswith("after"))) + 1 :]]
    observed = [int(line[-1]) for line in lines[: lines.index([])]]
    assert observed == sorted(observed, reverse=True)
    assert observed[-1] >= 10
    assert "The curve stops where fewer than 10 are still observed." in out
