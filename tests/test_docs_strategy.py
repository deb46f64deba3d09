"""docs/strategy.md: its examples are right, and its mistakes are told as it says."""

from __future__ import annotations

import re

import pytest

from data_checks.calendar import EVERYBODYS
from metrics.catalog import read_catalog
from metrics.goals.file import COLUMNS
from metrics.plans import with_plans


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "strategy.md").read_text(encoding="utf-8")


@pytest.fixture
def read(page, tmp_path):
    def plans_of(name, kind, number):
        text = re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)[number]
        (tmp_path / name).write_text(text, encoding="utf-8")
        return with_plans(read_catalog(), tmp_path, EVERYBODYS)

    return plans_of


def test_the_strategy_shown_is_right(read):
    catalog = read("strategy.yaml", "yaml", 0)
    assert catalog.problems == ()
    assert [one.objective for one in catalog.strategy.objectives] == ["loyal_customers", "skilled_people"]
    assert [one.initiative for one in catalog.strategy.initiatives_for("csat")] == ["call_back"]


def test_the_goals_shown_are_right(read):
    catalog = read("goals.csv", "csv", 0)
    assert catalog.problems == ()
    assert (catalog.metrics["revenue"].red, catalog.metrics["revenue"].goal) == (90000, 105000)


@pytest.mark.parametrize(("name", "kind", "text"), [("strategy.yaml", "yaml", 0), ("goals.csv", "csv", 1)])
def test_every_mistake_is_told_as_it_says(read, page, name, kind, text):
    told = "".join(f"{problem}\n" for problem in read(name, kind, 1).problems)
    assert told == re.findall(r"```text\n(.*?)```", page, re.DOTALL)[text]


def test_every_column_of_goals_is_explained(page):
    chapter = page.partition("## goals.csv")[2].partition("\n## ")[0]
    assert all(name in chapter for name in COLUMNS)
