"""Formulas in words, each written out by hand."""

from __future__ import annotations

import re

import pytest

from dashboard.receipt.formula_words import formula_words
from data_checks.contract import contracts
from metrics.catalog import read_catalog
from metrics.definition import Retention
from metrics.language.bind import Binder
from metrics.language.bound import Frame
from metrics.language.formula import parse, parse_set
from metrics.period import Duration

SAID = {
    "count(tickets)": "The number of tickets.",
    "count(tickets open at end)": "The number of tickets open at the end of the period.",
    "count(tickets.agent_id at done_at)": "The number of tickets counted by done whose agent id is known.",
    "sum(orders.revenue - orders.cost where sold)": "The sum of revenue minus cost over orders where sold is yes.",
    "mean(tickets.transfers where not after_hours)": "The mean of transfers over tickets where after hours is no.",
    "percentile(90, hours_between(tickets.opened_at, tickets.resolved_at) at resolved_at)": (
        "Percentile 90 of the hours from opened to resolved over tickets counted by resolved."
    ),
    "share(survey_responses.score >= 4, survey_responses.weight where survey = 'csat')": (
        "Among survey responses where survey is “csat”, the share for which score is at least 4, "
        "each weighted by its weight."
    ),
    "share(tickets.sla_met where opened_on >= '2024-01-06' and (topic = 'a' or topic is null))": (
        "Among tickets where opened is no earlier than 6 Jan 2024 and (topic is “a” or topic is not known), the "
        "share for which sla met is yes."
    ),
    "distinct(orders.customer_id where sold except tickets.customer_id)": (
        "The number of different customer ids among orders where sold is yes, unless they are among tickets."
    ),
    "count(tickets where customer_id not in (orders.customer_id where revenue > 150))": (
        "The number of tickets where customer id is not among the customer ids of orders where revenue is "
        "more than 150."
    ),
    "count(orders where status in ('completed', 'returned') and revenue between 1 and 2.5)": (
        "The number of orders where status is one of “completed”, “returned” and revenue is between 1 and 2.50."
    ),
    "count(agents at left_on) / ((count(agents employed at start) + count(agents employed at end)) / 2)": (
        "The number of agents counted by left, divided by ((the number of agents employed at the start of the period "
        "plus the number of agents employed at the end of the period), divided by 2)."
    ),
}


def binder() -> Binder:
    return Binder(contracts(), lambda _: None, frozenset())


@pytest.mark.parametrize("formula", SAID, ids=range(len(SAID)))
def test_a_formula_is_said(formula: str) -> None:
    value = binder().formula(parse(formula))
    assert value is not None
    assert formula_words(value) == SAID[formula]


def test_other_days_than_the_period_are_said() -> None:
    rolling = binder().over(parse("count(tickets)"), Frame("rolling", Duration(12, "month")))
    to_date = binder().over(parse("count(tickets)"), Frame("to_date", since="year"))
    change = binder().compare(parse("count(tickets)"), Frame("ago", Duration(1, "year")), "difference")
    assert [formula_words(value) for value in (rolling, to_date, change) if value is not None] == [
        "The number of tickets, over the last 12 months up to the end of the period.",
        "The number of tickets, since the start of the year.",
        "The number of tickets minus (the number of tickets, 1 year earlier).",
    ]


def test_a_retention_is_said() -> None:
    value = binder().retention(parse_set("orders.customer_id where sold"), Retention("", "month", 3, "first"))
    assert value is not None
    assert formula_words(value) == (
        "Among different customer ids that are of orders where sold is yes in one month for the first time, the share "
        "that is there again 3 months later."
    )


def test_every_metric_of_the_library_can_be_said() -> None:
    catalog = read_catalog()
    # a value of the data in quotes is said as it stands: “stored_in”
    said = {name: re.sub("“[^”]*”", "", formula_words(value)) for name, value in catalog.bound.items()}
    assert all(told.endswith(".") and "_" not in told and "{" not in told for told in said.values())
