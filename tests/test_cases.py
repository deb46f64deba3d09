"""Every library metric against plain SQL written apart from it, on the example company, month by month."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from data_checks.load import load
from data_checks.warehouse import current_version, open_warehouse
from data_checks.warehouse.versions import version_path
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.prepare import prepare
from metrics.scope import Scope

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "library.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def company(demo_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases") / "demo"
    shutil.copytree(demo_folder, folder)
    workspace = read_workspace(folder)
    load(workspace, dt.datetime(2026, 10, 21, 5, 0), prepare=lambda version: prepare(version, read_catalog()))
    warehouse = open_warehouse(workspace)
    # a copy: one process may not open the same file in two ways
    copy = shutil.copy(version_path(workspace.var, current_version(workspace.var)), folder / "plain.duckdb")
    plain = duckdb.connect(copy, read_only=True)
    yield warehouse, plain
    plain.close()
    warehouse.close()


def test_every_library_metric_has_a_case():
    assert sorted(case["metric"] for case in CASES) == sorted(read_catalog().metrics)


def test_the_library_has_no_problem_and_says_what_people_need():
    catalog = read_catalog()
    assert catalog.problems == ()
    for metric in catalog.metrics.values():
        assert metric.name
        assert metric.question
        assert metric.description
        assert metric.owner
        assert metric.perspective


@pytest.mark.parametrize("case", CASES, ids=[case["metric"] for case in CASES])
def test_a_library_metric_equals_its_plain_sql(case, company):
    warehouse, plain = company
    metric, catalog = case["metric"], read_catalog()
    question = ask(warehouse, catalog, Scope.everything(), [metric])
    found = {r.period.start: r.value for r in evaluate(warehouse, catalog, question, [metric])[metric]}
    wanted = {as_day(month): value for month, value in plain.execute(case["check_query"]).fetchall() if month}
    assert len(wanted) >= 20
    for month, value in found.items():
        if month in wanted:
            assert value == pytest.approx(wanted[month], rel=1e-9), month
        else:
            assert value == (0 if case.get("zero_filled") else None), month
    assert set(wanted) <= set(found)


def as_day(value):
    return value.date() if isinstance(value, dt.datetime) else value
