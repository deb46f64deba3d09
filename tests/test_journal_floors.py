"""The journal behind the dashboard on real data: whose words a reader gets, and that no way leads around it."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboard import cache, settings
from dashboard.floors import RealFloors
from data_checks.errors import RequestError
from data_checks.journal_entries import About
from metrics.events import Happening
from metrics.scope import Scope
from tests.small_company import load_small_company, write_small_company

JANUARY = dt.date(2024, 1, 1)
NORTH, SOUTH, ALL = (About("csat", slices, JANUARY, "month") for slices in
                     ((("team", "North"),), (("team", "South"),), ()))  # fmt: skip
EVERYTHING, OWN = Scope.everything(), Scope.of_teams("N")


@pytest.fixture
def folder(tmp_path):
    return load_small_company(tmp_path / "company")


@pytest.fixture
def floors(folder, monkeypatch):
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    used = RealFloors()
    cache.use(used)
    yield used
    cache.use(None)


def test_a_team_reads_and_writes_its_own_words_only(floors):
    load = floors.current()
    for about in (NORTH, SOUTH, ALL):
        floors.write_comment(load, EVERYTHING, about, f"On {about.slices}.", "A. Brandt", None)
    assert [one.about for one in floors.entries(load, OWN, "csat").comments] == [NORTH]
    assert [one.about for one in floors.entries(load, EVERYTHING, "csat").comments] == [NORTH, SOUTH, ALL]
    floors.write_comment(load, OWN, NORTH, "Better.", "Ann", 1)
    for about in (SOUTH, ALL):
        with pytest.raises(RequestError, match="your own teams"):
            floors.write_comment(load, OWN, about, "Mine too.", "Ann", None)
        with pytest.raises(RequestError, match="your own teams"):
            floors.mark_reviewed(load, OWN, about, "met", "Ann")
    assert len(floors.entries(load, EVERYTHING, "csat").comments) == 4
    assert floors.entries(load, Scope.of_teams(), "csat").comments == ()


def test_a_correction_cannot_reach_into_another_team(floors):
    load = floors.current()
    floors.write_comment(load, EVERYTHING, SOUTH, "South's own.", "A. Brandt", None)
    with pytest.raises(RequestError, match="comment 1 is about something else"):
        floors.write_comment(load, OWN, NORTH, "Not so.", "Ann", 1)


def test_what_is_written_is_there_at_once(floors):
    load = floors.current()
    assert cache.book(load, EVERYTHING, "csat").entries.comments == ()
    cache.write_comment(load, EVERYTHING, SOUTH, "Two agents were ill.", "A. Brandt")
    assert cache.book(load, EVERYTHING, "csat").entries.comments[0].text == "Two agents were ill."


def test_loaded_events_are_drawn_for_who_sees_the_organisation(tmp_path, monkeypatch):
    from data_checks.load import load as run_load
    from data_checks.workspace import read_workspace

    folder = write_small_company(tmp_path / "company")
    (folder / "events.csv").write_text("id,day,what\ne1,2024-02-10,Price rise\ne2,2024-01-05,New tool\n", "utf-8")
    with (folder / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write("  events: {files: events.csv, columns: {event_id: id, happened_on: day, title: what}}\n")
    run_load(read_workspace(folder), dt.datetime(2024, 5, 1, 6))
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    cache.use(floors := RealFloors())
    try:
        load = cache.current()
        floors._book().write_event(dt.date(2024, 1, 20), "Flood", "A. Brandt", dt.datetime(2024, 5, 2))
        assert cache.events(load, EVERYTHING, cache.book(load, EVERYTHING, "csat")) == (
            Happening(dt.date(2024, 1, 5), "New tool"),
            Happening(dt.date(2024, 1, 20), "Flood"),
            Happening(dt.date(2024, 2, 10), "Price rise"),
        )
        assert cache.events(load, OWN, cache.book(load, OWN, "csat")) == ()
    finally:
        cache.use(None)
