"""docs/metrics.md: every example is a right definition with a value on the example company, every key is explained."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil

import pytest

from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.drafts.definition_file import DefinitionFile
from metrics.evaluate import evaluate
from metrics.scope import Scope


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def examples(page, loaded_demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "demo"
    shutil.copytree(loaded_demo, folder)
    for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)):
        (folder / "metrics" / f"example_{number:02}.yaml").write_text(text, encoding="utf-8")
    workspace = read_workspace(folder)
    warehouse = open_warehouse(workspace)
    yield warehouse, read_catalog(workspace.metrics_folder)
    warehouse.close()


def test_every_example_is_right_and_has_a_value(examples):
    warehouse, catalog = examples
    assert catalog.problems == ()
    shown = [name for name, metric in catalog.metrics.items() if "example_" in metric.place.file]
    assert len(shown) == 14
    for name in shown:
        question = ask(
            warehouse, catalog, Scope.everything(), [name], start=dt.date(2026, 5, 1), end=dt.date(2026, 6, 1)
        )
        (result,) = evaluate(warehouse, catalog, question, [name])[name]
        assert result.state == "ok", (name, result)
        assert result.value is not None


def test_every_key_is_explained_and_nothing_else(page):
    keys = {field.name for field in dataclasses.fields(DefinitionFile)}
    explained = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert explained == keys
