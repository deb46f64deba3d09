"""Every library metric against plain SQL written apart from it, month by month: on a company with every table, and on
the example company as far as it can answer."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml

from dashboard.sentences import short
from data_checks.load import load
from data_checks.warehouse import current_version, open_warehouse
from data_checks.warehouse.contract import Warehouse
from data_checks.warehouse.versions import version_path
from data_checks.workspace import Workspace, read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.prepare import prepare
from metrics.scope import Scope
from tests.library_company import NOW, write_library_company

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "library.yaml").read_text(encoding="utf-8"))
FEWEST_MONTHS = 16


@dataclass(frozen=True)
class Company:
    """The same published version twice: as the program asks it, and for plain SQL."""

    warehouse: Warehouse
    plain: duckdb.DuckDBPyConnection


def opened(folder: Path, now: dt.datetime) -> Company:
    workspace = read_workspace(folder)
    report = load(workspace, now, prepare=lambda version: prepare(version, read_catalog()))
    assert report.status == "published", report.message
    # a copy: one process may not open the same file in two ways
    version = current_version(workspace.var)
    assert version is not None
    copy = shutil.copy(version_path(workspace.var, version), folder / "plain.duckdb")
    warehouse = open_warehouse(workspace)
    return Company(warehouse, plain_sql(Path(copy), workspace, warehouse))


def plain_sql(copy: Path, workspace: Workspace, warehouse: Warehouse) -> duckdb.DuckDBPyConnection:
    """The tables, and what every case may use beside them."""
    plain = duckdb.connect(str(copy), read_only=True)
    facts = warehouse.facts
    plain.execute(f"create temp macro local_time(t) as timezone('{workspace.timezone}', timezone('UTC', t))")
    plain.execute("create temp macro local_day(t) as cast(local_time(t) as date)")
    plain.execute("create temp table asked as select cast(? as timestamp) as as_of", [facts.as_of])
    plain.execute(
        "create temp table months as select m::date as month, least(m + interval 1 month, cast(? as date) + 1)::date "
        "as until from generate_series(date_trunc('month', cast(? as timestamp)), cast(? as timestamp), "
        "interval 1 month) as t(m)",
        [facts.as_of_day, min(t.first_day for t in facts.tables.values() if t.first_day), facts.as_of_day],
    )
    plain.execute("create temp view live as select * from orders where coalesce(status, '') <> 'cancelled'")
    plain.execute("create temp view bought as select * from live where customer_id is not null")
    plain.execute("create temp table shifts (weekday integer, begins integer, ends integer)")
    for shift in workspace.shifts:
        plain.execute("insert into shifts values (?, ?, ?)", [shift.weekday, shift.begins, shift.ends])
    plain.execute("create temp table holidays (day date)")
    for day in workspace.holidays.days if workspace.holidays else ():
        plain.execute("insert into holidays values (?)", [day])
    return plain


@pytest.fixture(scope="module")
def library_company(tmp_path_factory):
    company = opened(write_library_company(tmp_path_factory.mktemp("library")), NOW)
    yield company
    company.plain.close()
    company.warehouse.close()


@pytest.fixture(scope="module")
def demo_company(demo_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases") / "demo"
    shutil.copytree(demo_folder, folder)
    company = opened(folder, dt.datetime(2026, 10, 21, 5, 0))
    yield company
    company.plain.close()
    company.warehouse.close()


def compared(case, company):
    """The months in which the metric and the plain SQL agree; fails where they do not."""
    catalog, metric = read_catalog(), case["metric"]
    question = ask(company.warehouse, catalog, Scope.everything(), [metric])
    results = evaluate(company.warehouse, catalog, question, [metric])[metric]
    if results[0].state == "not_provided":
        return None
    first = results[0].period.start
    rows = company.plain.execute(case["check_query"]).fetchall()
    wanted = {as_day(month): value for month, value in rows if month and as_day(month) >= first}
    for result in results:
        month = result.period.start
        if result.state == "suppressed":
            assert 0 < result.n < 5
        elif month in wanted:
            assert result.value == pytest.approx(wanted[month], rel=1e-9, abs=1e-12), (metric, month)
        else:
            assert result.value == (0 if case.get("zero_filled") else None), (metric, month)
    assert set(wanted) <= {result.period.start for result in results}
    return wanted


def as_day(value):
    return value.date() if isinstance(value, dt.datetime) else value


def test_every_library_metric_has_a_case():
    """What a model says has no query beside it; test_models holds it against published numbers."""
    formulas = (name for name, metric in read_catalog().metrics.items() if metric.model is None)
    assert sorted(case["metric"] for case in CASES) == sorted(formulas)


def test_the_library_has_no_problem_and_says_what_people_need():
    catalog = read_catalog()
    assert catalog.problems == ()
    for metric in catalog.metrics.values():
        assert metric.status == "certified", metric.metric
        for said in (metric.name, metric.question, metric.description, metric.owner, metric.timing):
            assert said, metric.metric
        assert metric.perspective, metric.metric
        assert metric.objective, metric.metric


def test_no_two_metrics_of_the_library_are_called_the_same_in_a_sentence():
    names = [short(metric) for metric in read_catalog().metrics.values()]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("case", CASES, ids=[case["metric"] for case in CASES])
def test_a_library_metric_equals_its_plain_sql(case, library_company):
    wanted = compared(case, library_company)
    assert wanted is not None, "the company has every table"
    assert len(wanted) >= FEWEST_MONTHS
    assert len(set(wanted.values())) > 3, "a case whose months are all alike tests little"


def test_the_example_company_agrees_with_the_plain_sql_too(demo_company):
    found = {case["metric"]: compared(case, demo_company) for case in CASES}
    answered = [metric for metric, months in found.items() if months]
    assert len(answered) >= 19
