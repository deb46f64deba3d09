"""Own values beside published ones: gaps by Newcombe's published example, everything else worked by hand.

70 answers of May 2026, 56 of them good: 80 %; 40 of them North's, 36 good: 90 %. Wilson for 56 of 70: 69.18–87.70 %.
"""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.errors import RequestError
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.benchmarks import compare, read_rows, refused_rows
from metrics.asking import as_of
from metrics.catalog import read_catalog
from metrics.period import parse_period
from metrics.scope import Scope
from tests.loading import load_folder, write

WORKSPACE = """title: Beside others
as_of: 2026-06-30
sources:
  teams: {files: teams.csv, columns: {team_id: id, name: name}}
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: survey, team_id: team, responded_at: day, score: score}
"""
PUBLISHED = """  benchmarks:
    files: published.csv
    columns: {benchmark_id: id, metric: metric, competitor: competitor, industry: industry, period_start: since,
              value: value, n: n, scale: scale, source: source, retrieved_on: seen}
"""  # fmt: skip
HEAD = "id,metric,competitor,industry,since,value,n,scale,source,seen\n"
ROWS = """b1,csat,Alfa,,2025-01-01,0.50,80,1-5 top 2,yearbook,2025-03-01
b2,csat,Alfa,,2026-01-01,0.60,80,1-5 top 2,yearbook,2026-03-01
b3,csat,Alfa,,2026-06-01,0.99,80,1-5 top 2,yearbook,2026-06-02
b4,csat,Beta,,2026-02-01,0.82,,1-5 top 2,website,
b5,csat,Gamma,,2026-01-01,0.95,,1-5 top 2,,
b6,csat,,retail,2026-01-01,0.90,,1-5 top 2,yearbook,2026-03-01
b7,csat,ACSI,,2015-01-01,74.8,2505,0-100 index,ACSI,2023-05-01
b8,csat,Delta,,2026-01-01,82,,1-5 top 2,website,2026-03-01
b9,csat,Epsilon,,2026-01-01,0.7,,,website,2026-03-01
b10,cast,Alfa,,2026-01-01,0.7,,1-5 top 2,website,2026-03-01
b13,csat_mean,Alfa,,2025-01-01,4.0,,1-5,website,2026-03-01
b14,csat_mean,Alfa,,2026-01-01,4.1,,1-5,website,2026-03-01
b11,nps,Alfa,,2026-01-01,40,100,0-10,yearbook,2026-03-01
b12,nps,Beta,,2026-01-01,140,100,0-10,yearbook,2026-03-01
"""
ANSWERS = "id,survey,team,day,score\n" + "".join(
    f"{survey}{number},{survey},{team},2026-05-10,{score}\n"
    for survey, found in (
        ("csat", [("N", 5)] * 36 + [("N", 2)] * 4 + [("S", 4)] * 20 + [("S", 1)] * 10),
        ("nps", [("N", 10)] * 60 + [("N", 0)] * 40),
    )
    for number, (team, score) in enumerate(found)
)
TEAMS = "id,name\nN,North\nS,South\n"
EVERYBODY = Scope.everything()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmarks") / "company"
    write(folder, WORKSPACE + PUBLISHED, teams=TEAMS, answers=ANSWERS, published=HEAD + ROWS)
    assert load_folder(folder).status == "published"
    return folder


@pytest.fixture(scope="module")
def company(folder):
    warehouse = open_warehouse(read_workspace(folder))
    yield warehouse, read_catalog()
    warehouse.close()


def compared(company, metric="csat", scope=EVERYBODY, period="2026-05", where=None):
    warehouse, catalog = company
    found = compare(warehouse, catalog, scope, parse_period(period, warehouse.facts.calendar), metric, where)
    (comparison,) = found.comparisons
    return comparison


def rival(comparison, competitor):
    (found,) = (one for one in comparison.rivals if one.row.competitor == competitor)
    return found


def scorecard(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_gap_between_two_shares_has_newcombes_interval(company):
    # Newcombe 1998, method 10: 56/70 against 48/80 is 0.2000, from 0.0524 to 0.3339
    alfa = rival(compared(company), "Alfa")
    assert alfa.gap == pytest.approx(0.2)
    assert (alfa.gap_low, alfa.gap_high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert alfa.verdict == "better"


def test_a_value_without_its_number_of_people_counts_as_exact(company):
    beta = rival(compared(company), "Beta")
    assert (beta.low, beta.high) == (None, None)
    assert (beta.gap_low, beta.gap_high) == pytest.approx((0.6918 - 0.82, 0.8770 - 0.82), abs=5e-5)
    assert beta.verdict == "too_close"


def test_the_place_among_competitors_says_how_good_and_bad_it_may_be(company):
    found = compared(company)
    # Gamma 95 % is surely ahead, Beta 82 % may be, Alfa 60 % is surely behind; an industry takes no place
    assert [one.row.competitor for one in found.rivals] == ["Gamma", None, "Beta", "Alfa"]
    place = found.place
    assert (place.place, place.of, place.best, place.worst) == (3, 4, 2, 3)
    assert not place.is_sure


def test_the_newest_row_at_the_end_of_the_period_holds_and_older_ones_are_its_trend(company):
    may, june = rival(compared(company), "Alfa"), rival(compared(company, period="2026-06"), "Alfa")
    assert (may.row.benchmark_id, [row.value for row in may.trend]) == ("b2", [0.5])
    assert (june.row.benchmark_id, [row.value for row in june.trend]) == ("b3", [0.5, 0.6])
    assert compared(company, period="2024-05").rivals == ()


def test_another_scale_and_an_impossible_value_are_refused_with_the_reason(company):
    assert {one.row.competitor: one.why for one in compared(company).refused} == {
        "ACSI": "on scale '0-100 index'; csat is on '1-5 top 2'; not compared",
        "Delta": "82 is no possible value: a percent is a fraction from 0 to 1; not compared",
        "Epsilon": "without a scale; csat is on '1-5 top 2'; not compared",
    }
    assert [one.why for one in compared(company, "nps").refused] == [
        "140 is no possible value: points go from -100 to 100; not compared"
    ]


def test_every_row_that_nobody_compares_is_told_once(company):
    warehouse, catalog = company
    told = {one.row.benchmark_id: one.why for one in refused_rows(read_rows(warehouse), catalog.metrics)}
    assert sorted(told) == ["b10", "b12", "b13", "b14", "b7", "b8", "b9"]
    lack = "csat_mean has no `benchmark: {metric: csat_mean, scale: 1-5}` in its definition; not compared"
    assert told["b14"] == lack
    assert told["b10"] == "no metric is held against 'cast'; not compared. Did you mean 'csat'?"


def test_an_nps_of_which_only_the_score_is_known_gets_the_widest_interval(company):
    # nobody passive: 70 promoters, 30 detractors; with ¾, 1½ and ¾ added 38.83 ± 1.96 · 9.0017
    alfa = rival(compared(company, "nps"), "Alfa")
    assert alfa.widest
    assert (alfa.low, alfa.high) == pytest.approx((21.19, 56.48), abs=0.01)
    assert (alfa.gap, alfa.verdict) == (20 - 40, "too_close")  # ours: 60 − 40


@pytest.mark.parametrize("filtered", [{"where": {"team": ["North"]}}, {"scope": Scope.of_teams("N")}])
def test_ours_is_the_readers_part_and_theirs_is_always_the_whole(company, filtered):
    found = compared(company, **filtered)
    assert (found.own.value, found.own.n) == (0.9, 40)
    assert len(found.rivals) == 4
    assert rival(found, "Alfa").gap == pytest.approx(0.3)


def test_lower_is_better_where_the_goal_says_so(company, tmp_path):
    (tmp_path / "own.yaml").write_text(
        "metric: unhappy\nformula: share(survey_responses.score <= 2 where survey = 'csat')\nred: 30%\ngoal: 10%\n"
        "benchmark: {metric: csat, scale: 1-5 top 2}\n"
    )
    found = compared((company[0], read_catalog(tmp_path)), "unhappy")  # ours: 14 of 70, 20 %
    assert [one.row.competitor for one in found.rivals] == ["Alfa", "Beta", None, "Gamma"]
    assert {one.verdict for one in found.rivals} == {"better"}
    assert (found.place.place, found.place.of, found.place.is_sure) == (1, 4, True)


def test_without_a_goal_nobody_is_ahead(company, tmp_path):
    text = "metric: plain\nformula: csat + 0\nunit: percent\nbenchmark: {metric: csat, scale: 1-5 top 2}\n"
    (tmp_path / "own.yaml").write_text(text)
    found = compared((company[0], read_catalog(tmp_path)), "plain")
    assert found.place is None
    assert {one.verdict for one in found.rivals} == {"none"}


@pytest.mark.parametrize(
    ("metric", "where", "sentence"),
    [
        ("csta", {}, "there is no metric 'csta'. Did you mean 'csat'?"),
        (
            "csat_mean",
            {},
            "'csat_mean' has no benchmark; add `benchmark: {metric: csat_mean, scale: …}` to its definition.",
        ),
        ("csat", {"plan": ["A"]}, "survey_responses cannot be cut by 'plan'."),
        ("csat", {"team": ["Nort"]}, "there is no team 'Nort'. Did you mean 'North'?"),
    ],
)
def test_what_cannot_be_asked_is_said_with_the_next_step(company, metric, where, sentence):
    with pytest.raises(RequestError) as told:
        compared(company, metric, where=where)
    assert str(told.value).startswith(sentence)


def test_a_period_of_which_a_part_is_known_looks_no_further_than_the_data(company):
    warehouse, catalog = company
    reach = as_of(warehouse.facts).day
    period = parse_period("2026", warehouse.facts.calendar)
    found = compare(warehouse, catalog, EVERYBODY, period, "csat", until=reach.replace(month=5, day=31))
    assert rival(found.comparisons[0], "Alfa").row.benchmark_id == "b2"


def test_the_command_prints_place_gaps_sources_and_what_was_refused(folder):
    told = scorecard("benchmarks", "-w", folder, "--period", "2026-05")
    lines = " ".join(told.split())
    assert "Customer satisfaction (CSAT) · May 2026 · scale 1-5 top 2" in told
    assert "Place 3 of 4 among competitors and ourselves; too close to say, it may be 2 to 3." in told
    assert "Alfa 60.0 % 49.0–70.0 % +20.0 pt +5.2 to +33.4 pt ahead" in lines
    assert "so they count as exact: Gamma, retail industry, Beta." in told
    assert "Alfa: 2026, n 80, before 50.0 % (2025). Source: yearbook, seen on 1 Mar 2026." in lines
    assert "Gamma: 2026. Source: none is given." in told
    assert "ACSI (2015): on scale '0-100 index'; csat is on '1-5 top 2'; not compared." in told
    assert "\n1 row: no metric is held against 'cast'; not compared. Did you mean 'csat'?\n" in told
    assert (
        "\n2 rows: csat_mean has no `benchmark: {metric: csat_mean, scale: 1-5}` in its definition; not compared."
        in told
    )
    table = told.partition("The gap is")[0]
    assert "→ ours, n 70 80.0 % 69.2–87.7 %" in lines
    assert max(len(line) for line in table.splitlines() if "  " in line) <= 80
    assert told.index("Gamma  ") < told.index("→ ours") < told.index("Alfa  ")


def test_the_command_as_json_holds_every_number(folder):
    answer = json.loads(scorecard("benchmarks", "csat", "-w", folder, "--period", "2026-05", "--as", "json"))
    csat = answer["metrics"]["csat"]
    assert (csat["scale"], csat["own"]["value"], csat["own"]["n"]) == ("1-5 top 2", 0.8, 70)
    assert csat["place"] == {"place": 3, "of": 4, "best": 2, "worst": 3}
    alfa = csat["rivals"][3]
    assert (alfa["competitor"], alfa["value"], alfa["verdict"], alfa["source"]) == ("Alfa", 0.6, "better", "yearbook")
    assert alfa["trend"] == [{"period_start": "2025-01-01", "value": 0.5, "n": 80}]
    assert [one["competitor"] for one in csat["refused"]] == ["ACSI", "Delta", "Epsilon"]
    assert answer["missing"] is None


def test_without_the_table_the_command_says_so_in_one_sentence(tmp_path):
    folder = write(tmp_path / "bare", WORKSPACE, teams=TEAMS, answers=ANSWERS)
    load_folder(folder)
    assert scorecard("benchmarks", "-w", folder) == (
        "No source provides benchmarks, so there is nobody to compare with. "
        "scorecard tables benchmarks shows its columns.\n"
    )
    assert json.loads(scorecard("benchmarks", "-w", folder, "--as", "json"))["missing"]


def test_check_tells_the_rows_on_another_scale_and_fails_for_none_of_them(folder):
    notes = [line for line in scorecard("check", "-w", folder).splitlines() if line.startswith("Note: benchmarks ")]
    assert any("not compared" in note and "on scale" in note for note in notes)
