"""Whatever stands in an address: every page answers with a sentence and a way on, never with a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard import cache
from dashboard.unknown_pages import UnknownPages
from dashboard.wording import say
from tests.every_page import PATHS, html, run_page, serve_folder
from tests.small_company import load_small_company

HUGE = "x" * 100_000
BAD: dict[str, dict[str, str]] = {
    "unknown team": {"team": "Nobody"},
    "unknown agent": {"team": "North", "agent": "Nobody"},
    "unknown department": {"department": "Nowhere"},
    "unknown channel": {"channel": "pigeon"},
    "unknown period": {"period": "1999-13"},
    "a period without data": {"period": "1970-01"},
    "a day": {"period": "2024-02-30"},
    "unknown comparison": {"against": "yesterday"},
    "comparison with a team that is not there": {"against": "team:Nobody"},
    "comparison with a later month": {"against": "2030-01"},
    "deleted metric": {"metric": "gone", "team": "North", "rows": "all"},
    "markup": dict.fromkeys(("team", "agent", "metric", "period", "q"), "<script>alert(1)</script>"),
    "control characters": dict.fromkeys(("team", "agent", "metric", "period", "q"), "\0\x1b[31m\u202e%00\r\n"),
    "half a quote": dict.fromkeys(("team", "agent", "department", "channel", "metric", "q"), "' or 1=1 --\\"),
    "many tildes": dict.fromkeys(("team", "agent", "channel"), "~" * 5000),
    "huge": dict.fromkeys(("team", "agent", "department", "channel", "metric", "period", "against", "q"), HUGE),
    "empty": dict.fromkeys(("team", "agent", "department", "channel", "metric", "period", "against", "q", "rows"), ""),
    "braces": dict.fromkeys(("team", "agent", "metric", "period", "against"), "{0.__class__}{team}"),
    "words nobody reads": {"utm_source": "mail", "__proto__": "1", "page": "../../etc/passwd"},
}


@pytest.fixture(scope="module", autouse=True)
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        serve_folder(load_small_company(tmp_path_factory.mktemp("bad") / "company"), patch)
        yield
        cache.use(None)


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("path", PATHS)
def test_every_page_answers_a_bad_address(path: str, what: str) -> None:
    page = html(run_page(path, **BAD[what]))
    assert "<h1" in page
    assert say("failed_here") not in page
    assert "<script" not in page
    assert len(page) < 400_000  # nor is a long address written into every link


def _sent_to(path: str, query: str = "", accept: str = "text/html,*/*", method: str = "GET") -> str | None:
    """Where the server sends who asks for a path; None: on to the dashboard."""
    sent: list[dict[str, Any]] = []

    async def board(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"accept", accept.encode())]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
    asyncio.run(UnknownPages(board)(scope, None, send))  # type: ignore[arg-type]
    found = dict(sent[0]["headers"]).get(b"location")
    return None if found is None else found.decode()


def test_a_path_that_is_no_page_leads_to_the_overview_which_says_so() -> None:
    assert _sent_to("/fincial") == "/?missing=fincial"
    assert _sent_to("/Fincial/", "team=Group+70&period=2016-04") == "/?team=Group+70&period=2016-04&missing=Fincial"
    assert _sent_to("/overview", "team=North") == "/?team=North"
    assert _sent_to("/overview") == "/"
    told = html(run_page("overview", missing="fincial", team="North"))
    assert "There is no page “fincial”. Did you mean Financial? You see the overview." in told
    assert "There is no page “&lt;b&gt;”. You see the overview." in html(run_page("overview", missing="<b>"))


@pytest.mark.parametrize(
    "path",
    ["/", "/financial", "/metrics", "/ticket/", "/healthz", "/oauth2callback", "/_stcore/health", "/favicon.png",
     "/static/js/index.js", "//evil.example", "/%5cevil", "/a/b"],
)  # fmt: skip
def test_every_other_path_is_left_to_the_dashboard(path: str) -> None:
    assert _sent_to(path) is None


def test_only_who_opens_a_page_is_sent_on() -> None:
    assert _sent_to("/fincial", accept="*/*") is None  # a script, a picture, a probe
    assert _sent_to("/fincial", method="HEAD") is None


def test_what_was_wrong_is_said() -> None:
    cache.current()
    page = html(run_page("overview", team="Nroth", agent="Anna", period="1999-13", against="yesterday"))
    assert "There is no team “Nroth”. Did you mean North? You see all teams." in page
    assert "There is no month “1999-13” in these data." in page
    assert "“yesterday” is nothing to compare with." in page
