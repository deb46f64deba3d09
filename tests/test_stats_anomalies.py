"""Outliers against NIST §1.3.5.17.3 (Rosner 1983) and the example of Benjamini & Hochberg 1995."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import anomalies

ROSNER = [
    float(x)
    for x in """-.25 .68 .94 1.15 1.20 1.26 1.26 1.34 1.38 1.43 1.49 1.49 1.55 1.56 1.58 1.65 1.69 1.70 1.76 1.77 1.81
1.91 1.94 1.96 1.99 2.06 2.09 2.10 2.14 2.15 2.23 2.24 2.26 2.35 2.37 2.40 2.47 2.54 2.62 2.64 2.90 2.92 2.92 2.93 3.21
3.26 3.30 3.59 3.68 4.30 4.64 5.34 5.42 6.01""".split()
]
STATISTICS = (3.119, 2.943, 3.179, 2.810, 2.816, 2.848, 2.279, 2.310, 2.102, 2.067)
CRITICAL = (3.159, 3.151, 3.144, 3.136, 3.128, 3.120, 3.112, 3.103, 3.094, 3.085)
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=15, max_size=60)


def test_rosners_values_have_three_outliers_though_the_first_two_hide_each_other():
    found = anomalies.generalised_esd(ROSNER, most=10)
    assert found.statistics == pytest.approx(STATISTICS, abs=0.0015)
    assert found.critical == pytest.approx(CRITICAL, abs=0.0015)
    assert found.indices == (53, 52, 51)


def test_at_most_a_tenth_is_tried():
    assert len(anomalies.generalised_esd(ROSNER).statistics) == 5


@given(VALUES, st.randoms())
def test_the_order_of_the_values_does_not_matter(values, random):
    order = random.sample(range(len(values)), len(values))
    for screen in (anomalies.generalised_esd, anomalies.modified_z):
        one, two = screen(values), screen([values[i] for i in order])
        assert sorted(values[i] for i in one.indices) == sorted(values[order[i]] for i in two.indices)
        assert one.statistics == pytest.approx(two.statistics)


def test_missing_points_are_passed_over_and_keep_their_places():
    holes = [None, *ROSNER[:27], math.nan, *ROSNER[27:]]
    found = anomalies.generalised_esd(holes, most=10)
    assert found.indices == (55, 54, 53)


@pytest.mark.parametrize(
    ("values", "state", "reason"),
    [
        ([], "no_data", "There are no values."),
        ([None, math.nan], "no_data", "There are no values."),
        ([1, 2, 9], "too_few", "Only 3 values; 15 are needed to tell an outlier."),
        ([4] * 20, "no_spread", "All values are alike."),
    ],
)
def test_values_that_say_nothing(values, state, reason):
    found = anomalies.generalised_esd(values)
    assert (found.state, found.reason, found.indices) == (state, reason, ())


def test_the_screen_ends_where_what_is_left_is_all_alike():
    found = anomalies.generalised_esd([5] * 20 + [9], most=10)
    assert (found.indices, len(found.statistics)) == ((20,), 1)


def test_more_candidates_than_values_are_refused():
    with pytest.raises(ValueError, match="at most 12 of 15 values"):
        anomalies.generalised_esd(range(15), most=13)


def test_modified_z_counts_from_the_median():
    # median 3, deviations 2 1 0 1 97, MAD 1: .6745·97 = 65.4265
    found = anomalies.modified_z([1, 2, 3, 4, 100])
    assert (found.indices, found.statistics) == ((4,), (pytest.approx(65.4265),))


def test_where_most_values_are_equal_the_mean_deviation_stands_in():
    # median 5, mean absolute deviation 10/20 = .5: 10/(1.253314·.5) = 15.958
    found = anomalies.modified_z([5] * 19 + [15])
    assert (found.indices, found.statistics) == ((19,), (pytest.approx(15.958, abs=5e-4),))


@pytest.mark.parametrize(
    ("values", "state", "reason"),
    [
        ([], "no_data", "There are no values."),
        ([1, 9], "too_few", "Only 2 values; 3 are needed to tell an outlier."),
        ([7, 7, 7], "no_spread", "All values are alike."),
    ],
)
def test_modified_z_without_anything_to_say(values, state, reason):
    found = anomalies.modified_z(values)
    assert (found.state, found.reason, found.indices) == (state, reason, ())


P_VALUES = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
P_VALUES += [0.7590, 1.0]


def test_benjamini_and_hochbergs_own_example_keeps_four():
    assert anomalies.benjamini_hochberg(P_VALUES).tolist() == [True] * 4 + [False] * 11


def test_a_later_p_value_carries_the_earlier_ones():
    # .04 > .05/2 alone would fall; .045 ≤ .05 carries both
    assert anomalies.benjamini_hochberg([0.045, 0.04]).tolist() == [True, True]


def test_a_test_not_made_is_not_found_and_does_not_count():
    assert anomalies.benjamini_hochberg([0.03, math.nan]).tolist() == [True, False]
    assert anomalies.benjamini_hochberg([]).tolist() == []
    with pytest.raises(ValueError, match="outside 0 and 1"):
        anomalies.benjamini_hochberg([1.2])
