"""Pace towards a year's goal, several comparisons, and the same scorecard for every department and team."""

from __future__ import annotations

import contextlib
import datetime as dt
import json

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.calendar import EVERYBODYS
from data_checks.errors import RequestError
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.cascade import build_cascade
from metrics.catalog import read_catalog
from metrics.period import parse_period
from metrics.plans import with_plans
from metrics.receipt import make_receipt
from metrics.scope import Scope
from metrics.screen import beside, build_scorecard
from tests.small_company import load_small_company

EVERYTHING = Scope.everything()
YEAR = """metric: revenue_so_far
to_date: {of: revenue, since: year}
perspective: financial
unit: currency
red: 600
goal: 1200
stretch: 1800
"""
GOALS = """metric,department,team,red,goal
csat,,,50%,60%
csat,Service,,70%,90%
csat,,South,10%,20%
backlog,Service,,9,7
backlog,,North,3,1
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("pace") / "company")
    (folder / "metrics" / "so_far.yaml").write_text(YEAR)
    (folder / "goals.csv").write_text(GOALS)
    workspace = read_workspace(folder)
    warehouse = open_warehouse(workspace)
    yield folder, warehouse, with_plans(read_catalog(folder / "metrics"), folder, workspace.calendar)
    warehouse.close()


def card(company, month, name, **more):
    _, warehouse, catalog = company
    period = parse_period(month, EVERYBODYS)
    board = build_scorecard(warehouse, catalog, EVERYTHING, period, **more)
    return next(card for branch in board.branches for card in branch.cards if card.definition.metric == name)


# ── pace ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_years_goal_is_cut_to_the_days_that_have_passed(company):
    # 2024 is a leap year: 91 of 366 days by the end of March; revenue 100 + 50 + 200 + 80 + 40 = 470
    march = card(company, "2024-03", "revenue_so_far")
    assert march.result.value == 470
    assert march.pace.passed == pytest.approx(91 / 366)
    assert march.pace.expected == march.definition.goal == pytest.approx(1200 * 91 / 366)  # 298.36
    assert march.pace.of_goal == pytest.approx(470 / 1200)
    assert (march.pace.frame.start, march.pace.frame.end) == (dt.date(2024, 1, 1), dt.date(2025, 1, 1))
    assert march.status == "met"
    assert march.score == 100  # beyond the stretch goal of 447.5 by now


def test_the_month_before_is_scored_by_the_pace_of_its_own_day(company):
    # January: 350 of an expected 1200 · 31 / 366 = 101.6 → beyond its best
    assert card(company, "2024-02", "revenue_so_far").previous_score == 100
    # February: 350; red 98.4, goal 196.7, stretch 295.1 at 60 days
    assert card(company, "2024-03", "revenue_so_far").previous_score == 100


def test_half_a_month_is_as_far_in_the_year_as_its_days(company):
    # 20 March 2024 is day 31 + 29 + 20 = 80 of 366
    half = card(company, "2024-03", "revenue_so_far", until=dt.date(2024, 3, 20))
    assert half.pace.passed == pytest.approx(80 / 366)
    assert half.pace.expected == half.definition.goal == pytest.approx(1200 * 80 / 366)


def test_a_value_is_held_against_the_goal_of_its_own_period(company, tmp_path):
    """Found wrong: a value shown a month later, for it was too young, was held against that month's goal, and the score
    of the month before was not the one its own board had."""
    _, warehouse, _ = company
    (tmp_path / "young.yaml").write_text(
        "metric: young\nformula: mean(tickets.transfers)\nripe_after: 30 days\nperspective: internal_process\n"
        "red: 6\ngoal: 5\n"
    )
    (tmp_path / "plain.yaml").write_text("metric: plain\nformula: mean(tickets.transfers)\nperspective: customer\n")
    lines = ["metric,from,red,goal", "young,,6,5", "young,2024-03,0.1,0", "plain,,6,5", "plain,2024-02,0.5,0"]
    (tmp_path / "goals.csv").write_text("\n".join(lines) + "\n")
    mine = (tmp_path, warehouse, with_plans(read_catalog(tmp_path), tmp_path, EVERYBODYS))
    # February: t3 with 1 transfer; in the middle of April March is too young, so February's is shown
    april = dt.date(2024, 4, 15)
    march, february = (card(mine, month, "young", until=april) for month in ("2024-03", "2024-02"))
    assert march.result == february.result
    assert [(one.result.value, one.definition.goal, one.status) for one in (march, february)] == [(1, 5, "met")] * 2
    # January: 0 and 2 transfers, 1 on average, under a goal of 5; February: 1, over a red of 0.5
    january, february = card(mine, "2024-01", "plain"), card(mine, "2024-02", "plain")
    assert january.score == february.previous_score == 100
    assert february.status == "missed"


def test_a_share_of_the_year_so_far_has_no_pace(company):
    assert card(company, "2024-03", "csat").pace is None


# ── comparisons ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("period", "against", "expected"),
    [
        ("2024-03", "previous", "2024-02"),
        ("2024-03", "goal", "2024-02"),
        ("2024-03", "last-year", "2023-03"),
        ("2024-Q1", "last-year", "2023-Q1"),
        ("2024-02-29", "last-year", "2023-02-28"),
        ("2024-03", "2023-11", "2023-11"),
    ],
)
def test_a_board_is_compared_with_what_is_asked(period, against, expected):
    found = beside(parse_period(period, EVERYBODYS), against, EVERYBODYS)
    assert found == parse_period(expected, EVERYBODYS)


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("2023", "'2023' is a year and the board a month; compare like with like."),
        ("2024-03", "'2024-03' does not lie before the board's period; name an earlier one."),
        ("lastyear", "'lastyear' is no period; write 2016, 2016-Q2, 2016-05, 2016-W07 or 2016-05-13."),
    ],
)
def test_what_cannot_be_compared_is_told(against, said):
    with pytest.raises(RequestError) as error:
        beside(parse_period("2024-03", EVERYBODYS), against, EVERYBODYS)
    assert str(error.value) == said


def test_a_fixed_baseline_is_the_change_since_then(company):
    # revenue: January 350, February 0, March 120
    january = parse_period("2024-01", EVERYBODYS)
    assert card(company, "2024-03", "revenue").change == 120
    assert card(company, "2024-03", "revenue", against=january).change == 120 - 350


def test_the_gap_to_the_goal_is_value_minus_goal_and_clear_when_its_interval_excludes_the_goal(company):
    # January: 28 of 50 = 56 %, goal 60 %; Wilson 42.3–68.8 holds it
    january = card(company, "2024-01", "csat")
    assert january.gap == pytest.approx(0.56 - 0.60)
    assert january.gap_is_clear is False
    assert card(company, "2024-01", "backlog").gap is None or card(company, "2024-01", "backlog").gap_is_clear is None


# ── the cascade ──────────────────────────────────────────────────────────────────────────────────────


def tree(company, month="2024-01"):
    _, warehouse, catalog = company
    return build_cascade(warehouse, catalog, EVERYTHING, parse_period(month, EVERYBODYS))


def cards_of(node):
    return {card.definition.metric: card for branch in node.board.branches for card in branch.cards}


def test_the_whole_falls_into_departments_and_these_into_their_teams(company):
    whole = tree(company)
    assert (whole.slice, [(part.slice, part.value) for part in whole.parts]) == (None, [("department", "Service")])
    assert [(part.slice, part.value) for part in whole.parts[0].parts] == [("team", "North"), ("team", "South")]


def test_each_part_counts_its_own_rows_and_has_its_own_goals(company):
    service = tree(company).parts[0]
    north, south = (cards_of(part)["csat"] for part in service.parts)
    assert [c.result.value for c in (cards_of(service)["csat"], north, south)] == [0.56, 0.8, 0.5]
    # North has none of its own: its department's; South has
    assert [c.definition.goal for c in (cards_of(service)["csat"], north, south)] == [0.9, 0.9, 0.2]


def test_a_stock_of_a_team_is_not_held_against_its_departments_goal(company):
    # t2 (North) alone was open at the end of January, t4 (South) alone at the end of March
    january, march = tree(company).parts[0], tree(company, "2024-03").parts[0]
    assert [cards_of(node)["backlog"].status for node in (january, january.parts[0])] == ["met", "met"]
    assert [cards_of(node)["backlog"].result.value for node in (march, march.parts[1])] == [1, 1]
    assert [cards_of(node)["backlog"].status for node in (march, march.parts[1])] == ["met", "no_goal"]


def test_a_part_is_the_same_board_as_the_one_asked_with_where(company):
    _, warehouse, catalog = company
    period = parse_period("2024-01", EVERYBODYS)
    for node in (tree(company).parts[0], *tree(company).parts[0].parts):
        where = {node.slice: [node.value]}
        asked = build_scorecard(warehouse, catalog, EVERYTHING, period, where=where)
        for one, other in zip(asked.branches, node.board.branches, strict=True):
            assert (one.score, one.coverage, one.previous_score) == (
                other.score, other.coverage, other.previous_score)  # fmt: skip
            assert [c.status for c in one.cards] == [c.status for c in other.cards]
            assert [c.result.value for c in one.cards] == [c.result.value for c in other.cards]


def test_every_part_of_the_demo_is_the_same_board_as_the_one_asked_with_where(loaded_demo):
    """Found wrong: a team of whose answers none names a team had no score here and one on its own board."""
    workspace = read_workspace(loaded_demo)
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        catalog = with_plans(read_catalog(loaded_demo / "metrics"), loaded_demo, workspace.calendar)
        period = parse_period("2026-09", EVERYBODYS)
        whole = build_cascade(warehouse, catalog, EVERYTHING, period)
        for node in (*whole.parts, *(team for part in whole.parts for team in part.parts)):
            asked = build_scorecard(warehouse, catalog, EVERYTHING, period, where={node.slice: [node.value]})
            seen = [(branch.score, branch.coverage, branch.previous_score) for branch in node.board.branches]
            assert seen == [
                pytest.approx((branch.score, branch.coverage, branch.previous_score)) for branch in asked.branches
            ], node.value


def test_under_a_scope_only_its_own_teams_stand_in_the_cascade(company):
    _, warehouse, catalog = company
    node = build_cascade(warehouse, catalog, Scope(frozenset({"N"})), parse_period("2024-01", EVERYBODYS))
    assert [[team.value for team in part.parts] for part in node.parts] == [["North"]]
    assert cards_of(node)["csat"].result.value == cards_of(node.parts[0])["csat"].result.value == 0.8


def test_some_teams_of_a_department_are_not_held_against_its_goal_for_a_sum(company):
    where = {"department": ["Service"]}
    assert card(company, "2024-01", "backlog", where=where).status == "met"  # t2: 1 of at most 7
    assert card(company, "2024-01", "backlog", where={**where, "team": ["North", "South"]}).status == "no_goal"
    _, warehouse, catalog = company
    january, own = parse_period("2024-01", EVERYBODYS), Scope(frozenset({"N"}))
    board = build_scorecard(warehouse, catalog, own, january, where=where)
    receipt = make_receipt(warehouse, catalog, own, "backlog", january, where)
    service = build_cascade(warehouse, catalog, own, january).parts[0]
    told = [one for branch in board.branches for one in branch.cards if one.definition.metric == "backlog"]
    assert [told[0].status, receipt.status, cards_of(service)["backlog"].status] == ["no_goal"] * 3
    assert cards_of(service.parts[0])["backlog"].status == "met"  # all of North is to be seen, which has its own


def test_a_teams_goal_that_names_its_department_too_is_the_teams(company, tmp_path):
    _, warehouse, _ = company
    (tmp_path / "goals.csv").write_text("metric,department,team,red,goal\nbacklog,Service,North,3,1\n")
    catalog = with_plans(read_catalog(tmp_path), tmp_path, EVERYBODYS)
    assert card((tmp_path, warehouse, catalog), "2024-01", "backlog", where={"team": ["North"]}).status == "met"
    assert card((tmp_path, warehouse, catalog), "2024-01", "backlog", where={"team": ["South"]}).status == "no_goal"


def test_an_agent_is_held_against_the_goal_of_the_own_team_then_of_its_department(company, tmp_path):
    """Found wrong: asked for by name alone, an agent was held against the organisation's goal."""
    _, warehouse, _ = company
    goals = "metric,department,team,agent,red,goal\ntransfers_per_ticket,,,,0.5,0.2\n"
    goals += "transfers_per_ticket,Service,,,4,3\ntransfers_per_ticket,,North,,3,2\ntransfers_per_ticket,,,Bob,9,8\n"
    (tmp_path / "goals.csv").write_text(goals)
    catalog = with_plans(read_catalog(tmp_path), tmp_path, EVERYBODYS)

    def goal(month, **where):
        asked = {name: [value] for name, value in where.items()}
        return card((tmp_path, warehouse, catalog), month, "transfers_per_ticket", where=asked).definition.goal

    assert [goal("2024-01"), goal("2024-01", agent="Ann"), goal("2024-01", department="Service")] == [0.2, 2, 3]
    assert goal("2024-02", agent="Bob") == 8
    assert goal("2024-02", team="South") == 3


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_the_cascade_is_printed_with_a_line_for_each_part(company):
    done = run("show", "-w", company[0], "--period", "2024-01", "--cascade")
    names = [line.split("  ")[0] or line.strip().split("  ")[0] for line in done.stdout.splitlines()[3:7]]
    assert [name.strip() for name in names] == ["Overall", "Service", "North", "South"]
    parts = json.loads(run("show", "-w", company[0], "--period", "2024-01", "--cascade", "--as", "json").stdout)
    assert parts["parts"][0]["parts"][1]["metrics"]["csat"]["value"] == 0.5


def test_a_cascade_of_one_team_is_refused_with_a_sentence(company):
    done = run("show", "-w", company[0], "--cascade", "--where", "team=North")
    assert (done.exit_code, done.stderr) == (2, "--cascade shows every team; leave --where out.\n")
