"""Fair comparison: who is outside, who is too few, and the plot that says so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from dashboard import cache, settings
from dashboard.charts import funnel
from dashboard.teams import funnel as team_funnel
from dashboard.theme import DARK, LIGHT
from data_checks.calendar import EVERYBODYS
from data_checks.errors import RequestError
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.fair_groups import FairGroups, compare_groups
from metrics.asking import ask
from metrics.period import period_at
from metrics.result import MetricResult
from metrics.rows.listing import rows_behind
from metrics.scope import Scope
from metrics.stats.funnel_means import mean_funnel
from tests import dashboard_fixture as fixture
from tests.conftest import catalog_of
from tests.small_company import load_small_company
from tests.test_dashboard_pages import run, text

MARCH = period_at(dt.date(2026, 3, 1), "month", EVERYBODYS)
CSAT = dataclasses.replace(fixture.definition(next(one for one in fixture.LINES if one.metric == "csat")), min_n=30)


def share(name: str | None, good: int, n: int) -> MetricResult:
    state = "ok" if n >= 30 else "too_few" if n >= 5 else "suppressed"
    value = None if n < 5 else good / n
    return MetricResult("csat", MARCH, value, state, "proportion", good, n, n, slices={"agent": name})  # type: ignore[arg-type]


def mean(name: str, values: list[float]) -> MetricResult:
    squares, n = sum(value**2 for value in values), len(values)
    return MetricResult(
        "m", MARCH, sum(values) / n, "ok", "mean", sum(values), n, n, slices={"agent": name}, parts={"squares": squares}
    )


ALIKE = [share(f"A{number}", 80, 100) for number in range(8)]


# ── the comparison ───────────────────────────────────────────────────────────────────────────────────


def test_one_far_from_the_others_is_outside_and_nobody_else() -> None:
    fair = compare_groups([*ALIKE, share("Low", 45, 100)], "agent", CSAT)
    assert fair.why_not == ""
    assert [(one.name, one.outside) for one in fair.outside] == [("Low", "below")]
    assert fair.centre == pytest.approx((8 * 80 + 45) / 900)


def test_names_stand_in_order_and_small_ones_are_named_without_numbers() -> None:
    fair = compare_groups([share("b", 20, 25), *ALIKE, share("a", 2, 4), share(None, 50, 90)], "agent", CSAT)
    assert [one.name for one in fair.groups] == sorted(one.name for one in fair.groups)
    assert fair.small == ("a", "b")
    assert len(fair.groups) == 8


def test_weighted_answers_are_not_compared_though_their_weights_come_to_a_whole_number() -> None:
    weighted = dataclasses.replace(share("W", 80, 100), numerator=52.5, value=0.525)
    fair = compare_groups([*ALIKE, weighted], "agent", CSAT)
    assert "W" not in [group.name for group in fair.groups]
    assert fair.centre == pytest.approx(640 / 800)  # with its 52.5 of 100 it would be 0.769


def test_fewer_than_five_are_not_compared() -> None:
    fair = compare_groups([*ALIKE[:4], share("few", 1, 6)], "agent", CSAT)
    assert fair.groups == ()
    assert fair.why_not == "4 of 5 have enough to be compared; 5 are needed."


def test_beyond_the_limits_is_not_enough_among_many() -> None:
    """65 of 100 where all have 80: z = −3.75, p = 0.0002; among 400 groups that is no news."""
    many = [share(f"A{number:03}", 80 + number % 3 - 1, 100) for number in range(400)]
    crowd = compare_groups([*many, share("odd", 65, 100)], "agent", CSAT)
    place = next(one for one in crowd.groups if one.name == "odd")
    assert place.value < place.limits[0]
    assert crowd.outside == ()
    few = compare_groups([*many[:20], share("odd", 65, 100)], "agent", CSAT)
    assert [one.name for one in few.outside] == ["odd"]


def test_all_alike_and_strange_kinds_say_why() -> None:
    assert compare_groups([share(f"A{n}", 100, 100) for n in range(6)], "agent", CSAT).why_not == (
        "All answers of all are alike."
    )
    total = dataclasses.replace(ALIKE[0], kind="total")
    assert compare_groups([total], "agent", CSAT).why_not == "Only shares and means are compared by a funnel."
    assert compare_groups([], "agent", CSAT).why_not == "There is nobody to compare."


def test_a_mean_far_away_is_outside() -> None:
    groups = [mean(f"A{number}", [9.0, 10.0, 11.0] * 20) for number in range(6)]
    fair = compare_groups([*groups, mean("Slow", [12.0, 13.0, 14.0] * 20)], "agent", dataclasses.replace(CSAT, min_n=1))
    assert [(one.name, one.outside) for one in fair.outside] == [("Slow", "above")]


def test_the_limits_of_means_are_the_normal_ones() -> None:
    """Two groups of 1, 3 and 5, 7: centre 4, within variance 2 (1 + 1 each, over 2 degrees of freedom: 2)."""
    found = mean_funnel([4.0, 12.0], [10.0, 74.0], [2, 2])
    assert found.centre == 4.0
    assert found.spread == pytest.approx(2**0.5)
    assert found.z == pytest.approx((-2.0, 2.0))  # (2 - 4) / (√2 / √2)
    wide = 2**0.5 * found.dispersion**0.5 / 10
    limits = found.limits([100])[0]
    assert limits == pytest.approx(
        [4 - 3.0902323 * wide, 4 - 1.959964 * wide, 4 + 1.959964 * wide, 4 + 3.0902323 * wide]
    )
    assert found.dispersion == pytest.approx(1.6**2)  # the two z drawn in to their 10 and 90 % quantiles


def test_means_without_spread_have_no_funnel() -> None:
    assert mean_funnel([2.0, 3.0], [4.0, 9.0], [1, 1]).spread == 0
    with pytest.raises(ValueError, match="1 or more"):
        mean_funnel([0.0], [0.0], [0])


# ── the plot ─────────────────────────────────────────────────────────────────────────────────────────


def outside_fair() -> FairGroups:
    return compare_groups([*ALIKE, share("<i>Low</i>", 45, 100), share("S", 5, 6)], "agent", CSAT)


def test_only_outsiders_are_labelled_and_squared() -> None:
    drawn = funnel.funnel(outside_fair(), CSAT, "EUR", LIGHT)
    assert drawn is not None
    rows = drawn.data.to_pylist()
    assert {row["label"] for row in rows if not row["outside"]} == {""}
    assert [(row["label"], row["ink"]) for row in rows if row["outside"]] == [("<i>Low</i>", LIGHT.missed)]
    marks = [layer["mark"]["type"] for layer in drawn.spec["layer"]]
    assert marks == ["area", "area", "rule", "text", "circle", "square", "text", "text"]
    assert "Outside what chance explains: <i>Low</i>." in drawn.alt


def test_the_areas_hold_the_limits_of_the_wider_level_outside() -> None:
    drawn = funnel.funnel(outside_fair(), CSAT, "EUR", DARK)
    assert drawn is not None
    for row in drawn.spec["layer"][0]["data"]["values"]:
        assert row["far_low"] <= row["low"] <= row["high"] <= row["far_high"]
        assert row["far_low"] >= 0
        assert row["far_high"] <= 1
    assert json.loads(json.dumps(drawn.spec)) == drawn.spec


def test_with_nobody_outside_no_empty_layer_is_drawn() -> None:
    drawn = funnel.funnel(compare_groups(ALIKE[:5], "agent", CSAT), CSAT, "EUR", LIGHT)
    assert drawn is not None
    assert [layer["mark"]["type"] for layer in drawn.spec["layer"]] == ["area", "area", "rule", "text", "circle"]
    assert drawn.alt.endswith("Nobody lies outside what chance explains.")


def test_nothing_to_compare_draws_nothing() -> None:
    assert funnel.funnel(compare_groups(ALIKE[:3], "agent", CSAT), CSAT, "EUR", LIGHT) is None


def test_the_words_name_link_and_escape() -> None:
    told = team_funnel.words(outside_fair(), CSAT, "EUR", lambda name: f"/agent?agent={len(name)}")
    assert (
        '<a href="/agent?agent=10">&lt;i&gt;Low&lt;/i&gt;</a> lies below what chance explains: 45.0\u00a0% of 100'
        in told
    )
    assert "Too few to compare: S." in told
    assert "nobody is ranked" in told


def test_without_a_direction_an_outsider_is_neither_good_nor_bad() -> None:
    fair = outside_fair()
    plain = dataclasses.replace(CSAT, red=None, goal=None)
    assert funnel.colour(fair.outside[0], plain, LIGHT) == LIGHT.ink
    assert funnel.colour(fair.groups[1], CSAT, LIGHT) == LIGHT.series


def test_the_metric_page_shows_the_funnel_of_its_groups() -> None:
    cache.use(fixture.FixtureFloors())
    shown = text(run(settings.PAGES / "metric.py", metric="csat"))
    cache.use(None)
    assert "Teams against chance" in shown


def test_the_limits_follow_the_size() -> None:
    fair = compare_groups([share(f"A{n}", 80 * n, 100 * n) for n in range(1, 7)], "agent", CSAT)
    widths = np.array([one.limits[3] - one.limits[0] for one in fair.groups])
    assert np.all(np.diff(widths) < 0)


# ── rows of numbers that are hidden ──────────────────────────────────────────────────────────────────


def test_rows_of_a_hidden_number_are_refused(tmp_path: Path) -> None:
    """North's csat of February stands on two answers."""
    workspace = read_workspace(load_small_company(tmp_path / "w"))
    warehouse, catalog = open_warehouse(workspace), catalog_of(workspace)

    def rows(team: str, month: int) -> int:
        span = dt.date(2024, month, 1), dt.date(2024, month + 1, 1)
        question = ask(warehouse, catalog, Scope.everything(), ["csat"], "all", (), *span, {"team": (team,)})
        return rows_behind(warehouse, catalog, question, "csat").total

    assert rows("North", 1) == 10
    with pytest.raises(RequestError, match="fewer than 5 answers here, so its rows are hidden to protect people"):
        rows("North", 2)
    warehouse.close()


def test_the_page_says_in_their_place_that_rows_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    floors = fixture.FixtureFloors()

    def refused(*asked: object) -> None:
        raise RequestError("csat has fewer than 5 answers here, so its rows are hidden to protect people.")

    monkeypatch.setattr(floors, "rows", refused)
    cache.use(floors)
    shown = text(run(settings.PAGES / "metric.py", metric="csat", rows="all"))
    cache.use(None)
    assert "fewer than 5 answers here, so its rows are hidden to protect people." in shown
    assert shown.count("<h1>") == 1
