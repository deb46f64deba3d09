"""The usual range of a trend against NIST/SEMATECH §6.3.2.2 (flow rates) and §6.3.3.2 (wafers); its rings and note."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence

import pytest

from dashboard.charts import trends
from dashboard.metric import detail
from dashboard.theme import LIGHT
from data_checks.calendar import EVERYBODYS
from metrics.analyses.usual_range import usual_range
from metrics.period import Period, spine, step
from metrics.result import MetricResult
from tests import dashboard_fixture as fixture
from tests.test_stats_control_charts import NIST, WAFERS

LINES = {line.metric: line for line in fixture.LINES}


def months(number: int) -> tuple[Period, ...]:
    """The last months up to October 2026, oldest first."""
    october = fixture.OCTOBER.start
    return spine(step(october, "month", 1 - number), fixture.OCTOBER.end, "month", EVERYBODYS)


def means(values: Sequence[float | None]) -> list[MetricResult]:
    line = LINES["quality"]
    return [fixture.result(line, month, value) for month, value in zip(months(len(values)), values, strict=True)]


def shares(bad: Sequence[int], of: int) -> list[MetricResult]:
    plain = [MetricResult("complaints", month, x / of, "ok", "proportion", n=of) for month, x in zip(
        months(len(bad)), bad, strict=True)]  # fmt: skip
    return [dataclasses.replace(one, numerator=x, denominator=of) for one, x in zip(plain, bad, strict=True)]


def test_nists_flow_rates_lie_inside_their_limits_which_are_provisional() -> None:
    found = usual_range(means(NIST))
    assert found is not None
    assert (found.lower[0], found.upper[-1]) == pytest.approx((45.8151, 55.8049), abs=1e-4)
    assert (found.signals, found.months) == ((), 10)
    assert "provisional" in found.reason


def test_nists_wafers_have_two_points_outside() -> None:
    found = usual_range(shares(WAFERS, 50))
    assert found is not None
    assert (found.lower[0], found.upper[0]) == pytest.approx((0.0524, 0.4102), abs=5e-5)
    assert [one.at for one in found.signals if one.rule == "WE1"] == [14, 22]
    assert found.reason == ""


def test_few_months_and_months_that_never_differ_have_no_usual_range() -> None:
    assert usual_range(means(NIST[:5])) is None
    assert usual_range(means([7.0] * 12)) is None
    assert usual_range([]) is None


def test_a_month_that_is_not_over_or_not_judged_fixes_no_limit_and_has_none() -> None:
    # 51.0 is far from 7: with it the limits would be others
    plain = usual_range(means(NIST))
    assert plain is not None
    for change in ({"complete": False}, {"state": "too_few"}, {"state": "withheld"}):
        found = usual_range([*means(NIST)[:-1], *means(NIST)[-1:], dataclasses.replace(means([7.0])[0], **change)])
        assert found is not None
        assert found.lower[-1] is None
        assert found.upper[:-1] == plain.upper


def test_a_share_of_weighted_answers_is_no_share_of_whole_ones() -> None:
    plain = shares(WAFERS, 50)
    weighted = [dataclasses.replace(one, numerator=(one.numerator or 0) + 0.5) for one in plain]
    counted, told = usual_range(plain), usual_range(weighted, (0.0, 1.0))
    assert counted is not None
    assert told is not None
    assert counted.upper != told.upper
    assert min(limit for limit in told.lower if limit is not None) >= 0


def drawn(results: Sequence[MetricResult], metric: str) -> trends.Trend:
    definition = fixture.definition(LINES[metric])
    found = trends.trend(results, fixture.OCTOBER, definition, "EUR", LIGHT)
    assert found is not None
    return found


def test_a_ring_stands_at_each_month_outside_and_the_note_names_its_rule() -> None:
    found = drawn(shares(WAFERS, 50), "complaints")
    rows = [row for row in found.data.to_pylist() if row["kind"] != "link"]
    outside = [place for place, row in enumerate(rows) if row["value"] > 0.4102]
    assert outside == [14, 22]  # 22 and 24 of 50
    assert {place for place, row in enumerate(rows) if row["is_signal"]} >= set(outside)
    # 30 months up to October 2026: the 15th is July 2025, the 23rd March 2026
    assert "Jul 2025 outside the usual range" in found.usual
    assert "Mar 2026 outside the usual range" in found.usual
    assert "Dotted: the usual range of 30 complete months, 5.2–41.0\u00a0% in October 2026." in found.usual
    assert found.usual in detail.trend_notes(found)


def test_the_limits_are_one_pixel_dots_inside_the_axis() -> None:
    found = drawn(means(NIST), "quality")
    spec = json.dumps(found.spec)
    assert '"strokeDash": [1, 3], "strokeWidth": 1' in spec
    low, high = found.spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low <= 45.8151
    assert high >= 55.8049
    assert "The limits are provisional: they stand on 10 periods, not yet 12." in found.usual


def test_a_month_that_is_not_over_has_neither_limit_nor_ring() -> None:
    november = fixture.result(LINES["quality"], fixture.NOVEMBER, 200.0)
    found = drawn([*means(NIST), november], "quality")
    last = found.data.to_pylist()[-1]
    assert (last["kind"], last["usual_low"], last["is_signal"]) == ("running", None, False)


def test_a_trend_of_few_months_has_no_dots_and_no_note() -> None:
    found = drawn(means(NIST[:5]), "quality")
    assert found.usual == ""
    assert "usual_low" not in json.dumps(found.spec)


def test_eight_months_on_one_side_are_named_once_with_their_span() -> None:
    # 8 low, then 9 high months, mean ranges small: the eighth to the ninth of the second run is the rule
    values = [10.0, 10.2] * 4 + [12.0, 12.2] * 4 + [12.0]
    found = drawn(means(values), "quality")
    assert found.usual.count("the eighth or later of a row") == 2
    assert dt.date(2026, 10, 1) == fixture.OCTOBER.start
    assert "Sep 2026 to Oct 2026 the eighth or later of a row on one side of its middle" in found.usual
