"""The real server in a real browser: pages answer, links drill down and back, nothing leaves the machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, expect

from dashboard.cli import main
from tests.browsing import SIZES, overflow, serving, visit
from tests.loading import load_folder
from tests.test_quality import write_desk

pytestmark = pytest.mark.browser


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
    shown.settle()  # until then the form that was sent stands beside the new one
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


def test_the_months_of_a_perspective_stand_beside_each_other(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/customer")
    boxes = [figure.bounding_box() for figure in shown.page.locator(".multiples figure").all()]
    tops = [box["y"] for box in boxes if box]
    assert tops.count(tops[0]) >= 3
    assert max(box["x"] + box["width"] for box in boxes if box) > 1000  # of 1,440


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


@pytest.mark.parametrize("width", [390, 700, 1024, 1280, 1440])
def test_export_stands_beside_how_far_the_data_reach(browser: Browser, opened: None, address: str, width: int) -> None:
    """It used to fall on a row of its own."""
    page = visit(browser, address, "/").page
    page.set_viewport_size({"width": width, "height": 900})
    through, export = (page.locator(one).bounding_box() for one in (".st-key-ctl .through", ".st-key-export"))
    assert through is not None
    assert export is not None
    assert export["x"] >= through["x"] + through["width"]
    assert abs(export["y"] + export["height"] / 2 - through["y"] - through["height"] / 2) < 12


@pytest.mark.parametrize(("width", "first"), [(390, "rail"), (768, "rows"), (1024, "rows")])
def test_between_phone_and_desk_the_rows_come_before_what_stood_beside_them(
    browser: Browser, opened: None, address: str, width: int, first: str
) -> None:
    page = visit(browser, address, "/").page
    page.set_viewport_size({"width": width, "height": 900})
    top = {name: page.evaluate(f"document.querySelector('.body > .{name}').getBoundingClientRect().top")
           for name in ("rail", "rows")}  # fmt: skip
    assert min(top, key=lambda name: float(top[name])) == first


def test_the_tab_names_metric_team_month_and_company(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/metric?metric=csat&team=Returns")
    expect(shown.page).to_have_title("CSAT · Returns · September 2026 – Alder Supply")


@pytest.mark.parametrize(("scheme", "colour"), [("light", "rgb(252, 251, 249)"), ("dark", "rgb(17, 20, 24)")])
def test_paper_and_typeface_are_our_own(browser: Browser, opened: None, address: str, scheme: str, colour: str) -> None:
    page = visit(browser, address, "/", scheme=scheme).page
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == colour
    faces = page.evaluate("document.fonts.load('14px Inter').then((faces) => faces.map((face) => face.status))")
    assert "loaded" in faces  # loaded now if it was not needed yet: a face that is missing gives none


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
    page.locator(".others a[href='/internal_process']").click()
    expect(here).to_have_text("Internal process")
    shown.settle()
    shown.follow("Transfers per ticket")
    expect(here).to_have_text("Transfers per ticket")
    shown.follow("South")
    expect(here).to_have_text("South")
    agent = page.locator(".groups th a[href*='agent=']").first  # the list of teams may stand there a moment longer
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
    expect(here).to_have_text("Transfers per ticket")
    page.go_back()
    expect(here).to_have_text("Internal process")
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
    papers = {look_at_the_file(browser, target, size, scheme) for size, scheme in (("desk", "light"), ("desk", "dark"))}
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
    expect(page.locator(f".for-{shown} img").first).to_be_visible()
    expect(page.locator(f".for-{hidden} img").first).to_be_hidden()
    assert overflow(page) == 0
    assert {urlsplit(url).scheme for url in asked} <= {"file", "data"}
    assert said == []
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_the_web_process_never_imports_great_expectations() -> None:
    code = "import sys, dashboard.server, dashboard.floors; sys.exit('great_expectations' in sys.modules)"
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, env=os.environ, check=False).returncode == 0
