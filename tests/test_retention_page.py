"""Retention: triangle, curves and reasons as counted by hand, what a part may see, what is said without contracts."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import access, cache, settings
from dashboard.retention import parts as retention_parts
from dashboard.retention import survival_parts
from dashboard.wording import say
from data_checks.warehouse import open_warehouse
from data_checks.warehouse.contract import Warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.cohorts import Survival, survival
from metrics.analyses.leaving import Leaving, leaving
from metrics.models.contracts import ContractCurve, contract_curve
from metrics.scope import Scope
from metrics.stats.not_known import NotKnown
from tests.customers_company import load_customers_company
from tests.loading import ask
from tests.test_cohorts import scorecard
from tests.test_dashboard_pages import run, text
from tests.test_dashboard_parts import read

PAGE = settings.PAGES / "retention.py"
EVERYBODY = Scope.everything()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_customers_company(tmp_path_factory.mktemp("customers") / "company")


@pytest.fixture
def shown(company: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from of(company, monkeypatch)


def of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The dashboard over a workspace."""
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    cache.use(None)
    yield folder
    cache.use(None)


@pytest.fixture(scope="module")
def opened(company: Path) -> Iterator[Warehouse]:
    warehouse = open_warehouse(read_workspace(company))
    yield warehouse
    warehouse.close()


def rows(page: str, table: str) -> list[list[str]]:
    """The body of a table as the text of its cells."""
    body = re.search(rf'<table class="{table}".*?<tbody[^>]*>(.*?)</tbody>', page, re.S)
    assert body, f"no table {table}"
    heard = re.sub(r'<(\w+)[^>]*aria-hidden="true"[^>]*>.*?</\1>', "", body[1])
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", heard, re.S)
    return [[plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in found]


def page_of(page: Path, **query: str) -> str:
    """Everything a page says, to its end."""
    found = text(run(page, **query))
    assert say("failed_here") not in found
    return found


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").strip()


# ── the triangle ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("shown")
def test_the_triangle_on_screen_is_the_one_counted_by_hand() -> None:
    page = page_of(PAGE, period="2024-05", every="month")
    assert rows(page, "triangle") == [
        ["All together", "4", "25 %", "100 %", "0 %", "0 %"],
        ["Jan 2024", "2", "50 %", "100 %", "0 %", "0 %"],
        ["Feb 2024", "1", "0 %", "100 %", "0 %", "Too young"],
        ["Apr 2024", "1", "0 %", "Too young"],
    ]
    assert "<h1>Of new buyers, 25.0\u00a0% buy again in the month after their first.</h1>" in page
    assert 'title="1 of 2, 95\u00a0%: 9.5–90.5\u00a0%"' in page  # Wilson for 1 of 2


@pytest.mark.usefixtures("shown")
def test_an_earlier_period_knows_nothing_of_what_came_later() -> None:
    """As of 31 March: b bought in February, a and b in March; the cohort of April is not there yet."""
    page = page_of(PAGE, period="2024-03", every="month")
    assert rows(page, "triangle")[1:] == [
        ["Jan 2024", "2", "50 %", "100 %"],
        ["Feb 2024", "1", "0 %", "Too young"],
    ]


@pytest.mark.usefixtures("shown")
def test_told_apart_by_a_slice_each_group_is_a_line() -> None:
    page = page_of(PAGE, period="2024-05", every="month", cut="segment")
    assert [row[:3] for row in rows(page, "triangle")] == [["Large", "2", "0 %"], ["Small", "2", "50 %"]]


@pytest.mark.usefixtures("shown")
def test_buyers_who_cannot_be_told_apart_so_are_shown_together_and_it_is_said() -> None:
    page = page_of(PAGE, period="2024-05", every="month", cut="plan")
    assert rows(page, "triangle")[0][:2] == ["All together", "4"]
    assert "Not told apart by plan:" in page
    assert "The groups end at different paces" in page or "No difference between the groups" in page


# ── contracts ────────────────────────────────────────────────────────────────────────────────────────


def test_the_curve_is_read_as_kaplan_and_meier_would(opened: Warehouse) -> None:
    """Nine contracts: one ends after 119 days (8/9 stay); 374, 393, 395 and 396 days; four run for 396 days so far."""
    found = survival(opened, EVERYBODY)
    assert isinstance(found, Survival)
    curve = found.groups[0].curve
    assert curve.at(118) == 1.0
    assert curve.at(119) == pytest.approx(8 / 9)
    assert [(step.time, step.at_risk, step.events) for step in curve.steps][:2] == [(119, 9, 1), (375, 8, 1)]
    assert found.groups[0].ended == 5


@pytest.mark.usefixtures("shown")
def test_fewer_than_ten_contracts_have_no_curve_and_it_is_said() -> None:
    page = page_of(PAGE, period="2024-05")
    assert "9 contracts, 5 of which ended." in page
    assert "Fewer than 10 contracts: too few for a curve." in page


def test_predicted_stands_beside_what_the_same_months_show(opened: Warehouse) -> None:
    """One contract is lost at its 4th renewal, the rest at their 13th; until then all four fifths of it are kept."""
    found = contract_curve(opened, opened.facts.as_of_day)
    assert isinstance(found, ContractCurve)
    assert (found.contracts, found.ended) == (9, 5)
    assert found.observed.at(3) == 1.0
    assert found.observed.at(4) == pytest.approx(8 / 9)
    assert found.predicted[0] == 1.0
    assert list(found.predicted) == sorted(found.predicted, reverse=True)
    assert "of the 9 contracts" in survival_parts.contract(found, {})


def test_the_fit_is_that_of_the_metric(loaded_demo: Path, tmp_path: Path) -> None:
    """The value of a contract follows from the curve: the mean fee times Σ S(t)/(1+d)^t, by the curve alone."""
    folder = shutil.copytree(loaded_demo, tmp_path / "demo")
    warehouse = open_warehouse(read_workspace(folder))
    found = contract_curve(warehouse, warehouse.facts.as_of_day)
    warehouse.close()
    assert isinstance(found, ContractCurve)
    (fee,) = ask(folder, "select avg(monthly_fee) from subscriptions where started_on <= '2026-10-20'")[0]
    answer = json.loads(scorecard("query", "contract_lifetime_value", "-w", folder, "--as", "json"))
    kept = answer["metrics"]["contract_lifetime_value"]["rows"][-1]["value"]
    monthly = 1.1 ** (1 / 12) - 1
    if found.one_rate is not None:
        worth = fee * (1 + monthly) / (monthly + found.one_rate)
    else:
        alpha, beta, share, worth = found.alpha or 0.0, found.beta or 0.0, 1.0, 0.0
        for t in range(5000):
            worth += fee * share / (1 + monthly) ** t
            share *= (beta + t) / (alpha + beta + t)
    assert kept == pytest.approx(worth, rel=1e-4)


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("shown")
def test_every_contract_that_ended_stands_in_one_row_also_without_a_reason() -> None:
    page = page_of(PAGE, period="2024-05")
    assert "4 ended from Jun 2023 to May 2024" in page
    found = [[row[0], *row[2:]] for row in rows(page, "lengths")]
    assert [[one[0], one[1].split("  ")[0].strip(), *one[2:]] for one in found] == [
        ["Too dear", "50.0 %", "2", "−50.0 pt"],
        ["Moved &lt;b&gt;away&lt;/b&gt;", "25.0 %", "1", "+25.0 pt"],
        ["Not said", "25.0 %", "1", "+25.0 pt"],
    ]
    assert 'class="num move clear"' not in page  # one contract beside four: all of it may be chance


def test_the_reasons_of_the_demo_are_those_that_sql_counts(loaded_demo: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(loaded_demo, tmp_path / "demo")
    warehouse = open_warehouse(read_workspace(folder))
    before, start, end = (dt.date(year, 10, 1) for year in (2024, 2025, 2026))
    found = leaving(warehouse, EVERYBODY, before, start, end)
    warehouse.close()
    assert isinstance(found, Leaving)
    counted = ask(
        folder,
        "select end_reason, count(*) filter (ended_on >= '2025-10-01'), count(*) filter (ended_on < '2025-10-01') "
        "from subscriptions where ended_on >= '2024-10-01' and ended_on < '2026-10-01' group by all",
    )
    assert {(one.name, one.share.part, one.before) for one in found.reasons} == set(counted)
    assert (found.ended, found.before) == (sum(row[1] for row in counted), sum(row[2] for row in counted))


# ── who may see, and what is missing ─────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("shown")
def test_a_reader_of_some_teams_gets_sentences_and_no_customer_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("N"))
    page = page_of(PAGE, period="2024-05")
    assert "Who stays is known of the whole organisation only." in page
    assert page.count("only the whole organisation may see") >= 3
    assert not re.search(r'class="(triangle|stays|lengths)"', page)
    assert "Too dear" not in page


def test_without_contracts_the_page_shows_buyers_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in of(load_customers_company(tmp_path / "shop", contracts=False, surveys=False), monkeypatch):
        page = page_of(PAGE, period="2024-05", every="month")
    assert rows(page, "triangle")[0][1] == "4"
    assert page.count("no source provides subscriptions") >= 2
    assert read(re.sub(r"<style>.*?</style>", "", page, flags=re.S)).tags.count("h1") == 1


def test_nothing_known_is_a_sentence() -> None:
    none = NotKnown("no_data", "no month in which somebody bought for the first time has ended")
    page = retention_parts.answer(none, none)
    assert "<h1>Nobody&#x27;s return can be counted yet.</h1>" in page
    assert "has ended." in page
