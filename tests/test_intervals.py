"""Intervals against published numbers (Newcombe 1998, Rocks 2016, Kish 1965, textbook tables)."""

from __future__ import annotations

import pytest

from metrics.stats import intervals


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (0, 20, 0.0, 0.1611),
        (0, 7, 0.0, 0.3543),
        (1, 7, 0.0257, 0.5131),
        (4, 20, 0.0807, 0.4160),
    ],
)
def test_wilson_gives_newcombes_table(successes, trials, low, high):
    assert intervals.wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_wilson_keeps_width_when_all_agree_and_touches_the_end_exactly():
    assert intervals.wilson(7, 7) == (pytest.approx(0.6457, abs=5e-5), 1.0)
    assert intervals.wilson(0, 7)[0] == 0.0


def test_wilson_has_nothing_to_say_without_trials_and_refuses_nonsense():
    assert intervals.wilson(0, 0) is None
    with pytest.raises(ValueError, match="8 successes of 7 trials"):
        intervals.wilson(8, 7)


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "low", "high"),
    [
        (250, 675, 75, 0.140859, 0.208094),
        (6, 2, 2, -0.125856, 0.741241),
        (10, 5, 0, 0.290076, 0.821035),
    ],
)
def test_nps_gives_the_adjusted_wald_interval(promoters, passives, detractors, low, high):
    found = intervals.nps(promoters, detractors, promoters + passives + detractors)
    assert found == pytest.approx((low, high), abs=1e-6)


def test_nps_knows_that_promoters_and_detractors_are_not_independent():
    low, high = intervals.nps(250, 75, 1000)
    independent = 0.0160273  # the careless standard error
    assert (high - low) / 2 / intervals.Z > independent + 0.0005


def test_nps_of_five_promoters_has_width_and_of_nobody_is_nothing():
    low, high = intervals.nps(5, 0, 5)
    assert low < high <= 1.0
    assert intervals.nps(0, 0, 0) is None


def test_effective_n_is_kishs():
    weights = (1, 1, 2, 4)
    assert intervals.effective_n(sum(weights), sum(w * w for w in weights)) == pytest.approx(2.9091, abs=1e-4)
    assert intervals.effective_n(12.0, 12.0) == 12.0


def test_a_mean_uses_students_t():
    # 1, 2, 3, 4, 5: mean 3, s² = 2.5, t(4, .975) = 2.776445, half = 2.776445·√(2.5/5) = 1.963243
    assert intervals.mean(15, 55, 5) == pytest.approx((3 - 1.963243, 3 + 1.963243), abs=1e-5)
    assert intervals.mean(15, 225, 1) is None


def test_a_mean_of_equal_values_has_no_negative_variance():
    assert intervals.mean(0.3, 0.09 / 3, 3) == pytest.approx((0.1, 0.1))


def test_poisson_limits_are_garwoods():
    # 10 events: 4.7954 … 18.3904; no event: 0 … 3.6889
    assert intervals.poisson_rate(10, 1) == pytest.approx((4.7954, 18.3904), abs=1e-4)
    assert intervals.poisson_rate(0, 2) == pytest.approx((0, 3.6889 / 2), abs=1e-4)
    assert intervals.poisson_rate(3, 0) is None


@pytest.mark.parametrize(("n", "ranks"), [(10, (2, 9)), (20, (6, 15)), (100, (40, 61)), (5, (None, None))])
def test_the_ranks_around_a_median_are_the_tabled_ones(n, ranks):
    # Conover's table of confidence limits for the median; n = 5 cannot reach 95 %
    assert intervals.quantile_ranks(n, 0.5) == ranks


def test_a_rank_outside_the_sample_is_none():
    assert intervals.quantile_ranks(20, 0.9) == (15, None)
    assert intervals.quantile_ranks(0, 0.5) == (None, None)


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "low", "high"),
    [(48, 80, 56, 70, 0.0524, 0.3339), (3, 10, 9, 10, 0.1705, 0.8090), (0, 20, 10, 10, 0.6791, 1.0)],
)
def test_the_difference_of_two_proportions_is_newcombes_method_10(x1, n1, x2, n2, low, high):
    first, second = intervals.wilson(x1, n1), intervals.wilson(x2, n2)
    found = intervals.mover(x1 / n1, first, x2 / n2, second)
    assert found == pytest.approx((low, high), abs=5e-5)


def test_the_published_pair_of_nps_waves_does_not_differ_clearly():
    # 46 of 87 answers and 39 of 94: the margin of the change is about ±21 points
    low, high = intervals.nps_difference((52, 12, 87), (50, 13, 94))
    assert low < 0 < high
    assert (high - low) / 2 == pytest.approx(0.21, abs=0.01)


def test_the_difference_of_means_is_welchs():
    # first 1, 2, 3 and second 5, 7, 9: change 5, se = √(1/3 + 4/3), df = 2.941176
    low, high = intervals.mean_difference((6, 14, 3), (21, 155, 3))
    assert (low + high) / 2 == pytest.approx(5)
    assert (high - low) / 2 == pytest.approx(3.2182 * 1.2910, abs=5e-3)
