"""What goes with a score: one row per answer, joined to what happened, and read with care."""

from __future__ import annotations

import json
import random

import duckdb
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.errors import RequestError
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.driver_table import driver_table
from metrics.analyses.score_drivers import score_drivers
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.scope import Scope
from tests.loading import load_folder, write

WORKSPACE = """
as_of: 2024-03-31
sources:
  teams: {files: teams.csv, columns: {team_id: id, name: name}}
  agents: {files: agents.csv, columns: {agent_id: id, name: name, team_id: team}}
  tickets:
    files: tickets.csv
    columns: {ticket_id: id, team_id: team, opened_at: day, transfers: transfers}
  quality_reviews:
    files: reviews.csv
    columns: {review_id: id, agent_id: agent, team_id: team, reviewed_on: day, score: score}
  survey_responses:
    files: answers.csv
    columns:
      {response_id: id, survey: "'csat'", ticket_id: ticket, team_id: team, agent_id: agent, responded_at: day,
       score: score, answer_id: sitting, question: question, scale: "'1-5'"}
"""
METRICS = """metric: mark
formula: mean(survey_responses.score where question is null)
---
metric: earned
formula: sum(tickets.transfers)
"""


def sittings(count, seed=7):
    """(ticket, transfers, score, clarity): the more transfers the lower, the clearer the higher."""
    rng = random.Random(seed)
    for n in range(count):
        transfers, clarity = rng.randrange(4), rng.randrange(1, 6)
        score = min(5, max(1, 3 - transfers + (clarity > 3) + rng.choice((0, 1))))
        yield n, transfers, score, clarity


def company(folder, rows, team="N"):
    answers = [f"a{n},t{n},{team},x,2024-02-15,{score},s{n}," for n, _, score, _ in rows]
    answers += [f"q{n},t{n},{team},x,2024-02-15,{clarity},s{n},clarity" for n, _, _, clarity in rows]
    answers += [f"p{n},t{n},{team},x,2024-02-15,{(n * 7) % 5 + 1},s{n},score" for n, _, _, _ in rows]
    write(
        folder,
        WORKSPACE,
        teams="id,name\nN,North\nS,South\n",
        agents="id,name,team\nx,Ann,N\n",
        reviews="id,agent,team,day,score\nr1,x,N,2024-02-01,60\nr2,x,N,2024-02-02,80\n",
        tickets="\n".join(["id,team,day,transfers", *(f"t{n},{team},2024-02-10,{moves}" for n, moves, _, _ in rows)])
        + "\n",
        answers="\n".join(["id,ticket,team,agent,day,score,sitting,question", *answers]) + "\n",
    )
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(METRICS)
    load_folder(folder)
    return folder


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    return company(tmp_path_factory.mktemp("drivers") / "rated", list(sittings(300)))


def found(folder, metric="mark", scope=None, **more):
    catalog = read_catalog(folder / "metrics")
    assert catalog.problems == ()
    warehouse = open_warehouse(read_workspace(folder))
    question = ask(warehouse, catalog, scope or Scope.everything(), [metric], "all", **more)
    return score_drivers(warehouse, catalog, question, metric)


def told(folder, *words):
    done = CliRunner().invoke(main, ["drivers", "mark", "-w", str(folder), *words])
    assert done.exit_code == 0, done.output
    return done.stdout.replace("\u00a0", " ")


def test_one_driver_has_the_squared_correlation_of_independent_sql(rated):
    sql = """select corr(t.transfers::int, a.score::int) ^ 2, count(*)
             from '{0}/answers.csv' a join '{0}/tickets.csv' t on t.id = a.ticket where a.question is null"""
    squared, count = duckdb.sql(sql.format(rated)).fetchone()
    service = found(rated).service
    assert [driver.name for driver in service.drivers] == ["transfers"]
    assert service.drivers[0].share == pytest.approx(squared, abs=1e-12)
    assert service.n == count == 300


def test_every_answer_is_one_row_however_many_reviews_its_agent_has(rated):
    catalog = read_catalog(rated / "metrics")
    warehouse = open_warehouse(read_workspace(rated))
    question = ask(warehouse, catalog, Scope.everything(), ["mark"], "all")
    answers = driver_table(warehouse, question, catalog.bound["mark"]).answers
    assert len(answers) == 300
    assert set(answers["review_score"]) == {70.0}


def test_what_never_varies_or_is_not_provided_is_no_driver(rated):
    service = found(rated).service
    assert {one.name: one.reason for one in service.dropped} == {"review_score": "It is always the same."}


def test_other_questions_of_the_same_sitting_are_drivers_with_a_place_on_the_map(rated):
    answer = found(rated)
    assert [driver.name for driver in answer.questions.drivers] == ["clarity", "score (asked)"]
    placed = {one.attribute.name: one for one in answer.map.placed}
    top = sum(clarity >= 4 for _, _, _, clarity in sittings(300))
    assert placed["clarity"].attribute.performance == top / 300
    assert placed["score (asked)"].attribute.performance == pytest.approx(0.4)
    assert answer.map.importance == pytest.approx(answer.questions.r2 / 2)


def test_the_text_says_goes_with_and_never_causes(rated):
    text = told(rated)
    assert text.startswith("What goes with the score behind Mark")
    assert "n 300." in text
    assert "Transfers" in text
    assert "lower score" in text
    assert "cause" not in text.lower()


def test_the_same_question_has_the_same_answer(rated):
    assert told(rated, "--as", "json") == told(rated, "--as", "json")
    shown = json.loads(told(rated, "--as", "json"))["service"]["drivers"][0]
    assert shown["low"] < shown["share"] < shown["high"]
    assert shown["direction"] == -1


def test_a_reader_of_another_team_is_told_nothing(rated):
    answer = found(rated, scope=Scope.of_teams("S"))
    assert (answer.result.state, answer.service, answer.questions) == ("no_data", None, None)


def test_fewer_than_five_answers_are_never_looked_into(tmp_path):
    folder = company(tmp_path / "few", list(sittings(4)))
    answer = found(folder)
    assert (answer.result.state, answer.service, answer.questions, answer.map) == ("suppressed", None, None, None)
    assert told(folder).startswith("There is nothing to look at: Mark has no value to be shown (fewer than 5 answers).")


def test_a_few_answers_are_not_told_apart(tmp_path):
    answer = found(company(tmp_path / "some", list(sittings(9))))
    assert answer.service.state == "not_distinguishable"
    assert answer.service.reason == "Only 9 answers for one column of drivers; 10 are needed to tell the drivers apart."


def test_what_nobody_scores_has_no_drivers(rated):
    with pytest.raises(RequestError, match="'earned' is no mean, share or NPS of answers"):
        found(rated, "earned")


def test_handing_on_goes_with_satisfaction_in_the_demo(loaded_demo):
    done = CliRunner().invoke(main, ["drivers", "csat", "-w", str(loaded_demo), "--as", "json"])
    assert done.exit_code == 0, done.output
    service = json.loads(done.stdout)["service"]
    assert service["state"] == "ok"
    assert (service["drivers"][0]["name"], service["drivers"][0]["direction"]) == ("transfers", -1)
    assert sum(driver["share"] for driver in service["drivers"]) == pytest.approx(service["r2"], abs=1e-9)
