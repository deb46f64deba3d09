"""Survival against Freireich's remissions (Cox & Oakes) and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats.not_known import NotKnown
from metrics.stats.survival import kaplan_meier, log_rank

TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23".split()


def read(words):
    return [float(word.rstrip("+")) for word in words], [not word.endswith("+") for word in words]


@pytest.mark.parametrize(
    ("time", "at_risk", "events", "survival", "error", "low", "high"),
    [
        (6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516),
        (7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228),
        (10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894),
        (13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491),
        (16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049),
        (22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468),
        (23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801),
    ],
)
def test_the_curve_of_the_treated_is_the_published_one(time, at_risk, events, survival, error, low, high):
    step = next(step for step in kaplan_meier(*read(TREATED)).steps if step.time == time)
    assert (step.at_risk, step.events) == (at_risk, events)
    assert (step.survival, step.error, step.low, step.high) == pytest.approx((survival, error, low, high), abs=5e-5)


def test_the_median_is_the_first_time_with_half_or_fewer_left():
    assert kaplan_meier(*read(TREATED)).median() == 23
    assert kaplan_meier([1, 2, 3, 4], [True, True, False, False]).median() == 2  # exactly half
    assert kaplan_meier([1, 2, 3], [True, False, False]).median() is None


def test_numbers_at_risk_stand_under_the_curve_and_end_it():
    curve = kaplan_meier(*read(TREATED))
    assert [curve.at_risk(t) for t in (0, 10, 20, 30, 36)] == [21, 15, 8, 4, 0]
    assert curve.drawn_until() == 17  # from 17 on ten are left, from 19 on nine
    assert curve.drawn_until(30) is None
    assert (curve.at(5.9), curve.at(6)) == (1.0, pytest.approx(18 / 21))


def test_where_nobody_is_left_there_is_no_interval():
    last = kaplan_meier(*read(PLACEBO)).steps[-1]
    assert (last.survival, last.error, last.low, last.high) == (0, None, None, None)


def test_nobody_left_yet_is_a_curve_of_ones_and_nobody_at_all_is_no_data():
    assert kaplan_meier([3, 4], [False, False]).steps == ()
    assert kaplan_meier([], []) == NotKnown("no_data", "There are no customers.")
    with pytest.raises(ValueError, match="negative or not finite"):
        kaplan_meier([-1], [True])


def test_the_log_rank_test_of_both_groups_is_the_published_one():
    (treated, left), (placebo, gone) = read(TREATED), read(PLACEBO)
    found = log_rank([*treated, *placebo], [*left, *gone], ["6-MP"] * 21 + ["placebo"] * 21)
    assert (found.groups, found.observed, found.degrees) == (("6-MP", "placebo"), (9, 21), 1)
    assert found.expected == pytest.approx((19.25, 10.75), abs=5e-3)
    assert found.chi_square == pytest.approx(16.793, abs=5e-4)
    assert found.p == pytest.approx(4.17e-5, abs=5e-8)


def test_three_groups_of_the_same_customers_do_not_differ():
    times, left = read(TREATED)
    found = log_rank(times * 3, left * 3, np.repeat([1, 2, 3], 21))
    assert (found.degrees, found.chi_square, found.p) == (2, pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_what_cannot_be_compared_is_said():
    assert log_rank([1, 2], [True, True], ["a", "a"]).status == "no_data"
    assert log_rank([1, 2], [False, False], ["a", "b"]).sentence == "not enough history: nobody has left yet"
    assert log_rank([1, 5], [False, True], ["a", "b"]).status == "undefined"  # a had gone before b was at risk alone


observed = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


@given(observed, st.randoms(use_true_random=False))
def test_a_curve_never_rises_holds_its_band_and_ignores_order(rows, chance):
    curve = kaplan_meier(*zip(*rows, strict=True))
    shares = [1.0, *(step.survival for step in curve.steps)]
    assert shares == sorted(shares, reverse=True)
    for step in curve.steps:
        assert step.low is None or 0 <= step.low <= step.survival <= step.high <= 1
    chance.shuffle(rows)
    assert kaplan_meier(*zip(*rows, strict=True)) == curve


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_without_censoring_the_curve_is_the_share_still_there(times):
    curve = kaplan_meier(times, [True] * len(times))
    for step in curve.steps:
        assert step.survival == pytest.approx(np.mean([time > step.time for time in times]), abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 3)), min_size=1, max_size=50))
def test_as_many_are_expected_to_leave_as_left(rows):
    times, left, groups = zip(*rows, strict=True)
    found = log_rank(times, left, groups)
    assert isinstance(found, NotKnown) or sum(found.expected) == pytest.approx(sum(found.observed))
    assert isinstance(found, NotKnown) or 0 <= found.p <= 1
