"""What a rating goes with: counted by hand on a made company, and by another SQL on the demo.

Of each of the ratings 2 and 5 forty customers, rated on 1 May 2026; data to 30 September. Within 90 days (until 30
July) 10 of those who gave 2 buy once, margin 40; 30 of those who gave 5 buy once, margin 20, and ten of them twice.
Rating 4: 29 customers, one too few. Rating 3: nobody.
"""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.errors import RequestError
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.point_value import point_value
from metrics.catalog import read_catalog
from metrics.scope import Scope
from tests.loading import ask, load_folder, write

WORKSPACE = """title: Points
as_of: 2026-09-30
sources:
  customers: {files: customers.csv, columns: {customer_id: id, segment: segment}}
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: survey, customer_id: customer, responded_at: day, score: score, team_id: team}
  orders:
    files: orders.csv
    columns: {order_id: id, customer_id: customer, ordered_at: day, revenue: revenue, cost: cost, status: state}
"""


def rows(head, found):
    return "\n".join([head, *(",".join(map(str, row)) for row in found), ""])


def answers():
    found = [(f"a{score}-{n}", "csat", f"c{score}-{n}", "2026-05-01 12:00", score, "N")
             for score, many in ((2, 40), (5, 40), (4, 29)) for n in range(many)]  # fmt: skip
    found += [
        ("old", "csat", "c5-0", "2026-03-01 12:00", 1, "N"),  # an earlier rating of the same customer
        ("young", "csat", "c5-1", "2026-09-01 12:00", 1, "N"),  # its 90 days are not over
        ("other", "nps", "c2-0", "2026-05-02 12:00", 10, "N"),
        ("nobody", "csat", "", "2026-05-01 12:00", 5, "N"),
        ("silent", "csat", "c2-1", "2026-05-03 12:00", "", "N"),
    ]
    return rows("id,survey,customer,day,score,team", found)


def orders():
    found = [(f"o2-{n}", f"c2-{n}", "2026-06-01 12:00", 100, 60, "completed") for n in range(10)]
    found += [(f"o5-{n}", f"c5-{n}", "2026-07-30 23:00", 50, 30, "completed") for n in range(30)]
    found += [(f"p5-{n}", f"c5-{n}", "2026-06-10 12:00", 50, 30, "completed") for n in range(10)]
    found += [
        ("before", "c2-20", "2026-05-01 11:59", 100, 60, "completed"),
        ("late", "c2-21", "2026-07-31 00:30", 100, 60, "completed"),
        ("cancelled", "c2-22", "2026-06-01 12:00", 100, 60, "cancelled"),
        ("unpriced", "c2-0", "2026-06-02 12:00", 100, "", "completed"),
    ]
    return rows("id,customer,day,revenue,cost,state", found)


def customers():
    found = [(f"c{score}-{n}", "" if score == 4 else "North" if n < 35 else "South")
             for score, many in ((2, 40), (5, 40), (4, 29)) for n in range(many)]  # fmt: skip
    return rows("id,segment", found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("points") / "company"
    write(folder, WORKSPACE, customers=customers(), answers=answers(), orders=orders())
    assert load_folder(folder).status == "published"
    return folder


@pytest.fixture(scope="module")
def company(folder):
    warehouse = open_warehouse(read_workspace(folder))
    yield warehouse, read_catalog()
    warehouse.close()


def valued(company, **asked):
    return point_value(*company, Scope.everything(), **asked)


def scorecard(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_each_customer_counts_once_by_the_latest_rating_whose_days_are_over(company):
    (group,) = valued(company).groups
    assert [(one.rating, one.n) for one in group.rated] == [("1–2", 40), ("3", 0), ("4", 29), ("5", 40)]


def test_who_buys_again_and_the_margin_are_counted_by_hand(company):
    (group,) = valued(company).groups
    low, _, few, high = group.rated
    assert (low.bought, low.share, low.margin, low.unpriced) == (10, 0.25, 10.0, 1)  # 10 × 40 / 40
    assert (high.bought, high.share, high.margin) == (30, 0.75, 20.0)  # (30 + 10) × 20 / 40
    assert low.share_ends == pytest.approx((0.1419, 0.4019), abs=5e-5)  # Wilson for 10 of 40
    # margins of 2: 10 × 40 and 30 × 0; variance (16,000 − 40 × 100) / 39 = 307.69; t(39) = 2.0227
    half = 2.022691 * math.sqrt(307.6923 / 40)
    assert low.margin_ends == pytest.approx((10 - half, 10 + half), abs=1e-4)
    assert (few.share, few.margin) == (None, None)


def test_the_difference_has_newcombes_and_welchs_interval(company):
    (step,) = valued(company).groups[0].steps
    assert (step.low, step.high, step.share, step.margin) == ("1–2", "5", 0.5, 10.0)
    # Newcombe: 0.5 − √((0.75 − 0.5981)² + (0.4019 − 0.25)²), and the same above, as both are 10 of 40 turned round
    assert step.share_ends == pytest.approx(
        (0.5 - math.hypot(0.15194, 0.15194), 0.5 + math.hypot(0.10813, 0.10813)), abs=2e-4
    )
    # margins of 5: 10 × 40, 20 × 20, 10 × 0; variance (24,000 − 40 × 400) / 39 = 205.13
    error = math.sqrt((307.6923 + 205.1282) / 40)
    low, high = step.margin_ends
    assert (low + high) / 2 == pytest.approx(10)
    assert (high - low) / 2 == pytest.approx(1.9920 * error, abs=5e-3)  # t with 75 degrees of freedom


def test_fewer_days_leave_later_orders_out(company):
    (group,) = valued(company, days=60).groups
    assert [one.bought for one in group.rated] == [10, 0, 0, 10]


def test_a_segment_with_too_few_customers_says_nothing(company):
    north, south, nowhere = valued(company, by="segment").groups
    assert (north.segment, south.segment, nowhere.segment) == ("North", "South", None)
    assert [one.n for one in north.rated] == [35, 0, 0, 35]
    assert len(north.steps) == 1
    assert (south.steps, nowhere.steps) == ((), ())


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_days_that_nobody_waits_are_an_error(company, days):
    with pytest.raises(RequestError, match=r"--days takes 1 to 3660\."):
        valued(company, days=days)


def test_a_reader_of_teams_learns_nothing_where_orders_know_none(company):
    found = point_value(*company, Scope.of_teams("N"))
    assert (found.groups, found.missing) == (
        (),
        "orders does not know teams, so only the whole organisation may see it",
    )


def test_the_text_says_what_is_left_out_and_why(folder):
    text = scorecard("worth", "-w", folder)
    assert "3 and 4 have fewer than 30 customers, so nothing is said about them." in text
    assert "Without an amount or a cost: 1 order;" in text
    assert "clear)" in text
    assert "goes with a rating" in " ".join(text.split())
    assert "cause" not in text


def test_nothing_is_said_where_no_rating_is_old_enough(folder):
    text = scorecard("worth", "-w", folder, "--days", "1000")
    assert "There are not two groups of ratings with 30 customers each" in text


def test_without_costs_there_are_shares_and_no_margin(tmp_path):
    workspace = WORKSPACE.replace(", cost: cost", "")
    write(tmp_path / "w", workspace, customers=customers(), answers=answers(), orders=orders())
    load_folder(tmp_path / "w")
    found = json.loads(scorecard("worth", "-w", tmp_path / "w", "--as", "json"))
    assert found["no_margin"] == "no source provides orders.cost"
    assert (found["groups"][0]["ratings"][0]["share"], found["groups"][0]["ratings"][0]["margin"]) == (0.25, None)


def test_without_orders_the_text_says_what_is_missing(tmp_path):
    workspace = WORKSPACE.partition("  orders:")[0]
    write(tmp_path / "w", workspace, customers=customers(), answers=answers())
    load_folder(tmp_path / "w")
    assert scorecard("worth", "-w", tmp_path / "w").startswith("No source provides orders.customer_id, so nobody")


def test_the_demo_agrees_with_another_query(loaded_demo):
    found = json.loads(scorecard("worth", "-w", loaded_demo, "--as", "json"))
    rated = {one["rating"]: (one["n"], one["bought"], round(one["margin"], 6)) for one in found["groups"][0]["ratings"]}
    sql = """
      with latest as (
        select customer_id, max_by(score, (responded_at, response_id)) as score, max(responded_at) as at,
               max(responded_on) as day
        from survey_responses
        where survey = 'csat' and score is not null and customer_id is not null
          and responded_on + 90 < date '2026-10-20'
        group by customer_id
      ), bought as (
        select l.customer_id, count(o.order_id) as orders, coalesce(sum(o.revenue - o.cost), 0) as margin
        from latest l left join (select * from orders where coalesce(status, '') <> 'cancelled') o
          on o.customer_id = l.customer_id and o.ordered_at > l.at and o.ordered_on <= l.day + 90
        group by l.customer_id
      )
      select case when score <= 2 then '1–2' else cast(cast(score as integer) as varchar) end as rating,
             count(*), count(*) filter (orders > 0), round(avg(margin), 6)
      from latest join bought using (customer_id) group by 1
    """
    assert rated == {row[0]: (row[1], row[2], row[3]) for row in ask(loaded_demo, sql)}
