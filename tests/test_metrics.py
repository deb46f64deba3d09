"""Metrics on a company counted by hand (the rows stand in small_company.py), the usual traps among them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from data_checks.errors import RequestError
from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.rows.listing import rows_behind
from metrics.scope import Scope
from metrics.screen import build_scorecard, default_period, periods_of
from tests.small_company import load_small_company, write_small_company

EVERYBODY = Scope.everything()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("small") / "company")
    warehouse = open_warehouse(read_workspace(folder))
    yield warehouse, read_catalog(folder / "metrics")
    warehouse.close()


@pytest.fixture
def ask_for(small):
    warehouse, catalog = small

    def answer(metric, grain="month", by=(), scope=EVERYBODY, **more):
        question = ask(warehouse, catalog, scope, [metric], grain, by, **more)
        return evaluate(warehouse, catalog, question, [metric])[metric]

    return answer


def values(results):
    return [None if result.value is None else round(result.value, 4) for result in results]


def states(results):
    return [result.state for result in results]


def sliced(results):
    return {tuple(result.slices.values()): result.value for result in results}


def test_the_definitions_used_here_are_right(small):
    assert small[1].problems == ()


def test_revenue_leaves_cancelled_orders_out_and_a_month_without_orders_is_zero(ask_for):
    assert values(ask_for("revenue")) == [350, 0, 120, 60]


def test_a_mean_over_no_rows_is_no_number_and_never_zero(ask_for):
    found = ask_for("average_order_value")
    assert values(found) == [116.6667, None, 60, 60]
    assert states(found) == ["ok", "no_data", "ok", "ok"]


def test_a_quarter_is_one_period_not_the_sum_of_its_months(ask_for):
    # January: c1 of c1, c2. In the quarter both bought twice.
    assert values(ask_for("repeat_purchase_rate"))[0] == 0.5
    quarter = ask_for("repeat_purchase_rate", "quarter")[0]
    assert (quarter.value, quarter.numerator, quarter.denominator) == (1.0, 2, 2)


def test_a_total_rate_is_pooled_and_never_the_mean_of_the_teams_rates(ask_for):
    january = ask_for("csat")[0]
    assert (january.value, january.numerator, january.n) == (28 / 50, 28, 50)  # the mean of 80 % and 50 % is 65 %
    assert sliced(ask_for("csat", by=("team",))[:2]) == {("North",): 0.8, ("South",): 0.5}


def test_a_quotient_over_two_tables_multiplies_no_rows(ask_for):
    # c1 has two orders and two tickets: joined, January would show revenue 500 and four tickets
    assert values(ask_for("revenue_per_ticket")) == [175, 0, 60, None]


def test_no_denominator_is_no_number(ask_for):
    assert states(ask_for("revenue_per_ticket")) == ["ok", "ok", "ok", "no_data"]


def test_cutting_by_a_customers_segment_keeps_every_amount_once(ask_for):
    found = {
        (result.period.start.month, *result.slices.values()): result.value
        for result in ask_for("revenue", by=("segment",))
    }
    assert found[(1, "SMB")] == 350
    assert found[(3, "SMB")] == 80
    assert found[(3, None)] == 40  # nobody's order is a row of its own
    assert sum(found.values()) == 350 + 120 + 60


def test_a_slice_can_stand_in_a_condition(ask_for):
    assert values(ask_for("smb_revenue")) == [350, 0, 80, 60]


def test_a_day_in_quotes_is_a_day(ask_for):
    assert values(ask_for("north_tickets"))[:3] == [1, 0, 0]


def test_a_median_is_exact_and_leaves_open_tickets_out(ask_for):
    # solved in January: 2 h; in February: 624 h and 10 h; in March none; in April: 1 h
    assert values(ask_for("resolution_hours")) == [2, 317, None, 1]


def test_the_backlog_is_what_was_opened_and_not_yet_done(ask_for):
    assert values(ask_for("backlog")) == [1, 0, 2, 1]
    assert values(ask_for("age_of_backlog")) == [26, None, 16, 61]  # t2; t4 31 and t5 1 day; t4


def test_open_at_the_end_is_open_at_the_start_plus_opened_minus_done(ask_for):
    ends, starts = values(ask_for("backlog")), values(ask_for("opened_at_start"))
    opened, done = values(ask_for("tickets_opened")), values(ask_for("tickets_done"))
    assert opened == [2, 1, 2, None]  # no ticket was loaded behind 31 March: unknown, not zero
    assert done == [1, 2, 0, 1]
    assert ends == [s + (o or 0) - d for s, o, d in zip(starts, opened, done, strict=True)]


def test_a_snapshot_of_a_quarter_is_its_last_day_not_a_sum(ask_for):
    assert values(ask_for("backlog", "quarter")) == [2, 1]


def test_a_ticket_of_half_past_eleven_at_night_belongs_to_that_local_day(ask_for):
    # t5, 31 March 23:30 in Berlin, is 21:30 UTC; its solution at 00:30 is 31 March 22:30 UTC but belongs to April
    assert values(ask_for("tickets_opened"))[2] == 2
    assert values(ask_for("tickets_done"))[3] == 1


def test_retention_follows_each_month_into_the_next(ask_for):
    found = ask_for("retention")
    # January c1, c2 → nobody in February; February nobody; March c2 → c1; April waits for May
    assert values(found) == [0, None, 0, 0]
    assert [result.denominator for result in found] == [2, 0, 1, 1]
    assert states(found) == ["too_few", "no_data", "too_few", "unripe"]


def test_retention_over_two_months_and_of_newcomers(ask_for):
    assert values(ask_for("back_after_two"))[:2] == [0.5, None]  # of c1, c2 in January c2 is back in March
    newcomers = ask_for("newcomers_back_after_three")
    assert (newcomers[0].numerator, newcomers[0].denominator) == (1, 2)  # c1 is back in April
    assert newcomers[3].denominator == 0  # nobody bought first in April


def test_retention_asked_for_everything_pools_the_ripe_months(ask_for):
    everything = ask_for("back_after_two", "all")[0]
    assert (everything.numerator, everything.denominator) == (1, 2)


def test_a_union_of_sets_counts_everybody_once(ask_for):
    # January: c1, c2 by orders and c1 by tickets; February c2 (t3); March c2 (o4), c3 (t4, t5)
    assert values(ask_for("customers_heard")) == [2, 1, 2, 1]


def test_few_answers_are_hidden_and_small_samples_are_said(ask_for):
    by_team = ask_for("csat", by=("team",))
    assert {(r.period.start.month, r.slices["team"]): r.state for r in by_team if r.n} == {
        (1, "North"): "too_few",
        (1, "South"): "ok",
        (2, "North"): "suppressed",
    }
    hidden = next(result for result in by_team if result.state == "suppressed")
    assert (hidden.value, hidden.numerator, hidden.low) == (None, None, None)


def test_nps_is_shown_from_minus_100_to_100_with_its_interval(ask_for):
    january = ask_for("nps")[0]
    assert january.value == pytest.approx(40)
    assert (january.low, january.high) == pytest.approx((-12.5856, 74.1241), abs=1e-4)
    assert january.numerator == 4


def test_a_period_too_young_is_computed_and_marked(ask_for):
    # 60 days after the end of February is 30 April, which the data just reach
    assert states(ask_for("young")) == ["ok", "ok", "unripe", "no_data"]


def test_what_no_source_provides_is_said_and_is_never_zero(ask_for):
    found = ask_for("handling")
    assert set(states(found)) == {"not_provided"}
    assert found[0].reason == "no source provides tickets.handle_minutes"
    assert ask_for("handling", by=("team",))[0].state == "not_provided"


def test_a_metric_in_a_formula_keeps_its_interval(ask_for):
    plain, built = ask_for("csat")[0], ask_for("csat_and_more")[0]
    assert (built.low, built.high) == pytest.approx((plain.low, plain.high))


def test_a_filter_keeps_only_its_rows_and_none_means_without_a_value(ask_for):
    assert values(ask_for("tickets_opened", "all", where={"team": ["North"]})) == [2]
    assert values(ask_for("tickets_opened", "all", where={"team": [None]})) == [1]
    assert values(ask_for("tickets_opened", "all", where={"team": ["North", None]})) == [3]


def test_a_scope_shows_its_teams_rows_only(ask_for):
    north = Scope.of_teams("N")
    assert values(ask_for("tickets_opened", "all", scope=north)) == [2]
    assert ask_for("csat", "all", scope=north)[0].value == pytest.approx(10 / 12)
    assert values(ask_for("tickets_opened", "all", scope=Scope.of_teams())) == [0]


def test_a_table_that_does_not_know_teams_shows_a_team_lead_nothing(ask_for):
    found = ask_for("revenue", "all", scope=Scope.of_teams("N"))[0]
    assert (found.value, found.state) == (None, "no_data")
    assert found.reason == "orders does not know teams, so only the whole organisation may see it"
    assert ask_for("retention", "all", scope=Scope.of_teams("N"))[0].value is None


def test_looking_back_leaves_later_rows_out(ask_for):
    found = ask_for("revenue", until=dt.date(2024, 1, 20))
    assert values(found) == [150]
    assert not found[0].complete
    assert values(ask_for("backlog", until=dt.date(2024, 1, 5))) == [0]
    assert values(ask_for("backlog", until=dt.date(2024, 1, 6))) == [1]


def test_an_unknown_slice_value_or_metric_is_a_sentence_with_a_suggestion(ask_for):
    with pytest.raises(RequestError, match=r"there is no team 'Nroth'\. Did you mean 'North'\?"):
        ask_for("csat", where={"team": ["Nroth"]})
    with pytest.raises(RequestError, match=r"orders cannot be cut by 'priority'\."):
        ask_for("revenue", by=("priority",))
    with pytest.raises(RequestError, match=r"there is no metric 'revenu'\. Did you mean 'revenue'\?"):
        ask_for("revenu")


def test_the_rows_behind_a_share_are_its_denominator_with_what_each_counted(small):
    warehouse, catalog = small
    question = ask(warehouse, catalog, EVERYBODY, ["repeat_purchase_rate"], "all")
    found = rows_behind(warehouse, catalog, question, "repeat_purchase_rate")
    keys = [row[found.columns.index("order_id")] for row in found.rows]
    assert keys == ["o1", "o2", "o3", "o4", "o5", "o7"]
    assert [row[-1] for row in found.rows] == [0, 1, 0, 1, 0, 1]  # an earlier order in the same span


def test_a_row_whose_value_nobody_knows_is_not_behind_a_mean(small, tmp_path):
    """Found wrong: all five tickets, though the mean is over the four that were resolved."""
    (tmp_path / "own.yaml").write_text(
        "metric: hours_open\nformula: mean(hours_between(tickets.opened_at, tickets.resolved_at))\n"
    )
    warehouse, catalog = small[0], read_catalog(tmp_path)
    question = ask(warehouse, catalog, Scope.everything(), ["hours_open"], "all")
    (result,) = evaluate(warehouse, catalog, question, ["hours_open"])["hours_open"]
    assert (rows_behind(warehouse, catalog, question, "hours_open").total, result.n) == (4, 4)


def test_the_rows_behind_a_team_and_month_are_its_tickets(small):
    warehouse, catalog = small
    question = ask(
        warehouse, catalog, EVERYBODY, ["resolution_hours"], "all", (),
        dt.date(2024, 2, 1), dt.date(2024, 3, 1), {"team": ["North"]},
    )  # fmt: skip
    found = rows_behind(warehouse, catalog, question, "resolution_hours")
    assert found.total == 1
    row = dict(zip(found.columns, found.rows[0], strict=True))
    assert (row["ticket_id"], row["team"], row["agent"], row["counted"]) == ("t2", "North", "Ann", 624)


def test_the_scorecard_of_the_last_complete_month_compares_with_the_one_before(small):
    warehouse, catalog = small
    assert default_period(warehouse).start == dt.date(2024, 4, 1)
    assert [period.start.month for period in periods_of(warehouse)] == [1, 2, 3, 4]
    board = build_scorecard(warehouse, catalog, EVERYBODY, periods_of(warehouse)[1])
    cards = {card.definition.metric: card for branch in board.branches for card in branch.cards}
    assert cards["resolution_hours"].change == pytest.approx(315)
    assert [result.period.start.month for result in cards["revenue"].trend] == [1, 2]


def test_a_card_too_young_to_judge_shows_the_newest_ripe_month_and_names_it(small):
    warehouse, catalog = small
    board = build_scorecard(warehouse, catalog, EVERYBODY, periods_of(warehouse)[3])
    card = next(c for branch in board.branches for c in branch.cards if c.definition.metric == "retention")
    assert (card.result.period.start, card.result.state) == (dt.date(2024, 3, 1), "too_few")  # April waits for May
    assert [result.period.start.month for result in card.trend] == [1, 2, 3]


def test_a_metric_that_a_filter_cannot_cut_is_left_unjudged(small):
    warehouse, catalog = small
    board = build_scorecard(warehouse, catalog, EVERYBODY, periods_of(warehouse)[0], where={"topic": [None]})
    cards = {card.definition.metric: card for branch in board.branches for card in branch.cards}
    assert cards["revenue"].result.state == "not_provided"
    assert cards["revenue"].result.reason == "orders cannot be cut by 'topic'"


def test_a_filter_by_a_column_no_source_provides_is_not_known_instead_of_zero(small):
    warehouse, catalog = small
    board = build_scorecard(warehouse, catalog, EVERYBODY, periods_of(warehouse)[0], where={"team": ["North"]})
    cards = {card.definition.metric: card for branch in board.branches for card in branch.cards}
    assert (cards["revenue"].result.value, cards["revenue"].result.state) == (None, "not_provided")
    assert cards["revenue"].result.reason == "orders cannot be cut by 'team': no source provides orders.team_id"
    with pytest.raises(RequestError, match=r"no source provides orders\.team_id"):
        ask(warehouse, catalog, EVERYBODY, ["revenue"], "all", ("team",))


def test_rows_that_name_no_team_are_not_known_per_team_which_is_not_nothing(small):
    warehouse, catalog = small
    board = build_scorecard(warehouse, catalog, EVERYBODY, periods_of(warehouse)[2], where={"team": ["North"]})
    cards = {card.definition.metric: card for branch in board.branches for card in branch.cards}
    assert cards["nobodys_transfers"].result.state == "not_provided"  # t5 was with no team
    assert cards["nobodys_transfers"].result.reason == "what it counts names no team"
    assert cards["transfers_per_ticket"].result.state == "no_data"  # North simply had no ticket in March


def test_a_goal_for_a_month_judges_no_quarter_of_what_grows_with_time(small):
    warehouse, catalog = small
    backlog = replace(catalog.metrics["backlog"], red=20, goal=10)
    opened = replace(catalog.metrics["tickets_opened"], red=20, goal=10)
    changed = {**catalog.metrics, "backlog": backlog, "tickets_opened": opened}
    board = build_scorecard(
        warehouse, replace(catalog, metrics=changed), EVERYBODY, periods_of(warehouse, "quarter")[0]
    )
    cards = {card.definition.metric: card for branch in board.branches for card in branch.cards}
    assert (cards["tickets_opened"].status, cards["tickets_opened"].result.value) == ("no_goal", 5)
    assert cards["tickets_opened"].result.reason == "the goal is for a month"
    assert cards["repeat_purchase_rate"].definition.goal is None  # more time, more repeats
    assert cards["backlog"].status == "met"  # a stock is a stock
    assert cards["transfers_per_ticket"].status in ("met", "watch", "missed", "too_close")


def test_a_part_of_a_sum_is_not_held_against_the_goal_of_the_whole(small):
    warehouse, catalog = small
    goal = replace(catalog.metrics["backlog"], red=20, goal=10)
    catalog = replace(catalog, metrics={**catalog.metrics, "backlog": goal})

    def backlog(**more):
        board = build_scorecard(warehouse, catalog, more.pop("scope", EVERYBODY), periods_of(warehouse)[0], **more)
        return next(c for branch in board.branches for c in branch.cards if c.definition.metric == "backlog")

    assert backlog().status == "met"
    north = backlog(where={"team": ["North"]})
    assert (north.status, north.result.value) == ("no_goal", 1)
    assert north.result.reason == "the goal is for the whole organisation"
    assert backlog(scope=Scope.of_teams("N")).status == "no_goal"


# ── numbers that were wrong once ─────────────────────────────────────────────────────────────────────


def test_a_span_of_time_outside_the_data_has_no_value_at_any_grain(ask_for):
    for metric in ("revenue", "backlog", "tickets_opened", "customers_heard"):
        for start, end in ((dt.date(1990, 1, 1), dt.date(1991, 1, 1)), (dt.date(2030, 1, 1), dt.date(2031, 1, 1))):
            for grain in ("all", "year"):
                assert states(ask_for(metric, grain, start=start, end=end)) == ["no_data"], (metric, start, grain)


def test_a_number_off_the_scale_is_neither_promoter_nor_detractor(ask_for):
    assert states(ask_for("nps_of_revenue", "all")) == ["no_data"]  # 40, 50, 60 … 500: none is 0 to 10


def test_a_quarter_of_retention_is_whole_however_the_question_is_cut(ask_for):
    whole = ask_for("retention", "quarter")[0]
    cut = ask_for("retention", "quarter", start=dt.date(2024, 2, 15), end=dt.date(2024, 4, 1))[0]
    assert (whole.denominator, cut.denominator) == (3, 3)  # January c1, c2 and March c2


def test_zero_under_a_scope_does_not_depend_on_what_else_is_asked(ask_for):
    south = Scope.of_teams("S")
    january = ask_for("tickets_opened", scope=south, end=dt.date(2024, 2, 1))
    assert values(january) == [0]
    assert values(ask_for("tickets_opened", scope=south, end=dt.date(2024, 3, 1))) == [0, 1]


def test_groups_do_not_depend_on_what_else_is_asked(small):
    warehouse, catalog = small
    question = ask(warehouse, catalog, EVERYBODY, ["csat", "nps"], "all", ("survey",))
    found = evaluate(warehouse, catalog, question, ["csat", "nps"])
    assert [result.slices["survey"] for result in found["csat"]] == ["csat"]
    assert [result.slices["survey"] for result in found["nps"]] == ["nps"]


def test_a_suggestion_never_names_what_a_scope_hides(ask_for):
    with pytest.raises(RequestError) as caught:
        ask_for("tickets_opened", scope=Scope.of_teams("S"), where={"agent": ["An"]})
    assert str(caught.value) == "there is no agent 'An'."
    with pytest.raises(RequestError, match="there is no agent 'Ann'"):
        ask_for("tickets_opened", scope=Scope.of_teams("S"), where={"agent": ["Ann"]})


def test_too_many_periods_are_refused(ask_for):
    with pytest.raises(RequestError, match=r"that is 27,\d{3} periods; ask a coarser --grain"):
        ask_for("backlog", "day", start=dt.date(1950, 1, 1))


def test_a_filter_no_table_knows_is_an_error_of_the_board_too(small):
    warehouse, catalog = small
    with pytest.raises(RequestError, match=r"no table can be cut by 'tem'\. Did you mean 'team'\?"):
        build_scorecard(warehouse, catalog, EVERYBODY, periods_of(warehouse)[0], where={"tem": ["North"]})


def test_a_union_member_without_a_source_forbids_no_cut_and_hides_nothing_from_a_team(tmp_path):
    # Orders know their team here; nobody provides subscriptions, the other half of what counts as active.
    folder = write_small_company(tmp_path / "company")
    text = (folder / "workspace.yaml").read_text()
    team = "team_id: \"case when customer = 'c1' then 'N' else 'S' end\", status: status}"
    (folder / "workspace.yaml").write_text(text.replace("status: status}", team))
    workspace = read_workspace(folder)
    load(workspace, dt.datetime(2024, 5, 1, 6, 0))
    warehouse, catalog = open_warehouse(workspace), read_catalog()
    question = ask(warehouse, catalog, EVERYBODY, ["retention"], "month", ("team",))
    january = evaluate(warehouse, catalog, question, ["retention"])["retention"][:2]
    assert {r.slices["team"]: r.denominator for r in january} == {"North": 1, "South": 1}  # c1; c2
    scoped = ask(warehouse, catalog, Scope.of_teams("N"), ["retention"])
    assert evaluate(warehouse, catalog, scoped, ["retention"])["retention"][0].denominator == 1
    warehouse.close()
