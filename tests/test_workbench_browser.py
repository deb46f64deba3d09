"""The editor of the workbench in a real browser: typing, marks, mending, leaving by key, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import overflow, serving, visit
from tests.small_company import load_small_company

pytestmark = pytest.mark.browser
OWN = (
    "metric: own_csat\nformula: share(survey_responses.score >= 4 where survey = 'csat')\nname: Own csat\nunit: percent"
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = load_small_company(tmp_path_factory.mktemp("edited") / "company")
    (folder / "metrics" / "own_csat.yaml").write_text(OWN + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def served(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(company, tmp_path_factory.mktemp("elsewhere")) as found:
        yield found


def test_a_definition_is_typed_marked_mended_and_saved(
    browser: Browser, opened: None, served: str, company: Path
) -> None:
    shown = visit(browser, served, "/workbench?metric=own_csat")
    page = shown.page
    editor = page.get_by_role("textbox", name="Definition in YAML")
    expect(editor).to_have_value(OWN)
    editor.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\ngaol: 85%")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("One problem in line 5.")
    expect(page.locator(".fault")).to_have_text("gaol")
    expect(page.locator(".row.wrong")).to_have_attribute("data-number", "5")
    expect(editor).to_be_focused()
    page.get_by_role("button", name="Use goal").click()
    expect(editor).to_have_value(f"{OWN}\ngoal: 85%")
    editor.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nred: 75%\nperspective: customer")
    expect(page.locator("h1")).to_contain_text("No problems")  # a pause is enough
    page.get_by_role("button", name="Save to workspace").click()
    expect(page.get_by_text("Saved as metrics/own_csat.yaml.")).to_be_visible()
    saved = (company / "metrics" / "own_csat.yaml").read_text(encoding="utf-8")
    assert saved == f"{OWN}\ngoal: 85%\nred: 75%\nperspective: customer\n"
    assert (shown.errors, shown.foreign) == ([], [])


def test_the_editor_is_left_by_tab_and_by_escape(browser: Browser, opened: None, served: str) -> None:
    page = visit(browser, served, "/workbench?new=count").page
    editor = page.get_by_role("textbox", name="Definition in YAML")
    before = editor.input_value()
    for key in ("Tab", "Escape", "Shift+Tab"):
        editor.focus()
        page.keyboard.press(key)
        expect(editor).not_to_be_focused()
    expect(editor).to_have_value(before)


def test_the_workbench_fits_a_phone(browser: Browser, opened: None, served: str) -> None:
    page = visit(browser, served, "/workbench?new=share", "phone", "dark").page
    expect(page.get_by_role("textbox", name="Definition in YAML")).to_be_visible()
    assert overflow(page) <= 1
