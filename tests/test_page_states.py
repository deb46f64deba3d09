"""Every page in every state a workspace can be in: words and a way on, never an error's own text."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cache, settings
from dashboard.navigation import _PAGES
from dashboard.wording import say
from tests.states import STATES, State

DEMO = State("demo", loaded=True, change=lambda _folder: None)
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "metric": ({"metric": "csat"}, {"metric": "csat", "team": "South"}, {"metric": "advice_rating"}),
    "agent": ({}, {"agent": "Finn Holt"}),
    "ticket": ({"ticket": "T1000000"},),
    "today": ({}, {"team": "South"}),
    "workbench": ({}, {"new": "share"}, {"metric": "csat"}),
}
PAGES = [
    pytest.param(file, query, id="-".join([path, *query.values()]))
    for path, (file, _, _) in _PAGES.items()
    for query in QUERIES.get(path, ({},))
]
_UNTOLD = re.compile(r"Traceback|Error\b|Exception|nan\b|\binf\b|None\b|\{[a-z_]+\}|/tmp/|site-packages")
"""What no reader may ever see: an error's own name, a number that is none, a placeholder, a folder of the machine."""


@pytest.fixture(scope="module", params=[DEMO, *STATES], ids=lambda state: state.name)
def state(
    request: pytest.FixtureRequest, demo_folder: Path, loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[State]:
    """The workspace of the dashboard is in this state."""
    found: State = request.param
    folder = tmp_path_factory.mktemp(found.name) / "demo"
    shutil.copytree(loaded_demo if found.loaded else demo_folder, folder)
    found.change(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(settings.WORKSPACE, str(folder))
        cache.use(None)
        yield found
        cache.use(None)


def words(app: AppTest) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]*>", " ", "\n".join(one.proto.body for one in app.get("html")), flags=re.S)


@pytest.mark.parametrize(("file", "query"), PAGES)
def test_a_page_says_in_words_how_it_is(state: State, file: str, query: dict[str, str]) -> None:
    app = AppTest.from_file(settings.ENTRY, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(str(settings.PAGES / file)).run()
    assert not app.exception
    said = words(app)
    assert state.told in said
    assert say("failed_here") not in said
    assert _UNTOLD.findall(said) == []
