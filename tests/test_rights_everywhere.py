"""A reader without the rights to rows, comments and single agents, on every page and in every file there is.

The company of team_company.py with names that stand nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard import access, cache, export_answers
from dashboard.access import RIGHTS, Reader
from dashboard.access_file import Role
from dashboard.controls import Choice
from data_checks.journal_entries import About, slices_of
from metrics.period import shifted
from metrics.scope import Scope
from tests import team_company
from tests.every_page import PATHS, downloads, run_page, sent, serve_folder

__all__ = ["downloads"]

PEOPLE, TICKETS, SAID = ("Annegret", "Borisovna"), ("zzt",), ("zzfine", "zzbad")
HIDDEN = (*PEOPLE, *TICKETS, *SAID, "zznote")
ADDRESSES: tuple[dict[str, str], ...] = (
    {},
    {"team": "North", "metric": "csat", "period": "2026-03", "rows": "all", "open": "definition,drivers,cohorts"},
    {"agent": "Annegret", "team": "North", "metric": "csat"},
    {"ticket": "zzt1", "list": "open"},
    {"ticket": "zzt6", "list": "ratings"},
    {"list": "comments", "against": "goal", "period": "2026-03"},
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    answers = re.sub(r",t(\d+),", r",zzt\1,", team_company.ANSWERS)
    answers = answers.replace("Fine", "zzfine").replace("bad</b>", "zzbad</b>")
    folder = team_company.load_team_company(
        tmp_path_factory.mktemp("rights") / "company",
        tickets=team_company.TICKETS.replace("\nt", "\nzzt"),
        answers=answers,
        agents=team_company.AGENTS.replace("Ann", "Annegret").replace("<b>Bo</b>", "Borisovna"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCORECARD_WORKSPACE", str(folder))
        cache.use(None)
        load = cache.current()
        period = load.default_period
        slices = slices_of({"team": "North", "agent": "Annegret"})
        cache.write_comment(
            load, Scope.everything(), About("csat", slices, period.start, period.grain), "zznote", "A. Brandt"
        )
        yield folder
        cache.use(None)


@pytest.fixture(autouse=True)
def served(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_folder(company, monkeypatch)


@pytest.fixture
def read_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Role], None]:
    """Lets the reader have a role from now on."""

    def become(role: Role) -> None:
        someone = Reader("r@x.de", role, Scope.everything(), RIGHTS[role])
        monkeypatch.setattr(access, "reader", lambda: someone)

    return become


def named(content: bytes, *asked: str) -> list[str]:
    """The words of HIDDEN in some bytes, beside those that were asked for by name and are only said back."""
    for word in asked:
        content = content.replace(word.encode(), b"")
    return [word for word in HIDDEN if word.encode() in content]


@pytest.mark.parametrize("query", ADDRESSES, ids=lambda query: "-".join(query) or "plain")
@pytest.mark.parametrize("path", PATHS)
def test_no_row_no_comment_and_no_agent_reaches_who_may_not_see_them(
    path: str, query: dict[str, str], read_with: Callable[[Role], None], downloads: list[bytes]
) -> None:
    read_with("analyst")  # somebody who sees everything has been here before
    run_page(path, **query)
    downloads.clear()
    read_with("executive")
    asked = [query[name] for name in ("agent", "ticket") if name in query]
    assert named(sent(run_page(path, **query)), *asked) == []
    assert named(b"\n".join(downloads)) == []


def test_an_analyst_sees_all_that_is_looked_for_here(read_with: Callable[[Role], None]) -> None:
    """Otherwise the test above could not fail."""
    read_with("analyst")
    seen = b"\n".join([sent(run_page("today", team="North")), sent(run_page("today", list="comments"))])
    assert named(seen) == list(HIDDEN)


def test_a_file_holds_no_comment_on_an_agent_for_who_sees_none() -> None:
    load = cache.current()
    period = load.default_period
    choice = Choice(period, shifted(period, -1))
    packs = {sees: export_answers.pack(load, Scope.everything(), choice, sees) for sees in (True, False)}
    assert {sees: [one.text for one in found.comments] for sees, found in packs.items()} == {
        True: ["zznote"],
        False: [],
    }


def test_a_file_is_made_without_asking_again_who_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit makes it in a thread that belongs to no session, where everybody would be a stranger."""
    load = cache.current()
    period = load.default_period
    choice = Choice(period, shifted(period, -1))
    monkeypatch.setattr(access, "reader", lambda: pytest.fail("asked who reads"))
    assert export_answers.table(load, Scope.everything(), choice, sees_agents=False)
