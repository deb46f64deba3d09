"""What a trend draws and tells: hollow months on dashes, words that lie on no month, what the pointer reads."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from dashboard.charts import forecast, funnel, trends
from dashboard.metric import detail
from dashboard.theme import LIGHT
from metrics.analyses.fair_groups import compare_groups
from metrics.analyses.forecasting import Outlook
from metrics.definition import MetricDefinition
from metrics.result import MetricResult
from metrics.stats.forecast import Point
from tests import dashboard_fixture as fixture
from tests.test_funnel_chart import ALIKE, CSAT
from tests.test_usual_range import months

PLAIN = dataclasses.replace(CSAT, goal=None, red=None, min_n=30)


def shares(values: Sequence[float | None], few: Sequence[int] = ()) -> list[MetricResult]:
    """Months up to October 2026; those at the places `few` counted too few to be judged."""
    return [
        MetricResult("csat", month, value, "too_few" if place in few else "ok", "proportion", n=12)
        for place, (month, value) in enumerate(zip(months(len(values)), values, strict=True))
    ]


def drawn(results: Sequence[MetricResult], place: int = -1, definition: MetricDefinition = PLAIN) -> trends.Trend:
    """The trend in which the month at `place` is judged."""
    found = trends.trend(results, results[place].period, definition, "EUR", LIGHT)
    assert found is not None
    return found


def rows_of(found: trends.Trend) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = found.data.to_pylist()
    return rows


def test_the_line_is_dashed_to_and_from_a_month_that_counted_too_few() -> None:
    found = drawn(shares([0.8, 0.8, 0.0, 0.8, 0.8], few=[2]))
    assert [(row["x"], row["run"], row["dashed"], row["hollow"]) for row in rows_of(found)] == [
        (0.5, "r0", False, False),
        (1.5, "r0", False, False),
        (1.5, "r1", True, False),
        (2.5, "r1", True, True),
        (3.5, "r1", True, False),
        (3.5, "r2", False, False),
        (4.5, "r2", False, False),
    ]
    assert [row["x"] for row in rows_of(found) if row["kind"] == "link"] == [1.5, 3.5]
    assert "months in which fewer than 30 were counted; they are not judged." in detail.trend_notes(found)


def test_a_judged_month_of_too_few_is_hollow_and_a_gap_is_never_bridged() -> None:
    rows = rows_of(drawn(shares([0.8, None, 0.7, 0.6], few=[2, 3])))
    assert [(row["kind"], row["run"], row["hollow"]) for row in rows] == [
        ("month", "r0", False),
        ("month", "r1", True),
        ("judged", "r1", True),
    ]
    assert [row["dashed"] for row in rows] == [False, True, True]


def test_a_trend_of_judged_months_says_nothing_of_hollow_ones() -> None:
    assert drawn(shares([0.8, 0.7, 0.9])).few == ""


def label(values: Sequence[float], place: int = -1) -> tuple[float, bool]:
    """How many lines of text the judged value's words stand over their point, and whether left of it."""
    found = drawn(shares(values), place)
    low, high = found.spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    judged = next(row for row in rows_of(found) if row["kind"] == "judged")
    return round((judged["text_y"] - judged["value"]) / ((high - low) * 17 / 270), 6), judged["text_left"]


def test_the_judged_value_stands_off_a_line_that_runs_level() -> None:
    """Half a line of words and a dot's quarter: the next quarter of a line is a whole one."""
    assert label([0.5, 0.9, 0.7, 0.7, 0.7]) == (1.0, True)


def test_the_judged_value_stands_off_the_rings_of_other_months() -> None:
    """A ring takes half a line: 1.05, so 1.25."""
    assert label([0.5, 0.9, *[0.7] * 24]) == (1.25, True)


def test_the_judged_value_does_not_stand_on_a_line_that_falls_to_it() -> None:
    """From 0.9 to 0.5: above and to the left runs the line, so it stands below."""
    lines, is_left = label([0.4, *[0.9] * 20, 0.8, 0.7, 0.6, 0.55, 0.5])
    assert is_left
    assert lines < 0


def test_the_judged_value_stays_within_the_plot() -> None:
    """Above it stood on the numbers of the events; the axis ends at 100 %."""
    assert label([0.0, 0.2, 0.4, 0.6, 1.0])[0] <= -0.5


def test_the_judged_value_of_an_early_month_stands_right_of_it() -> None:
    assert label([0.9, 0.8, *[0.3] * 11], place=0)[1] is False


def layers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec["layer"]
    return found


def test_only_points_tell_something_and_in_words() -> None:
    spec = drawn(shares([0.8, 0.7, 0.9]), definition=CSAT).spec
    assert spec["config"]["mark"]["tooltip"] is None
    told = [layer["encoding"]["tooltip"] for layer in layers(spec) if "tooltip" in layer["encoding"]]
    assert [[one["title"] for one in tip] for tip in told] == [["Month", "Value", "Counted"]]


def test_a_number_that_counts_nothing_does_not_tell_how_many() -> None:
    plain = [dataclasses.replace(one, n=None) for one in shares([0.8, 0.7, 0.9])]
    assert "Counted" not in json.dumps(drawn(plain).spec)


def test_a_funnel_tells_in_words_and_names_its_line_beyond_the_dots() -> None:
    found = funnel.funnel(compare_groups(ALIKE, "agent", CSAT), CSAT, "EUR", LIGHT)
    assert found is not None
    words = next(layer for layer in layers(found.spec) if layer["mark"]["type"] == "text")
    assert words["data"]["values"] == [{"y": 0.8, "word": "mean of those\ndrawn 80.0\u00a0%", "n": 108.0}]
    assert "around their mean of 80.0\u00a0%" in found.alt
    tips = [layer["encoding"]["tooltip"] for layer in layers(found.spec) if "tooltip" in layer["encoding"]]
    assert {tuple(one["title"] for one in tip) for tip in tips} == {("Name", "Value", "Counted")}


def test_past_and_expected_months_tell_in_words() -> None:
    ahead = (Point(1, 0.9, 0.88, 0.92, 0.85, 0.95),)
    stands_on: Any = None  # the drawing asks neither for the method nor for its path
    past = tuple(shares([0.8, 0.7]))
    outlook = Outlook(PLAIN, past, (fixture.NOVEMBER,), ahead, stands_on, fixture.NOVEMBER, None, "")
    found = forecast.ahead(outlook, "EUR", LIGHT)
    assert found.data.column("text").to_pylist() == ["80.0\u00a0%", "70.0\u00a0%", "90.0\u00a0%"]
    tips = [layer["encoding"]["tooltip"] for layer in layers(found.spec) if "tooltip" in layer["encoding"]]
    assert [[one["title"] for one in tip] for tip in tips] == [["Month", "Value"], ["Month", "Expected"]]
