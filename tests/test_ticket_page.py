"""A ticket's page: what happened to it and when, what was said, and nothing of another team's."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import access, cache, settings
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.rows.ticket import one_ticket
from metrics.scope import Scope
from tests import team_company
from tests.test_dashboard_pages import run, text
from tests.test_dashboard_parts import read

TICKET = settings.PAGES / "ticket.py"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return team_company.load_team_company(tmp_path_factory.mktemp("ticket") / "w")


@pytest.fixture
def served(company: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages answer from the company."""
    monkeypatch.setenv(settings.WORKSPACE, str(company))
    cache.use(None)
    yield
    cache.use(None)


def test_a_running_ticket_is_late_against_the_end_of_the_data(served: None) -> None:
    shown = text(run(TICKET, ticket="t1"))
    assert "<h1>Ticket t1 is 30\u00a0min late.</h1>" in shown
    assert "Refund, with Ann of North." in shown
    assert "twice" in shown  # handed on
    happened = re.findall(r'<li class="voice (\w*)">([^<]*)<span class="note">([^<]*)<', shown)
    assert happened == [
        ("", "Opened", "9 Mar 2026, 08:00"),
        ("", "The customer answered: CSAT, 5 of 5", "9 Mar 2026, 12:00, after 4\u00a0h\u00a000"),
        ("", "Due", "10 Mar 2026, 09:00, after 25\u00a0h\u00a000"),
        ("now", "Now: as far as the data reach", "10 Mar 2026, 09:30, after 25\u00a0h\u00a030"),
    ]


@pytest.mark.parametrize(
    ("ticket", "head"),
    [
        ("t2", "Ticket t2 is due in 2\u00a0h\u00a029."),
        ("t6", "Ticket t6 took 24\u00a0h\u00a000."),
        ("t7", "Ticket t7 has run for 5 days."),
    ],
)
def test_the_answer_says_how_the_ticket_stands(ticket: str, head: str, served: None) -> None:
    assert f"<h1>{head}</h1>" in text(run(TICKET, ticket=ticket))


def test_the_way_back_leads_over_team_and_agent(served: None) -> None:
    shown = text(run(TICKET, ticket="t1"))
    steps = re.findall(r'<li><a href="([^"]*)">([^<]*)</a></li>', shown)
    assert steps == [
        ("/", "Overview"), ("/?department=Service", "Service"), ("/today?team=North", "North"),
        ("/agent?team=North&amp;agent=Ann", "Ann"),
    ]  # fmt: skip


def test_a_list_and_its_ticket_tell_one_time_and_the_metric_stays_on_the_path(served: None) -> None:
    """t10 was opened on 28 February at 09:00 in Berlin, which is 08:00 UTC, and solved on 1 March at 09:00."""
    listed = text(run(settings.PAGES / "metric.py", metric="tickets_opened", period="2026-02", rows="all"))
    assert "<td>28 Feb 2026, 09:00</td>" in listed
    assert "Times are those of Europe/Berlin." in listed
    address = re.search(r'href="/ticket\?([^"]*)">t10<', listed)
    assert address is not None
    asked = dict(pair.split("=") for pair in html.unescape(address[1]).split("&"))
    assert asked["metric"] == "tickets_opened"
    shown = text(run(TICKET, **asked))
    assert '<span class="note">28 Feb 2026, 09:00</span>' in shown
    steps = re.findall(r'<li><a href="([^"]*)">([^<]*)</a></li>', shown)
    metric = "/metric?metric=tickets_opened"
    assert [(html.unescape(to), name) for to, name in steps] == [
        ("/", "Overview"), (metric, "Tickets opened"), (f"{metric}&department=Service", "Service"),
        (f"{metric}&department=Service&team=South", "South"),
        (f"{metric}&department=Service&team=South&agent=Dee", "Dee"),
    ]  # fmt: skip


def test_a_ticket_under_a_metric_that_does_not_exist_shows_the_organisation(served: None) -> None:
    assert text(run(TICKET, ticket="t1", metric="nothing")) == text(run(TICKET, ticket="t1"))


def test_what_is_written_stays_text(served: None) -> None:
    for ticket, words in (("t4", "&lt;i&gt;Old&lt;/i&gt;"), ("t6", "=SUM(1) &lt;b&gt;bad&lt;/b&gt;")):
        shown = text(run(TICKET, ticket=ticket))
        assert words in shown
        reader = read(re.sub(r"<style>.*?</style>", "", shown, flags=re.S))
        assert reader.tags.count("h1") == 1


def test_another_teams_ticket_looks_exactly_like_none(served: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("S"))
    others, nothing = text(run(TICKET, ticket="t1")), text(run(TICKET, ticket="t99"))
    assert others.replace("“t1”", "“t99”") == nothing
    assert "There is no ticket “t99” that you may see." in nothing


def test_a_ticket_that_is_not_named_asks_which(served: None) -> None:
    assert "<h1>Which ticket?</h1>" in text(run(TICKET))
    assert "There is no ticket “&lt;i&gt;”" in text(run(TICKET, ticket="<i>"))


def test_an_answer_that_went_to_another_team_is_not_shown(tmp_path: Path) -> None:
    """t6 is North's; an answer about it that South was named on is South's."""
    answers = team_company.ANSWERS + "r20,csat,c1,t6,S,a4,2026-03-09 11:00,3,South only\n"
    warehouse = open_warehouse(read_workspace(team_company.load_team_company(tmp_path / "w", answers=answers)))
    found = one_ticket(warehouse, Scope.of_teams("N"), "t6")
    everything = one_ticket(warehouse, Scope.everything(), "t6")
    warehouse.close()
    assert found is not None
    assert everything is not None
    assert [one.response_id for one in found.answers] == ["r7", "r1"]
    assert [one.response_id for one in everything.answers] == ["r7", "r1", "r20"]
