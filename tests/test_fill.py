"""fill: 0, counted by hand on the company of small_company.py: what is zero, and what stays without a value.

csat answers: January and February (the last on 15 February, the first on 15 January). Tickets: 5 January to 31 March;
transfers known of every ticket, handle_minutes of none. The data end with 30 April.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.screen import build_scorecard, periods_of
from tests.small_company import load_small_company

METRICS = """metric: plain_mean
formula: mean(tickets.transfers where transfers > 1)
---
metric: filled_mean
formula: plain_mean
fill: 0
---
metric: filled_share
formula: share(tickets.transfers > 1)
fill: 0
---
metric: big_orders_per_ticket
formula: count(orders where revenue >= 200 and sold) / count(tickets where transfers > 1)
min_n: 1
fill: 0
---
metric: filled_csat
formula: csat
fill: 0
perspective: customer
red: 50%
goal: 80%
---
metric: filled_minutes
formula: mean(tickets.handle_minutes)
fill: 0
---
metric: filled_back
retention: {of: orders.customer_id where sold, every: month, after: 1}
fill: 0
---
metric: filled_late
formula: share(tickets.reopens > 0 where transfers > 1)
ripe_after: 60 days
fill: 0
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("fill") / "company")
    (folder / "metrics" / "filled.yaml").write_text(METRICS, encoding="utf-8")
    warehouse = open_warehouse(read_workspace(folder))
    catalog = read_catalog(folder / "metrics")
    assert catalog.problems == ()
    yield warehouse, catalog
    warehouse.close()


@pytest.fixture
def found(small):
    warehouse, catalog = small

    def answer(metric, by=(), grain="month", scope=None, **more) -> tuple[MetricResult, ...]:
        question = ask(warehouse, catalog, scope or Scope.everything(), [metric], grain, by, **more)
        return evaluate(warehouse, catalog, question, [metric])[metric]

    return answer


def shown(results):
    return [(r.state, None if r.value is None else round(r.value, 3), r.n) for r in results]


def test_a_month_without_such_rows_is_zero_between_the_first_and_the_last_day(found):
    # More than one transfer: t2 in January (2), t4 in March (3). April lies behind the last ticket.
    assert shown(found("plain_mean")) == [("ok", 2, 1), ("no_data", None, 0), ("ok", 3, 1), ("no_data", None, None)]
    assert shown(found("filled_mean")) == [("ok", 2, 1), ("ok", 0, 0), ("ok", 3, 1), ("no_data", None, None)]


def test_a_slice_without_rows_in_a_month_is_zero_too(found):
    by_team = {(r.period.start.month, r.slices["team"]): (r.state, r.value) for r in found("filled_mean", ("team",))}
    assert by_team == {
        (1, "North"): ("ok", 2), (1, "South"): ("ok", 0), (2, "North"): ("ok", 0), (2, "South"): ("ok", 0),
        (3, "North"): ("ok", 0), (3, "South"): ("ok", 3), (4, "North"): ("no_data", None),
        (4, "South"): ("no_data", None),
    }  # fmt: skip


def test_too_few_answers_stay_too_few_but_none_at_all_are_zero(found):
    # The week of 22 January lies between the first and the last answer and has none; 15 February has two of North.
    weeks = {r.period.start: (r.state, r.value) for r in found("filled_csat", grain="week")}
    assert weeks[dt.date(2024, 1, 22)] == ("ok", 0)
    assert weeks[dt.date(2024, 2, 12)] == ("suppressed", None)
    assert weeks[dt.date(2024, 2, 19)] == ("no_data", None)
    north = {r.period.start: r.state for r in found("filled_csat", grain="week", where={"team": ["North"]})}
    assert north[dt.date(2024, 1, 15)] == "too_few"


def test_nothing_over_nothing_is_zero_and_something_over_nothing_is_not(found):
    # Orders of 200: o3 on 31 January. Tickets handed on more than once: t2 on 6 January, t4 on 1 March. o3 stands over
    # no ticket; on 29 February there is neither.
    days = {r.period.start: (r.state, r.value) for r in found("big_orders_per_ticket", grain="day")}
    assert days[dt.date(2024, 1, 31)] == ("no_data", None)
    assert days[dt.date(2024, 2, 29)] == ("ok", 0)
    assert days[dt.date(2024, 3, 1)] == ("ok", 0)  # no order, over t4


def test_a_column_nobody_provides_is_never_zero(found):
    assert {r.state for r in found("filled_minutes")} == {"not_provided"}


def test_what_is_withheld_stays_withheld(small):
    warehouse, catalog = small
    check = replace(warehouse.facts.checks[0], table="tickets", columns=("transfers",), outcome="broken", rule="odd")

    class Broken:
        facts = replace(warehouse.facts, checks=(replace(check, severity="warning"),))
        table, read, prepared = warehouse.table, warehouse.read, warehouse.prepared

    question = ask(Broken, catalog, Scope.everything(), ["filled_mean"])
    results = evaluate(Broken, catalog, question, ["filled_mean"])["filled_mean"]
    assert [(r.state, r.value) for r in results][:2] == [("withheld", None), ("withheld", None)]


def test_retention_over_nobody_is_zero_where_the_later_month_has_ended(found):
    # January c1 c2 (neither in February) · February nobody · March c2 (not in April) · April c1, judged in May
    assert shown(found("filled_back")) == [("too_few", 0, 2), ("ok", 0, 0), ("too_few", 0, 1), ("unripe", 0, 1)]


def test_a_month_too_young_stays_unripe(found):
    # Ripe 60 days after its end: January on 1 April, February on 30 April, March after the data's end.
    assert [r.state for r in found("filled_late")][:3] == ["too_few", "ok", "unripe"]


def test_who_may_not_see_a_table_is_shown_no_zero(found):
    assert {(r.state, r.value) for r in found("filled_back", scope=Scope.of_teams("N"))} == {("no_data", None)}


def test_a_filter_that_no_row_names_is_not_met_with_a_zero(small):
    # No answer names an agent: nothing is known of Ann's answers, which is not a satisfaction of 0 %.
    warehouse, catalog = small
    january = periods_of(warehouse)[0]
    board = build_scorecard(warehouse, catalog, Scope.everything(), january, where={"agent": ["Ann"]})
    card = next(c for b in board.branches for c in b.cards if c.definition.metric == "filled_csat")
    assert (card.result.state, card.result.value) == ("not_provided", None)


def test_the_meaning_changes_with_it(small):
    metrics = small[1].metrics
    assert metrics["plain_mean"].hash != metrics["filled_mean"].hash
