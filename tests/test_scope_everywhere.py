"""A reader of some teams on every page there is: nothing that reaches the browser names another team's people or rows.

The company of small_company.py with North's lead reading; South has names that stand nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import cache
from dashboard.search import index as search_index
from dashboard.wording import say
from data_checks.journal_entries import About, slices_of
from metrics.period import shifted
from metrics.scope import Scope
from tests import small_company
from tests.every_page import PATHS, downloads, html, read_as, run_page, sent

__all__ = ["downloads", "read_as"]

OTHERS = ("Zanzibar", "Quillon", "Quietdesk", "zz3", "zz4", "zzsaid", "zzchannel")
"""South, its agent, its department, its tickets, what was written about it, its channel."""
NORTH = Scope.of_teams("N")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        tickets = small_company.TICKETS.replace("t3,", "zz3,").replace("t4,", "zz4,")
        head, *lines = tickets.splitlines()
        channels = "".join(f"{line},{'zzchannel' if line.startswith('zz') else 'chat'}\n" for line in lines)
        patch.setattr(small_company, "TICKETS", f"{head},channel\n{channels}")
        columns = "      team_id: team\n      agent"
        workspace = small_company.WORKSPACE.replace(columns, f"      channel: channel\n{columns}")
        patch.setattr(small_company, "WORKSPACE", workspace)
        patch.setattr(small_company, "TEAMS", "id,name,department\nN,North,Service\nS,Zanzibar,Quietdesk\n")
        patch.setattr(small_company, "AGENTS", "id,name,team\na1,Ann,N\na2,Quillon,S\n")
        folder = small_company.load_small_company(tmp_path_factory.mktemp("scoped") / "company")
        patch.setenv("SCORECARD_WORKSPACE", str(folder))
        cache.use(None)
        load = cache.current()
        period = load.default_period
        about = About("tickets_opened", slices_of({"team": "Zanzibar"}), period.start, period.grain)
        cache.write_comment(load, Scope.everything(), about, "zzsaid", "A. Brandt")
        yield folder
        cache.use(None)


@pytest.fixture(autouse=True)
def served(company: Path) -> None:
    """What was remembered for one reader stays for the next: nobody may be given another one's."""


def named(content: bytes, *asked: str) -> list[str]:
    """The words of OTHERS in some bytes, beside those that were asked for by name and are only said back."""
    for word in asked:
        content = content.replace(word.encode(), b"")
    return [word for word in OTHERS if word.encode() in content]


ADDRESSES: tuple[dict[str, str], ...] = (
    {},
    {"metric": "tickets_opened", "period": "2024-02", "rows": "all"},
    {"metric": "tickets_opened", "period": "2024-03", "channel": ""},
    {"metric": "csat", "team": "North", "agent": "Ann", "rows": "all"},
)


@pytest.mark.parametrize("query", ADDRESSES, ids=lambda query: "-".join(query) or "plain")
@pytest.mark.parametrize("path", PATHS)
def test_nothing_of_another_team_reaches_the_browser(
    path: str, query: dict[str, str], read_as: Callable[[Scope], None], downloads: list[bytes]
) -> None:
    run_page(path, **query)  # somebody who sees everything has been here before
    downloads.clear()
    read_as(NORTH)
    assert named(sent(run_page(path, **query))) == []
    assert named(b"\n".join(downloads)) == []


@pytest.mark.parametrize("path", PATHS)
def test_asking_for_another_team_by_name_tells_nothing(path: str, read_as: Callable[[Scope], None]) -> None:
    read_as(NORTH)
    asked = {"team": "Zanzibarr", "agent": "Quillonn", "department": "Quietdeskk", "channel": "zzchannell"}
    for name, value in asked.items():
        app = run_page(path, **{"metric": "tickets_opened", name: value})
        assert named(sent(app), value) == []
    for name, value in {"team": "Zanzibar", "agent": "Quillon", "department": "Quietdesk"}.items():
        page = html(run_page(path, **{"metric": "tickets_opened", "rows": "all", name: value}))
        assert named(page.encode(), value) == []


def test_whoever_sees_everything_sees_what_is_looked_for_here() -> None:
    """Otherwise the tests above could not fail."""
    rows = sent(run_page("metric", metric="tickets_opened", period="2024-03", rows="all"))
    assert named(rows) == ["Zanzibar", "Quillon", "Quietdesk", "zz4", "zzchannel"]
    assert "zz3" in str(sent(run_page("metric", metric="tickets_opened", period="2024-02", rows="all")))
    assert "zzsaid" in html(run_page("metric", metric="tickets_opened", team="Zanzibar"))


@pytest.mark.parametrize("path", PATHS)
def test_two_readers_in_turn_see_their_own_each_time(path: str, read_as: Callable[[Scope], None]) -> None:
    seen = []
    for scope in (NORTH, Scope.of_teams("S"), NORTH):
        read_as(scope)
        seen.append(sent(run_page(path, metric="tickets_opened", period="2024-02")))
    assert [named(seen[0]), named(seen[2])] == [[], []]
    assert b"Ann" not in seen[1]


@pytest.mark.parametrize("path", PATHS)
def test_the_scope_is_part_of_every_question_that_is_remembered(
    path: str, read_as: Callable[[Scope], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[tuple[Any, ...]] = []
    real = cache._remembered.get

    def recorded(question: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
        questions.append(question)
        return real(question, compute)

    monkeypatch.setattr(cache._remembered, "get", recorded)
    read_as(NORTH)
    run_page(path, metric="tickets_opened")
    assert {question[0] for question in questions if NORTH not in question} <= {"library"}
    assert all(load in question for question in questions for load in [cache.current().version])


def test_what_names_no_team_stays_outside_the_score_of_a_reader_of_some_teams() -> None:
    load = cache.current()
    january = load.periods[-1]  # two tickets of North's
    board = cache.scorecard(load, NORTH, january, shifted(january, -1))
    cards = {card.definition.metric: card.result for branch in board.branches for card in branch.cards}
    assert (cards["revenue"].state, cards["tickets_opened"].state) == ("not_provided", "ok")
    assert cards["revenue"].reason == "orders cannot be cut by 'team': no source provides orders.team_id"


def test_the_search_finds_a_readers_own_teams_and_agents_only() -> None:
    load = cache.current()
    found = {(one["kind"], one["title"]) for one in search_index.index(load, NORTH)}
    parts = {(kind, title) for kind, title in found if kind in ("team", "department", "agent")}
    assert parts == {("team", "North"), ("department", "Service"), ("agent", "Ann")}
    assert search_index.matching_agents(load, NORTH, "q") == []
    assert [one["title"] for one in search_index.matching_agents(load, Scope.everything(), "LON qui")] == ["Quillon"]


def test_a_ticket_is_found_by_its_number_by_who_may_see_it_alone() -> None:
    load, everybody = cache.current(), Scope.everything()
    assert search_index.ticket(load, NORTH, " T1 ") == {"asked": "T1", "address": "/ticket?ticket=t1"}
    assert search_index.ticket(load, everybody, "zz3")["address"] == "/ticket?ticket=zz3"
    assert search_index.ticket(load, NORTH, "zz3")["address"] == ""  # South's, which looks like none
    for words in ("t", "t99", "t1' or 1=1 --", ""):
        assert search_index.ticket(load, everybody, words)["address"] == ""


def test_the_counts_of_everybodys_rows_are_not_shown_to_a_reader_of_some_teams(
    read_as: Callable[[Scope], None],
) -> None:
    assert "rows were read" in html(run_page("data_quality"))
    assert say("load_part") not in html(run_page("overview"))
    read_as(NORTH)
    shown = html(run_page("data_quality"))
    assert "rows were read" not in shown
    assert "How many rows each check found is of the whole organisation" in shown
    assert say("load_part") in html(run_page("overview"))
