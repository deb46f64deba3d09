"""The data-quality page and what the other pages say of checks, under the fixture."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cache, settings
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
        self.more: dict[str, str] = {}

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


def test_a_refused_load_is_said_on_the_page(floors: Floors) -> None:
    floors.more = {"refused": "Load 9 was refused and nothing has changed."}
    assert "Load 9 was refused and nothing has changed." in page()[1]


def test_a_marked_number_says_so_on_its_row_and_its_page() -> None:
    cache.use(_Marked())
    shown = text(run(settings.PAGES / "customer.py"))
    assert shown.count(">marked</span>") == 1
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
