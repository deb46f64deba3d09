"""Comments and events on a metric's page: written, escaped, kept apart by number, and only one's own under a scope."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, cache, settings, theme
from dashboard.charts import trends
from data_checks.journal import Journal
from data_checks.journal_entries import About
from data_checks.workspace_journal import JournalPlace
from metrics.events import Happening
from metrics.scope import Scope
from tests import dashboard_fixture as fixture
from tests.test_dashboard_pages import METRIC, text

OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(JournalPlace(tmp_path))


@pytest.fixture(autouse=True)
def floors(journal: Journal) -> Iterator[fixture.FixtureFloors]:
    used = fixture.FixtureFloors()
    used.journal = journal
    cache.use(used)
    yield used
    cache.use(None)


def page(**query: str) -> AppTest:
    app = AppTest.from_file(settings.ENTRY, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(str(METRIC)).run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def fill(app: AppTest, words: str, name: str = "A. Brandt") -> AppTest:
    app.text_area[0].input(words)
    app.text_input[0].input(name)
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_comment_is_written_on_the_number_shown_and_the_form_is_empty_again(journal: Journal) -> None:
    app = press(fill(page(metric="sla", team="Harbour"), "Two agents were ill."), "Write comment")
    (comment,) = journal.read().comments
    assert comment.about == About("sla", (("team", "Harbour"),), OCTOBER, "month")
    assert (comment.text, comment.author) == ("Two agents were ill.", "A. Brandt")
    assert "<p>Two agents were ill.</p>" in text(app)
    assert "A. Brandt, 20 Nov 2026, 10:00, comment 1" in text(app)
    assert (app.text_area[0].value, app.text_input[0].value) == ("", "A. Brandt")


def test_a_comment_stands_under_its_own_number_only(journal: Journal) -> None:
    journal.write_comment(About("sla", (("team", "Harbour"),), OCTOBER, "month"), "Harbour only.", "A", fixture.WRITTEN)
    assert "Harbour only." in text(page(metric="sla", team="Harbour"))
    for query in ({"team": "Atrium"}, {}, {"team": "Harbour", "agent": "K. Osei"}, {"metric": "csat"}):
        assert "Harbour only." not in text(page(**({"metric": "sla"} | query)))


def test_markup_in_a_comment_and_a_name_is_shown_as_text(journal: Journal) -> None:
    words = "<script>alert(1)</script> **bold** [x](javascript:alert(1))"
    app = press(fill(page(metric="csat"), words, "<img src=x onerror=alert(1)>"), "Write comment")
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt; **bold** [x](javascript:alert(1))</p>" in text(app)
    assert "&lt;img src=x onerror=alert(1)&gt;, 20 Nov 2026" in text(app)
    assert "<script>" not in text(app)


def test_what_cannot_be_taken_is_a_sentence_and_what_was_typed_stays(journal: Journal) -> None:
    app = press(fill(page(metric="csat"), "All is well.", "  "), "Write comment")
    assert "A name must say something; it is empty." in text(app)
    assert app.text_area[0].value == "All is well."
    assert journal.read().comments == ()


def test_a_red_number_asks_for_a_comment_and_is_reviewed_after_it(journal: Journal) -> None:
    app = page(metric="first_reply")
    assert "It is red and nobody has commented on it yet" in text(app)
    app = press(fill(app, ""), "Mark as reviewed")
    assert "It is red and nobody has commented on it; write first what happened" in text(app)
    assert journal.read().reviews == ()
    app = press(fill(app, "Three vacancies; two are filled from December."), "Mark as reviewed")
    (review,) = journal.read().reviews
    assert (review.status, review.comment, review.author) == ("missed", 1, "A. Brandt")
    assert "Reviewed by A. Brandt, 20 Nov 2026, 10:00." in text(app)
    press(fill(app, "", "J. Moreau"), "Mark as reviewed")
    assert [(one.author, one.comment) for one in journal.read().reviews] == [("A. Brandt", 1), ("J. Moreau", 1)]


def test_only_a_red_number_offers_a_review() -> None:
    assert "Mark as reviewed" not in labels(page(metric="csat"))


def test_a_correction_shows_what_it_replaces_one_step_away(journal: Journal) -> None:
    app = press(fill(page(metric="csat"), "Two agents where ill."), "Write comment")
    app.selectbox[-1].select(1)
    app = press(fill(app, "Two agents were ill."), "Write comment")
    shown = text(app)
    assert [one.replaces for one in journal.read().comments] == [None, 1]
    assert shown.index("<p>Two agents were ill.</p>") < shown.index("<details><summary>Before it was corrected")
    assert shown.count("Two agents where ill.") == 1


def test_who_is_signed_in_writes_under_that_name(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "writer", lambda: "J. Moreau")
    app = page(metric="csat")
    assert len(app.text_input) == 0
    app.text_area[0].input("All is well.")
    press(app, "Write comment")
    assert journal.read().comments[0].author == "J. Moreau"


def test_who_sees_one_team_reads_and_writes_on_that_team_only(
    journal: Journal, floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slices, words in (
        ((), "Of all."),
        ((("team", "Harbour"),), "Of Harbour."),
        ((("team", "Atrium"),), "Of Atrium."),
    ):
        journal.write_comment(About("csat", slices, OCTOBER, "month"), words, "A. Brandt", fixture.WRITTEN)
    floors.happened = (Happening(dt.date(2026, 6, 2), "Price rise"),)
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("Harbour"))
    own = page(metric="csat", team="Harbour")
    assert "Of Harbour." in text(own)
    assert "Write comment" in labels(own)
    for query in ({}, {"team": "Atrium"}):
        other = page(metric="csat", **query)
        assert "You see and write comments on your own teams." in text(other)
        assert "Write comment" not in labels(other)
        assert not re.search("Of all|Of Atrium|Of Harbour|Price rise", text(other))


def test_a_journal_that_cannot_be_read_does_not_take_the_numbers_away(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/journal.db").write_text("no database " * 100, encoding="utf-8")
    shown = text(page(metric="csat"))
    assert "Comments cannot be shown: the journal var/journal.db cannot be read: file is not a database" in shown
    assert "81.2" in shown


# ── events on the trend ──────────────────────────────────────────────────────────────────────────────


def test_loaded_and_written_events_stand_on_the_trend_in_order_and_are_named_below_it(
    journal: Journal, floors: fixture.FixtureFloors
) -> None:
    floors.happened = (Happening(dt.date(2026, 6, 2), "Price <i>rise</i>"), Happening(dt.date(2020, 1, 1), "Long ago"))
    journal.write_event(dt.date(2026, 3, 16), "New tool", "A. Brandt", fixture.WRITTEN)
    journal.write_event(dt.date(2026, 6, 2), "Price <i>rise</i>", "A. Brandt", fixture.WRITTEN)
    shown = text(page(metric="nps"))
    listed = re.search('<ol class="events"[^>]*>(.*?)</ol>', shown)
    assert listed is not None
    assert re.findall("<li>(.*?)</li>", listed[1]) == [
        "16 Mar 2026: New tool",
        "2 Jun 2026: Price &lt;i&gt;rise&lt;/i&gt;",
    ]


def drawn(*days: dt.date) -> tuple[list[tuple[float, str]], trends.Trend]:
    """(place, number) of every event mark of a trend of 13 months from October 2025."""
    line = next(one for one in fixture.LINES if one.metric == "nps")
    happened = [Happening(day, f"Event of {day}") for day in days]
    definition = fixture.definition(line)
    found = trends.trend(fixture.trend(line), fixture.OCTOBER, definition, "EUR", theme.LIGHT, happened)
    assert found is not None
    rules = [
        layer["data"]["values"][0]
        for layer in found.spec["layer"]
        if layer["mark"].get("strokeDash") == [1, 3] and layer["mark"]["type"] == "rule"
    ]
    return [(round(rule["x"], 3), rule["word"]) for rule in rules], found


def test_an_event_stands_at_its_day_within_the_month() -> None:
    # 16 November is 15 of 30 days into the second month, 1 October 2026 begins the thirteenth
    assert drawn(dt.date(2025, 11, 16), OCTOBER)[0] == [(1.5, "1"), (12.0, "2")]


def test_events_outside_the_months_are_not_drawn() -> None:
    assert drawn(dt.date(2025, 9, 30), dt.date(2026, 11, 1))[0] == []


def test_events_of_the_same_days_share_their_numbers() -> None:
    days = (dt.date(2026, 3, 1), dt.date(2026, 3, 2), dt.date(2026, 3, 4), dt.date(2026, 6, 1))
    assert [number for _, number in drawn(*days)[0]] == ["1–3", "", "", "4"]


def test_the_newest_twelve_events_are_drawn_and_the_others_counted() -> None:
    marks, trend = drawn(*(dt.date(2026, 1, 1) + dt.timedelta(days=20 * step) for step in range(14)))
    assert len(marks) == 12
    assert trend.events_left_out == 2
    assert trend.events[0].day == dt.date(2026, 2, 10)
