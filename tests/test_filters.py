"""Filters in the address: several values of several names at once, read, written, drawn, said and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import cache, filters, settings
from dashboard.filters import Filters
from dashboard.navigation import link
from data_checks.calendar import EVERYBODYS
from metrics.period import period_at, shifted
from metrics.scope import Scope
from tests import dashboard_fixture as fixture
from tests.small_company import load_small_company
from tests.test_dashboard_pages import METRIC, run, text

NAMES = ("North", "South", "Sales~Berlin", "A\\B")


@pytest.mark.parametrize(
    ("word", "exist", "unknown"),
    [
        (None, (), ()),
        ("North", ("North",), ()),
        ("North~South", ("North", "South"), ()),
        ("Sales~Berlin", ("Sales~Berlin",), ()),
        ("North~Sales\\~Berlin", ("North", "Sales~Berlin"), ()),
        ("North~A\\\\B", ("North", "A\\B"), ()),
        ("A\\B", ("A\\B",), ()),
        ("", ("",), ()),
        ("~North", ("", "North"), ()),
        ("North~North~Nroth", ("North",), ("Nroth",)),
        ("\\", (), ("\\",)),
    ],
)
def test_a_word_of_an_address_is_read_as_names(
    word: str | None, exist: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert filters.read(word, lambda: NAMES) == (exist, unknown)


@pytest.mark.parametrize("values", [(), ("North",), ("North", "South"), ("", "Sales~Berlin"), ("A\\B", "North"), NAMES])
def test_what_is_written_is_read_again(values: tuple[str, ...]) -> None:
    assert filters.read(filters.written(values), lambda: NAMES) == (values, ())


def test_a_link_of_several_teams_stays_readable() -> None:
    assert link("overview", Filters(team=("Returns", "Support"), channel=("chat",)).query()) == (
        "/?team=Returns~Support&channel=chat"
    )


def test_a_huge_address_is_read_up_to_a_limit() -> None:
    found, wrong = filters.read("~".join(f"x{number}" for number in range(50_000)), lambda: NAMES)
    assert (found, len(wrong)) == ((), filters.MOST)


def test_the_filter_is_said_in_a_sentence() -> None:
    chosen = Filters(team=("North", "South"), agent=("Ann",), channel=("",))
    assert chosen.told() == "You see the teams North and South, the agent Ann and the channel (none)."
    assert chosen.where == (("team", ("North", "South")), ("agent", ("Ann",)), ("channel", (None,)))


def test_those_without_a_name_are_said_as_such() -> None:
    assert filters.shown("agent", "") == "no agent named"
    assert filters.words_of({"team": "South", "agent": ""}) == ["South", "no agent named"]


def test_a_department_counts_only_without_a_team() -> None:
    assert Filters(department=("Service",), team=("North",)).where == (("team", ("North",)),)


@pytest.fixture
def floors() -> Iterator[fixture.FixtureFloors]:
    used = fixture.FixtureFloors()
    cache.use(used)
    yield used
    cache.use(None)


def test_several_teams_are_counted_on_the_button_and_said_with_a_way_back(floors: fixture.FixtureFloors) -> None:
    app = run(team="Harbour~Canyon", channel="chat", period="2026-09")
    assert app.selectbox(key="choice_team").label == "Team"
    assert "2 teams" in app.selectbox(key="choice_team").options
    shown = text(app)
    assert "You see the teams Harbour and Canyon and the channel chat." in shown
    assert '<a href="/?period=2026-09">Show the whole organisation</a>' in shown


def test_one_team_is_said_by_its_own_control_alone(floors: fixture.FixtureFloors) -> None:
    assert "You see the" not in text(run(team="Harbour"))


def test_choosing_one_team_replaces_several(floors: fixture.FixtureFloors) -> None:
    app = run(team="Harbour~Canyon", agent="K. Osei")
    app.selectbox(key="choice_team").set_value("Atrium").run()
    assert (app.query_params["team"], "agent" in app.query_params) == ("Atrium", False)


def test_the_names_without_a_team_are_a_team_of_their_own(floors: fixture.FixtureFloors) -> None:
    app = run(team="")
    assert "You see the team (none)." in text(app)
    app.selectbox(key="choice_team").set_value("").run()
    assert "team" not in app.query_params


def test_names_that_do_not_exist_are_said_and_left_out(floors: fixture.FixtureFloors) -> None:
    shown = text(run(team="Harbour~Canyn", channel="chta", agent="x" * 9000))
    assert "There is no team “Canyn”. Did you mean Canyon?" in shown
    assert "There is no channel “chta”. Did you mean chat?" in shown
    assert f"There is no agent “{'x' * 60}…”." in shown


def test_a_metric_of_several_teams_is_cut_by_team_and_nobody_comments_on_it(floors: fixture.FixtureFloors) -> None:
    shown = text(run(METRIC, metric="csat", team="Harbour~Canyon"))
    assert '<li aria-current="page">Harbour, Canyon</li>' in shown
    assert "By team" in shown
    assert "Comments are about one team, one agent or one channel." in shown


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_small_company(tmp_path_factory.mktemp("filters") / "company")


def test_several_teams_are_counted_together(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.WORKSPACE, str(company))
    cache.use(None)
    load, january = cache.current(), period_at(dt.date(2024, 1, 1), "month", EVERYBODYS)
    everyone = Scope.everything()

    def good(*teams: str | None) -> tuple[float | None, float | None]:
        found = cache.card(load, everyone, "csat", january, shifted(january, -1), (("team", teams),)).result
        return found.numerator, found.denominator

    # 8 of 10 answers of North and 20 of 40 of South are good
    assert (good("North"), good("South"), good("North", "South")) == ((8, 10), (20, 40), (28, 50))


def test_the_agents_offered_are_those_of_the_chosen_teams(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.WORKSPACE, str(company))
    cache.use(None)
    load, everyone = cache.current(), Scope.everything()
    assert cache.names(load, everyone, "agent") == ("Ann", "Bob")
    assert cache.names(load, everyone, "agent", (("team", ("South",)),)) == ("Bob",)
    assert cache.names(load, Scope.of_teams("N"), "agent") == ("Ann",)


def test_the_popover_offers_what_there_is_and_writes_the_address(floors: fixture.FixtureFloors) -> None:
    app = run()
    assert not app.multiselect
    app.session_state["filter"] = True
    app.run()
    assert [box.label for box in app.multiselect] == ["Departments", "Teams", "Agents", "Channels"]
    app.multiselect(key="filter_team").set_value(["Harbour", "Canyon"]).run()
    assert app.query_params["team"] == "Harbour~Canyon"
    app.session_state["filter"] = True
    app.run()
    app.button(key="filter_clear").click().run()
    assert "team" not in app.query_params
