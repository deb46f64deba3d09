"""The data-quality page and what the other pages say of checks, under the fixture."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, cache, check_sentences, settings
from data_checks.history import RefusedLoad
from metrics.scope import Scope
from metrics.scorecard import Card
from metrics.standing import Standing
from tests import dashboard_fixture as fixture
from tests.test_dashboard_pages import METRIC, run, text

QUALITY = settings.PAGES / "data_quality.py"
MARKED = fixture.FACTS.failed_checks[1]


class Floors(fixture.FixtureFloors):
    """Lets a test say what the load is like."""

    def __init__(self) -> None:
        super().__init__()
        self.more: dict[str, object] = {}

    def current(self) -> cache.Load:
        return dataclasses.replace(super().current(), **self.more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def floors() -> Iterator[Floors]:
    used = Floors()
    cache.use(used)
    yield used
    cache.use(None)


def page() -> tuple[AppTest, str]:
    app = run(QUALITY)
    return app, text(app)


def test_it_answers_first_and_accounts_for_every_row() -> None:
    # read 422,116 + 286,400 + 8,402, published 312,940 + 284,012 + 8,402, in quarantine 1,985 + 2,388
    _, shown = page()
    assert "<h1>The load of 20 Nov 2026 is published. 1 metric is withheld.</h1>" in shown
    assert "716,918 rows were read" in shown
    assert "<b>605,354</b> are published, <b>4,373</b> in quarantine." in shown


def test_it_names_the_metrics_and_leads_to_them() -> None:
    _, shown = page()
    assert "<a class='inline' href=\"/metric?metric=response\">Response rate</a>" in shown
    assert "1 metric is counted without rows in quarantine" in shown
    assert "58 of 60 passed" in shown


def test_it_can_be_taken_along_as_one_file() -> None:
    app, _ = page()
    assert [one.proto.label for one in app.get("download_button")] == ["Download as one file"]


def test_a_rollback_in_force_is_said_on_every_page(floors: Floors) -> None:
    floors.more = {"rolled_back": "Load 1 is shown <again>."}
    for place in (None, METRIC, QUALITY):
        assert "Load 1 is shown &lt;again&gt;." in text(run(place, metric="csat"))


REFUSED = RefusedLoad("9", dt.datetime(2026, 11, 20, 11, 40), "orders.csv:1: <no> column.\norders.csv:2: another.")
TOLD = "The load of 20 Nov 2026, 11:40 was refused; you see that of 09:05."


def test_a_refused_load_is_said_on_every_page_with_its_time_why_and_the_way(floors: Floors) -> None:
    floors.more = {"refused": REFUSED}
    for place in (None, METRIC, QUALITY):
        shown = text(run(place, metric="csat", period="2026-09"))
        notice = re.search(r'<p class="notice" role="status">(.*?)</p>', shown)
        assert notice is not None
        assert f'<span class="mark m-missed"></span> <b>{TOLD}</b>' in notice[1]
        assert "orders.csv:1: &lt;no&gt; column. (and 1 more)" in notice[1]
        assert '<a href="/data_quality?period=2026-09">Data quality</a>' in notice[1]


def test_the_head_of_data_quality_and_the_load_beside_the_board_tell_of_the_refused_load(floors: Floors) -> None:
    floors.more = {"refused": REFUSED}
    assert f"<h1>{TOLD} 1 metric is withheld.</h1>" in page()[1]
    beside = re.search(r'<aside class="load"[^>]*>(.*?)</aside>', text(run()), re.S)
    assert beside is not None
    assert TOLD in beside[1]
    floors.more = {}
    assert "refused" not in text(run())


def test_a_load_refused_on_another_day_names_both_days() -> None:
    other = dataclasses.replace(REFUSED, at=dt.datetime(2026, 11, 23, 7, 40))
    told = "The load of 23 Nov 2026, 07:40 was refused; you see that of 20 Nov 2026, 09:05."
    assert check_sentences.refused(other, fixture.FACTS) == told
    assert check_sentences.refused(None, fixture.FACTS) == ""


def test_a_reader_of_some_teams_is_not_told_why_for_it_may_count_everybodys_rows(
    floors: Floors, monkeypatch: pytest.MonkeyPatch
) -> None:
    floors.more = {"refused": REFUSED}
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("T1"))
    shown = text(run())
    assert TOLD in shown
    assert "orders.csv" not in shown


def test_a_marked_number_says_so_on_its_row_and_its_page() -> None:
    cache.use(_Marked())
    shown = text(run(settings.PAGES / "customer.py"))
    assert shown.count(">marked</a>") == 1
    assert 'href="/metric?metric=csat#checks"' in shown
    assert "Published and marked: handle time below 8 hours found 97 bad rows of tickets." in shown
    assert "Handle time below 8 hours found 97 bad rows of tickets. Forgotten timers inflate the mean." in text(
        run(METRIC, metric="csat")
    )


class _Marked(fixture.FixtureFloors):
    """One check of the load marks customer satisfaction."""

    def scorecard(self, load, scope, period, against, where):
        board = super().scorecard(load, scope, period, against, where)
        branches = tuple(
            dataclasses.replace(branch, cards=tuple(_mark(card) for card in branch.cards)) for branch in board.branches
        )
        return dataclasses.replace(board, branches=branches)

    def card(self, load, scope, metric, period, against, where):
        return _mark(super().card(load, scope, metric, period, against, where))


def _mark(card: Card) -> Card:
    if card.definition.metric != "csat":
        return card
    checks = (Standing(MARKED, "marked"),)
    return dataclasses.replace(card, result=dataclasses.replace(card.result, checks=checks))
