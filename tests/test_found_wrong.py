"""Numbers that were wrong once, each with rows one can count. They may be wrong never again."""

from __future__ import annotations

import datetime as dt

import pytest

from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.period import duration
from metrics.prepare import prepare
from metrics.scope import Scope
from metrics.scorecard import is_judged
from tests.loading import NOW, write

ORDERS = (
    "  orders: {files: orders.csv, columns: {order_id: id, ordered_at: day, customer_id: customer, revenue: amount}}\n"
)
TICKETS = (
    "  tickets: {files: tickets.csv, columns: "
    "{ticket_id: id, opened_at: opened, resolved_at: done, customer_id: customer}}\n"
)
ANSWERS = (
    "  survey_responses: {files: answers.csv, columns: {response_id: id, survey: \"'csat'\", customer_id: customer, "
    "sent_at: sent, responded_at: day, score: score}}\n"
)


def company(folder, sources, metrics, as_of, **files):
    """A workspace of these rows, loaded with all that is prepared: its warehouse and its catalogue."""
    write(folder, f"as_of: {as_of}\nsources:\n{sources}", **files)
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(metrics)
    catalog = read_catalog(folder / "metrics")
    assert catalog.problems == ()
    report = load(read_workspace(folder), NOW, prepare=lambda version: prepare(version, catalog))
    assert report.status == "published"
    return open_warehouse(read_workspace(folder)), catalog


def values(found, metric, grain="month", **more):
    warehouse, catalog = found
    question = ask(warehouse, catalog, Scope.everything(), [metric], grain, **more)
    return [result.value for result in evaluate(warehouse, catalog, question, [metric])[metric]]


def test_amounts_that_nearly_cancel_are_no_reason_to_refuse_a_load(tmp_path):
    # every order is taken back on another day: the year's sum is 0, but for the order of adding up
    amounts = [(1000 + (n * 7919) % 899_000) + (n % 100) / 100 for n in range(400)]
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n % 300) for n in range(400)]
    rows = [f"o{n},{day},c,{amount:.2f}" for n, (day, amount) in enumerate(zip(days, amounts, strict=True))]
    rows += [
        f"r{n},{day + dt.timedelta(days=1 + n % 50)},c,-{amount:.2f}"
        for n, (day, amount) in enumerate(zip(days, amounts, strict=True))
    ]
    orders = "\n".join(["id,day,customer,amount", *rows]) + "\n"
    found = company(tmp_path, ORDERS, "metric: net\nformula: sum(orders.revenue)\n", "2024-12-31", orders=orders)
    assert values(found, "net", "year") == [pytest.approx(0, abs=1e-4)]


def test_who_is_in_a_set_is_asked_of_the_days_a_window_looks_at(tmp_path):
    # January: c0 buys for 100 and asks; February: c1 buys for 30 and asks
    metrics = """metric: of_askers
formula: sum(orders.revenue where customer_id in (tickets.customer_id))
---
metric: change
compare: {of: of_askers, with: 1 month ago, as: difference}
---
metric: two_months
rolling: {of: of_askers, last: 2 months}
---
metric: buyers_who_ask
rolling: {of: distinct(orders.customer_id where customer_id in (tickets.customer_id)), last: 2 months}
"""
    found = company(
        tmp_path,
        ORDERS + TICKETS,
        metrics,
        "2024-02-29",
        orders="id,day,customer,amount\no1,2024-01-10,c0,100\no2,2024-02-10,c1,30\n",
        tickets="id,opened,done,customer\nt1,2024-01-05,,c0\nt2,2024-02-05,,c1\n",
    )
    assert values(found, "of_askers") == [100, 30]
    assert values(found, "change") == [None, -70]
    assert values(found, "two_months") == [100, 130]
    assert values(found, "buyers_who_ask") == [1, 2]


def test_what_is_counted_at_another_time_may_begin_before_the_table_does(tmp_path):
    # ten invitations of December, all answered in January
    answers = "\n".join(f"r{n},c{n},2023-12-20,2024-01-05,5" for n in range(10))
    found = company(
        tmp_path,
        ANSWERS,
        "metric: invited\nformula: distinct(survey_responses.customer_id at sent_at)\n",
        "2024-01-31",
        answers=f"id,customer,sent,day,score\n{answers}\n",
    )
    assert values(found, "invited", "all") == [10]  # none of them was counted without a first day given
    assert values(found, "invited", start=dt.date(2023, 12, 1)) == [10, 0]
    assert values(found, "invited", start=dt.date(2023, 11, 1)) == [None, 10, 0]


def test_nothing_done_between_two_things_done_is_zero(tmp_path):
    # opened in January, the first done in January, the second in April: nothing was done in February and March
    found = company(
        tmp_path,
        TICKETS,
        "metric: done\nformula: count(tickets at done_at)\n",
        "2024-04-30",
        tickets="id,opened,done,customer\nt1,2024-01-02,2024-01-20,a\nt2,2024-01-03,2024-04-09,b\n",
    )
    assert values(found, "done") == [1, 0, 0, 1]


def test_three_months_of_a_year_half_over_are_the_three_before_its_end_so_far(tmp_path):
    # the data end on 30 June: April, May and June of the year, 1 + 1 + 1
    orders = "".join(f"o{month},2024-{month:02}-15,c,1\n" for month in range(1, 7))
    found = company(
        tmp_path,
        ORDERS,
        "metric: lately\nrolling: {of: count(orders), last: 3 months}\n",
        "2024-06-30",
        orders=f"id,day,customer,amount\n{orders}",
    )
    assert values(found, "lately", "year") == [3]


def test_a_newcomer_is_new_at_the_time_that_is_counted(tmp_path):
    # c1 was invited in December, January and February, five others in January only; all answered in January or later
    metrics = """metric: new_and_back
retention: {of: survey_responses.customer_id at sent_at, cohort: first}
"""
    sent = [("c1", "2023-12-10"), ("c1", "2024-01-10"), ("c1", "2024-02-10")]
    sent += [(f"n{n}", "2024-01-11") for n in range(5)]
    answers = "\n".join(f"r{n},{customer},{day},2024-03-20,5" for n, (customer, day) in enumerate(sent))
    answers = answers.replace("2024-03-20", "2024-01-20", 1)
    found = company(tmp_path, ANSWERS, metrics, "2024-04-30", answers=f"id,customer,sent,day,score\n{answers}\n")
    january = {"start": dt.date(2024, 1, 1), "end": dt.date(2024, 2, 1), "until": dt.date(2024, 4, 29)}
    assert values(found, "new_and_back", **january) == [0]  # 0 of 5; c1 would make it 1 of 6


def test_a_filter_leaves_a_metric_without_a_source_alone(tmp_path):
    # one question about both used to fail: no table of plans, and plans know no customer segments
    metrics = "metric: sold\nformula: count(orders)\n---\nmetric: planned\nformula: count(initiatives)\n"
    orders = "id,day,customer,amount,channel\no1,2024-01-10,c,5,web\no2,2024-01-11,c,5,shop\n"
    sources = ORDERS.replace("revenue: amount", "revenue: amount, channel: channel")
    warehouse, catalog = company(tmp_path, sources, metrics, "2024-01-31", orders=orders)
    names = ["sold", "planned"]
    question = ask(warehouse, catalog, Scope.everything(), names, where={"channel": ["web"]})
    found = evaluate(warehouse, catalog, question, names)
    assert [(one.value, one.state) for name in names for one in found[name]] == [(1, "ok"), (None, "not_provided")]


def daily(days, first=dt.date(2024, 1, 1)):
    """One order of 1 a day."""
    rows = (f"o{n},{first + dt.timedelta(days=n)},c,1\n" for n in range(days))
    return "id,day,customer,amount\n" + "".join(rows)


def test_the_year_so_far_is_that_of_the_last_day_of_a_week_or_year(tmp_path):
    metrics = (
        "metric: of_year\nto_date: {of: count(orders), since: year}\n---\n"
        "metric: of_quarter\nto_date: {of: count(orders), since: quarter}\n"
    )
    found = company(tmp_path, ORDERS, metrics, "2025-01-31", orders=daily(397))
    # the week of 30 December 2024 ends on Sunday, 5 January 2025; 2024 ends with its fourth quarter, 92 days
    week = {"start": dt.date(2024, 12, 30), "end": dt.date(2025, 1, 6)}
    assert values(found, "of_year", "week", **week) == [5]
    assert values(found, "of_quarter", "year", start=dt.date(2024, 1, 1), end=dt.date(2025, 1, 1)) == [92]


@pytest.mark.parametrize("as_of", ["2024-10-03", "2024-10-04", "2024-10-20"])
def test_the_last_days_are_as_many_in_a_month_that_is_not_over(tmp_path, as_of):
    metrics = (
        "metric: lately\nrolling: {of: count(orders), last: 4 weeks}\n---\n"
        "metric: three\nrolling: {of: count(orders), last: 3 months}\n"
    )
    found = company(tmp_path, ORDERS, metrics, as_of, orders=daily(300))
    october = {"start": dt.date(2024, 10, 1), "end": dt.date(2024, 11, 1)}
    assert values(found, "lately", **october) == [28]
    # August and September whole, and October so far, whatever the period is called
    so_far = 31 + 30 + dt.date.fromisoformat(as_of).day
    year = {"start": dt.date(2024, 1, 1), "end": dt.date(2025, 1, 1)}
    assert values(found, "three", **october) == values(found, "three", "year", **year) == [so_far]


@pytest.mark.parametrize(("day", "before"), [(27, 27), (28, 28), (29, 28), (30, 28), (31, 28)])
def test_days_of_a_month_not_over_are_held_against_the_same_days(tmp_path, day, before):
    # 2023: February has 28 days; as of 28 March the days 1 to 28 of both
    metrics = "metric: more\ncompare: {of: count(orders), with: 1 month ago, as: difference}\n"
    found = company(tmp_path, ORDERS, metrics, f"2023-03-{day}", orders=daily(90, dt.date(2023, 1, 1)))
    assert values(found, "more", start=dt.date(2023, 3, 1), end=dt.date(2023, 4, 1)) == [day - before]


COSTS = "  costs: {files: costs.csv, columns: {cost_id: id, month: month, kind: kind, amount: amount}}\n"


def test_a_months_cost_is_no_cost_of_some_of_its_days(tmp_path):
    metrics = "metric: each\nformula: sum(costs.amount where kind = 'support') / count(orders)\n"
    costs = "id,month,kind,amount\n1,2024-01-01,support,310\n2,2024-02-01,support,290\n"
    found = company(tmp_path, ORDERS + COSTS, metrics, "2024-02-10", orders=daily(41), costs=costs)
    part = {"start": dt.date(2024, 1, 2), "end": dt.date(2024, 1, 31)}
    assert values(found, "each", "all", **part) == [None]  # it was 0 / 29
    assert values(found, "each", "all", start=dt.date(2024, 1, 1), end=dt.date(2024, 2, 1)) == [10]
    warehouse, catalog = found
    question = ask(warehouse, catalog, Scope.everything(), ["each"], "month")
    february = evaluate(warehouse, catalog, question, ["each"])["each"][-1]
    assert (february.value, february.complete, is_judged(february)) == (29, False, False)


def test_rows_of_another_kind_alone_are_no_reason_to_refuse_a_load(tmp_path):
    # 2023 has costs, and none of the one kind that is counted without orders
    metrics = "metric: spent\nformula: sum(costs.amount where kind = 'support')\n"
    costs = "id,month,kind,amount\n1,2023-05-01,training,7\n2,2024-02-01,support,290\n"
    tickets = "id,customer,opened,done\nt1,c,2023-05-02,\nt2,c,2024-02-02,\n"
    found = company(tmp_path, TICKETS + COSTS, metrics, "2024-02-29", tickets=tickets, costs=costs)
    assert values(found, "spent", "year") == [0, 290]


def test_how_far_ahead_of_others_needs_as_many_answers_as_the_score_itself(tmp_path):
    benchmarks = "id,metric,rival,trade,begun,value,scale\nb,csat,Best,Retail,2024-01-01,0.5,1-5 top 2\n"
    source = (
        "  benchmarks: {files: benchmarks.csv, columns: {benchmark_id: id, metric: metric, competitor: rival, "
        "industry: trade, period_start: begun, value: value, scale: scale}}\n"
    )
    answers = "id,customer,sent,day,score\n" + "".join(f"r{n},c,,2024-01-0{n},5\n" for n in range(1, 8))
    metrics = "metric: own\nformula: count(survey_responses)\n"
    found = company(tmp_path, ANSWERS + source, metrics, "2024-01-31", answers=answers, benchmarks=benchmarks)
    warehouse, catalog = found
    question = ask(warehouse, catalog, Scope.everything(), ["csat", "benchmark_gap"], "month")
    both = evaluate(warehouse, catalog, question, ["csat", "benchmark_gap"])
    told = {name: (one[-1].state, one[-1].n) for name, one in both.items()}
    assert told == {"csat": ("too_few", 7), "benchmark_gap": ("too_few", 7)}


@pytest.mark.parametrize("length", ["1 year", "12 months", "4 quarters", "52 weeks"])
def test_a_year_ahead_is_as_long_by_any_name(length):
    found = duration(length)
    assert found is not None
    assert round(found.mean_days / 7) == 52
