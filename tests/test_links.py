"""The strategy's links against made companies with a known answer, and against what the demo has planted.

Six teams (of which one, Contrary, may go the other way), 30 months; each team has one review and one ticket a month.
The transfers of a ticket go with the review of two months before, or not, as each test says.
"""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.links import examine_links, months_of
from metrics.scope import Scope
from tests.conftest import catalog_of
from tests.loading import load_folder, write

WORKSPACE = """title: Links
as_of: 2026-06-30
sources:
  teams: {files: teams.csv, columns: {team_id: id, name: name}}
  quality_reviews:
    files: reviews.csv
    columns: {review_id: id, team_id: team, reviewed_on: day, score: score}
  tickets:
    files: tickets.csv
    columns: {ticket_id: id, team_id: team, opened_at: day, transfers: moves}
"""
STRATEGY = """objectives:
  - {objective: skills, name: Skills, perspective: learning_growth, metrics: [quality_score]}
  - {objective: flow, name: Flow, perspective: internal_process, metrics: [transfers_per_ticket, tickets_opened]}
  - {objective: praise, name: Praise, perspective: customer, metrics: [csat]}
  - {objective: money, name: Money, perspective: financial, metrics: [revenue]}
links:
  - {from: quality_score, to: transfers_per_ticket, sign: "-", lag: 2 months}
  - {from: skills, to: flow, sign: +, lag: 2 months}
  - {from: skills, to: praise, sign: +}
  - {from: skills, to: money, sign: +}
"""
TEAMS = ("Ash", "Birch", "Cedar", "Elm", "Fir", "Contrary")
MONTHS = [f"{2024 + month // 12}-{month % 12 + 1:02}" for month in range(30)]


def company(folder, slope, contrary=None, teams=TEAMS):
    """`slope`: transfers per point of quality two months before; `contrary`: that of the last team."""
    generator = np.random.default_rng(5)
    quality = generator.integers(40, 61, size=(30, len(teams)))
    moves = 30 + generator.integers(-4, 5, size=quality.shape)
    slopes = np.full(len(teams), float(slope))
    slopes[-1] = slope if contrary is None else contrary
    moves[2:] += np.rint(slopes * (quality[:-2] - 50)).astype(int)
    reviews, tickets = ["id,team,day,score"], ["id,team,day,moves"]
    for month, text in enumerate(MONTHS):
        for team, name in enumerate(teams):
            reviews.append(f"r{month}-{team},{name},{text}-10,{quality[month, team]}")
            tickets.append(f"t{month}-{team},{name},{text}-10 12:00,{max(0, moves[month, team])}")
    names = "\n".join(["id,name", *(f"{name},{name}" for name in teams), ""])
    write(folder, WORKSPACE, teams=names, reviews="\n".join(reviews) + "\n", tickets="\n".join(tickets) + "\n")
    (folder / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    assert load_folder(folder).status == "published"
    return folder


def examined(folder, scope=None):
    workspace = read_workspace(folder)
    warehouse = open_warehouse(workspace)
    found = examine_links(warehouse, catalog_of(workspace), scope or Scope.everything())
    warehouse.close()
    return {(one.link.cause, one.link.effect): one for one in found if one.link.at}


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    return company(tmp_path_factory.mktemp("links") / "together", -1)


def test_what_goes_together_as_the_strategy_says_is_supported(together):
    found = examined(together)["quality_score", "transfers_per_ticket"]
    assert (found.verdict, found.lag, len(found.pairs)) == ("supported", 2, 1)
    heights, moves = found.pairs[0].looks
    assert (found.pairs[0].level, heights.found.n, moves.found.n, heights.found.teams) == ("team", 28 * 6, 27 * 6, 6)
    assert max(heights.found.high, moves.found.high) < -0.8
    assert found.confidence == pytest.approx(0.975)  # two looks: heights and changes


def test_an_objective_counts_its_metrics_as_better_and_worse(together):
    # fewer transfers are better, so more quality goes with better; the tickets opened have no goal and so no better
    found = examined(together)["skills", "flow"]
    assert found.verdict == "supported"
    assert found.telling[1].found.low > 0.8
    assert [pair.effect for pair in found.pairs] == ["transfers_per_ticket"]


def test_what_no_source_provides_is_too_little_data(together):
    found = examined(together)["skills", "praise"]
    assert found.verdict == "too_little_data"
    assert found.why == "too little data: 0 changes from month to month of both, 24 are needed"


def test_a_metric_without_a_goal_has_no_better_and_worse(together):
    found = examined(together)["skills", "money"]
    assert (found.verdict, found.pairs) == ("too_little_data", ())
    assert found.why == "no metric of money has a direction and is counted month by month"


def test_what_goes_the_other_way_contradicts(tmp_path):
    assert examined(company(tmp_path / "w", 1))["quality_score", "transfers_per_ticket"].verdict == "contradicts"


def test_what_does_not_go_together_is_not_supported(tmp_path):
    found = examined(company(tmp_path / "w", 0))["quality_score", "transfers_per_ticket"]
    assert found.verdict == "not_supported"


def test_one_team_that_goes_the_other_way_is_named(tmp_path):
    found = examined(company(tmp_path / "w", -1, contrary=3))["quality_score", "transfers_per_ticket"]
    assert found.verdict == "not_supported"
    teams = {look.against[0] for look in found.pairs[0].looks if look.against}
    assert teams == {"Contrary"}


def test_four_teams_are_too_little_data(tmp_path):
    found = examined(company(tmp_path / "w", -1, teams=TEAMS[:4]))["quality_score", "transfers_per_ticket"]
    assert (found.verdict, found.why) == (
        "too_little_data",
        "too little data: 4 teams with 12 months of both, 5 are needed",
    )


def test_a_reader_of_one_team_learns_nothing_of_the_others(together):
    found = examined(together, Scope.of_teams("Ash"))
    assert {one.verdict for one in found.values()} == {"too_little_data"}


@pytest.mark.parametrize(
    ("lag", "months"),
    [(None, 0), ("1 month", 1), ("2 quarters", 6), ("1 year", 12), ("6 weeks", 1), ("8 weeks", 2), ("10 days", 0)],
)
def test_a_lag_is_counted_in_whole_months(lag, months):
    assert months_of(lag) == months


# ── the command, and what the demo has planted ──────────────────────────────────────────────────────


def scorecard(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def demo_links(loaded_demo):
    found = json.loads(scorecard("links", "-w", loaded_demo, "--as", "json"))["links"]
    return {(one["from"], one["to"], one["lag_months"]): one for one in found}


def test_the_training_that_raises_quality_two_months_later_is_supported(demo_links):
    found = demo_links["training_hours_per_agent", "quality_score", 2]
    assert found["verdict"] == "supported"
    heights, moves = found["pairs"][0]["looks"]  # a course is one month, what it brings stays: seen in the changes
    assert (heights["verdict"], moves["verdict"]) == ("not_supported", "supported")
    assert moves["low"] > 0


def test_quality_is_not_called_a_way_to_satisfaction_while_a_team_contradicts_it(demo_links):
    assert demo_links["quality_score", "csat", 2]["verdict"] == "not_supported"


def test_every_link_of_the_demo_has_a_verdict_and_finite_ends(demo_links):
    assert len(demo_links) >= 25
    for one in demo_links.values():
        assert one["verdict"] in ("supported", "not_supported", "contradicts", "too_little_data")
        looks = [look for pair in one["pairs"] for look in pair["looks"]]
        assert all(-1 <= look["low"] <= look["r"] <= look["high"] <= 1 for look in looks)


def test_the_text_says_goes_with_and_never_causes(loaded_demo):
    text = scorecard("links", "-w", loaded_demo)
    assert "training_hours_per_agent  quality_score" in text
    assert "goes with" in text
    assert "cause" not in text.lower()


def test_without_links_the_text_says_where_to_write_some(together, tmp_path):
    shutil.copytree(together, tmp_path / "w")
    (tmp_path / "w" / "strategy.yaml").unlink()
    (tmp_path / "w" / "metrics").mkdir()
    assert "supported" in scorecard("links", "-w", tmp_path / "w")  # the library's own `drives` are left
