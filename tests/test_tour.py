"""docs/tour.md, walked as it is written: three questions, each answered in a few clicks, and the pictures in it.

The pictures lie in test-results/tour afterwards; `make tour` puts them beside the document.
"""

from __future__ import annotations

import re
import textwrap

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import Visit, visit
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

PICTURES = ROOT / "test-results" / "tour"
TOUR = ROOT / "docs" / "tour.md"


def written(*words: str) -> None:
    """The tour says what to look for and what to click, in the words of the screen."""
    bold = re.findall(r"\*\*(.+?)\*\*", TOUR.read_text(encoding="utf-8"))
    assert [one for one in words if one not in bold] == []


def picture(shown: Visit, name: str) -> None:
    shown.settle()
    PICTURES.mkdir(parents=True, exist_ok=True)
    shown.page.screenshot(path=PICTURES / f"{name}.png")


def click(found: Locator, name: str) -> None:
    written(name)
    found.first.click()


def menu(page: Page, section: str, name: str) -> None:
    written(section, name)
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).click()


def test_is_all_well(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/")
    page = shown.page
    expect(page.locator("h1")).to_contain_text("goals are met")
    written("Who works on it")
    expect(page.get_by_role("heading", name="Who works on it")).to_be_visible()
    picture(shown, "overview")
    click(page.get_by_role("link", name="See all that changed and why"), "See all that changed and why")
    expect(page.locator("h1")).to_contain_text("The score")
    expect(page.locator(".contributions").first).to_be_visible()
    picture(shown, "changes")
    menu(page, "Perspectives", "Strategy map")
    page.wait_for_url("**/strategy_map")
    expect(page.locator("h1")).to_contain_text("objectives")
    picture(shown, "strategy-map")


def test_who_is_late_and_why(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/")
    page = shown.page
    click(page.get_by_test_id("stTopNavLink").filter(has_text="My team today"), "My team today")
    page.wait_for_url("**/today")
    expect(page.locator("h1")).to_contain_text("late")
    click(page.locator(".stHtml").get_by_role("link", name="South", exact=True), "South")
    page.wait_for_url("**/today?team=South")
    picture(shown, "today")
    ticket = page.locator(".stHtml a[href*='/ticket?']").first
    name = ticket.inner_text()
    ticket.click()
    expect(page.locator(".crumbs [aria-current=page]")).to_have_text(name)
    picture(shown, "ticket")
    page.keyboard.press("/")
    written("/", "Answered within SLA")
    page.keyboard.type("answered within")
    expect(page.locator("#find-list [role=option]").first).to_contain_text("Answered within SLA")
    page.keyboard.press("Enter")
    page.wait_for_url("**/metric?metric=sla_attainment*")
    written("Why it changed")
    expect(page.get_by_role("heading", name="Why it changed")).to_be_visible()
    picture(shown, "metric")


def test_add_a_metric(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/")
    page = shown.page
    menu(page, "Metrics", "Workbench")
    page.wait_for_url("**/workbench")
    shown.settle()
    click(page.get_by_role("link", name="A share", exact=True), "A share")
    editor = page.get_by_role("textbox", name="Definition in YAML")
    expect(editor).to_be_visible()
    (example,) = re.findall(r"```yaml\n(.*?)```", TOUR.read_text(encoding="utf-8"), flags=re.S)
    editor.fill(textwrap.dedent(example))
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("No problems")
    picture(shown, "workbench")
    click(page.get_by_role("button", name="Save to workspace"), "Save to workspace")
    expect(page.get_by_text("Saved as metrics/phone_csat.yaml.")).to_be_visible()
    click(page.get_by_role("link", name="See the metric"), "See the metric")
    page.wait_for_url("**/metric?metric=phone_csat*")
    expect(page.locator("h1")).to_contain_text("%")


def test_every_picture_of_the_tour_is_there_and_is_made_here() -> None:
    asked = set(re.findall(r"!\[[^\]]+\]\(tour/([\w-]+)\.png\)", TOUR.read_text(encoding="utf-8")))
    kept = {file.stem for file in (ROOT / "docs" / "tour").glob("*.png")}
    made = set(re.findall(r'picture\(shown, "([\w-]+)"\)', (ROOT / "tests" / "test_tour.py").read_text("utf-8")))
    assert asked == kept == made
