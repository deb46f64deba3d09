"""Teams, metric library and benchmarks: every state of each page, markup as text, nobody else's team."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard import access, cache, navigation, settings
from dashboard.benchmarks import parts as benchmark_parts
from dashboard.cache import NothingPublished
from dashboard.metric_library import library
from dashboard.teams import parts as team_parts
from dashboard.theme import LIGHT
from data_checks.errors import Place, Problem, RequestError
from metrics.analyses.benchmarks import Benchmarks
from metrics.scope import Scope
from tests import dashboard_fixture as fixture
from tests.test_dashboard_pages import run, text
from tests.test_dashboard_parts import read

PAGES = sorted({file for file, _, _ in navigation._PAGES.values()})
TEAMS, LIBRARY, BENCHMARKS = (settings.PAGES / f"{name}.py" for name in ("teams", "metric_library", "benchmarks"))
EVERYBODY = Scope.everything()


@pytest.fixture(autouse=True)
def floors() -> Iterator[fixture.FixtureFloors]:
    used = fixture.FixtureFloors()
    cache.use(used)
    yield used
    cache.use(None)


# ── every page ───────────────────────────────────────────────────────────────────────────────────────


def test_every_page_is_in_the_navigation_and_opens_with_the_guard() -> None:
    files = sorted(path.name for path in settings.PAGES.glob("*.py"))
    assert files == PAGES
    for name in files:
        assert "page.start()" in (settings.PAGES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_before_a_load_every_page_says_what_to_run(name: str, floors: fixture.FixtureFloors) -> None:
    floors.error = NothingPublished("Nothing is published yet.")
    assert "scorecard load" in text(run(settings.PAGES / name))


@pytest.mark.parametrize("name", PAGES)
def test_nobody_sees_a_page_when_access_is_not_understood(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.ACCESS, "anything")
    shown = text(run(settings.PAGES / name))
    assert "This dashboard is closed" in shown
    assert shown.count("<h1>") == 1


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_formed_and_has_one_heading(name: str) -> None:
    reader = read(re.sub(r"<style>.*?</style>", "", text(run(settings.PAGES / name, metric="csat")), flags=re.S))
    assert reader.tags.count("h1") == 1
    assert "script" not in reader.tags


@pytest.mark.parametrize("name", ["teams.py", "benchmarks.py", "metric_library.py", "customer.py"])
def test_a_team_leads_pages_name_no_other_team(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("Harbour"))
    app = run(settings.PAGES / name)
    shown = text(app) + " ".join(option for box in app.selectbox for option in box.options)
    assert not [team for team in fixture.TEAMS if team != "Harbour" and team in shown]


# ── teams ────────────────────────────────────────────────────────────────────────────────────────────


def test_departments_and_their_teams_stand_below_the_whole_and_lead_to_their_own_overview() -> None:
    shown = text(run(TEAMS, period="2026-09"))
    rows = re.findall(r'<th scope="row" class="(d\d)"><a [^>]*href="([^"]*)">([^<]*)<', shown)
    assert rows == [
        ("d0", "/?period=2026-09", "Whole organisation"),
        ("d1", "/?period=2026-09&amp;department=Field", "Field"),
        ("d2", "/?period=2026-09&amp;team=Atrium", "Atrium"),
        ("d2", "/?period=2026-09&amp;team=Beacon", "Beacon"),
        ("d1", "/?period=2026-09&amp;department=Service+%3Ci%3Edesk%3C%2Fi%3E", "Service &lt;i&gt;desk&lt;/i&gt;"),
        ("d2", "/?period=2026-09&amp;team=Canyon", "Canyon"),
        ("d2", "/?period=2026-09&amp;team=Harbour", "Harbour"),
        ("d2", "/?period=2026-09&amp;team=Kestrel", "Kestrel"),
        (
            "d1",
            "/?period=2026-09&amp;team=%3Cb%3EQuay%3C%2Fb%3E+%26+%2Asons%2A",
            "&lt;b&gt;Quay&lt;/b&gt; &amp; *sons*",
        ),
    ]
    assert "by name, not by rank" in shown


def test_the_cascade_is_reckoned_once_for_each_reader(
    floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    real = floors.cascade

    def cascade(*all_: Any) -> Any:
        asked.append(all_[1])
        return real(*all_)

    monkeypatch.setattr(floors, "cascade", cascade)
    run(TEAMS)
    run(TEAMS)
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("Harbour"))
    shown = text(run(TEAMS))
    assert asked == [EVERYBODY, Scope.of_teams("Harbour")]
    assert "<h1>Harbour is the one team you see.</h1>" in shown
    assert "Your teams" in shown


def test_without_teams_the_page_says_what_is_missing(floors: fixture.FixtureFloors) -> None:
    whole = dataclasses.replace(
        floors.cascade(floors.current(), EVERYBODY, fixture.OCTOBER, fixture.SEPTEMBER), parts=()
    )
    page = team_parts.body(team_parts.View(whole, fixture.FACTS, {}, LIGHT))
    assert "<h1>No team has a scorecard yet.</h1>" in page
    assert "No source provides the table teams with a name" in page


# ── metric library ───────────────────────────────────────────────────────────────────────────────────


def test_the_library_shows_what_a_metric_stands_on_and_where_it_is_used() -> None:
    shown = text(run(LIBRARY, q="csat"))
    assert "<h1>1 of 25 metrics are found.</h1>" in shown
    for told in ("Among &lt;b&gt;answers&lt;/b&gt;, the share.", "Happy &lt;i&gt;customers&lt;/i&gt;",
                 "75\u00a0% to 85\u00a0%", "survey responses", "1 of 3 passed.", ": counted without them.", ": noted.",
                 '<dt>Used by</dt><dd><a class=\'inline\' href="/metric?metric=nps">Net promoter score</a></dd>',
                 "<dt>Moved by</dt>", "<dt>Moves</dt>"):  # fmt: skip
        assert told in shown


def test_every_filter_of_the_library_is_an_address() -> None:
    app = run(LIBRARY, perspective="customer", status="certified", q="rate")
    assert [box.value for box in app.selectbox] == ["customer", "certified"]
    assert re.findall(r'<th scope="row"><a href="/metric\?metric=(\w+)"', text(app)) == [
        "complaints",
        "response",
        "referrals",
    ]
    app.selectbox(key="choice_perspective").set_value("").run()
    assert "perspective" not in app.query_params
    app.text_input(key="choice_q").set_value("<b>none</b>").run()
    assert app.query_params["q"] == "<b>none</b>"
    assert "Nothing is found; show all metrics." in text(app)
    assert "<b>none" not in text(app)


def test_a_search_wants_every_word_somewhere() -> None:
    entries = fixture.FixtureFloors().library(fixture.FixtureFloors().current())
    assert [one.definition.metric for one in library.found(entries, "RATE response")] == ["response"]
    assert library.found(entries, "", status="draft") == ()


def test_mistakes_in_metric_files_are_all_listed(
    floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tuple(Problem(Place("metrics/a.yaml", line, 2), f"<u>{line}</u> is wrong.") for line in (3, 9))
    load = dataclasses.replace(floors.current(), problems=wrong, left_out=("a",))
    monkeypatch.setattr(floors, "current", lambda: load)
    listed = text(run(LIBRARY)).partition('<ul class="problems">')[2]
    assert "metrics/a.yaml:3:2: &lt;u&gt;3&lt;/u&gt; is wrong." in listed
    assert "metrics/a.yaml:9:2: &lt;u&gt;9&lt;/u&gt; is wrong." in listed


# ── benchmarks ───────────────────────────────────────────────────────────────────────────────────────


def compared() -> str:
    return text(run(BENCHMARKS))


def test_ours_stands_among_the_others_the_best_first() -> None:
    names = re.findall(r'<th scope="row">([^<]*)<p', compared())
    assert names == ["Corvid &lt;i&gt;Direct&lt;/i&gt;", "We", "Trade industry", "Dunlin"]


def test_a_rival_has_gap_interval_source_date_and_what_was_before() -> None:
    shown = compared()
    assert "Place 2 of 3 among competitors and ourselves." in shown
    assert (
        "2026, n 900, before 83.0\u00a0% (2025). Source: Yearly &lt;b&gt;report&lt;/b&gt;, seen on 20 Nov 2026."
        in shown
    )
    assert "2026, without an interval: it counts as exact. Source: A site" in shown
    dunlin = shown.partition(">Dunlin<")[2]
    assert ">+10.2\u00a0pt<" in dunlin  # 81.2 less 71.0
    assert "ahead</span>" in dunlin


def test_rows_that_are_not_compared_say_why() -> None:
    shown = compared()
    assert "Egret, 2026: on scale &#x27;1-5 mean&#x27;; csat is on &#x27;1-5 top 2&#x27;; not compared." in shown
    assert "no metric is held against &#x27;csta&#x27;; not compared. Did you mean &#x27;csat&#x27;?" in shown


def test_ours_of_a_team_is_said_to_be_the_teams() -> None:
    assert "Ours is of Harbour; the others are always the whole." in text(run(BENCHMARKS, team="Harbour"))


def test_a_withheld_value_is_not_drawn(floors: fixture.FixtureFloors) -> None:
    line = floors.lines["csat"]
    floors.lines["csat"] = dataclasses.replace(line, state="withheld", status="not_judged", reason="a check failed.")
    shown = compared()
    assert "There is no value of our own: A check failed." in shown
    assert 'class="own"' not in shown
    assert "81.2" not in shown


def test_without_rows_or_benchmarks_the_page_says_what_to_write() -> None:
    nothing = Benchmarks(fixture.OCTOBER)
    page = benchmark_parts.body(benchmark_parts.View(nothing, {}, LIGHT, "EUR", None))
    assert "Write `benchmark: {metric: …, scale: …}` in the definition of a metric." in page
    cache.use(fixture.FixtureFloors(tuple(line for line in fixture.LINES if line.metric != "csat")))
    shown = compared()
    assert "<h1>There is nobody to compare with.</h1>" in shown
    assert "No source provides benchmarks." in shown


def test_a_cut_that_nothing_allows_is_a_sentence_and_a_way_back(
    floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: Any) -> Benchmarks:
        raise RequestError("survey_responses cannot be cut by 'team'.")

    monkeypatch.setattr(floors, "benchmarks", refuses)
    shown = text(run(BENCHMARKS, team="Harbour"))
    assert "Back to the overview" in shown
