"""The six traps that give a plausible wrong number, each with rows one can count.

fan-out              t1 has two answers: its 3 transfers are still 3
chasm                c1 has two orders and two tickets: four pairs, but 30 of revenue and 2 tickets
average of ratios    North 9 of 10, South 1 of 2: 10 of 12, not 70 %
missing month        North answered in January and March: three months to March are 18 of 20, not two months' mean
half month           data end on 12 April: 12 days of April beside 12 days of March
Simpson              kidney stones (Charig et al., BMJ 1986): A is better for small and for large ones, B for both
"""

from __future__ import annotations

import pytest

from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.scope import Scope
from tests.loading import load_folder, write

WORKSPACE = """
as_of: {as_of}
sources:
  teams: {{files: teams.csv, columns: {{team_id: id, name: name}}}}
  customers: {{files: customers.csv, columns: {{customer_id: id, segment: segment}}}}
  orders: {{files: orders.csv, columns: {{order_id: id, customer_id: customer, ordered_at: day, revenue: revenue}}}}
  tickets:
    files: tickets.csv
    columns: {{ticket_id: id, customer_id: customer, team_id: team, opened_at: day, transfers: transfers}}
  survey_responses:
    files: answers.csv
    columns: {{response_id: id, survey: "'csat'", ticket_id: ticket, team_id: team, responded_at: day, score: score}}
"""
METRICS = """metric: satisfied
formula: share(survey_responses.score >= 4)
min_n: 1
---
metric: moves
formula: sum(tickets.transfers)
---
metric: revenue_per_ticket
formula: sum(orders.revenue) / count(tickets)
---
metric: three_months
rolling: {of: satisfied, last: 3 months}
min_n: 1
---
metric: orders_growth
compare: {of: count(orders), with: 1 month ago, as: difference}
"""


def company(folder, answers, orders="", tickets="", as_of="2024-03-31"):
    """A workspace of these rows, loaded: its warehouse and its catalogue."""
    lines = [f"r{n},{row}" for n, row in enumerate(answers)]
    write(
        folder,
        WORKSPACE.format(as_of=as_of),
        teams="id,name\nN,North\nS,South\n",
        customers="id,segment\nc1,SMB\n",
        orders="id,customer,day,revenue\n" + (orders or "o0,c1,2024-01-01,1\n"),
        tickets="id,customer,team,day,transfers\n" + (tickets or "t0,c1,N,2024-01-01,0\n"),
        answers="\n".join(["id,ticket,team,day,score", *lines]) + "\n",
    )
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(METRICS)
    load_folder(folder)
    catalog = read_catalog(folder / "metrics")
    assert catalog.problems == ()
    return open_warehouse(read_workspace(folder)), catalog


def asked(found, metric, grain="month", by=(), **more):
    warehouse, catalog = found
    question = ask(warehouse, catalog, Scope.everything(), [metric], grain, by, **more)
    results = evaluate(warehouse, catalog, question, [metric])[metric]
    return {(result.period.start.month, *result.slices.values()): result.value for result in results}


def rated(month, team, good, of):
    """Answers of one month and team, `good` of them satisfied."""
    return [f",{team},2024-{month:02}-15,{5 if place < good else 1}" for place in range(of)]


def test_fan_out_two_answers_to_a_ticket_do_not_double_its_transfers(tmp_path):
    answers = ["t1,N,2024-01-05,5", "t1,N,2024-01-06,5", *rated(1, "N", 5, 5)]
    found = company(tmp_path, answers, tickets="t1,c1,N,2024-01-02,3\nt2,c1,N,2024-01-03,1\n")
    assert asked(found, "moves")[1,] == 4
    assert asked(found, "moves", by=("team",))[1, "North"] == 4


def test_chasm_two_facts_of_one_customer_are_never_multiplied(tmp_path):
    orders = "o1,c1,2024-01-01,10\no2,c1,2024-01-02,20\n"
    tickets = "t1,c1,N,2024-01-03,0\nt2,c1,N,2024-01-04,0\n"
    found = company(tmp_path, rated(1, "N", 5, 5), orders, tickets)
    assert asked(found, "revenue_per_ticket")[1,] == 15
    assert asked(found, "revenue_per_ticket", by=("segment",))[1, "SMB"] == 15


def test_average_of_ratios_the_whole_is_pooled_from_its_parts(tmp_path):
    found = company(tmp_path, rated(1, "N", 9, 10) + rated(1, "S", 1, 2))
    assert asked(found, "satisfied", "all")[1,] == pytest.approx(10 / 12)


def test_missing_month_a_window_holds_calendar_months_not_rows(tmp_path):
    found = company(tmp_path, rated(1, "N", 8, 10) + rated(3, "N", 10, 10) + rated(2, "S", 5, 5))
    windows = asked(found, "three_months", by=("team",))
    assert windows[2, "North"] == pytest.approx(8 / 10)
    assert windows[3, "North"] == pytest.approx(18 / 20)


def test_half_month_is_set_beside_the_same_half(tmp_path):
    orders = "".join(f"m{day},c1,2024-03-{day:02},1\n" for day in range(1, 32))
    orders += "".join(f"a{day},c1,2024-04-{day:02},1\n" for day in range(1, 13))
    found = company(tmp_path, rated(1, "N", 5, 5), orders, as_of="2024-04-12")
    assert asked(found, "orders_growth")[4,] == 0


def test_simpson_parts_may_point_the_other_way_than_the_whole_and_both_are_right(tmp_path):
    answers = rated(1, "S", 81, 87) + rated(1, "N", 192, 263)  # treatment A: small stones, large stones
    answers += rated(2, "S", 234, 270) + rated(2, "N", 55, 80)  # treatment B
    found = company(tmp_path, answers, as_of="2024-02-29")
    whole, parts = asked(found, "satisfied"), asked(found, "satisfied", by=("team",))
    assert (whole[1,], whole[2,]) == (pytest.approx(273 / 350), pytest.approx(289 / 350))
    assert whole[1,] < whole[2,]
    assert (parts[1, "South"], parts[2, "South"]) == (pytest.approx(81 / 87), pytest.approx(234 / 270))
    assert (parts[1, "North"], parts[2, "North"]) == (pytest.approx(192 / 263), pytest.approx(55 / 80))
    assert parts[1, "South"] > parts[2, "South"]
    assert parts[1, "North"] > parts[2, "North"]
