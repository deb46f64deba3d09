"""What grows with its period: held against a month's goal only over a whole month."""

from __future__ import annotations

import datetime as dt

import pytest

from data_checks.calendar import EVERYBODYS
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import read_catalog
from metrics.goals.holding import GOAL_OF_A_MONTH
from metrics.period import parse_period
from metrics.scope import Scope
from metrics.screen import build_scorecard
from tests.small_company import load_small_company

OWN = """metric: cleared
formula: count(tickets open at start where resolved_on < period_end) / count(tickets open at start)
perspective: internal_process
red: 10%
goal: 30%
min_n: 1
---
metric: from_known_customers
formula: sum(orders.revenue where sold and first_order_at < period_start) / sum(orders.revenue where sold)
perspective: financial
unit: percent
red: 10%
goal: 30%
min_n: 1
---
metric: asked_and_bought
formula: share(tickets.customer_id in (orders.customer_id where sold))
perspective: customer
red: 10%
goal: 30%
min_n: 1
---
metric: age
formula: mean(days_between(tickets.opened_at, period_end) open at end)
perspective: internal_process
red: 90
goal: 1
---
metric: moved
formula: mean(tickets.transfers)
perspective: internal_process
red: 9
goal: 7
"""
GROWING = ("cleared", "from_known_customers", "asked_and_bought")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("length") / "company")
    (folder / "metrics" / "lengths.yaml").write_text(OWN)
    workspace = read_workspace(folder)
    warehouse = open_warehouse(workspace)
    yield warehouse, read_catalog(folder / "metrics")
    warehouse.close()


def reworked(company, folder, own):
    """The same data with a metric of one's own."""
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics" / "one.yaml").write_text(own)
    return company[0], read_catalog(folder / "metrics")


def cards(company, period, until=None):
    warehouse, catalog = company
    board = build_scorecard(warehouse, catalog, Scope.everything(), parse_period(period, EVERYBODYS), until=until)
    return {card.definition.metric: card for branch in board.branches for card in branch.cards}


@pytest.mark.parametrize("metric", GROWING)
def test_who_was_there_at_the_start_and_left_by_the_end_are_more_in_a_quarter(company, metric):
    quarter = cards(company, "2024-Q1" if metric == "asked_and_bought" else "2024-Q2")[metric]
    assert quarter.definition.goal is None
    assert quarter.result.reason == GOAL_OF_A_MONTH
    assert cards(company, "2024-02")[metric].definition.goal == 0.3


@pytest.mark.parametrize("metric", ["age", "moved"])
def test_a_mean_and_what_is_seen_at_one_end_are_held_against_the_goal_of_any_period(company, metric):
    assert cards(company, "2024-Q1")[metric].status in ("met", "watch", "too_close")


@pytest.mark.parametrize("metric", ["cleared", "asked_and_bought"])
def test_half_a_month_of_what_grows_with_it_is_not_judged(company, metric):
    assert cards(company, "2024-02")[metric].status in ("met", "watch", "too_close", "missed")
    half = cards(company, "2024-02", until=dt.date(2024, 2, 20))[metric]
    assert (half.result.state, half.status, half.score) == ("ok", "not_judged", None)


def test_half_a_month_of_a_mean_is_judged(company):
    assert cards(company, "2024-02", until=dt.date(2024, 2, 20))["moved"].status == "met"  # t3: 1 transfer


# ── a sum in another unit ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("formula", "value", "n"),
    [("revenue / 1000", 0.12, 2), ("1.19 * revenue", 142.8, 2), ("revenue * 2 - 3", 237, 2)],  # March: 80 and 40
)
def test_a_sum_in_thousands_or_with_tax_is_still_a_sum(company, tmp_path, formula, value, n):
    own = f"metric: one\nformula: {formula}\nperspective: financial\nred: 0.1\ngoal: 0.2\n"
    found = cards(reworked(company, tmp_path, own), "2024-03")["one"].result
    assert (found.kind, found.numerator, found.denominator, found.n) == ("total", found.value, None, n)
    assert found.value == pytest.approx(value)
    half = cards(reworked(company, tmp_path, own), "2024-03", until=dt.date(2024, 3, 20))["one"]
    assert half.status == "not_judged"


def test_a_team_is_not_held_against_the_whole_organisations_goal_for_a_stock_in_hundreds(company, tmp_path):
    own = "metric: one\nformula: count(tickets open at end) / 100\nperspective: financial\nred: 0.2\ngoal: 0.1\n"
    january = parse_period("2024-01", EVERYBODYS)
    warehouse, catalog = reworked(company, tmp_path, own)
    board = build_scorecard(warehouse, catalog, Scope.everything(), january, None, {"team": ["North"]})
    north = next(card for branch in board.branches for card in branch.cards if card.definition.metric == "one")
    assert (north.result.value, north.status) == (0.01, "no_goal")  # t2


def test_a_years_sum_in_thousands_is_held_against_its_pace(company, tmp_path):
    own = "metric: one\nto_date: {of: revenue / 1000, since: year}\nperspective: financial\nred: 0.6\ngoal: 1.2\n"
    march = cards(reworked(company, tmp_path, own), "2024-03")["one"]
    assert march.result.value == pytest.approx(0.47)  # 100 + 50 + 200 + 80 + 40
    assert march.definition.goal == pytest.approx(1.2 * 91 / 366)
    assert march.status == "met"


# ── beside itself long ago ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("of", ["revenue", "distinct(orders.customer_id where sold)"])
def test_the_growth_since_last_month_is_held_against_its_goal_over_any_period(company, tmp_path, of):
    own = f"metric: one\ncompare: {{of: '{of}', with: 1 month ago, as: percent_change}}\nperspective: financial\n"
    grown = reworked(company, tmp_path, own + "red: -90%\ngoal: -80%\n")
    # April beside March: 60 of 120 revenue; c1 alone beside c2 alone (one order is nobody's)
    assert cards(grown, "2024-04")["one"].status == "met"
    half = cards(grown, "2024-04", until=dt.date(2024, 4, 20))["one"]  # as far into March as into April
    assert (half.result.complete, half.status) == (False, "met")
    assert cards(grown, "2024-Q2")["one"].definition.goal == -0.8


def test_the_difference_since_last_month_grows_with_the_period(company, tmp_path):
    own = "metric: one\ncompare: {of: revenue, with: 1 month ago, as: difference}\nperspective: financial\n"
    grown = reworked(company, tmp_path, own + "red: -90\ngoal: -80\n")
    assert cards(grown, "2024-04")["one"].status == "met"  # 60 − 120
    assert cards(grown, "2024-Q2")["one"].definition.goal is None
