"""The real server in a real browser: pages answer, links drill down and back, nothing leaves the machine."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from dashboard.cli import main
from tests.browser import FLAGS
from tests.loading import load_folder
from tests.test_quality import write_desk

pytestmark = pytest.mark.browser

SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@dataclass
class Visit:
    """A page and what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until Streamlit has finished its run and shows the page's answer."""
        self.page.wait_for_selector("[data-test-script-state=notRunning]")
        self.page.wait_for_selector("h1")
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)

    def follow(self, name: str) -> None:
        """Click a link in the page's own text and wait for the place it leads to."""
        anchor = self.page.locator(".stHtml").get_by_role("link", name=name, exact=True).first
        wanted = anchor.get_attribute("href")
        assert wanted is not None
        anchor.click()
        self.page.wait_for_url(f"**{wanted}")
        self.settle()


@pytest.fixture(scope="module")
def workspace(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo workspace, loaded."""
    import shutil

    folder = tmp_path_factory.mktemp("served") / "demo"
    shutil.copytree(loaded_demo, folder)
    return folder


@contextlib.contextmanager
def serving(folder: Path, elsewhere: Path) -> Iterator[str]:
    """A server on a free port, started from another folder than the project's; its address as it prints it."""
    code = f"from pathlib import Path; from dashboard.server import serve; serve(Path({str(folder)!r}), '127.0.0.1', 0)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=elsewhere, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            found = re.search(r"http://\S+?:\d+", said)
            assert found, f"the server said {said!r}"
            yield found[0]
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def address(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(workspace, tmp_path_factory.mktemp("elsewhere")) as found:
        yield found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


def visit(browser: Browser, address: str, path: str, size: str = "desk", scheme: str = "light") -> Visit:
    """Open a page; requests to other hosts are stopped and written down."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    opened = Visit(context.new_page())
    host = urlsplit(address).netloc

    def guard(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if asked.scheme in ("http", "https") and asked.netloc != host:
            opened.foreign.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def listen(kind: str, text: str, where: str) -> None:
        # Streamlit looks for its base path under /<page>/_stcore/ first: two 404 that mean nothing.
        if kind == "error" and not ("404" in text and "/_stcore/" in where):
            opened.errors.append(f"{text} at {where}")

    context.route("**/*", guard)
    opened.page.on("console", lambda message: listen(message.type, message.text, message.location.get("url", "")))
    opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.page.goto(address + path)
    opened.settle()
    return opened


@pytest.fixture
def opened(browser: Browser) -> Iterator[None]:
    """Closes what a test has opened."""
    yield
    for context in browser.contexts:
        context.close()


def overflow(page: Page) -> int:
    found = page.evaluate(
        """() => { const d = document.documentElement, m = document.querySelector('[data-testid="stMain"]') || d;
                   return Math.max(d.scrollWidth - d.clientWidth, m.scrollWidth - m.clientWidth) }"""
    )
    return int(found)


def test_the_server_says_that_it_is_well_and_sends_security_headers(address: str) -> None:
    with urllib.request.urlopen(f"{address}/healthz") as answer:
        assert answer.read() == b'{"status":"ok","load":"000001"}'
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("origin", "status"), [("http://evil.example", b"403"), (None, b"101")])
def test_a_websocket_from_another_site_is_turned_away(address: str, origin: str | None, status: bytes) -> None:
    place = urlsplit(address)
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {place.netloc}",
        f"Origin: {origin or address}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        assert wire.recv(64).split()[1] == status


def test_the_rows_are_landed_on_and_can_be_taken_along(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/metric?metric=csat&team=South")
    shown.page.get_by_role("link", name=re.compile("show all .* rows")).click()
    table = shown.page.locator("#rows")
    expect(table).to_be_in_viewport()
    with shown.page.expect_download() as download:
        shown.page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "customer-satisfaction-csat-september-2026-south.csv"
    assert (shown.errors, shown.foreign) == ([], [])


def test_a_comment_is_written_read_as_text_and_still_there_after_a_reload(
    browser: Browser, opened: None, address: str
) -> None:
    shown = visit(browser, address, "/metric?metric=csat&team=South", "phone")
    page = shown.page
    page.get_by_text("Write a comment").click()
    page.get_by_label("Comment", exact=True).fill("Two were ill.\n<b>Both</b> are back.")
    page.get_by_label("Your name").fill("A. Brandt")
    page.get_by_role("button", name="Write comment").click()
    said = page.locator(".comment > p").first
    expect(said).to_have_text("Two were ill.\n<b>Both</b> are back.")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")
    page.reload()
    shown.settle()
    expect(said).to_have_text("Two were ill.\n<b>Both</b> are back.")
    assert overflow(page) <= 1
    assert (shown.errors, shown.foreign) == ([], [])


def test_the_menu_keeps_the_team_and_its_drawer_closes_on_a_phone(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/?team=Returns", "phone")
    shown.page.get_by_test_id("stExpandSidebarButton").click()
    shown.page.get_by_test_id("stSidebarNavLink").filter(has_text="Customer").click()
    shown.page.wait_for_url("**/customer?team=Returns")
    expect(shown.page.locator("[data-testid=stSidebar][data-collapsed=false]")).to_have_count(0)
    shown.page.get_by_test_id("stExpandSidebarButton").click()
    expect(shown.page.locator("[data-testid=stSidebar][data-collapsed=false]")).to_have_count(1)
    shown.page.reload()
    shown.settle()
    expect(shown.page.locator("[data-testid=stSidebar][data-collapsed=false]")).to_have_count(0)


def test_a_perspective_in_the_menu_keeps_the_team_and_the_session(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/?team=Returns")
    sockets: list[str] = []
    shown.page.on("websocket", lambda socket: sockets.append(socket.url))
    shown.page.get_by_test_id("stTopNavSection").filter(has_text="Perspectives").click()
    shown.page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Customer").click()
    shown.page.wait_for_url("**/customer?team=Returns")
    expect(shown.page.locator(".crumbs [aria-current=page]")).to_have_text("Customer")
    assert sockets == []


def test_a_department_leads_from_the_teams_to_its_own_overview(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/teams")
    shown.page.locator(".n-department a").first.click()
    shown.page.wait_for_url("**/?department=*")
    expect(shown.page.locator(".notice")).to_contain_text("You see the department")
    shown.page.locator(".notice a").click()
    expect(shown.page.locator(".notice")).to_have_count(0)


def test_the_drawer_of_a_phone_is_a_list_for_those_who_hear_it(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/", "phone")
    drawer = "[data-testid=stSidebarNavItems]"
    expect(shown.page.locator(drawer).first).to_be_attached()
    # The listener is fetched beside the page and mends the drawer when it comes.
    expect(shown.page.locator(f"{drawer} > [role=listitem]")).not_to_have_count(0)
    expect(shown.page.locator(f"{drawer} > :not(li):not([role=listitem])")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 620, 768, 1000, 1200, 1440])
def test_the_words_over_the_ladder_stand_where_its_ticks_are(
    browser: Browser, opened: None, address: str, width: int
) -> None:
    page = visit(browser, address, "/").page
    page.set_viewport_size({"width": width, "height": 900})
    off = page.evaluate(
        """() => { const picture = document.querySelector('.rung-row .axis img').getBoundingClientRect();
          const middle = (box) => box.left + box.width / 2;
          return [...document.querySelectorAll('.rung-head .axis span')].map((word, place) =>
            Math.abs(middle(word.getBoundingClientRect()) - picture.left
                     - picture.width * [7, 84.88, 165.12, 243][place] / 250)) }"""
    )
    assert max(off) < 1.5


def test_the_tab_names_metric_team_month_and_company(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/metric?metric=csat&team=Returns")
    expect(shown.page).to_have_title("CSAT · Returns · September 2026 – Alder Supply")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/metric?metric=csat",
        "/metrics",
        "/metric?metric=revenue&team=Returns",
        "/internal_process",
        "/teams",
        "/benchmarks",
        "/metric_library?q=reply",
    ],
)
def test_a_page_answers_cleanly(
    browser: Browser, opened: None, address: str, path: str, size: str, scheme: str
) -> None:
    shown = visit(browser, address, path, size, scheme)
    assert shown.page.locator("h1").count() == 1
    assert overflow(shown.page) <= 0
    paper = shown.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert paper == ("rgb(17, 20, 24)" if scheme == "dark" else "rgb(252, 251, 249)")
    faces = shown.page.evaluate("document.fonts.load('14px Inter').then((faces) => faces.map((face) => face.status))")
    assert "loaded" in faces  # loaded now if it was not needed yet: a face that is missing gives none
    assert (shown.errors, shown.foreign) == ([], [])


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_the_full_receipt_opens_and_its_rows_add_up(
    browser: Browser, opened: None, address: str, size: str, scheme: str
) -> None:
    shown = visit(browser, address, "/metric?metric=csat", size, scheme)
    shown.page.get_by_text("Full receipt").click()
    shown.page.wait_for_selector(".full .sums")
    shown.settle()
    numbers = [int(re.sub(r"\D", "", text)) for text in shown.page.locator(".full .sums th").all_inner_texts()]
    assert numbers[0] == sum(numbers[1:])
    assert len(numbers) >= 2
    assert overflow(shown.page) <= 0
    assert (shown.errors, shown.foreign) == ([], [])


def test_a_chart_is_drawn_and_described(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/metric?metric=csat")
    chart = shown.page.locator("[role=graphics-document]")
    expect(chart).to_have_attribute(
        "aria-label", re.compile("Customer satisfaction .* per month from .*The goal is 83")
    )
    expect(chart.locator(".mark-line path").first).to_be_visible()


def test_a_number_leads_to_team_agent_and_tickets_and_back(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/")
    page, sockets = shown.page, []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    here = page.locator(".crumbs [aria-current=page]")
    page.locator(".others a[href='/customer']").click()
    expect(here).to_have_text("Customer")
    shown.settle()
    shown.follow("Customer satisfaction (CSAT)")
    expect(here).to_have_text("Customer satisfaction (CSAT)")
    shown.follow("South")
    expect(here).to_have_text("South")
    agent = page.locator(".groups th a").first
    name = agent.inner_text()
    agent.focus()
    page.keyboard.press("Enter")
    expect(here).to_have_text(name)
    expect(page.locator(".behind tbody tr").first).to_be_visible()
    shown.follow("South")
    expect(here).to_have_text("South")
    page.go_back()
    expect(here).to_have_text(name)
    page.go_back()
    expect(here).to_have_text("South")
    page.go_back()
    expect(here).to_have_text("Customer satisfaction (CSAT)")
    page.go_back()
    expect(here).to_have_text("Customer")
    page.go_back()
    expect(here).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("goals")
    assert urlsplit(page.url).path == "/"
    assert sockets == []  # one session all the way: no reload
    assert (shown.errors, shown.foreign) == ([], [])


def test_a_link_with_a_modifier_is_an_ordinary_link(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/")
    link = shown.page.locator(".c-metric a").first
    with shown.page.context.expect_page() as new:
        link.click(modifiers=["ControlOrMeta"])
    assert "/metric?metric=" in new.value.url
    assert urlsplit(shown.page.url).path == "/"


def test_a_deep_link_opens_the_level_it_names(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/metric?metric=csat&period=2026-08&team=North")
    expect(shown.page.locator("h1")).to_contain_text("August 2026")
    expect(shown.page.locator(".crumbs [aria-current=page]")).to_have_text("North")


def test_choosing_a_team_writes_the_address_and_is_kept_on_the_way_down(
    browser: Browser, opened: None, address: str
) -> None:
    shown = visit(browser, address, "/")
    shown.page.get_by_role("combobox", name="Team").click()
    shown.page.get_by_role("option", name="Returns").click()
    shown.page.wait_for_url("**/?team=Returns")
    shown.settle()
    shown.page.locator(".others a[href='/customer?team=Returns']").click()
    expect(shown.page.locator(".crumbs [aria-current=page]")).to_have_text("Customer")
    shown.settle()
    shown.follow("Customer satisfaction (CSAT)")
    expect(shown.page.locator(".crumbs [aria-current=page]")).to_have_text("Returns")


def test_before_the_first_load_the_page_says_what_to_run(
    browser: Browser, opened: None, demo_folder: Path, tmp_path: Path
) -> None:
    assert not (demo_folder / "var").exists()
    with serving(demo_folder, tmp_path) as found:
        shown = visit(browser, found, "/")
        expect(shown.page.locator("h1")).to_have_text("Nothing is published yet.")
        expect(shown.page.get_by_text("scorecard load")).to_be_visible()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose title, file name and ids try to be markup, loaded."""
    folder = write_desk(tmp_path_factory.mktemp("hostile") / "desk")
    load_folder(folder)
    return folder


def test_the_quality_page_shows_what_is_hostile_as_text(
    browser: Browser, opened: None, hostile: Path, tmp_path: Path
) -> None:
    with serving(hostile, tmp_path) as found:
        for size, scheme in (("desk", "light"), ("phone", "dark")):
            shown = visit(browser, found, "/data_quality", size, scheme)
            expect(shown.page.get_by_text("Such as <script>alert('id')</script>.")).to_be_visible()
            expect(shown.page.locator(".stHtml script, .stHtml img[src=x]")).to_have_count(0)
            assert overflow(shown.page) == 0
            assert (shown.errors, shown.foreign) == ([], [])


def test_the_quality_file_stands_alone(browser: Browser, opened: None, hostile: Path) -> None:
    target = hostile / "report.html"
    done = CliRunner().invoke(main, ["quality", "-w", str(hostile), "--html", str(target)])
    assert done.exit_code == 0, done.output
    papers = {
        look_at_the_file(browser, target, size, scheme) for size, scheme in (("desk", "light"), ("phone", "dark"))
    }
    assert len(papers) == 2


def look_at_the_file(browser: Browser, target: Path, size: str, scheme: str) -> str:
    """Open the report offline, look at all that must hold; the colour of its paper."""
    width, height = SIZES[size]
    is_dark = scheme == "dark"
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if is_dark else "light", offline=True
    )
    page, asked, said = context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(target.as_uri())
    expect(page.locator("h1")).to_contain_text("is published")
    expect(page.get_by_text("Such as <script>alert('id')</script>.")).to_be_visible()
    expect(page.locator("script")).to_have_count(0)
    shown, hidden = ("dark", "light") if is_dark else ("light", "dark")
    expect(page.locator(f".for-{shown} img.mark").first).to_be_visible()
    expect(page.locator(f".for-{hidden} img.mark").first).to_be_hidden()
    assert overflow(page) == 0
    assert {urlsplit(url).scheme for url in asked} <= {"file", "data"}
    assert said == []
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_the_web_process_never_imports_great_expectations() -> None:
    code = "import sys, dashboard.server, dashboard.floors; sys.exit('great_expectations' in sys.modules)"
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, env=os.environ, check=False).returncode == 0
