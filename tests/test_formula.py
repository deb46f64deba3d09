"""The metric language: what it reads, and where it blames what it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from data_checks.contract import contracts
from metrics.language.bind import Binder
from metrics.language.bound import Aggregate, Constant
from metrics.language.formula import FormulaError, parse, parse_set
from metrics.language.kinds import kind_of


def faults(text):
    """(line, column, message) of everything wrong with a formula."""
    try:
        tree = parse(text)
    except FormulaError as error:
        return [(error.at.line, error.at.column, str(error))]
    binder = Binder(contracts(), lambda name: Constant(1.0), frozenset({"csat", "revenue"}))
    binder.formula(tree)
    return [(fault.at.line, fault.at.column, fault.message) for fault in binder.faults]


def bound(text):
    csat = Binder(contracts(), lambda name: None, frozenset()).formula(parse("share(survey_responses.score >= 4)"))
    binder = Binder(contracts(), lambda name: csat, frozenset({"csat", "revenue"}))
    value = binder.formula(parse(text))
    assert not binder.faults
    return value


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("sum(tickets.transfer)", 1, 13, "tickets has no column 'transfer'. Did you mean 'transfers'?"),
        ("count(tickets", 1, 14, "the formula ends early; ')' is missing."),
        ("mean(tickets.opened_at + tickets.transfers)", 1, 6, "arithmetic needs numbers, this is a time."),
        ("count(tickets opn at end)", 1, 15, "tickets has no span 'opn'. Did you mean 'open'?"),
        ("count(tickets where status = 'open)", 1, 30, "the text that starts here has no closing quote."),
        ("share(orders.delivered_at <= orders.promised_on)", 1, 7, "time compared with day: use the '_on' day."),
        ("distinct(orders.customer_id unoin tickets.customer_id)", 1, 29, "unexpected 'unoin'. Did you mean 'union'?"),
        ("count(tickets wehre sla_met)", 1, 15, "unexpected 'wehre'. Did you mean 'where'?"),
        ("sum(orders.revenue\n where sold\n   and frist_order_at < period_start)", 3, 8,
         "orders has no column 'frist_order_at'. Did you mean 'first_order_at'?"),
        ("sum(orders.revenue - tickets.transfers)", 1, 22,
         "this aggregate reads orders, not tickets; give tickets an aggregate of its own."),
        ("count(ticket)", 1, 7, "there is no table 'ticket'. Did you mean 'tickets'?"),
        ("shar(orders.sold)", 1, 1, "there is no function 'shar'. Did you mean 'share'?"),
        ("revenu / 2", 1, 1, "there is no metric 'revenu'. Did you mean 'revenue'?"),
        ("mean(sum(orders.revenue))", 1, 6, "aggregates do not nest: sum stands inside another one."),
        ("sum(orders.status)", 1, 5, "sum needs numbers, this is a text."),
        ("share(orders.revenue)", 1, 7, "share takes a condition, like score >= 4; this is a number."),
        ("count(tickets where channel > 3)", 1, 21, "a text cannot be compared with a number."),
        ("count(tickets where opened_on > '2016-13-01')", 1, 33,
         "'2016-13-01' is no date; write it like '2016-01-31'."),
        ("percentile(190, orders.revenue)", 1, 12,
         "the first argument of percentile is a number between 0 and 100."),
        ("median(orders.revenue, orders.cost)", 1, 1, "median takes 1 argument, not 2."),
        ("count(teams)", 1, 1, "teams has no time of its own; say when a row counts with 'at'."),
        ("count(tickets at channel)", 1, 18, "'at' needs a time or a day, channel is neither."),
        ("Count(tickets)", 1, 1, "unexpected 'C'; names and words are written in lower case."),
        ('count(tickets where status = "x")', 1, 30, "text stands in single quotes, like 'chat'."),
        ("count(tickets where team in ('North' where transfers > 1))", 1, 21,
         "a list of values takes no 'where' and no window."),
        ("count(orders where sold < true)", 1, 20, "true and false have no order; compare them with = or <>."),
        ("distinct(orders.revenue union tickets.customer_id)", 1, 31,
         "a set holds one kind of thing: this is a text, the first number."),
        ("count(orders at team)", 1, 17, "'at' needs a time or a day, team is neither."),
        ("count(orders where status = 'complete')", 1, 29,
         "orders.status is never 'complete'. Did you mean 'completed'?"),
        ("count(orders where status in ('completed', 'lost'))", 1, 44,
         "orders.status is never 'lost'. It is one of placed, completed, cancelled, returned."),
        ("share(survey_responses.score >= 4 where survey = 'cast')", 1, 50,
         "survey_responses.survey is not known to hold 'cast'. Did you mean 'csat'?"),
        ("count(survey_responses where survey in ('nps', 'trainng'))", 1, 48,
         "survey_responses.survey is not known to hold 'trainng'. Did you mean 'training'?"),
        ("count(orders where order_status = 'complete')", 1, 35,
         "orders.order_status is never 'complete'. Did you mean 'completed'?"),
        ("count(orders where revenue between 60 and 10.5)", 1, 36,
         "nothing lies between 60 and 10.5; write the smaller one first."),
        ("count(orders where ordered_on between '2024-02-01' and '2024-01-01')", 1, 39,
         "nothing lies between '2024-02-01' and '2024-01-01'; write the smaller one first."),
        ("sum(orders.revenue where customer_id in (survey_responses.custmer_id))", 1, 59,
         "survey_responses has no column 'custmer_id'. Did you mean 'customer_id'?"),
        ("sum(survey_responses.score + responded_at)", 1, 30, "arithmetic needs numbers, this is a time."),
        ("count(tickets where teem = 'North')", 1, 21, "tickets has no column 'teem'. Did you mean 'team'?"),
        ("count(tickets where " + "not " * 160 + "sla_met)", 1, 1,
         "this nests more than 150 deep; name its parts as metrics."),
        ("5 / 2", 1, 1, "a metric reads at least one table, like count(tickets)."),
        ("count(tickets) * 1" + "0" * 40, 1, 18, "a number has at most 30 digits."),
        (" + ".join(["count(tickets)"] * 100), 1, 1,
         "this has 499 words, 300 are the most; name its parts as metrics."),
        ("orders.revenue", 1, 1, "'orders.revenue' stands alone; say what to do with it, like sum( )."),
    ],
)  # fmt: skip
def test_a_mistake_is_blamed_at_its_place_with_a_suggestion(text, line, column, message):
    assert faults(text) == [(line, column, message)]


@pytest.mark.parametrize(
    ("condition", "column", "message"),
    [
        ("transfers == 0", 31, "unexpected '=='; write = for equal."),
        ("transfers != 0", 31, "unexpected '!='; write <>."),
        ("transfers => 1", 31, "unexpected '=>'; write >=."),
        ("transfers =< 1", 31, "unexpected '=<'; write <=."),
        ("transfers ≥ 1", 31, "unexpected '≥'; write >=."),
        ("sla_met & reopened", 29, "unexpected '&'; write and."),
        ("sla_met && reopened", 29, "unexpected '&&'; write and."),
        ("sla_met || reopened", 29, "unexpected '||'; write or."),
        ("! sla_met", 21, "unexpected '!'; write not."),
        ("transfers > 50%", 33, "unexpected '50%'; write 0.5."),
        ("transfers > 12.5 %", 33, "unexpected '12.5 %'; write 0.125."),
        ("transfers > .5", 33, "unexpected '.5'; write 0.5."),
        ("transfers > 1e3", 33, "unexpected '1e3'; write 1000."),
        ("transfers > 2.5E-1", 33, "unexpected '2.5E-1'; write 0.25."),
        ("transfers > 1e999", 33, "unexpected '1e999'; write the number in digits."),
        ("topic like 'a'", 27, "unexpected 'like 'a''; write = 'a' or in ('a', 'b'), for a text is compared whole."),
        ("topic = ‘a’", 29, "text stands in single quotes, like 'chat'."),
    ],
)
def test_what_other_languages_write_is_told_with_what_is_written_here(condition, column, message):
    assert faults(f"count(tickets where {condition})") == [(1, column, message)]


def test_a_slip_in_a_later_line_is_told_there_and_one_in_a_text_is_none():
    assert faults("count(tickets\n where topic = '==' and transfers == 0)") == [
        (2, 35, "unexpected '=='; write = for equal.")
    ]


@pytest.mark.parametrize("word", ["csat_chat", "nps2", "onboarding", "training_2", "csat"])
def test_a_survey_of_ones_own_is_no_misspelt_one(word):
    assert faults(f"count(survey_responses where survey = '{word}')") == []


def test_every_mistake_of_a_formula_is_said_in_one_run():
    found = faults("sum(orders.revenu where chanel = 'web') / count(tickets opn at end)")
    assert [column for _, column, _ in found] == [12, 25, 57]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("share(survey_responses.score >= 4 where survey = 'csat')", "proportion"),
        ("nps(survey_responses.score where survey = 'nps')", "nps"),
        ("mean(tickets.transfers)", "mean"),
        ("sum(tickets.transfers) / count(tickets.transfers)", "mean"),
        ("median(hours_between(tickets.opened_at, tickets.resolved_at) at resolved_at)", "quantile"),
        ("percentile(90, minutes_between(tickets.opened_at, tickets.first_reply_at) at first_reply_at)", "quantile"),
        ("distinct(orders.customer_id where sold and previous_order_at >= period_start)"
         " / distinct(orders.customer_id where sold)", "proportion"),
        ("count(subscriptions active at start where ended_on < period_end) / count(subscriptions active at start)",
         "proportion"),
        ("count(tickets where topic = 'complaint') / count(orders where sold)", "rate"),
        ("count(agents at left_on) / ((count(agents employed at start) + count(agents employed at end)) / 2)", "rate"),
        ("count(tickets where proactive) / (count(tickets where proactive) + count(orders))", "proportion"),
        ("sum(orders.revenue - orders.cost where sold) / sum(orders.revenue where sold and cost is not null)", "ratio"),
        ("sum(orders.revenue where sold)", "total"),
        ("count(tickets open at end)", "total"),
        ("count(tickets open at end) - count(tickets open at start)", "total"),
        ("csat - 0.5", "difference"),
        ("count(tickets) / 7", "total"),
        ("count(orders where sold) / (count(orders) + sum(orders.revenue))", "other"),
        ("mean(orders.revenue) * 2", "other"),
    ],
)  # fmt: skip
def test_the_kind_follows_from_the_formula(text, kind):
    assert kind_of(bound(text)) == kind


def test_two_conditions_in_another_order_are_the_same_rows():
    value = bound("count(tickets where sla_met and reopens = 0) / count(tickets where reopens = 0)")
    assert kind_of(value) == "proportion"


def test_a_quotient_of_different_windows_is_no_proportion():
    assert kind_of(bound("count(tickets at done_at) / count(tickets)")) == "rate"


def test_a_formula_is_the_same_whatever_its_layout():
    spread = bound("count(\n  tickets\n  where channel = 'chat'\n)")
    assert spread == bound("count(tickets where channel = 'chat')")
    assert isinstance(spread, Aggregate)


def test_a_set_is_read_with_places_of_its_own_text():
    with pytest.raises(FormulaError) as caught:
        parse_set("orders.customer_id where sold unon tickets.customer_id")
    assert caught.value.at.column == 31


def test_reserved_words_are_no_column_of_any_contract():
    from dashboard.printing.terminal import FIELDS
    from metrics.language.formula import RESERVED

    for contract in contracts().values():
        assert not RESERVED & set(contract.types)
        assert not set(contract.slices) & {*FIELDS, "period"}


LANGUAGE = yaml.safe_load((Path(__file__).parent / "cases" / "formulas.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(LANGUAGE))
def test_every_formula_of_the_library_is_understood(name):
    known = frozenset(LANGUAGE)

    def other(metric):
        return Binder(contracts(), other, known).formula(parse(LANGUAGE[metric]))

    binder = Binder(contracts(), other, known)
    assert binder.formula(parse(LANGUAGE[name])) is not None, binder.faults
