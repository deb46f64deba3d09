"""`scorecard forecast`: which months count, what is forecast from them, and the chance of the goal."""

from __future__ import annotations

import datetime as dt
import json
import math

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.forecasting import is_used, look_ahead
from metrics.scope import Scope
from metrics.stats.forecast import forecast as forecast_of
from metrics.stats.not_known import NotKnown
from tests.conftest import catalog_of
from tests.loading import load_folder, write

WORKSPACE = """
timezone: UTC
as_of: {as_of}
sources:
  tickets:
    files: tickets.csv
    columns: {{ticket_id: id, opened_at: opened, transfers: moves}}
  survey_responses:
    files: answers.csv
    columns: {{response_id: id, survey: "'csat'", responded_at: day, score: score}}
"""
OWN = """metric: asked_twice
formula: mean(tickets.transfers)
red: 20
goal:
  - {value: 12}
  - {from: 2025-06, value: 1}
---
metric: later_judged
formula: count(tickets)
ripe_after: 60 days
---
metric: satisfied
formula: share(survey_responses.score >= 4)
red: 50%
goal: 60%
min_n: 5
---
metric: rarely_asked
formula: share(survey_responses.score >= 4)
min_n: 30
---
metric: opened_so_far
to_date: {of: count(tickets), since: year}
red: 100
goal: 150
---
metric: unknowable
formula: mean(tickets.handle_minutes)
"""
COUNTS = (12, 15, 11, 14, 13, 16, 12, 15, 14, 13, 12, 17)
GOOD = (8, 6, 7, 9, 8, 7, 6, 8, 7, 9, 8, 7)
"""Of ten answers a month; none in April."""


def months(count, first=dt.date(2024, 1, 1)):
    return [dt.date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]


def company(folder, count=12, as_of="2024-12-31"):
    """A year of tickets, transfers rising by a half a month with a wobble, and ten answers a month."""
    tickets, answers = ["id,opened,moves"], ["id,day,score"]
    for at, month in enumerate(months(count)):
        day = month + dt.timedelta(days=9)
        tickets += [f"{month:%Y%m}-{i},{day},{3 + at // 2 + (at * i) % 3}" for i in range(COUNTS[at])]
        answers += [f"{month:%Y%m}-{i},{day},{5 if i < GOOD[at] else 2}" for i in range(10) if at != 3]
    write(folder, WORKSPACE.format(as_of=as_of), tickets="\n".join(tickets), answers="\n".join(answers))
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(OWN)
    load_folder(folder)
    return folder


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    return company(tmp_path_factory.mktemp("year") / "year")


def scorecard(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def answer(folder, metric, *words):
    done = scorecard("forecast", metric, "-w", folder, "--as", "json", *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_share_is_forecast_from_its_months_and_stays_inside_its_bounds(year):
    """The same series by hand: April is missing, not zero."""
    values = [good / 10 if at != 3 else math.nan for at, good in enumerate(GOOD)]
    direct = forecast_of(values, 6, 12, (0.0, 1.0))
    found = answer(year, "satisfied")
    assert [month["period"] for month in found["months"]] == [f"2025-{month:02}-01" for month in range(1, 7)]
    assert [month["value"] for month in found["months"]] == pytest.approx([point.value for point in direct.points])
    assert [month["low_95"] for month in found["months"]] == pytest.approx([point.low_95 for point in direct.points])
    assert (found["method"], found["n"]) == (direct.method, 11)
    for month in found["months"]:
        assert 0 < month["low_95"] < month["low_80"] < month["value"] < month["high_80"] < month["high_95"] < 1
    april = next(month for month in found["history"] if month["period"] == "2024-04-01")
    assert (april["value"], april["used"], april["state"]) == (None, False, "no_data")
    out = scorecard("forecast", "satisfied", "-w", year).stdout
    assert "11 months with a value, Jan 2024 to Dec 2024. 1 between them without one: missing, not zero." in out


def test_the_month_that_has_not_ended_is_not_used(year):
    """As of 20 December the month is half over: its ten tickets so far are no fall."""
    found = answer(year, "tickets_opened", "--as-of", "2024-12-20")
    assert (found["n"], found["history"][-1]["period"], found["months"][0]["period"]) == (
        11, "2024-11-01", "2024-12-01",
    )  # fmt: skip


def test_unripe_months_lie_ahead_and_are_not_forecast_from(year):
    """Ripe 60 days after its end: by the end of December October is judged until 31 October + 60 = 30 December."""
    found = answer(year, "later_judged")
    used = [month["period"] for month in found["history"] if month["used"]]
    assert used[-1] == "2024-10-01"
    assert {month["state"] for month in found["history"] if not month["used"]} == {"unripe"}
    assert found["months"][0]["period"] == "2025-01-01"


def test_the_goal_is_the_one_that_holds_then_and_knows_its_direction(year):
    """Transfers have risen to 9; fewer are better. Until May 2025 the goal is 12, from June on 1."""
    before = answer(year, "asked_twice", "--goal-by", "2025-02")["goal"]
    after = answer(year, "asked_twice", "--goal-by", "2025-06")["goal"]
    assert (before["goal"], before["at_least"], before["by"]) == (12.0, False, "2025-02-01")
    assert (after["goal"], after["at_least"]) == (1.0, False)
    assert after["chance"] < 0.01 < 0.5 < before["chance"]
    out = scorecard("forecast", "asked_twice", "-w", year, "--goal-by", "2025-06").stdout
    assert "The goal of 1 by Jun 2025: a chance of less than 1\u00a0%." in out


def test_the_chance_of_a_goal_is_that_of_the_bands(year):
    """The middle of the band is the goal: even odds. Its lower 80 % end: nine in ten."""
    found = answer(year, "satisfied")
    last = found["months"][-1]
    warehouse = open_warehouse(read_workspace(year))
    outlook = look_ahead(warehouse, catalog_of(read_workspace(year)), Scope.everything(), "satisfied")
    warehouse.close()
    assert outlook.forecast.chance(last["value"], 6) == pytest.approx(0.5, abs=1e-9)
    assert outlook.forecast.chance(last["low_80"], 6) == pytest.approx(0.9, abs=1e-9)
    assert outlook.chance.chance == outlook.forecast.chance(0.6, 6)
    assert all(is_used(result) for result in outlook.used)


def test_a_years_goal_is_met_in_a_month_by_as_much_as_is_due_then(tmp_path):
    folder = company(tmp_path / "pace", 8, "2024-08-31")
    found = answer(folder, "opened_so_far", "--goal-by", "2024-09")["goal"]
    # 108 tickets by the end of August; 150 a year are 150 · 274 / 366 = 112.3 by the end of September
    assert found["goal"] == pytest.approx(150 * 274 / 366)
    assert found["chance"] > 0.5


def test_a_goal_further_away_makes_the_forecast_longer(year):
    assert len(answer(year, "satisfied", "--months", "2", "--goal-by", "2025-12")["months"]) == 12


def test_a_count_is_never_below_zero(year):
    found = answer(year, "tickets_opened", "--months", "24")
    assert all(month["low_95"] >= 0 for month in found["months"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("satisfied", "--goal-by", "2024-06"), "2024-06 has ended; name a month after 2024-12.\n"),
        (("satisfied", "--goal-by", "2031-01"), "2031-01 is 73 months ahead; at most 24 are forecast.\n"),
        (("satisfied", "--goal-by", "2025-Q1"), "--goal-by takes a month, like 2025-03.\n"),
        (("satisfed",), "there is no metric 'satisfed'. Did you mean 'satisfied'?\n"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(year, words, told):
    done = scorecard("forecast", *words, "-w", year)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", told)


def test_too_few_months_are_counted(tmp_path):
    folder = company(tmp_path / "short", 7, "2024-07-31")
    out = scorecard("forecast", "tickets_opened", "-w", folder).stdout
    assert out == "There is no forecast of Tickets opened: not enough history: 7 months, 8 are needed.\n"
    found = answer(folder, "tickets_opened")
    assert (found["state"], found["months"]) == ("not_enough_history", [])


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("unknowable", "Unknowable: no source provides tickets.handle_minutes.\n"),
        ("rarely_asked", "Rarely asked: no month has enough to judge it; the last one has 10 of at least 30.\n"),
    ],
)
def test_why_no_month_counts_is_said(year, metric, told):
    assert scorecard("forecast", metric, "-w", year).stdout == f"There is no forecast of {told}"


def test_a_reader_of_some_teams_is_told_why_there_is_none(year):
    workspace = read_workspace(year)
    warehouse = open_warehouse(workspace)
    found = look_ahead(warehouse, catalog_of(workspace), Scope.of_teams("N"), "satisfied")
    warehouse.close()
    assert isinstance(found, NotKnown)
    assert "does not know teams" in found.sentence


def test_the_shown_months_are_those_of_the_answer(year):
    out = scorecard("forecast", "asked_twice", "-w", year, "--months", "3").stdout.splitlines()
    assert out[0] == "Asked twice: the months ahead"
    assert [line.split()[:2] for line in out[4:7]] == [["Jan", "2025"], ["Feb", "2025"], ["Mar", "2025"]]
    assert any(line.startswith("Method: ") for line in out)
