"""A team's day: what is late and due, who waits for an answer, for whom, counted by hand and by other SQL."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard import access, cache, raw_rows, settings
from dashboard.theme import LIGHT
from dashboard.today import stems
from dashboard.today import view as today_view
from data_checks.journal_entries import About, slices_of
from data_checks.warehouse import open_warehouse
from data_checks.warehouse.contract import CheckOutcome, LoadFacts, Warehouse
from data_checks.workspace import read_workspace
from metrics.analyses import open_work, voices
from metrics.scope import Scope
from tests import dashboard_fixture as fixture
from tests import team_company
from tests.test_dashboard_pages import run, text
from tests.test_dashboard_parts import read

TODAY = settings.PAGES / "today.py"
EVERYBODY, NORTH, SOUTH = Scope.everything(), Scope.of_teams("N"), Scope.of_teams("S")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return team_company.load_team_company(tmp_path_factory.mktemp("today") / "w")


@pytest.fixture(scope="module")
def warehouse(company: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(read_workspace(company))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def demo(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("today_demo") / "demo"
    shutil.copytree(loaded_demo, folder)
    return folder


@pytest.fixture
def served(company: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages answer from the company."""
    monkeypatch.setenv(settings.WORKSPACE, str(company))
    cache.use(None)
    yield
    cache.use(None)


# ── tickets ──────────────────────────────────────────────────────────────────────────────────────────


def test_late_and_soon_are_counted_at_the_time_the_data_reach(warehouse: Warehouse) -> None:
    work = open_work.open_work(warehouse, EVERYBODY)
    assert (work.now, work.until, work.ends) == (dt.datetime(2026, 3, 10, 8, 30), dt.datetime(2026, 3, 10, 11), "noon")
    # late: t1, t4 · over a week: t4 · before noon: t2, t5, not t3 · without a due time: t7
    assert (work.late, work.late_over_a_week, work.soon, work.undated) == (2, 1, 2, 1)
    assert [one.ticket_id for one in work.near] == ["t1", "t5", "t2", "t3"]
    assert work.oldest is not None
    assert work.oldest.ticket_id == "t4"


def test_the_backlog_by_age_stands_beside_itself_a_week_ago(warehouse: Warehouse) -> None:
    work = open_work.open_work(warehouse, EVERYBODY)
    # t3, t5 · t1 (25.5 h), t2 (47.5 h) · t7 (5 days) · none · t4; on 3 March t4 ran, and t12 for half an hour
    assert [(age.days, age.now, age.before) for age in work.ages] == [
        (0, 2, 1), (1, 2, 0), (3, 1, 0), (7, 0, 0), (14, 1, 1)
    ]  # fmt: skip
    assert (work.running, work.before) == (6, 2)


def test_a_team_and_an_agent_have_their_own_day(warehouse: Warehouse) -> None:
    north = open_work.open_work(warehouse, EVERYBODY, (("team", ("North",)),))
    assert (north.running, north.late, north.soon) == (4, 2, 1)
    nobodys = open_work.open_work(warehouse, EVERYBODY, (("agent", (None,)),))
    assert [one.ticket_id for one in nobodys.near] == ["t3"]


def test_a_reader_of_one_team_counts_and_lists_that_team_only(warehouse: Warehouse) -> None:
    work = open_work.open_work(warehouse, SOUTH)
    assert (work.running, work.late, work.soon, work.undated) == (2, 0, 1, 1)
    assert {one.team for one in work.near} == {"South"}
    late, total = open_work.list_tickets(warehouse, SOUTH, (("team", ("North",)),), "late", 10)
    assert (late, total) == ((), 0)


def test_a_list_names_every_ticket_of_its_number(warehouse: Warehouse) -> None:
    for which, expected in (
        ("late", ["t4", "t1"]),
        ("soon", ["t5", "t2"]),
        ("open", ["t4", "t7", "t2", "t1", "t3", "t5"]),
    ):
        found, total = open_work.list_tickets(warehouse, EVERYBODY, (), which, 99)  # type: ignore[arg-type]
        assert [one.ticket_id for one in found] == expected
        assert total == len(expected)


@pytest.mark.parametrize(
    ("now", "ends", "until"),
    [
        ("2026-03-10 08:59", "noon", "2026-03-10 11:00"),  # 09:59 in Berlin
        ("2026-03-10 09:00", "midnight", "2026-03-10 23:00"),
        ("2026-03-10 15:00", "noon tomorrow", "2026-03-11 11:00"),
        ("2026-03-28 22:59:59.999999", "noon tomorrow", "2026-03-29 10:00"),  # summer time begins in between
        ("2026-10-24 15:00", "noon tomorrow", "2026-10-25 11:00"),  # and ends
    ],
)
def test_soon_ends_at_a_time_of_the_local_day(now: str, ends: str, until: str) -> None:
    facts: LoadFacts = dataclasses.replace(
        fixture.FACTS, as_of=dt.datetime.fromisoformat(now), timezone="Europe/Berlin"
    )
    assert open_work.horizon(facts) == (dt.datetime.fromisoformat(until), ends)


def test_the_demo_counts_as_other_sql_does(demo: Path) -> None:
    workspace = read_workspace(demo)
    warehouse = open_warehouse(workspace)
    version = next((workspace.var / "warehouse").glob("w-*.duckdb"))
    own = "done_at is null and team_id = (select team_id from teams where name = 'Returns')"
    query = f"""
        select count(*), count(*) filter (due_at < $now), count(*) filter (due_at >= $now and due_at < $until),
               count(*) filter (date_diff('second', opened_at, $now) < 86400)
        from tickets where {own}"""
    work = open_work.open_work(warehouse, EVERYBODY, (("team", ("Returns",)),))
    warehouse.close()
    with duckdb.connect(version, read_only=True) as connection:
        expected = connection.execute(query, {"now": work.now, "until": work.until}).fetchone()
    assert (work.running, work.late, work.soon, work.ages[0].now) == expected
    assert work.late > 0


def test_without_the_columns_the_day_says_what_is_missing(tmp_path: Path) -> None:
    without_due = team_company.WORKSPACE.replace("      due_at: due\n", "")
    warehouse = open_warehouse(read_workspace(team_company.load_team_company(tmp_path / "a", workspace=without_due)))
    work = open_work.open_work(warehouse, EVERYBODY)
    assert (work.running, work.no_due) == (6, "no source provides tickets.due_at")
    warehouse.close()
    teamless = team_company.WORKSPACE.replace("      team_id: team\n      agent_id: agent\n      topic", "      topic")
    warehouse = open_warehouse(read_workspace(team_company.load_team_company(tmp_path / "b", workspace=teamless)))
    assert open_work.open_work(warehouse, EVERYBODY).running == 6
    hidden = open_work.open_work(warehouse, NORTH)
    assert (hidden.running, hidden.missing) == (
        0, "tickets does not know teams, so only the whole organisation may see its rows"
    )  # fmt: skip
    warehouse.close()


class Withheld:
    """A warehouse on which a check of a table broke."""

    def __init__(self, inner: Warehouse, table: str) -> None:
        broke = CheckOutcome(f"{table}_unique", table, "critical", "broken", 0, 0, (), "why", "owner")
        self.facts = dataclasses.replace(inner.facts, checks=(broke,))
        self.table, self.read = inner.table, inner.read


def test_after_a_broken_check_the_rows_are_withheld(warehouse: Warehouse) -> None:
    work = open_work.open_work(Withheld(warehouse, "tickets"), EVERYBODY)  # type: ignore[arg-type]
    assert (work.running, work.missing) == (0, "the check tickets_unique on tickets broke, so its rows are withheld")
    found = voices.comments(Withheld(warehouse, "survey_responses"), EVERYBODY)  # type: ignore[arg-type]
    assert (found.shown, found.missing.startswith("the check survey_responses_unique")) == ((), True)


# ── voices ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_bad_rating_waits_until_something_shows_an_answer(warehouse: Warehouse) -> None:
    found = voices.unanswered(warehouse, EVERYBODY)
    assert [one.response_id for one in found.shown] == ["r1", "r4"]
    assert (found.total, found.among) == (2, 5)  # among: r1, r2, r3, r4, r9


def test_comments_are_the_customers_of_the_last_week(warehouse: Warehouse) -> None:
    found = voices.comments(warehouse, EVERYBODY)
    assert [one.response_id for one in found.shown] == ["r6", "r1", "r4"]
    assert "Too much to do" not in str(found)


def test_fewer_than_five_answers_show_no_comment(warehouse: Warehouse) -> None:
    assert voices.comments(warehouse, SOUTH) == voices.Voices(among=2, hidden=True)
    assert voices.comments(warehouse, NORTH).among == 6


def test_a_reader_of_one_team_hears_its_voices_only(warehouse: Warehouse) -> None:
    assert [one.response_id for one in voices.unanswered(warehouse, SOUTH).shown] == ["r4"]
    assert {one.team for one in voices.comments(warehouse, NORTH).shown} == {"North"}


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_opens_with_the_day_in_a_sentence(served: None) -> None:
    shown = text(run(TODAY))
    assert "<h1>Two tickets are late and two fall due before noon. Two bad ratings wait for an answer.</h1>" in shown
    assert "Now is 10 Mar 2026, 09:30, as far as the data reach; the axis is stretched near it." in shown
    assert "The backlog is <b>6</b>, 4 more than a week ago." in shown
    assert 'Choose one: <a href="/today?team=North">North</a>, <a href="/today?team=South">South</a>.' in shown


def test_a_team_has_its_own_page_and_its_items_lead_on(served: None) -> None:
    shown = text(run(TODAY, team="North"))
    assert "<h1>Two tickets are late and one falls due before noon. One bad rating waits for an answer.</h1>" in shown
    assert 'href="/ticket?team=North&amp;ticket=t1"' in shown
    assert "30\u00a0min late" in shown
    assert "in 2\u00a0h\u00a029" in shown
    assert 'href="/agent?team=North&amp;agent=Ann"' in shown
    assert "handed on twice" in shown
    assert "1 more is late by over a week." in shown
    assert "t5" not in shown


def test_what_customers_wrote_is_shown_as_text(served: None) -> None:
    shown = text(run(TODAY, team="North"))
    assert "<blockquote>=SUM(1) &lt;b&gt;bad&lt;/b&gt;</blockquote>" in shown
    reader = read(re.sub(r"<style>.*?</style>", "", shown, flags=re.S))
    assert reader.tags.count("h1") == 1


def test_a_list_is_an_address_and_a_file(served: None) -> None:
    app = run(TODAY, list="late")
    shown = text(app)
    assert "<h1>Two tickets are late.</h1>" in shown
    assert "9 Feb" not in shown
    assert "10 Feb 2026, 09:00" in shown  # Berlin's time
    assert "Times are those of Europe/Berlin." in shown
    assert "&lt;i&gt;Old&lt;/i&gt;" in shown
    assert len(app.get("download_button")) == 1


def test_a_file_says_what_it_is_and_starts_no_formula(warehouse: Warehouse) -> None:
    found = voices.unanswered(warehouse, EVERYBODY, limit=9)
    rows = cache.RowsBehind(("response_id", "comment"), tuple((one.response_id, one.comment) for one in found.shown), 2)
    lines = list(csv.reader(io.StringIO(raw_rows.as_csv(rows, ["=Ratings", "March"]))))
    assert lines == [
        ["\ufeff'=Ratings"], ["March"], ["2 of 2 rows"], [""],
        ["response_id", "comment"], ["r1", "'=SUM(1) <b>bad</b>"], ["r4", "No answer"],
    ]  # fmt: skip


@pytest.mark.parametrize("query", [{}, {"team": "North"}, {"list": "late", "team": "North"}, {"list": "comments"}])
def test_a_lead_of_one_team_finds_nothing_of_another(
    query: dict[str, str], served: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "guard", lambda: SOUTH)
    app = run(TODAY, **query)
    shown = text(app).replace("There is no team “North”.", "")
    assert not [name for name in ("North", "t1<", "t4<", "Refund", "Fine", "SUM") if name in shown]


def test_a_day_without_work_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = "\n".join(
        [*team_company.TICKETS.splitlines()[:1], "t6,c1,N,a1,Refund,2026-03-01 09:00,,2026-03-02 09:00,,0,false"]
    )
    answers = team_company.ANSWERS.splitlines()[0] + "\nr6,csat,c1,t6,N,a1,2026-03-09 12:00,5,\n"
    folder = team_company.load_team_company(tmp_path / "w", tickets=done, answers=answers)
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    cache.use(None)
    shown = text(run(TODAY))
    cache.use(None)
    assert "<h1>No ticket is late and none falls due before midnight.</h1>" in shown
    assert "There was no bad rating of a ticket in the last 30 days." in shown


def test_notes_on_numbers_are_shown_to_those_who_may_see_them(
    company: Path, served: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = cache.current()
    for team in ("North", "South"):
        about = About("csat", slices_of({"team": team}), dt.date(2026, 2, 1), "month")
        cache.write_comment(load, EVERYBODY, about, f"<b>Note</b> of {team}", "Lea")
    assert "&lt;b&gt;Note&lt;/b&gt; of North" in text(run(TODAY, team="North"))
    assert "of South" not in text(run(TODAY, team="North"))
    monkeypatch.setattr(access, "guard", lambda: SOUTH)
    shown = text(run(TODAY))
    assert "&lt;b&gt;Note&lt;/b&gt; of South" in shown
    assert "of North" not in shown
    assert 'href="/metric?metric=csat&amp;period=2026-02&amp;team=South"' in shown


# ── small pictures and phrases ───────────────────────────────────────────────────────────────────────


def test_the_axis_is_stretched_near_now_and_ends_hold_what_lies_beyond() -> None:
    places = [stems.place(minutes) for minutes in (-stems.PAST, -1440, -120, 0, 120, 1440, stems.AHEAD)]
    assert places == sorted(places)
    assert (places[0], places[-1], stems.place(-(10**6))) == (0.0, 1.0, 0.0)
    assert places[3] - places[2] > (places[1] - places[0]) / 2
    assert 'alt="12 min late"' in stems.stem(-12, "missed", LIGHT, "12 min late")


def test_spans_and_numbers_read_as_people_say_them() -> None:
    spans = [today_view.span(dt.timedelta(minutes=minutes)) for minutes in (12, 154, 2879, 2880, 33 * 1440)]
    assert spans == ["12\u00a0min", "2\u00a0h\u00a034", "47\u00a0h\u00a059", "2 days", "33 days"]
    assert [today_view.spelled(0, True), today_view.spelled(3), today_view.spelled(13, True)] == ["No", "three", "13"]
