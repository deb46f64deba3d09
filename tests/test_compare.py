"""What a board is held against: a period, the goal, another team; the last counted by hand on small_company.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard import cache, compare, sentences
from dashboard.board import rows
from dashboard.controls import Choice, Level
from dashboard.filters import Filters
from data_checks.calendar import EVERYBODYS
from metrics.period import period_at, shifted
from metrics.scope import Scope
from metrics.scorecard import Card
from tests import dashboard_fixture as fixture
from tests.every_page import html, read_as, run_page, serve_folder
from tests.small_company import load_small_company
from tests.test_dashboard_pages import run, text

__all__ = ["read_as"]
JANUARY = period_at(dt.date(2024, 1, 1), "month", EVERYBODYS)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_small_company(tmp_path_factory.mktemp("compare") / "company")


@pytest.fixture
def served(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_folder(company, monkeypatch)


@pytest.fixture
def floors() -> Iterator[None]:
    cache.use(fixture.FixtureFloors())
    yield
    cache.use(None)


def card(teams: tuple[str, ...], rival: str, metric: str = "csat") -> Card:
    level = Level(JANUARY, shifted(JANUARY, -1), f"team:{rival}", Filters(team=teams), metric)
    return compare.card(cache.current(), Scope.everything(), level)


@pytest.mark.usefixtures("served")
def test_a_team_is_held_against_another_in_the_same_period() -> None:
    # North: 8 of 10 good, South: 20 of 40
    found = card(("North",), "South")
    assert found.previous is not None
    assert (found.result.value, found.previous.value) == (0.8, 0.5)
    assert found.previous.period == found.result.period == JANUARY
    assert found.change == pytest.approx(0.3)


@pytest.mark.usefixtures("served")
def test_chance_is_not_judged_where_rows_are_in_both() -> None:
    found = card((), "South")  # the whole holds South's 40 answers too: 28 of 50 against 20 of 40
    assert found.change == pytest.approx(28 / 50 - 20 / 40)
    assert found.change_is_clear is None
    assert card(("North",), "South").change_is_clear is not None


@pytest.mark.usefixtures("served")
def test_a_team_without_a_value_is_compared_with_nothing() -> None:
    # in February only North has answers
    february = shifted(JANUARY, 1)
    level = Level(february, JANUARY, "team:South", Filters(team=("North",)), "csat")
    found = compare.card(cache.current(), Scope.everything(), level)
    assert (found.previous, found.change) == (None, None)


@pytest.mark.usefixtures("served")
def test_the_board_has_the_other_teams_scores_beside_its_own() -> None:
    load, everyone = cache.current(), Scope.everything()

    def board(team: str, against: str | None):
        return compare.board(load, everyone, Choice(JANUARY, shifted(JANUARY, -1), against, Filters(team=(team,))))

    north, south, both = board("North", None), board("South", None), board("North", "team:South")
    assert (both.rival, both.score, both.previous_score) == ("South", north.score, south.score)
    assert [one.previous_score for one in both.branches] == [one.score for one in south.branches]
    assert sentences.held_against(both) == "South"


@pytest.mark.usefixtures("served")
def test_a_reader_of_some_teams_cannot_compare_with_another(read_as: Callable[[Scope], None]) -> None:
    read_as(Scope.of_teams("N"))
    app = run_page("overview", against="team:South")
    assert not [one for one in app.selectbox(key="choice_against").options if "South" in one]
    assert "“team:South” is nothing to compare with." in html(app)
    assert "against South" not in html(app)


@pytest.mark.usefixtures("floors")
def test_against_the_goal_the_last_column_says_how_far_it_is() -> None:
    (row,) = (line for line in fixture.LINES if line.metric == "csat")
    beside_goal = replace(fixture.card(row, fixture.OCTOBER, fixture.SEPTEMBER), gap=0.812 - 0.85, gap_is_clear=True)
    assert rows._change(beside_goal, "EUR", {"against": "goal"}) == '<span class="clear">−3.8\u00a0pt</span>'
    assert rows._change(beside_goal, "EUR", {}) == '<span class="clear">−2.9\u00a0pt</span>'
    assert "To goal" in text(run(against="goal"))


@pytest.mark.usefixtures("floors")
def test_an_earlier_month_may_be_named_and_a_later_one_not() -> None:
    app = run(against="2026-03", period="2026-09")
    assert app.selectbox(key="choice_against").value == "2026-03"
    assert "“2026-10” is nothing to compare with." in text(run(against="2026-10", period="2026-09"))


@pytest.mark.usefixtures("floors")
def test_a_team_is_not_offered_against_itself() -> None:
    options = run(team="Harbour").selectbox(key="choice_against").options
    assert "Against Harbour" not in options
    assert "Against Canyon" in options
