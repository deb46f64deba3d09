"""Proportions against Newcombe 1998 (Table I) and Brown, Cai & DasGupta 2001 (Table 5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import intervals

METHODS = (intervals.wilson, intervals.agresti_coull, intervals.jeffreys)


@st.composite
def counts(draw, least=1):
    trials = draw(st.integers(least, 5000))
    return draw(st.integers(0, trials)), trials


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2552, 0.3663),
        (0, 20, 0.0, 0.1898),
        (0, 7, 0.0, 0.4044),
        (1, 7, 0.0053, 0.5335),
        (4, 20, 0.0749, 0.4218),
    ],
)
def test_agresti_coull(successes, trials, low, high):
    assert intervals.agresti_coull(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2545, 0.3656),
        (0, 20, 0.0, 0.1166),
        (0, 7, 0.0, 0.292),
        (1, 7, 0.016, 0.501),
        (4, 20, 0.0715, 0.4082),
    ],
)
def test_jeffreys(successes, trials, low, high):
    assert intervals.jeffreys(successes, trials) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize("method", METHODS)
def test_no_trials_say_nothing_and_nonsense_is_refused(method):
    assert method(0, 0) is None
    for successes in (-1, 8):
        with pytest.raises(ValueError, match="successes of 7 trials"):
            method(successes, 7)


@pytest.mark.parametrize("method", METHODS)
@given(sample=counts())
def test_an_interval_has_width_holds_the_rate_and_stays_inside_0_and_1(method, sample):
    successes, trials = sample
    low, high = method(successes, trials)
    assert 0 <= low < high <= 1
    assert low <= successes / trials <= high


@pytest.mark.parametrize("method", METHODS)
@given(sample=counts())
def test_failures_mirror_successes(method, sample):
    successes, trials = sample
    low, high = method(successes, trials)
    assert method(trials - successes, trials) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 20), (10, 10), 0.6791, 1.0),
    ],
)
def test_the_difference_is_newcombes_method_10(first, second, low, high):
    assert intervals.proportion_difference(first, second) == pytest.approx((low, high), abs=5e-5)


def test_a_difference_needs_both_samples():
    assert intervals.proportion_difference((0, 0), (3, 4)) is None
    assert intervals.proportion_difference((3, 4), (0, 0)) is None


@given(counts(), counts())
def test_a_difference_changes_its_sign_with_the_order(first, second):
    low, high = intervals.proportion_difference(first, second)
    assert intervals.proportion_difference(second, first) == pytest.approx((-high, -low), abs=1e-12)
    assert -1 <= low < high <= 1
