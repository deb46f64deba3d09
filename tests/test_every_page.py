"""Every page in a real browser: it answers, fits, is readable for everybody, and its picture is kept.

The pictures lie in test-results/pages afterwards; those that the tour shows are copied from there (`make tour`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard.navigation import _PAGES
from tests.browsing import SIZES, Visit, fits, serving, visit
from tests.conftest import ROOT
from tests.states import STATES

pytestmark = pytest.mark.browser

PICTURES = ROOT / "test-results" / "pages"
LOOKS = (("desk", "light"), ("phone", "dark"))
QUERIES = {
    "metric": (
        "metric=csat",
        "metric=csat&team=South",
        "metric=revenue&team=Returns",
        "metric=revenue",
        "metric=advice_rating",
    ),
    "metrics": ("q=reply",),
    "agent": ("", "agent=Finn%20Holt"),
    "ticket": ("ticket=T1000000",),
    "today": ("", "team=South"),
    "workbench": ("", "new=share", "metric=csat"),
}
"""What stands behind the question mark of a page that needs it."""
ADDRESSES = [
    f"/{'' if path == 'overview' else path}{'?' if query else ''}{query}"
    for path in _PAGES
    for query in QUERIES.get(path, ("",))
]
_FOUND_BAD = ("serious", "critical")


def name_of(address: str) -> str:
    return "-".join(part for part in address.strip("/").replace("?", "/").split("/") if part) or "overview"


def whole_picture(shown: Visit, name: str) -> None:
    """Keep the whole page as a picture."""
    page, width = shown.page, (shown.page.viewport_size or {"width": 0})["width"]
    high = page.evaluate("document.querySelector('.stMainBlockContainer').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(high) + 100, 4000)})
    shown.settle()
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def barriers(page: Page) -> list[str]:
    """What keeps people out, by the rules of axe: each with the first place it was found."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in _FOUND_BAD
    ]


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
@pytest.mark.parametrize("where", ADDRESSES)
def test_a_page_answers_fits_and_keeps_nobody_out(
    browser: Browser, opened: None, address: str, where: str, look: tuple[str, str]
) -> None:
    shown = visit(browser, address, where, *look)
    expect(shown.page.locator("h1")).to_have_count(1)
    fits(shown.page)
    assert (shown.errors, shown.foreign) == ([], [])
    whole_picture(shown, f"{name_of(where)}-{SIZES[look[0]][0]}-{look[1]}")
    assert barriers(shown.page) == []


@pytest.fixture(scope="module", params=STATES, ids=lambda state: state.name)
def in_state(
    request: pytest.FixtureRequest, demo_folder: Path, loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """A server on a workspace that is in trouble, and the trouble's name."""
    state = request.param
    folder = tmp_path_factory.mktemp(state.name) / "demo"
    shutil.copytree(loaded_demo if state.loaded else demo_folder, folder)
    state.change(folder)
    with serving(folder, tmp_path_factory.mktemp("elsewhere")) as found:
        yield found, state.name


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
@pytest.mark.parametrize("where", ["/", "/metric?metric=csat"])
def test_a_page_in_trouble_answers_fits_and_keeps_nobody_out(
    browser: Browser, opened: None, in_state: tuple[str, str], where: str, look: tuple[str, str]
) -> None:
    address, state = in_state
    shown = visit(browser, address, where, *look)
    expect(shown.page.locator("h1")).to_have_count(1)
    fits(shown.page)
    assert (shown.errors, shown.foreign) == ([], [])
    whole_picture(shown, f"{state}-{name_of(where)}-{SIZES[look[0]][0]}-{look[1]}")
    assert barriers(shown.page) == []
