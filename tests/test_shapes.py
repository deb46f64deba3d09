"""Sets of keys, shapes and the remaining kinds, counted by hand on the company of small_company.py."""

from __future__ import annotations

import datetime as dt

import pytest

from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.scope import Scope
from tests.small_company import load_small_company

METRICS = """metric: quiet_buyers
formula: distinct(orders.customer_id where sold except tickets.customer_id)
---
metric: buyers_with_tickets
formula: distinct(orders.customer_id where sold intersect tickets.customer_id)
---
metric: buyers
formula: distinct(orders.customer_id where sold)
---
metric: quiet_share
formula: quiet_buyers / buyers
min_n: 1
---
metric: revenue_with_tickets
formula: sum(orders.revenue where sold and customer_id in (tickets.customer_id))
---
metric: revenue_without_tickets
formula: sum(orders.revenue where sold and not customer_id in (tickets.customer_id))
---
metric: share_with_tickets
formula: share(orders.customer_id in (tickets.customer_id))
min_n: 1
---
metric: smb_by_a_longer_way
formula: >-
  count(orders where customer_id in
  (tickets.customer_id where team = 'North' union tickets.customer_id where team = 'South'))
---
metric: revenue_3m
rolling: {of: sum(orders.revenue where sold), last: 3 months}
---
metric: buyers_3m
rolling: {of: buyers, last: 3 months}
---
metric: median_3m
rolling: {of: resolution_hours, last: 3 months}
---
metric: csat_2m
rolling: {of: csat, last: 2 months}
---
metric: revenue_ytd
to_date: {of: revenue, since: year}
---
metric: revenue_change
compare: {of: revenue, with: 1 month ago, as: difference}
---
metric: revenue_growth
compare: {of: revenue, with: 1 month ago, as: percent_change}
---
metric: backlog_change
compare: {of: backlog, with: 1 month ago, as: difference}
---
metric: csat_change
compare: {of: csat, with: 1 month ago, as: difference}
---
metric: moves_per_ticket
formula: sum(tickets.transfers) / count(tickets)
---
metric: revenue_per_customer
formula: >-
  sum(orders.revenue where sold and customer_id is not null)
  / distinct(orders.customer_id where sold)
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("shapes") / "company")
    (folder / "metrics" / "own.yaml").write_text(METRICS)
    warehouse = open_warehouse(read_workspace(folder))
    catalog = read_catalog(folder / "metrics")
    assert catalog.problems == ()
    yield warehouse, catalog
    warehouse.close()


@pytest.fixture
def ask_for(small):
    warehouse, catalog = small

    def answer(metric, grain="month", by=(), **more):
        question = ask(warehouse, catalog, more.pop("scope", Scope.everything()), [metric], grain, by, **more)
        return evaluate(warehouse, catalog, question, [metric])[metric]

    return answer


def values(results):
    return [None if result.value is None else round(result.value, 4) for result in results]


def test_except_keeps_keys_that_are_not_in_the_other_set_in_the_same_period(ask_for):
    # buyers: January c1 c2, March c2, April c1; tickets: January c1, February c2, March c3
    assert values(ask_for("quiet_buyers")) == [1, 0, 1, 1]
    assert values(ask_for("quiet_buyers", "all")) == [0]  # over everything both have asked something


def test_intersect_keeps_the_others(ask_for):
    assert values(ask_for("buyers_with_tickets")) == [1, 0, 0, 0]
    assert values(ask_for("buyers_with_tickets", "quarter")) == [2, 0]


def test_a_set_within_a_set_is_a_proportion(ask_for):
    january = ask_for("quiet_share")[0]
    assert (january.kind, january.value, january.n) == ("proportion", 0.5, 2)
    assert january.low is not None


def test_in_a_set_is_asked_for_the_same_period_and_nobody_is_in_no_set(ask_for):
    assert values(ask_for("revenue_with_tickets")) == [150, 0, 0, 0]
    assert values(ask_for("revenue_without_tickets")) == [200, 0, 120, 60]  # 40 of March are nobody's
    assert values(ask_for("share_with_tickets"))[0] == pytest.approx(0.6667)


def test_membership_looks_at_all_rows_whoever_asks(ask_for):
    # North's filter cuts orders away (they know no team) but a set inside `in` is not cut: c1 and c2 have tickets
    assert values(ask_for("smb_by_a_longer_way", "all")) == [6]  # o1 o2 o3 o4 o7 and c3's cancelled o6


def test_a_rolling_window_counts_calendar_months_and_pools(ask_for):
    assert values(ask_for("revenue_3m")) == [350, 350, 470, 180]
    assert values(ask_for("median_3m"))[:2] == [2, 10]  # 2 h; then 2, 10 and 624 h
    february = ask_for("csat_2m")[1]
    assert (february.numerator, february.denominator) == (30, 52)  # 28 of 50 and 2 of 2


def test_a_rolling_count_of_people_counts_nobody_twice(ask_for):
    assert values(ask_for("buyers_3m")) == [2, 2, 2, 2]


def test_a_month_without_rows_still_has_its_window(ask_for):
    by_segment = ask_for("revenue_3m", by=("segment",))
    smb = {r.period.start.month: r.value for r in by_segment if r.slices["segment"] == "SMB"}
    assert smb == {1: 350, 2: 350, 3: 430, 4: 140}


def test_the_year_so_far(ask_for):
    assert values(ask_for("revenue_ytd")) == [350, 350, 470, 530]


def test_a_comparison_has_no_value_before_the_data_begin_and_none_over_zero(ask_for):
    assert values(ask_for("revenue_change")) == [None, -350, 120, -60]
    growth = ask_for("revenue_growth")
    assert values(growth) == [None, -1, None, -0.5]


def test_half_a_month_is_compared_with_the_same_half(ask_for):
    # 1 and 2 April: 60; 1 and 2 March: nothing. Against the whole of March it would look like a fall of 60.
    assert values(ask_for("revenue_change", until=dt.date(2024, 4, 2)))[-1] == 60


def test_a_snapshot_is_compared_with_the_snapshot_then(ask_for):
    assert values(ask_for("backlog_change"))[1:] == [-1, 2, -1]


def test_a_difference_of_shares_has_an_interval(ask_for):
    from metrics.stats import intervals

    answer = ask_for("csat_change")[1]
    assert answer.value is None  # two answers in February are hidden
    assert answer.state == "suppressed"
    assert intervals.mover(0.6, (0.5, 0.7), 0.8, (0.7, 0.9)) == pytest.approx((0.0586, 0.3414), abs=1e-4)


def test_a_ratio_of_sums_has_the_delta_interval(ask_for):
    # transfers 0 2 1 3 0 over five tickets: R = 1.2, s² = 1.7, half = 1.96·√(1.7/5) = 1.1428
    found = ask_for("moves_per_ticket", "all")[0]
    assert (found.kind, found.value, found.n) == ("ratio", pytest.approx(1.2), 5)
    assert (found.low, found.high) == pytest.approx((1.2 - 1.1428, 1.2 + 1.1428), abs=1e-4)


def test_a_mean_per_customer_has_students_interval_over_the_customers(ask_for):
    # c1 210, c2 280: mean 245, s = 49.4975, t(1) = 12.7062, half = 12.7062·49.4975/√2 = 444.72
    found = ask_for("revenue_per_customer", "all")[0]
    assert (found.kind, found.value, found.n) == ("mean_per_key", 245, 2)
    assert (found.low, found.high) == pytest.approx((245 - 444.717, 245 + 444.717), abs=1e-2)


def test_shapes_do_not_nest(tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "m.yaml").write_text(
        "metric: a\nrolling: {of: count(tickets), last: 3 months}\n---\nmetric: b\nto_date: {of: a}\n"
    )
    problems = [str(problem) for problem in read_catalog(folder).problems]
    assert problems == ["metrics/m.yaml:5:15: rolling, to_date, compare and retention do not nest."]
