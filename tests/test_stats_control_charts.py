"""Control charts against NIST/SEMATECH §6.3.2.2 (XmR) and §6.3.3.2 (p), and worked examples."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import control_charts as charts

NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
WAFERS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
SERIES = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=40)


def fired(chart, rule):
    return [signal.at for signal in chart.signals if signal.rule == rule]


def test_nists_flow_rate():
    found = charts.xmr(NIST)
    assert found.limits.centre == pytest.approx(50.81)
    assert found.limits.sigma * 1.128 == pytest.approx(1.8778, abs=5e-5)
    assert (found.lower[0], found.upper[0]) == pytest.approx((45.8151, 55.8049), abs=1e-4)
    assert 50.81 - 3 * found.limits.sigma == pytest.approx(45.8159, abs=1e-4)
    assert found.range_limit == pytest.approx(6.1366, abs=1e-4)
    assert fired(found, "WE1") == []


def test_a_missing_week_breaks_the_pair_and_is_not_bridged():
    # 1 2 – 9 8 9 8: ranges 1, 1, 1, 1; bridged there would be a range of 7 as well
    found = charts.xmr([1, 2, None, 9, 8, 9, 8])
    assert found.ranges == (None, 1, None, None, 1, 1, 1)
    assert found.limits.sigma == pytest.approx(1 / 1.128)
    assert found.values[2] is None


def test_limits_are_shown_inside_the_scale_and_judged_without_it():
    # mean .9, ranges all .2: upper limit .9 + .532 is off the scale and no point is beyond it
    found = charts.xmr([0.8, 1.0] * 6, scale=(0, 1))
    assert found.upper[0] == 1
    assert found.lower[0] == pytest.approx(0.9 - 2.66 * 0.2)
    assert found.signals == ()


@pytest.mark.parametrize(
    ("values", "state", "reason"),
    [
        ([], "no_data", "No period has a value."),
        ([None, math.nan], "no_data", "No period has a value."),
        ([5], "too_few", "Only 1 period has a value; 6 are needed for limits."),
        ([1, 2, 3, 4, 5], "too_few", "Only 5 periods have a value; 6 are needed for limits."),
        ([1, None, 2, None, 1, None, 2, None, 1, None, 2], "too_few", "No two periods in a row have a value."),
    ],
)
def test_a_chart_without_limits_says_why(values, state, reason):
    found = charts.xmr(values)
    assert (found.state, found.reason, found.limits, found.signals) == (state, reason, None, ())


def test_six_points_draw_provisional_limits_and_twelve_sure_ones():
    assert charts.xmr([1, 2] * 3).reason == "The limits are provisional: they stand on 6 periods, not yet 12."
    assert charts.xmr([1, 2] * 6).state == "ok"


@pytest.mark.parametrize("values", [[7.0] * 12, [0.1] * 3 + [0.3 - 0.2] * 9, [1, 1, 1, None, 2, 2, 2]])
def test_periods_that_never_differ_have_no_signal(values):
    found = charts.xmr(values)
    assert (found.state, found.signals) == ("no_spread", ())
    assert found.lower[0] == found.upper[0] == pytest.approx(found.limits.centre)


def test_a_frozen_baseline_keeps_judging_what_comes_after():
    before, after = [10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 11, 9], [16] * 12
    moved = charts.xmr(before + after, baseline=slice(0, 12))
    assert moved.limits == charts.xmr_limits(before)
    assert fired(moved, "WE1") == list(range(12, 24))
    later = charts.xmr(after, baseline=moved.limits)
    assert fired(later, "WE1") == list(range(12))
    assert charts.xmr(before + after, baseline=slice(12, 24)).state == "no_spread"


@given(SERIES)
def test_what_comes_out_is_finite_or_none(values):
    found = charts.xmr(values)
    numbers = [*found.values, *found.lower, *found.upper, *found.ranges, found.range_limit]
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert [value is None for value in found.values] == [value is None for value in values] or not values


# ── proportions ──────────────────────────────────────────────────────────────────────────────────────


def test_nists_wafers():
    found = charts.p_chart(WAFERS, [50] * 30, method="p")
    assert found.limits.centre == pytest.approx(0.2313, abs=5e-5)
    assert (found.lower[0], found.upper[0]) == pytest.approx((0.0524, 0.4102), abs=5e-5)
    assert fired(found, "WE1") == [14, 22]


def test_limits_follow_the_size_of_each_period_and_a_period_without_answers_is_missing():
    # p̄ = 300/600 = .5: 3·√(.25/100) = .15, 3·√(.25/25) = .3
    found = charts.p_chart([50, 50, 0, 50, 50, 50, 12, 38], [100, 100, 0, 100, 100, 100, 25, 75])
    assert found.upper[0] == pytest.approx(0.65)
    assert found.upper[6] == pytest.approx(0.8)
    assert (found.values[2], found.upper[2], found.lower[2]) == (None, None, None)


def test_where_few_are_expected_the_limits_are_the_binomials():
    # p̄ = .1, n = 20: 2 expected. P(R ≤ 6) = .9976, P(R ≤ 7) = .9996 ≥ .99865: 7 is within, 8 beyond
    found = charts.p_chart([2] * 12 + [7, 8], [20] * 14, baseline=slice(0, 12))
    assert (found.lower[0], found.upper[0]) == (0, 7 / 20)
    assert fired(found, "WE1") == [13]


def test_many_answers_scatter_more_than_chance_and_laneys_limits_know():
    # n = 10 000, p̄ = .5, one standard error .005; p alternates .52 and .48: z = ±4, ranges 8, σ_z = 8/1.128
    x = [5200, 4800] * 8
    plain, auto = charts.p_chart(x, [10_000] * 16, method="p"), charts.p_chart(x, [10_000] * 16)
    assert len(fired(plain, "WE1")) == 16
    assert (auto.method, auto.limits.sigma) == ("laney", pytest.approx(8 / 1.128))
    assert auto.upper[0] == pytest.approx(0.5 + 3 * 0.005 * 8 / 1.128)
    assert auto.signals == ()


def test_many_answers_that_scatter_less_than_chance_keep_the_plain_limits():
    assert charts.p_chart([5001, 4999] * 8, [10_000] * 16).method == "p"


def test_small_periods_keep_the_plain_chart_unless_asked():
    assert charts.p_chart(WAFERS, [50] * 30).method == "p"
    assert charts.p_chart(WAFERS, [50] * 30, method="laney").method == "laney"


@pytest.mark.parametrize(
    ("x", "n", "state"),
    [
        ([], [], "no_data"),
        ([0, 0], [0, 0], "no_data"),
        ([1, None, 2], [2, 3, None], "too_few"),
        ([0] * 12, [30] * 12, "no_spread"),
        ([30] * 12, [30] * 12, "no_spread"),
        ([15] * 12, [30] * 12, "ok"),
    ],
)
def test_proportions_that_say_little_say_so(x, n, state):
    found = charts.p_chart(x, n)
    assert (found.state, found.signals if state != "ok" else ()) == (state, ())
    assert bool(found.reason) == (state != "ok")


def test_equal_proportions_on_laneys_chart_have_no_spread():
    found = charts.p_chart([15] * 12, [30] * 12, method="laney")
    assert (found.state, found.signals) == ("no_spread", ())


def test_shares_that_are_none_are_refused():
    for x, n in (([5], [4]), ([-1], [4]), ([1], [2.5])):
        with pytest.raises(ValueError, match="0 ≤ successes ≤ trials"):
            charts.p_chart(x, n)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)).map(sorted), max_size=30))
def test_limits_of_proportions_stay_inside_0_and_1(pairs):
    found = charts.p_chart([x for x, _ in pairs], [n for _, n in pairs])
    for low, high, value in zip(found.lower, found.upper, found.values, strict=False):
        assert (low is None) == (value is None)
        assert low is None or 0 <= low <= found.limits.centre + 1e-9
        assert high is None or found.limits.centre - 1e-9 <= high <= 1


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted), min_size=12, max_size=12))
def test_a_period_without_answers_at_the_end_changes_no_figure(pairs):
    x, n = zip(*pairs, strict=True)
    found, more = charts.p_chart(x, n), charts.p_chart([*x, 0], [*n, 0])
    assert (more.state, more.limits, more.signals) == (found.state, found.limits, found.signals)
