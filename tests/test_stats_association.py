"""Associations of made series: worked by hand, by numpy's own least squares, and by many draws with a fixed seed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metrics.stats import association
from metrics.stats.association import Association, changes, panel, series
from metrics.stats.not_known import NotKnown


def noise(seed, months=36, teams=12):
    return np.random.default_rng(seed).normal(size=(months, teams))


def known(found):
    assert isinstance(found, Association)
    return found


def test_two_teams_means_and_months_are_taken_away():
    # 2 months × 2 teams: what is left of (1, 2; 3, 8) is ±1 in a cross: team means 2 and 5, month means 1.5 and 5.5
    left = association._without_means(np.array([[1.0, 2.0], [3.0, 8.0]]), np.ones((2, 2), dtype=bool))
    assert left == pytest.approx(np.array([[1.0, -1.0], [-1.0, 1.0]]))


def test_r_with_gaps_is_that_of_least_squares_on_teams_and_months():
    x, y = noise(1), noise(2) + 0.5 * noise(1)
    x[3:6, 2] = np.nan
    y[20, :4] = np.nan
    both = np.isfinite(x) & np.isfinite(y)
    month, team = np.nonzero(both)
    dummies = np.column_stack([np.eye(36)[month], np.eye(12)[team]])
    left = [part[both] - dummies @ np.linalg.lstsq(dummies, part[both], rcond=None)[0] for part in (x, y)]
    found = known(panel(x, y, 0))
    assert found.r == pytest.approx(np.corrcoef(*left)[0, 1], abs=1e-9)
    assert (found.n, found.teams) == (36 * 12 - 7, 12)


def test_the_interval_is_the_jackknife_over_teams():
    x, y = noise(3, teams=6), noise(4, teams=6) + 0.4 * noise(3, teams=6)
    found = known(panel(x, y, 0))

    def r_without(team):  # a whole table: the mean of every row, column and of all
        left = [np.delete(part, team, axis=1) for part in (x, y)]
        left = [part - part.mean(0) - part.mean(1, keepdims=True) + part.mean() for part in left]
        return np.corrcoef(left[0].ravel(), left[1].ravel())[0, 1]

    z = [math.atanh(r_without(team)) for team in range(6)]
    error = math.sqrt(5 / 6 * sum((one - sum(z) / 6) ** 2 for one in z))
    half = 2.570582 * error  # Student's t, 5 degrees of freedom, 97.5 %
    middle = math.atanh(found.r)
    assert (found.low, found.high) == pytest.approx((math.tanh(middle - half), math.tanh(middle + half)), abs=1e-6)
    assert found.without == pytest.approx([math.tanh(one) for one in z])


def test_an_effect_two_months_later_is_found_at_two_months_and_not_at_once():
    cause = noise(5)
    effect = noise(6)
    effect[2:] += 0.8 * cause[:-2]
    later, at_once = known(panel(cause, effect, 2)), known(panel(cause, effect, 0))
    # the truth: 0.8 / √(0.8² + 1) = 0.6247
    assert later.low < 0.6247 < later.high
    assert later.low > 0.5
    assert at_once.low < 0 < at_once.high


def test_what_all_teams_share_in_a_month_is_no_association():
    season = 5 * np.sin(np.arange(36) / 2)[:, None]
    level = 9 * np.arange(12)[None, :]
    found = known(panel(noise(7) + season + level, noise(8) + season + level, 0))
    plain = known(panel(noise(7), noise(8), 0))
    assert found.r == pytest.approx(plain.r, abs=1e-9)


def test_a_step_after_a_pulse_is_seen_in_the_changes():
    pulse, step = 0.1 * noise(9), 0.1 * noise(10)
    for team in range(6):
        pulse[5 + 4 * team, team] += 1
        step[7 + 4 * team :, team] += 1
    heights, moves = known(panel(pulse, step, 2)), known(panel(changes(pulse), changes(step), 2))
    assert heights.r < 0.2 < moves.low


@pytest.mark.parametrize("carried", [0.0, 0.8, 1.0])
def test_of_twenty_pairs_with_nothing_to_them_one_is_called_an_association(carried):
    generator = np.random.default_rng(11)
    called = 0
    for _ in range(300):
        pair = generator.normal(size=(2, 36, 8))
        for month in range(1, 36):
            pair[:, month] += carried * pair[:, month - 1]
        found = known(panel(pair[0], pair[1], 1))
        called += found.low > 0 or found.high < 0
    assert called / 300 <= 0.08


def test_months_that_follow_each_other_by_team_do_not_make_a_series_sure():
    """36 months with a season of their own each: Fisher's plain interval would call every sixth an association."""
    generator = np.random.default_rng(12)
    called = plainly = 0
    for _ in range(400):
        pair = [np.tile(2 * generator.normal(size=12), 3) + generator.normal(size=36) for _ in range(2)]
        found = series(pair[0], pair[1], 1)
        if isinstance(found, Association):
            called += found.low > 0 or found.high < 0
            plainly += abs(math.atanh(found.r)) > 1.959964 / math.sqrt(found.n - 3)
    assert called / 400 <= 0.08 < plainly / 400


def test_a_series_of_independent_changes_has_fishers_interval():
    # changes that alternate so that neither repeats itself: x +1, +1, −1, −1 …, y +1, −1, +1, −1 …; r is 0, n is 32
    x = np.cumsum(np.tile([1.0, 1.0, -1.0, -1.0], 8))
    y = np.cumsum(np.tile([1.0, -1.0], 16))
    found = known(series(np.concatenate([[0], x]), np.concatenate([[0], y]), 0))
    assert (found.r, found.n, found.teams) == (pytest.approx(0.0), 32, 0)
    assert found.high == pytest.approx(-found.low)
    assert found.high >= math.tanh(1.959964 / math.sqrt(29)) - 1e-6


def test_too_few_teams_or_months_is_a_sentence():
    assert panel(noise(1, teams=4), noise(2, teams=4), 1) == NotKnown(
        "not_enough_history", "too little data: 4 teams with 12 months of both, 5 are needed"
    )
    assert isinstance(panel(noise(1, months=12), noise(2, months=12), 1), NotKnown)  # 11 pairs each
    assert series(noise(1)[:24, 0], noise(2)[:24, 0], 0) == NotKnown(
        "not_enough_history", "too little data: 23 changes from month to month of both, 24 are needed"
    )
    assert isinstance(panel(np.empty((0, 0)), np.empty((0, 0)), 3), NotKnown)


def test_what_never_varies_goes_with_nothing():
    flat = np.full((36, 12), 0.1)
    assert isinstance(panel(flat, noise(1), 0), NotKnown)
    assert isinstance(panel(flat + np.arange(36)[:, None] + np.arange(12), noise(1), 0), NotKnown)
    assert isinstance(series(flat[:, 0], noise(1)[:, 0], 0), NotKnown)


def test_a_perfect_association_is_one_and_not_infinite():
    found = known(panel(noise(1), 3 * noise(1) + 2, 0))
    assert (found.r, found.high) == (pytest.approx(1.0), pytest.approx(1.0))
    assert math.isfinite(found.low)


def test_a_team_with_too_few_months_is_left_out_and_has_no_place_among_the_others():
    x, y = noise(1, teams=6), noise(2, teams=6)
    x[8:, 3] = np.nan
    found, rest = known(panel(x, y, 0)), known(panel(np.delete(x, 3, 1), np.delete(y, 3, 1), 0))
    assert (found.r, found.low, found.high, found.teams) == (rest.r, rest.low, rest.high, 5)
    assert [r is None for r in found.without] == [False, False, False, True, False, False]
