"""Each page runs: on the fixture, before the first load, with a broken workspace, with a wrong address."""

from __future__ import annotations

import dataclasses
import gc
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cache, navigation, settings, theme
from dashboard.cache import NothingPublished
from data_checks.errors import FileProblems, Place, Problem, RequestError
from metrics.receipt import Receipt
from tests import dashboard_fixture as fixture

METRIC = settings.PAGES / "metric.py"


@pytest.fixture(autouse=True)
def floors() -> Iterator[fixture.FixtureFloors]:
    used = fixture.FixtureFloors()
    cache.use(used)
    yield used
    cache.use(None)


def run(page: Path | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(settings.ENTRY, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    if page is None:
        app.run()
    else:
        app.switch_page(str(page)).run()
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_the_overview_answers_first() -> None:
    shown = text(run())
    assert "<h1>8 of 18 goals are met." in shown
    assert "Alder Supply, synthetic data" in shown
    assert "October 2026 is the last complete month" in shown


def test_the_address_chooses_period_comparison_and_team() -> None:
    app = run(period="2026-09", against="year", team="Harbour")
    assert [box.value for box in app.selectbox] == ["2026-09", "year", "Harbour"]
    assert "against September 2025" in text(app)


def test_a_wrong_address_shows_the_default_instead_of_an_error() -> None:
    app = run(period="1999-99", against="x", team="harbour")
    assert [box.value for box in app.selectbox] == ["2026-10", "", ""]
    shown = text(app)
    assert "There is no month “1999-99” in these data. You see October 2026." in shown
    assert "“x” is nothing to compare with. You see September 2026." in shown
    assert "There is no team “harbour”. Did you mean Harbour? You see all teams." in shown


def test_the_metric_page_has_the_same_controls_and_says_the_same(floors: fixture.FixtureFloors) -> None:
    app = run(METRIC, metric="csat", period="2026-09", team="Nobody")
    assert [box.value for box in app.selectbox] == ["2026-09", "", ""]
    assert "There is no team “Nobody”. You see all teams." in text(app)


def test_choosing_another_team_leaves_the_agent_of_the_old_one() -> None:
    app = run(METRIC, metric="csat", team="Harbour", agent="K. Osei", rows="all")
    app.selectbox(key="choice_team").set_value("Canyon").run()
    assert app.query_params["team"] == "Canyon"
    assert "agent" not in app.query_params
    assert "rows" not in app.query_params


def test_choosing_writes_the_address_and_the_default_leaves_it() -> None:
    app = run()
    app.selectbox(key="choice_period").set_value("2026-09").run()
    assert app.query_params["period"] == "2026-09"
    app.selectbox(key="choice_period").set_value("2026-10").run()
    assert "period" not in app.query_params


def test_the_running_month_is_offered_as_so_far() -> None:
    labels = run().selectbox(key="choice_period").options
    assert labels[:2] == ["November 2026, so far", "October 2026"]


def test_a_metric_is_shown_with_its_receipt_and_its_teams() -> None:
    shown = text(run(METRIC, metric="csat"))
    assert (
        "<h1>81.2\u00a0% in October 2026: short of the goal of 85\u00a0%, within the limit of 75\u00a0%.</h1>" in shown
    )
    assert "3,907 of 4,812 = 81.2\u00a0%" in shown
    assert "By team" in shown


def test_the_full_receipt_is_made_when_it_is_opened_and_escaped(
    floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[object, ...]] = []
    real = floors.receipt

    def counted(*asked: Any) -> Receipt:
        made.append(asked)
        return real(*asked)

    monkeypatch.setattr(floors, "receipt", counted)
    app = run(METRIC, metric="csat", team="Harbour")
    assert made == []
    assert "What was left out" not in text(app)
    app.session_state["receipt"] = True
    shown = text(app.run())
    assert [(asked[2], asked[4]) for asked in made] == [("csat", (("team", ("Harbour",)),))]
    for told in ("What was left out", "How it is counted", "<code>share(score &gt;= 4)</code>",
                 "not: survey = &#x27;&lt;i&gt;csat&lt;/i&gt;&#x27;", "Fingerprint 0123456789abcdef"):  # fmt: skip
        assert told in shown
    assert "<script" not in shown
    assert "<u>Why" not in shown
    app.run()
    assert len(made) == 1


def test_an_agent_has_rows_and_their_words_are_escaped() -> None:
    shown = text(run(METRIC, metric="csat", team="Harbour", agent="K. Osei"))
    assert "Rows behind this number" in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script" not in shown


def test_a_metric_that_cannot_be_split_says_so() -> None:
    shown = text(run(METRIC, metric="backlog"))
    assert "Tickets name no team, so this is not known per team." in shown
    assert "Open a team" not in shown
    assert "Show all 60 rows" in shown


def test_a_metric_not_known_per_team_says_so_and_offers_the_whole(floors: fixture.FixtureFloors) -> None:
    line = floors.lines["backlog"]
    reason = "tickets cannot be cut by 'team': no source provides tickets.team_id"
    floors.lines["backlog"] = dataclasses.replace(line, value=None, state="not_provided", reason=reason)
    shown = text(run(METRIC, metric="backlog", team="Harbour"))
    assert "<h1>Backlog is not known per team.</h1>" in shown
    assert "Tickets name no team, so this is not known per team." in shown
    assert '<a href="/metric?metric=backlog">Show it for all teams</a>' in shown


@pytest.mark.parametrize("page", [None, METRIC], ids=["overview", "metric"])
def test_an_error_nobody_foresaw_is_a_calm_sentence_and_logged(
    page: Path | None, floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("scorecard", "card"):
        monkeypatch.setattr(floors, name, lambda *_: 1 / 0)
    shown = text(run(page, metric="csat"))
    assert "<h1>Something went wrong here.</h1>" in shown
    assert "ZeroDivisionError" not in shown
    assert "ZeroDivisionError" in caplog.text


def test_no_path_of_this_machine_is_shown(floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.WORKSPACE, "/srv/data/alder")
    places = (Place("/srv/data/alder"), Place("/srv/data/alder/metrics/a.yaml", 2), Place("/opt/other/b.yaml"))
    floors.error = FileProblems([Problem(place, "this is wrong.") for place in places])
    shown = text(run())
    assert re.findall(r"<li>(.*?): this", shown) == ["alder", "metrics/a.yaml:2", "b.yaml"]
    assert "/srv" not in shown


def test_the_menu_word_is_an_address_too() -> None:
    assert navigation.link("metrics", {}) == "/metrics"
    assert "metrics" in navigation._PAGES


def test_the_company_is_written_as_harmless_css() -> None:
    written = theme._css_text('A "b"</style>')
    assert set(written.strip('"')) <= set(string.ascii_letters + string.digits + "\\")
    assert written == r'"A\000020\000022b\000022\00003c\00002fstyle\00003e"'


@pytest.mark.parametrize("metric", sorted(line.metric for line in fixture.LINES))
def test_every_state_has_a_page(metric: str) -> None:
    assert "<h1>" in text(run(METRIC, metric=metric))


def test_without_a_metric_the_page_leads_to_the_library_with_what_was_chosen() -> None:
    shown = text(run(METRIC, period="2026-09"))
    assert "Which metric?" in shown
    assert 'href="/metric_library?period=2026-09"' in shown


def test_an_unknown_metric_gets_a_suggestion_and_a_way_back() -> None:
    shown = text(run(METRIC, metric="csta"))
    assert "There is no metric called “csta”." in shown
    assert 'Did you mean: <a href="/metric?metric=csat">Customer satisfaction (CSAT)</a>' in shown
    assert "renamed or deleted" in shown
    assert 'href="/metric_library"' in shown


@pytest.mark.parametrize("page", [None, METRIC], ids=["overview", "metric"])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NothingPublished("Nothing is published yet."), "scorecard load"),
        (FileProblems([Problem(Place("workspace.yaml", 3, 1), "unknown key.")]), "workspace.yaml:3:1: unknown key."),
        (RequestError("there is no such thing."), "There is no such thing."),
    ],
    ids=["no load", "broken workspace", "refused"],
)
def test_what_is_wrong_is_a_sentence_and_a_next_step(
    page: Path | None, error: Exception, words: str, floors: fixture.FixtureFloors
) -> None:
    floors.error = error
    assert words in text(run(page, metric="csat"))


def test_no_data_in_the_period_is_said(floors: fixture.FixtureFloors) -> None:
    cache.use(fixture.FixtureFloors(tuple(line for line in fixture.LINES if line.state == "no_data")))
    assert "Nothing can be judged in October 2026: there are no data." in text(run())


def test_nobody_comes_in_when_access_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.ACCESS, "anything")
    app = run()
    assert "This dashboard is closed: no way to sign in is set up. Ask whoever runs it." in text(app)
    assert "goals are met" not in text(app)


def test_the_same_run_twice_leaves_nothing_behind() -> None:
    app = run()
    before = text(app)
    gc.collect()
    assert text(app.run()) == before
