"""docs/methods.md: its examples print what it says, every module of statistics is in it, every method has its parts."""

from __future__ import annotations

import doctest
import re

import pytest

METHODS = (
    "Shares and their intervals", "Net promoter score", "Means", "Too close to call", "Control charts",
    "Change by mix and by rate", "Fair comparison of teams", "Cohorts", "Survival",
    "Recency, frequency, money and the lifecycle", "How long contracts last",
    "How often customers without a contract buy again", "What customers spend, and what they are still worth",
    "Drivers", "Importance and performance", "Forecasts", "Anomalies", "Links of the strategy",
    "What a point is worth", "Attribution",
)  # fmt: skip


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "methods.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chapters(page):
    return {chapter.partition("\n")[0]: chapter for chapter in page.split("\n## ")[1:]}


def test_every_example_prints_what_it_says(page):
    blocks = "\n".join(re.findall(r"```pycon\n(.*?)```", page, re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(blocks, {}, "methods.md", "docs/methods.md", 0)
    told: list[str] = []
    found = doctest.DocTestRunner(verbose=False).run(examples, out=told.append)
    assert found.attempted > 40
    assert not found.failed, "".join(told)


def test_every_module_of_statistics_is_in_it(page, root):
    modules = {path.stem for path in (root / "metrics" / "stats").glob("*.py")} - {"__init__"}
    assert [name for name in sorted(modules) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_its_parts_and_an_example(method, chapters):
    plain = " ".join(chapters[method].split())
    for part in ("**Answers:**", "**Not for**", "**How to read it:**", "**Source:**", ">>> "):
        assert part in plain, part


def test_there_is_no_method_without_a_test(chapters):
    assert [name for name in chapters if name not in METHODS] == ["When there is no number"]


def test_the_page_names_no_cause(page):
    assert not re.search(r"\bcauses\b", page)
