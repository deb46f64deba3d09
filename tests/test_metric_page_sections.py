"""What else a metric's page says: parts that add up, months ahead, drivers, cohorts, others, and why not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboard import access, cache, settings
from dashboard.floors import RealFloors
from dashboard.metric import answers as metric_answers
from dashboard.wording import say
from metrics.scope import Scope
from tests.test_dashboard_pages import METRIC, run, text

ALL = ",".join(metric_answers.SECTIONS)


@pytest.fixture(scope="module", autouse=True)
def demo(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The example company, served."""
    folder = tmp_path_factory.mktemp("sections") / "demo"
    shutil.copytree(loaded_demo, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(settings.WORKSPACE, str(folder))
        cache.use(RealFloors())
        yield
        cache.use(None)


def page(metric: str, opened: str = "", **query: str) -> AppTest:
    return run(METRIC, metric=metric, **({"open": opened} if opened else {}), **query)


def tables(shown: str, kind: str) -> list[str]:
    return re.findall(rf'<table class="{kind}">.*?</table>', shown, re.S)


def number(shown: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.−]", "", shown.replace("±", "")).replace("−", "-"))


# ── why it changed ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "metric", ["csat", "nps", "revenue", "tickets_opened", "on_time_delivery", "average_order_value"]
)
@pytest.mark.parametrize("against", [{}, {"against": "year"}], ids=["previous", "year"])
def test_the_parts_of_a_change_add_up_exactly_as_shown(metric: str, against: dict[str, str]) -> None:
    (table,) = tables(text(page(metric, **against)), "contributions")
    *parts, total = re.findall(r'<td class="num">([^<]*)</td>', table)
    assert len(parts) > 1
    assert sum(map(number, parts)) == number(total)


def test_the_sum_is_the_difference_of_the_two_values_as_shown() -> None:
    shown = text(page("csat"))
    between = re.search(r'Why it changed</h2><span class="scope">([\d.]+).% to ([\d.]+).%</span>', shown)
    assert between is not None
    (table,) = tables(shown, "contributions")
    total = re.findall(r'<td class="num">([^<]*)</td>', table)[-1]
    assert Decimal(between[2]) - Decimal(between[1]) == number(total)


def test_a_median_says_why_its_change_has_no_parts() -> None:
    shown = text(page("first_reply_minutes"))
    assert tables(shown, "contributions") == []
    assert "no average of the groups" in shown


# ── sections ─────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_computed_that_nobody_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("forecast", "drivers", "cohorts", "beside", "definition"):
        monkeypatch.setattr(metric_answers, name, lambda *_, name=name: asked.append(name))
    app = page("csat")
    assert asked == []
    labels = [box.label for box in app.expander]
    assert [one for one in labels if one in ("Months ahead", "What goes with it", "Beside others", "Definition")] == [
        "Months ahead", "What goes with it", "Beside others", "Definition",
    ]  # fmt: skip


def test_the_months_ahead_stand_in_bands_with_the_chance_of_the_goal() -> None:
    app = page("csat", "forecast")
    shown = text(app)
    assert re.search(r"is expected at [\d.]+.%; the 95 % band is [\d.]+–[\d.]+.%\. The chance of meeting 8", shown)
    (table,) = tables(shown, "groups mx-ahead")
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table)
    assert len(rows) == 6
    for row in rows:
        middle, low_80, high_80, low_95, high_95 = (Decimal(one) for one in re.findall(r"[\d.]+(?=–|\s?\xa0?%)", row))
        assert low_95 <= low_80 <= middle <= high_80 <= high_95


def test_too_short_a_history_is_a_sentence() -> None:
    assert "Nothing is forecast: " in text(page("advice_rating", "forecast", team="Night line"))


def test_what_goes_with_a_score_is_told_with_intervals_and_claims_no_cause() -> None:
    shown = text(page("csat", "drivers"))
    table, *_ = tables(shown, "groups mx-drivers")
    rows = re.findall(r'<th scope="row">([^<]*)</th>.*?strong">([^<]*)<.*?unsure">([^<]*)<', table)
    shares = [number(share) for _, share, _ in rows]
    assert shares == sorted(shares, reverse=True)
    assert all("–" in ends for _, _, ends in rows)
    assert "not why" in shown
    assert "Importance and performance" in shown


def test_the_triangle_counts_who_bought_again() -> None:
    shown = text(page("retention", "cohorts"))
    (table,) = tables(shown, "triangle")
    row = re.search(r"<th scope=\"row\">Jun 2026<.*?</tr>", table)
    assert row is not None
    buyers, first, *_ = re.findall(r"([\d,]+)(?:\xa0%)?</td>", row[0])
    months = "select distinct customer_id, date_trunc('month', ordered_on) as month from orders where sold"
    began = f"(select customer_id from ({months}) group by 1 having min(month) = date '2026-06-01')"
    in_july = f"(select customer_id from ({months}) where month = date '2026-07-01')"
    came_back: sa.ColumnElement[int] = sa.literal_column(f"count(*) filter (where customer_id in {in_july})")
    counted: Any = sa.select(sa.func.count(), came_back).select_from(sa.text(f"{began} as began"))
    found: Any = cache.opened(cache.current()).warehouse.read(counted)
    ((size, back),) = found
    assert (buyers, first) == (f"{size:,}", f"{100 * back / size:.0f}")


def test_its_own_benchmark_stands_on_its_page() -> None:
    shown = text(page("csat", "beside"))
    (table,) = tables(shown, "rivals")
    assert ">We<" in table
    assert "pt to " in table


def test_the_definition_is_shown_as_written_and_leads_to_the_workbench() -> None:
    app = page("csat", "definition")
    assert 'href="/workbench?metric=csat"' in text(app)
    assert any(code.value.startswith("metric: csat\n") for code in app.code)


@pytest.mark.parametrize(
    ("metric", "sections"),
    [
        ("revenue", ["Months ahead", "Definition"]),
        ("retention", ["Months ahead", "Who buys again, by first order", "Definition"]),
        ("csat", ["Months ahead", "What goes with it", "Beside others", "Definition"]),
    ],
)
def test_a_metric_offers_the_sections_it_has_and_is_silent_of_others(metric: str, sections: list[str]) -> None:
    app = page(metric)
    known = {say(f"mx_{name}") for name in metric_answers.SECTIONS}
    assert [box.label for box in app.expander if box.label in known] == sections
    assert "Not for this metric" not in text(app)
    assert say("mx_cohorts_of_all") not in text(app)


def test_a_wrong_word_in_the_address_opens_nothing() -> None:
    assert "<h1>" in text(page("csat", "<b>,nothing"))


def test_a_reader_of_one_team_reads_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = cache.opened(cache.current()).warehouse
    named: Any = sa.select(sa.column("team_id"), sa.column("name")).select_from(sa.text("teams"))
    teams: Any = warehouse.read(named)
    own, *others = [row for row in teams if row[1]]
    monkeypatch.setattr(access, "guard", lambda: Scope(frozenset({own[0]})))
    for metric in ("csat", "retention", "tickets_opened"):
        shown = text(page(metric, ALL))
        assert [row[1] for row in others if f">{row[1]}<" in shown] == []
        assert tables(shown, "triangle") == []
        assert (say("mx_cohorts_of_all") in shown) == (metric == "retention")
