"""goals.csv: which goal holds on which day for which team, and every mistake in it with line and column."""

from __future__ import annotations

import datetime as dt

import pytest

from data_checks.calendar import EVERYBODYS, Calendar
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import read_catalog
from metrics.goals import written as goals
from metrics.goals.file import with_goals
from metrics.goals.unknown_parts import unknown_rows
from metrics.period import parse_period
from metrics.plans import with_plans
from metrics.scope import Scope
from metrics.screen import build_scorecard
from tests.small_company import load_small_company

LIBRARY = read_catalog()


@pytest.fixture
def read(tmp_path):
    def goals_of(text, calendar=EVERYBODYS):
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "goals.csv").write_bytes(content)
        return with_goals(LIBRARY.metrics, tmp_path, calendar)

    return goals_of


def held(metrics, name, day, **slices):
    found = goals.at(metrics[name], dt.date.fromisoformat(day), slices)
    return found.red, found.goal, found.stretch


@pytest.mark.parametrize("cell", ["a\rb", "x" * 140_000])
def test_a_line_that_is_no_line_of_cells_is_told_with_its_number(read, cell):
    metrics, problems = read(f"metric,red,goal\ncsat,{cell},80%\nbacklog,40,20\n")
    assert [(str(p.place), p.message.partition(";")[0]) for p in problems] == [
        ("goals.csv:2:1", "this line cannot be split into cells")
    ]
    assert held(metrics, "backlog", "2026-01-01") == (40, 20, None)


CHANGING = """metric,from,to,team,red,goal,stretch
csat,2025,,,70%,80%,
csat,2026,,,75%,85%,95%
csat,2026-07,2026-10,North,60%,70%,
backlog,,,North,40,20,
"""


@pytest.mark.parametrize(
    ("day", "team", "expected"),
    [
        ("2024-12-31", None, (0.75, 0.85, None)),  # before any line: the definition's own
        ("2025-06-01", None, (0.70, 0.80, None)),
        ("2026-01-01", None, (0.75, 0.85, 0.95)),
        ("2026-06-30", "North", (0.75, 0.85, 0.95)),
        ("2026-07-01", "North", (0.60, 0.70, None)),  # its own, also without a stretch goal
        ("2026-07-01", "South", (0.75, 0.85, 0.95)),
        ("2026-10-01", "North", (0.75, 0.85, 0.95)),  # `to` is the first day left out
    ],
)
def test_the_line_that_has_begun_and_is_most_specific_holds(read, day, team, expected):
    metrics, problems = read(CHANGING)
    assert problems == []
    assert held(metrics, "csat", day, **({"team": team} if team else {})) == expected


def test_a_goal_for_one_team_gives_the_others_none(read):
    metrics, _ = read(CHANGING)
    own = LIBRARY.metrics["backlog"]
    assert held(metrics, "backlog", "2026-01-01", team="North") == (40, 20, None)
    assert held(metrics, "backlog", "2026-01-01", team="South") == (own.red, own.goal, own.stretch)


def test_a_line_never_holds_with_half_of_what_the_definition_says_of_a_team(tmp_path):
    """Found wrong: North had the file's red of 85 % and the definition's goal of 80 %, so that less was better."""
    (tmp_path / "own.yaml").write_text(
        "metric: csat\nformula: share(survey_responses.score >= 4)\nred: 75%\n"
        "goal: [{value: 85%}, {value: 80%, where: {team: North}}]\n"
    )
    own = read_catalog(tmp_path).metrics
    assert held(own, "csat", "2026-01-01", team="North") == (0.75, 0.80, None)
    (tmp_path / "goals.csv").write_text("metric,from,red,goal\ncsat,2026,85%,90%\n")
    metrics, _ = with_goals(own, tmp_path, EVERYBODYS)
    assert held(metrics, "csat", "2025-12-31", team="North") == (0.75, 0.80, None)
    assert held(metrics, "csat", "2026-01-01", team="North") == (0.85, 0.90, None)
    assert goals.entry(metrics["csat"], "goal", dt.date(2026, 1, 1), {"team": "North"}).value == 0.90


def test_a_year_begins_with_the_organisations_year(read):
    metrics, _ = read("metric,from,red,goal\ncsat,2026,10%,20%\n", Calendar(year_starts=4, week_starts=1))
    assert held(metrics, "csat", "2025-03-31")[:2] == (0.75, 0.85)
    assert held(metrics, "csat", "2025-04-01")[:2] == (0.10, 0.20)


def test_a_spreadsheet_with_semicolons_a_mark_and_quotes_is_read(read):
    metrics, problems = read(b'\xef\xbb\xbf"metric";"red";"goal"\r\n"csat";"10%";"20%"\r\n')
    assert problems == []
    assert held(metrics, "csat", "2026-01-01")[:2] == (0.10, 0.20)


def test_one_cell_is_one(read):
    _, problems = read("metric,red,goal\ncsat\n")
    assert [str(one) for one in problems] == [
        "goals.csv:2:1: 1 cell stands here under 3 headers; fill or cut the line."
    ]


def test_every_mistake_is_told_with_its_place_and_the_right_lines_hold(read):
    metrics, problems = read("""metric,from,to,team,red,goal,stretch
csat,2025-01,2025-06,,70%,80%,
csat,2025-03,,,71%,81%,
csat,2025-01,,,72%,82%,
nps,,,,10,,
nps,2026,,,30,10,
csat,2026,,,"75%",85%,80%
csat,2027,,,8O%,85%,
csat,2028,,,75,85,
resolution_hours,,,,48,24%,
resolution_hours,,,,-1,-2,
cast,,,,1,2,
csat,2029-13,,,70%,80%,
csat,2029-06,2029-02,,70%,80%,
csat,2030,,,70%
csat,2031,,"North",80%,80%,
""")
    assert [str(problem) for problem in problems] == [
        "goals.csv:3:6: line 2 holds for the same rows on some of these days; end one before the other.",
        "goals.csv:4:6: line 2 holds for the same rows on some of these days; end one before the other.",
        "goals.csv:5:11: red and goal come together; give both or neither.",
        "goals.csv:6:15: red and goal are the wrong way round: nps has its goal above red.",
        "goals.csv:7:23: the stretch goal must lie beyond the goal, away from red: here above the goal.",
        "goals.csv:8:13: the limit below which it is red cannot be read: '8O%' is no number; write one such as 85%.",
        "goals.csv:9:13: the limit below which it is red cannot be read: 75 is no fraction; write '75%'.",
        "goals.csv:9:16: the goal cannot be read: 85 is no fraction; write '85%'.",
        "goals.csv:10:24: the goal cannot be read: '24%' is a percentage, but the unit is hours.",
        "goals.csv:11:21: the limit below which it is red lies outside what hours can be: 0 or more.",
        "goals.csv:11:24: the goal lies outside what hours can be: 0 or more.",
        "goals.csv:12:1: there is no metric 'cast'. Did you mean 'csat'?",
        "goals.csv:13:6: '2029-13' is no period; write 2016, 2016-Q2, 2016-05, 2016-W07 or 2016-05-13.",
        "goals.csv:14:14: this ends on 2029-02-01, before it begins; `to` is the first day left out.",
        "goals.csv:15:1: 5 cells stand here under 7 headers; fill or cut the line.",
        "goals.csv:16:24: goal and red are equal, so nothing lies between good and bad; set them apart.",
    ]
    assert held(metrics, "csat", "2025-02-01")[:2] == (0.70, 0.80)
    assert metrics["nps"] is LIBRARY.metrics["nps"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "goals.csv:1:1: this file is empty; begin with metric,from,to,red,goal,stretch, or delete it."),
        ("metric,goal\n", "goals.csv:1:1: the column 'red' is missing; begin with metric,from,to,red,goal,stretch."),
        ("metric,red,goal,taem\n", "goals.csv:1:17: no goal can be set by 'taem'. Did you mean 'team'?"),
        ("metric,red,goal,red\n", "goals.csv:1:8: the column 'red' is there twice; leave one out."),
        (b"metric,red,goal\n\xe4", "goals.csv: this is not UTF-8 text (byte 16); save the file as UTF-8."),
    ],
)
def test_a_file_that_holds_no_goals_is_one_sentence(read, text, said):
    _, problems = read(text)
    assert str(problems[0]) == said


# ── on a board ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("goals") / "company")
    (folder / "goals.csv").write_text(
        "metric,team,red,goal\ncsat,,30%,40%\ncsat,North,95%,99%\nbacklog,North,3,1\ncsat,Noth,1%,2%\n"
        "revenue,North,1,2\n"
    )
    workspace = read_workspace(folder)
    warehouse = open_warehouse(workspace)
    yield warehouse, with_plans(read_catalog(folder / "metrics"), folder, workspace.calendar)
    warehouse.close()


def cards(company, where=None):
    warehouse, catalog = company
    period = parse_period("2024-01", EVERYBODYS)
    board = build_scorecard(warehouse, catalog, Scope.everything(), period, None, where)
    return {card.definition.metric: card for branch in board.branches for card in branch.cards}


def test_a_team_is_held_against_its_own_goal_and_the_whole_against_the_wholes(company):
    # January: North 8 of 10 good, South 20 of 40; all 28 of 50 = 56 %
    whole, north, south = cards(company), cards(company, {"team": ["North"]}), cards(company, {"team": ["South"]})
    assert [c["csat"].definition.goal for c in (whole, north, south)] == [0.40, 0.99, 0.40]
    assert [c["csat"].status for c in (whole, north, south)] == [
        "met",
        "not_judged",
        "too_close",
    ]  # 10 answers are too few


def test_a_stock_of_one_team_is_judged_only_by_that_teams_goal(company):
    north, south = cards(company, {"team": ["North"]}), cards(company, {"team": ["South"]})
    assert north["backlog"].status == "met"  # t2 alone was open at the end of January: 1
    assert south["backlog"].status == "no_goal"


def test_goals_for_a_team_that_nothing_loaded_names_are_told(company):
    warehouse, catalog = company
    assert [str(problem) for problem in unknown_rows(warehouse, catalog)] == [
        "goals.csv:5:6: there is no team 'Noth'. Did you mean 'North'?",
        "goals.csv:6:9: revenue can have no goal by team: orders cannot be cut by 'team': no source provides "
        "orders.team_id.",
    ]
