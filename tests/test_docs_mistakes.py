"""docs/mistakes.md: a page of broken definitions, what is said about each, and what is right instead."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from metrics import catalog, rules
from metrics.catalog import read_catalog
from metrics.drafts import settle

_SECTION = re.compile(
    r"### (?P<file>\S+\.yaml)\n\n```yaml\n(?P<wrong>.*?)```\n\n```text\n(?P<told>.*?)```\n\n"
    r"(?:Line (?P<line>\d+) instead|Instead):\n\n```yaml\n(?P<right>.*?)```",
    re.DOTALL,
)


@pytest.fixture(scope="module")
def mistakes(root):
    """Each section of the page: its file, what stands in it, what is said, what is right."""
    page = (root / "docs" / "mistakes.md").read_text(encoding="utf-8")
    found = [match.groupdict() for match in _SECTION.finditer(page)]
    assert len(found) == page.count("\n### ") >= 25
    return found


def test_check_says_of_the_whole_page_what_stands_in_it(mistakes, demo_folder, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    shutil.rmtree(folder / "metrics", ignore_errors=True)
    (folder / "metrics").mkdir()
    for mistake in mistakes:
        (folder / "metrics" / mistake["file"]).write_text(mistake["wrong"], encoding="utf-8")
    told = [
        line for mistake in sorted(mistakes, key=lambda each: each["file"]) for line in mistake["told"].splitlines()
    ]
    done = CliRunner().invoke(main, ["check", "-w", str(folder)])
    assert done.exit_code == 2
    assert done.stdout.splitlines() == [*told, f"{len(told)} problems."]


def test_with_what_stands_behind_it_each_mistake_is_gone(mistakes, tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    for mistake in mistakes:
        right = mistake["right"]
        if mistake["line"]:
            lines = mistake["wrong"].splitlines(keepends=True)
            lines[int(mistake["line"]) - 1] = right
            right = "".join(lines)
        (folder / mistake["file"]).write_text(right, encoding="utf-8")
    assert read_catalog(folder).problems == ()


@pytest.fixture
def page_folder(mistakes, tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    for mistake in mistakes:
        (folder / mistake["file"]).write_text(mistake["wrong"], encoding="utf-8")
    return folder


@pytest.mark.parametrize("rule", [*rules.ABOUT_ONE, *rules.ABOUT_ALL], ids=lambda rule: rule.__name__)
def test_every_rule_has_its_mistake_on_the_page(page_folder, monkeypatch, rule):
    told = read_catalog(page_folder).problems
    monkeypatch.setattr(settle, "ABOUT_ONE", [one for one in rules.ABOUT_ONE if one is not rule])
    monkeypatch.setattr(catalog, "ABOUT_ALL", [one for one in rules.ABOUT_ALL if one is not rule])
    assert set(read_catalog(page_folder).problems) < set(told)


def test_every_file_of_rules_is_one_rule_that_is_asked():
    folder = Path(rules.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "subjects", "lengths", "goal_faults"}
    assert {rule.__name__ for rule in (*rules.ABOUT_ONE, *rules.ABOUT_ALL)} == files
