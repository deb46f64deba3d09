"""Lifetime value: groups against plain SQL, the model against what came, refusals, and what a part may see."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dashboard import access, settings
from dashboard.lifetime_value import parts as lifetime_value_parts
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.language.bound import ModelOf
from metrics.models.customers import Base, HeldBack, customer_base, held_back, predicted_and_came
from metrics.models.fitted import Fitter
from metrics.models.purchases import PurchaseLog
from metrics.scope import Scope
from metrics.stats.not_known import NotKnown
from tests.conftest import catalog_of
from tests.customers_company import load_customers_company
from tests.loading import ask
from tests.test_cohorts import scorecard
from tests.test_dashboard_parts import read
from tests.test_retention_page import of, page_of, rows
from tests.test_stats_real_data import HELD_BACK_UNTIL, SEEN_UNTIL, sales  # noqa: F401

PAGE = settings.PAGES / "lifetime_value.py"
LAST = dt.date(2026, 9, 30)
SOLD = "from orders where sold and customer_id is not null and revenue is not null and ordered_on <= '2026-09-30'"


@pytest.fixture(scope="module")
def demo(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(loaded_demo, tmp_path_factory.mktemp("value") / "demo")


@pytest.fixture(scope="module")
def found(demo: Path) -> tuple[Base, HeldBack]:
    workspace = read_workspace(demo)
    warehouse = open_warehouse(workspace)
    model = catalog_of(workspace).bound["predicted_lifetime_value"]
    assert isinstance(model, ModelOf)
    base, held = customer_base(warehouse, model, LAST), held_back(warehouse, LAST)
    warehouse.close()
    assert isinstance(base, Base)
    assert isinstance(held, HeldBack)
    return base, held


@pytest.fixture
def shown(demo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from of(demo, monkeypatch)


# ── what customers still bring ───────────────────────────────────────────────────────────────────────


def test_every_customer_is_in_one_group_of_each_slice_and_the_groups_add_up(found: tuple[Base, HeldBack]) -> None:
    base, _ = found
    assert set(base.cuts) == {"segment", "acquisition_channel", "region", "cohort"}
    for parts in (base.stages, *base.cuts.values()):
        assert sum(part.customers for part in parts) == base.customers
        if all(part.total is not None for part in parts):
            assert sum(part.total or 0.0 for part in parts) == pytest.approx(base.everybody.total)
        for part in parts:
            assert part.value is None or (part.low or 0.0) <= part.value <= (part.high or 0.0)


def test_segments_are_as_large_and_have_paid_as_plain_sql_has_it(demo: Path, found: tuple[Base, HeldBack]) -> None:
    base, _ = found
    counted = ask(
        demo,
        f"select c.segment, count(distinct o.customer_id), sum(o.revenue) from (select * {SOLD}) o "
        "left join customers c using (customer_id) group by all",
    )
    expected = {name: (n, float(paid) / n) for name, n, paid in counted if n >= 30}
    ours = {part.name: (part.customers, part.paid) for part in base.cuts["segment"] if part.paid is not None}
    assert ours.keys() == expected.keys()
    for name, (n, paid) in expected.items():
        assert ours[name][0] == n
        assert ours[name][1] == pytest.approx(paid, rel=1e-3)  # whole cents


def test_the_new_are_those_whose_first_order_is_at_most_ninety_days_old(
    demo: Path, found: tuple[Base, HeldBack]
) -> None:
    base, _ = found
    (new,) = ask(
        demo,
        f"select count(*) from (select min(ordered_on) as first {SOLD} group by customer_id) "
        "where first >= date '2026-09-30' - 90",
    )[0]
    assert {part.name: part.customers for part in base.stages}["new"] == new


def test_the_mean_and_the_stages_are_those_the_metrics_say(demo: Path, found: tuple[Base, HeldBack]) -> None:
    base, _ = found
    names = ("predicted_lifetime_value", "lifecycle_growth", "lifecycle_declining")
    words = ("-w", demo, "--as", "json", "--from", "2026-09-01", "--to", "2026-10-01")
    answers = {name: json.loads(scorecard("query", name, *words))["metrics"][name]["rows"][0] for name in names}
    value = answers["predicted_lifetime_value"]
    mean = base.everybody
    assert (mean.value, mean.low, mean.high) == pytest.approx((value["value"], value["low"], value["high"]))
    stages = {part.name: part.customers for part in base.stages}
    assert answers["lifecycle_growth"]["numerator"] == stages["new"] + stages.get("reactivated", 0)
    assert answers["lifecycle_declining"]["numerator"] == stages.get("at_risk", 0) + stages.get("lapsed", 0)
    assert answers["lifecycle_growth"]["denominator"] == base.customers - stages.get("older", 0)


# ── predicted and came ───────────────────────────────────────────────────────────────────────────────


def test_what_came_is_what_sql_counts(demo: Path, found: tuple[Base, HeldBack]) -> None:
    """Purchase days after 1 April 2026 of who had bought by then, by how many days they had bought on."""
    _, held = found
    assert (held.seen, held.last) == (dt.date(2026, 4, 1), LAST)
    counted = ask(
        demo,
        f"with d as (select distinct customer_id, ordered_on {SOLD}), b as (select customer_id, "
        "count(*) filter (ordered_on <= '2026-04-01') - 1 as before, "
        "count(*) filter (ordered_on > '2026-04-01') as came from d group by 1) "
        "select case when before > 6 then 7 when before > 3 then 4 when before > 1 then 2 else before end, count(*), "
        "sum(came) from b where before >= 0 group by 1 order by 1",
    )
    assert [(one.least, one.customers, one.came) for one in held.buckets] == [tuple(map(int, row)) for row in counted]
    assert held.everybody.predicted == pytest.approx(sum(one.predicted for one in held.buckets))


@pytest.mark.real_data
def test_a_published_wholesaler_is_predicted_as_the_documentation_says(sales, root: Path) -> None:  # noqa: F811
    """docs/methods-data.md, whose numbers are worked in days where a fit of the dashboard is in half weeks."""
    days = sales[sales["day"] <= HELD_BACK_UNTIL].groupby(["day", "customer"], as_index=False)["amount"].sum()
    log = PurchaseLog(
        days["customer"].to_numpy(),
        days["day"].to_numpy().astype("datetime64[D]"),
        days["amount"].to_numpy(float),
        np.full(len(days), np.nan),
    )
    fitter = Fitter(None, log)  # type: ignore[arg-type]  # it reads nothing beside the purchases
    last = HELD_BACK_UNTIL.astype(dt.date)
    held = predicted_and_came(fitter, last)
    assert isinstance(held, HeldBack)
    assert held.seen == SEEN_UNTIL.astype(dt.date)
    page = (root / "docs" / "methods-data.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| .* \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", page, re.M)
    for one, cells in zip((*held.buckets, held.everybody), table, strict=True):
        customers, predicted, came = (int(cell.replace(",", "")) for cell in cells)
        assert (one.customers, one.came) == (customers, came)
        assert one.predicted == pytest.approx(predicted, rel=0.01)


def test_a_test_that_cannot_be_made_says_why() -> None:
    told = lifetime_value_parts.test(NotKnown("not_enough_history", "not enough history: 3 customers"))
    assert "The fit cannot be put to the test: not enough history: 3 customers." in told


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_what_the_command_line_says(shown: Path, found: tuple[Base, HeldBack]) -> None:
    page = page_of(PAGE, period="2026-09")
    base, held = found
    value = base.everybody.value or 0.0
    assert f"<h1>A customer will still bring €{value:.0f} of margin within 3 years.</h1>" in page
    assert f"{held.everybody.came:,}</b> came" in page
    points = json.loads(scorecard("worth", "-w", shown, "--as", "json"))["groups"][0]["ratings"]
    assert points
    for one in points:
        assert f'<th scope="row">{one["rating"]}</th><td class="num">{one["n"]:,}</td>' in page
        if one["share"] is not None:
            assert f"<b>{100 * one['share']:.1f}\u00a0%</b>" in page


def test_what_customers_of_a_segment_brought_is_what_sql_adds_up(shown: Path) -> None:
    """Twelve whole months from each first order of October 2024 to September 2025, as in the definition."""
    expected = ask(
        shown,
        "with f as (select customer_id, min(ordered_on) as first from orders where sold group by 1), "
        "m as (select o.customer_id, sum(case when datesub('month', f.first, o.ordered_on) < 12 "
        "then o.revenue - o.cost end) as margin from orders o join f using (customer_id) where o.sold "
        "and f.first >= '2024-10-01' and f.first < '2025-10-01' group by 1) "
        "select segment, count(*), sum(margin) / count(*) from m join customers using (customer_id) group by 1",
    )
    page = page_of(PAGE, period="2026-09", cut="segment")
    part = page[page.index("The same by segment") :]
    brought = {row[0]: row[1] for row in rows(part, "lengths values")}
    assert len(expected) >= 4
    for name, n, each in expected:
        told = f"€{each:.0f}" if each >= 100 else f"€{each:.2f}"
        assert brought[name].startswith(told if n >= 30 else "fewer than 30"), name
        assert n < 30 or brought[name].endswith(f"n {n:,}")


@pytest.mark.usefixtures("shown")
def test_a_reader_of_some_teams_sees_no_customer_of_the_whole(
    demo: Path, monkeypatch: pytest.MonkeyPatch, found: tuple[Base, HeldBack]
) -> None:
    base, held = found
    team = ask(demo, "select team_id from teams order by team_id limit 1")[0][0]
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams(team))
    page = page_of(PAGE, period="2026-09")
    assert "a model is fitted to the whole organisation" in page.casefold()
    numbers = [base.customers, held.everybody.came, *(part.customers for part in base.stages if part.customers > 99)]
    assert not [number for number in numbers if f">{number:,}<" in page or f">{number:,}</b>" in page]
    assert "Where customers stand" not in page


def test_without_costs_the_page_says_why_nothing_is_predicted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in of(load_customers_company(tmp_path / "company"), monkeypatch):
        page = page_of(PAGE, period="2024-05")
    assert "<h1>No lifetime value can be predicted.</h1>" in page
    assert "No source provides orders.cost." in page
    assert "What a point is worth cannot be told: no source provides survey_responses.customer_id." in page
    assert read(re.sub(r"<style>.*?</style>", "", page, flags=re.S)).tags.count("h1") == 1


def test_a_team_has_no_model_of_its_own_and_the_way_back_is_there(shown: Path) -> None:
    team = ask(shown, "select name from teams order by team_id limit 1")[0][0]
    page = page_of(PAGE, period="2026-09", team=team)
    assert "What customers are still worth is known of the whole organisation only." in page
    assert 'href="/lifetime_value?period=2026-09">Show the whole organisation</a>' in page or (
        'href="/lifetime_value">Show the whole organisation</a>' in page
    )
