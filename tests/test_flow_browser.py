"""Finding one's way in a real browser: Tab and Enter down to the rows and back, search, keys, the filter."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import overflow, visit

pytestmark = pytest.mark.browser

MOST_TABS = 150
FOUND = "#find-list [role=option]"


def tab_to(page: Page, selector: str) -> str:
    """Press Tab until an element of the selector has the focus; its text."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return str(page.evaluate("document.activeElement.textContent"))
    raise AssertionError(f"Tab does not reach {selector}")


def test_tab_and_enter_lead_from_the_overview_to_the_rows_and_back_again(
    browser: Browser, opened: None, address: str
) -> None:
    shown = visit(browser, address, "/?period=2026-08")
    page = shown.page
    here = page.locator(".crumbs [aria-current=page]")
    trail = []
    for level in (".c-metric a[href*=after_hours_share]", ".groups th a", ".groups th a"):
        name = tab_to(page, level)
        page.keyboard.press("Enter")
        expect(here).to_have_text(name)
        shown.settle()
        trail.append(name)
    expect(page.locator(".behind tbody tr").first).to_be_visible()
    assert page.locator(".crumbs li").all_inner_texts() == ["Overview", *trail]
    for name in reversed(trail[:-1]):
        page.go_back()
        expect(here).to_have_text(name)
    page.go_back()
    expect(here).to_have_count(0)
    assert page.url.endswith("/?period=2026-08")
    assert (shown.errors, shown.foreign) == ([], [])


def test_a_slash_opens_the_search_and_enter_goes_where_it_says(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/?period=2026-08&team=Returns")
    page = shown.page
    page.wait_for_selector(".find-open")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="A page, metric, team or agent")
    expect(field).to_be_focused()
    page.keyboard.type("customer satisf")
    expect(page.locator(FOUND).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator(FOUND).nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "find-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/metric?metric=*&period=2026-08&team=Returns")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.go_back()
    page.wait_for_url("**/?period=2026-08&team=Returns")
    assert (shown.errors, shown.foreign) == ([], [])


def test_the_search_finds_teams_and_agents_and_says_when_it_finds_nothing(
    browser: Browser, opened: None, address: str
) -> None:
    page = visit(browser, address, "/", "phone").page
    page.locator(".find-open").click()
    page.keyboard.type("returns")
    expect(page.locator(FOUND).first).to_have_text("ReturnsTeam")
    expect(page.locator("#find-said")).to_have_text(re.compile("found"))
    page.locator("#find-words").fill("<b>nothing</b>")
    expect(page.locator("#find-said")).to_have_text("Nothing is called “<b>nothing</b>”.")
    assert overflow(page) <= 0
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".find-open")).to_be_focused()


def test_a_metric_of_a_team_and_a_name_with_a_slip_are_found(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/?period=2026-08&team=Returns&channel=chat")
    page = shown.page
    page.locator(".find-open").click()
    page.locator("#find-words").fill("revnue")
    expect(page.locator(FOUND).first).to_have_text("RevenueMetric")
    expect(page.locator("#find-said")).to_have_text("Nothing is called “revnue”; these come near")
    page.locator("#find-words").fill("zzzzzz")
    expect(page.locator("#find-said")).to_have_text("Nothing is called “zzzzzz”.")
    expect(page.locator(FOUND)).to_have_count(0)
    page.locator("#find-words").fill("south csat")
    expect(page.locator(FOUND).first).to_have_text("Customer satisfaction (CSAT) · SouthMetric")
    page.keyboard.press("Enter")
    page.wait_for_url("**/metric?metric=csat&team=South&period=2026-08")
    assert (shown.errors, shown.foreign) == ([], [])


def test_a_tickets_number_leads_to_the_ticket(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/?period=2026-08&team=Returns")
    page = shown.page
    page.locator(".find-open").click()
    page.locator("#find-words").fill("T0000001")
    expect(page.locator("#find-said")).to_have_text(re.compile("Enter looks for a ticket of that number$"))
    page.keyboard.press("Enter")
    expect(page.locator("#find-said")).to_have_text("There is no ticket “T0000001” that you may see.")
    page.locator("#find-words").fill("t1000000")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ticket?ticket=T1000000&period=2026-08")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("Ticket T1000000")
    assert (shown.errors, shown.foreign) == ([], [])


def test_keys_go_to_pages_and_periods_and_a_question_mark_lists_them(
    browser: Browser, opened: None, address: str
) -> None:
    page = visit(browser, address, "/?team=Returns").page
    page.wait_for_selector(".find-open")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customer?team=Returns")
    expect(page.locator(".crumbs [aria-current=page]")).to_have_text("Customer")
    page.keyboard.press("[")
    page.wait_for_url("**/customer?team=Returns&period=2026-08")
    page.keyboard.press("]")
    page.wait_for_url("**/customer?team=Returns")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.locator("dt").filter(has_text="Esc")).to_be_visible()
    expect(keys.get_by_text("Go to Teams")).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_what_is_typed_into_a_field_is_no_command(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/metric_library")
    field = shown.page.get_by_role("textbox").first
    field.click()
    shown.page.keyboard.type("g o/?[")
    expect(field).to_have_value("g o/?[")
    expect(shown.page.locator("dialog[open]")).to_have_count(0)
    assert "/metric_library" in shown.page.url


def test_several_teams_are_chosen_in_the_popover_and_taken_back(browser: Browser, opened: None, address: str) -> None:
    shown = visit(browser, address, "/")
    page = shown.page
    page.get_by_role("button", name="Filter").click()
    for team in ("Returns", "South"):
        page.get_by_role("combobox", name="Teams").fill(team)
        page.get_by_role("option", name=team, exact=True).click()
        page.wait_for_url(f"**{team}")
        shown.settle()
    page.wait_for_url("**/?team=Returns~South")
    expect(page.locator(".notice")).to_contain_text("You see the teams Returns and South.")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    expect(page.get_by_role("button", name="Filter (2)")).to_be_visible()
    page.locator(".notice a").click()
    expect(page.locator(".notice")).to_have_count(0)
    expect(page).to_have_url(f"{address}/")
    assert (shown.errors, shown.foreign) == ([], [])
