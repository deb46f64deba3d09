"""Forecasts against Hyndman & Athanasopoulos, the NIST handbook, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import smoothing
from metrics.stats.forecast import forecast
from metrics.stats.not_known import NotKnown

OIL = np.array(
    "445.3641 453.1950 454.4096 422.3789 456.0371 440.3866 425.1944 486.2052 500.4291 521.2759 508.9476 488.8889 "
    "509.8706 456.7229 473.8166 525.9509 549.8338 542.3405".split(),
    dtype=float,
)
Z = 1.959964


def test_the_oil_series_is_smoothed_as_published():
    level = smoothing.fit_level(OIL)
    assert level.alpha == pytest.approx(0.834, abs=2e-3)
    assert level.first == pytest.approx(446.6, abs=0.2)
    path = smoothing.ses(OIL, 5)
    assert path.centre == pytest.approx([542.68] * 5, abs=0.02)
    ends = [(c - Z * s, c + Z * s) for c, s in zip(path.centre, path.spread, strict=True)]
    assert ends[0] == pytest.approx((487.56, 597.80), abs=0.5)
    assert ends[4] == pytest.approx((435.50, 649.86), abs=0.5)


def test_smoothing_with_a_fixed_weight_is_the_handbooks():
    values = np.array("71 70 69 68 64 65 72 78 75 75 75 70".split(), dtype=float)
    found, _ = smoothing.one_step(values, 0.1, values[0])
    expected = [71, 70.9, 70.71, 70.44, 69.80, 69.32, 69.58, 70.43, 70.88, 71.29, 71.67]
    assert found[1:] == pytest.approx(expected, abs=0.006)


def test_holts_trend_with_fixed_weights_is_the_handbooks():
    values = np.array("6.4 5.6 7.8 8.8 11.0 11.6 16.7 15.3 21.6 22.4".split(), dtype=float)
    first_trend = ((5.6 - 6.4) + (7.8 - 5.6) + (8.8 - 7.8)) / 3
    level, trend = smoothing.holt(values[1:], 0.3623, 1.0, 1.0, values[0], first_trend)
    assert [level + h * trend for h in range(1, 6)] == pytest.approx([25.8, 28.7, 31.7, 34.6, 37.6], abs=0.05)


def test_theta_adds_half_the_slope():
    assert smoothing.theta(OIL, 3).centre == pytest.approx([546.081, 548.916, 551.751], abs=0.3)


def test_naive_is_the_last_value_with_a_variance_that_grows():
    path = smoothing.naive(np.array([1.0, 2.0, 4.0, 3.0]), 4)
    assert list(path.centre) == [3, 3, 3, 3]
    # steps 1, 2, −1: mean square 2
    assert path.spread == pytest.approx(np.sqrt([2, 4, 6, 8]))


def test_a_step_over_a_hole_counts_for_the_periods_it_took():
    # 2 over two periods and 2 over one: (4/2 + 4)/2 = 3
    assert smoothing.naive(np.array([1.0, np.nan, 3.0, 5.0]), 1).spread == pytest.approx([np.sqrt(3)])


def test_seasonal_naive_repeats_the_last_cycle_and_looks_further_back_for_a_hole():
    path = smoothing.seasonal_naive(np.array([1.0, 5.0, 9.0, 2.0, np.nan, 11.0]), 4, cycle=3)
    assert list(path.centre) == [2, 5, 11, 2]
    # steps 1 and 2: mean square 2.5, twice that in the second cycle
    assert path.spread == pytest.approx(np.sqrt([2.5, 2.5, 2.5, 5.0]))


def test_a_damped_trend_follows_a_line_and_flattens():
    path = smoothing.holt_damped(10 + 3.0 * np.arange(20) + np.tile([0.1, -0.1], 10), 30)
    steps = np.diff(path.centre)
    assert path.centre[0] == pytest.approx(70, abs=1)
    assert (np.diff(steps) < 0).all()
    assert (steps > 0).all()


def test_holt_with_its_own_fit_errs_no_more_than_with_a_grid_of_fixed_starts():
    def squares(alpha, gamma, phi, level, trend):
        total = 0.0
        for value in OIL:
            total += (value - level - phi * trend) ** 2
            level, trend = smoothing.holt(np.array([value]), alpha, gamma, phi, level, trend)
        return total

    own = (smoothing.holt_damped(OIL, 1).spread[0] ** 2) * (len(OIL) - 5)
    others = [
        squares(alpha, gamma, 0.9, level, trend)
        for alpha in (0.2, 0.5, 0.9)
        for gamma in (0.1, 0.55)
        for level in (430, 450)
        for trend in (0, 5)
    ]
    assert own <= min(others)


METHODS = [smoothing.naive, smoothing.ses, smoothing.theta, smoothing.holt_damped]


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_period_carries_the_state_and_invents_no_value(method):
    holed = np.array([3.0, 4.0, np.nan, 6.0, 5.0, np.nan, np.nan, 7.0, 9.0, 8.0])
    path = method(holed, 3)
    assert np.isfinite(path.centre).all()
    assert (path.spread > 0).all()


def test_smoothing_over_a_hole_is_smoothing_without_it():
    with_hole, without = smoothing.ses(np.insert(OIL, 9, np.nan), 1), smoothing.ses(OIL, 1)
    assert with_hole.centre == pytest.approx(without.centre, rel=1e-9)


# ── the choice, the bands, the goal ──────────────────────────────────────────────────────────────────


def test_naive_wins_on_a_random_walk_unless_beaten():
    found = forecast(np.cumsum(np.random.default_rng(2).normal(size=60)), 3)
    errors = dict(found.errors)
    assert found.method == min(errors, key=lambda name: (errors[name], name != "naive"))
    assert set(errors) == {"naive", "exponential smoothing", "damped trend", "theta"}


def test_errors_are_in_units_of_the_naive_error():
    walk = forecast([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0], 1)
    errors = dict(walk.errors)
    assert errors["naive"] == pytest.approx((1 + 1 + 2) / 3 / (8 / 7))  # MASE by hand: origins 5, 6, 7


def test_a_trend_is_found_and_beats_naive():
    found = forecast(np.arange(30) * 2 + np.random.default_rng(1).normal(size=30), 6)
    assert found.method in ("damped trend", "theta")
    assert dict(found.errors)[found.method] < dict(found.errors)["naive"]


def test_bands_hold_what_comes_about_as_often_as_they_say():
    generator, held, drawn = np.random.default_rng(11), [0, 0], 0
    for series in (np.cumsum(generator.normal(size=(60, 26)), axis=1), generator.normal(size=(60, 26))):
        for values in series:
            for point, came in zip(forecast(values[:24], 2).points, values[24:], strict=True):
                held[0] += point.low_80 <= came <= point.high_80
                held[1] += point.low_95 <= came <= point.high_95
                drawn += 1
    assert held[0] / drawn == pytest.approx(0.8, abs=0.06)
    assert held[1] / drawn == pytest.approx(0.95, abs=0.03)


YEARS = 100 + 20 * np.sin(np.arange(48) * np.pi / 6) + np.random.default_rng(3).normal(size=48)


def test_a_season_needs_two_full_cycles_before_the_first_origin():
    short = forecast(YEARS[:26], 6, cycle=12)
    assert not any("season" in name for name, _ in short.errors)
    full = forecast(YEARS, 12, cycle=12)
    assert "season" in full.method
    truth = 100 + 20 * np.sin(np.arange(48, 60) * np.pi / 6)
    assert [point.value for point in full.points] == pytest.approx(truth, abs=4)


def test_a_season_with_holes_is_still_found():
    holed = YEARS.copy()
    holed[[3, 17, 30]] = np.nan
    assert "season" in forecast(holed, 6, cycle=12).method


def test_a_share_stays_between_zero_and_one():
    found = forecast([0.90, 0.95, 1.0, 0.97, 0.99, 1.0, 0.98, 1.0, 0.99], 6, bounds=(0, 1))
    for point in found.points:
        assert 0 < point.low_95 < point.low_80 < point.value < point.high_80 < point.high_95 < 1
    assert 0 < found.chance(1.0, 6) < 0.5


def test_the_chance_of_a_goal_is_the_share_of_the_band_beyond_it():
    found = forecast(OIL, 4)
    for ahead, point in enumerate(found.points, 1):
        assert found.chance(point.value, ahead) == pytest.approx(0.5)
        assert found.chance(point.low_80, ahead) == pytest.approx(0.9)
        assert found.chance(point.high_95, ahead) == pytest.approx(0.025)
        assert found.chance(point.low_95, ahead, at_least=False) == pytest.approx(0.025)
    with pytest.raises(ValueError, match="5 periods ahead; the forecast holds 4"):
        found.chance(500, 5)


def test_periods_missing_at_the_end_are_passed_over_and_the_band_is_wider():
    late, punctual = forecast([*OIL, np.nan, np.nan], 2), forecast(OIL, 4)
    assert late.method == punctual.method
    assert [point.value for point in late.points] == pytest.approx([point.value for point in punctual.points[2:]])
    assert forecast([np.nan, np.nan, *OIL], 2).points == forecast(OIL, 2).points


@pytest.mark.parametrize(
    ("values", "status", "sentence"),
    [
        ([], "not_enough_history", "not enough history: 0 periods, 8 are needed"),
        ([1.0], "not_enough_history", "not enough history: 1 period, 8 are needed"),
        ([1.0, 2, 3, np.nan, 5, 6, 7, 8], "not_enough_history", "not enough history: 7 periods, 8 are needed"),
        ([np.nan] * 9, "not_enough_history", "not enough history: 0 periods, 8 are needed"),
        ([4.0] * 9, "undefined", "All 9 values are (nearly) the same: nothing to draw a band from."),
    ],
)
def test_what_cannot_be_forecast_is_said(values, status, sentence):
    assert forecast(values, 3) == NotKnown(status, sentence)


def test_an_exact_repetition_gives_no_band():
    found = forecast([1.0, 4.0, 2.0, 7.0] * 6, 4, cycle=4)
    assert found == NotKnown("undefined", "The series repeats itself exactly: nothing to draw a band from.")


def test_values_outside_the_bounds_and_infinite_ones_are_errors():
    with pytest.raises(ValueError, match="outside 0 … 1"):
        forecast([0.5, 1.5], 3, bounds=(0, 1))
    with pytest.raises(ValueError, match="infinite"):
        forecast([1.0, np.inf], 3)
    with pytest.raises(ValueError, match="a horizon of 0"):
        forecast(OIL, 0)


numbers = st.one_of(st.floats(-1e9, 1e9), st.integers(0, 3).map(float), st.just(np.nan))


@given(st.lists(numbers, min_size=6, max_size=24), st.integers(1, 5), st.sampled_from([None, 4]))
def test_a_forecast_is_finite_or_says_why_not(values, horizon, cycle):
    found = forecast(values, horizon, cycle)
    if isinstance(found, NotKnown):
        assert found.sentence
        return
    for point in found.points:
        assert -np.inf < point.low_95 <= point.low_80 <= point.value <= point.high_80 <= point.high_95 < np.inf
    assert all(np.isfinite(error) for _, error in found.errors)


@given(st.lists(st.floats(0, 1), min_size=8, max_size=20), st.integers(1, 5))
def test_a_bounded_forecast_stays_inside_and_its_goals_fall_in_chance(values, horizon):
    found = forecast(values, horizon, bounds=(0, 1))
    if not isinstance(found, NotKnown):
        assert all(0 <= point.low_95 <= point.high_95 <= 1 for point in found.points)
        chances = [found.chance(goal, horizon) for goal in (0.1, 0.5, 0.9)]
        assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize(("scale", "shift"), [(100, 0), (0.001, 1), (-1, 1000), (1, 1e10)])
def test_units_do_not_matter(scale, shift):
    plain, other = forecast(OIL, 5), forecast(OIL * scale + shift, 5)  # a damped trend
    assert other.method == plain.method
    for one, same in zip(plain.points, other.points, strict=True):
        assert same.value == pytest.approx(one.value * scale + shift, rel=1e-6)
        assert same.high_95 - same.low_95 == pytest.approx((one.high_95 - one.low_95) * abs(scale), rel=1e-5)
