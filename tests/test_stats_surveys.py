"""Samples, response, weights and paired answers: Krejcie & Morgan's table, Kish, worked examples."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import intervals, surveys

TABLE = [
    (10, 10),
    (50, 44),
    (100, 80),
    (200, 132),
    (500, 217),
    (1000, 278),
    (5000, 357),
    (10000, 370),
    (50000, 381),
    (1_000_000, 384),
]
ANSWERS = st.lists(st.integers(0, 10), min_size=2, max_size=60)


@pytest.mark.parametrize(("population", "needed"), TABLE)
def test_sample_size_is_krejcie_and_morgans_table(population, needed):
    assert surveys.sample_size(population) == needed


def test_nobody_needs_no_sample_and_a_population_is_no_debt():
    assert surveys.sample_size(0) == 0
    with pytest.raises(ValueError, match="a population of -1"):
        surveys.sample_size(-1)


def test_a_sample_of_a_small_population_is_worth_more():
    assert surveys.wilson_finite(12, 20, 50) == pytest.approx((0.4302, 0.7487), abs=1e-4)
    assert intervals.wilson(12, 20) == pytest.approx((0.3866, 0.7812), abs=1e-4)


def test_a_census_is_its_own_value():
    assert surveys.wilson_finite(12, 20, 20) == (0.6, 0.6)
    assert math.isinf(surveys.finite_population_n(20, 20))


def test_a_finite_population_without_answers_says_nothing_and_more_answers_than_people_are_refused():
    assert surveys.wilson_finite(0, 0, 50) is None
    with pytest.raises(ValueError, match="51 answers from a population of 50"):
        surveys.wilson_finite(1, 51, 50)
    with pytest.raises(ValueError, match="21 successes of 20 trials"):
        surveys.wilson_finite(21, 20, 20)


def test_undelivered_invitations_are_no_refusals():
    assert surveys.response_rate(100, invited=450, undelivered=50) == 0.25
    assert surveys.response_rate(0, invited=50, undelivered=50) is None
    with pytest.raises(ValueError, match="401 answers to 450 invitations, 50 of them undelivered"):
        surveys.response_rate(401, 450, 50)


def test_the_silent_could_all_be_unhappy_or_all_be_happy():
    # 80 satisfied of 100 answers from 400 invited: 80/400 … 380/400
    assert surveys.nonresponse_bounds(80, 100, 400) == (0.2, 0.95)
    assert surveys.nonresponse_bounds(0, 0, 0) is None
    with pytest.raises(ValueError, match="of 100 answers from 90 invited"):
        surveys.nonresponse_bounds(80, 100, 90)


def test_strata_weigh_as_many_customers_as_they_have():
    # business 9 of 10 for 100 customers, private 10 of 40 for 300: (90 + 75)/400 = .4125
    # Σw = 400, Σw² = 100²/10 + 300²/40 = 3250, n_eff = 160000/3250 = 49.2308
    found = surveys.post_stratified(["business", "private"], [9, 10], [10, 40], [100, 300])
    assert (found.state, found.value, found.n) == ("ok", pytest.approx(0.4125), 50)
    assert found.n_eff == pytest.approx(49.2308, abs=1e-4)
    assert found.low < 0.4125 < found.high


def test_a_stratum_in_proportion_changes_nothing():
    found = surveys.post_stratified(["a", "b"], [9, 10], [10, 40], [100, 400])
    assert (found.value, found.n_eff) == (pytest.approx(19 / 50), pytest.approx(50))


def test_an_empty_stratum_is_said_and_not_dropped_in_silence():
    found = surveys.post_stratified(["a", "north", "closed"], [9, 0, 0], [10, 0, 0], [100, 300, 0])
    assert (found.state, found.empty) == ("incomplete", ("north",))
    assert found.reason == "No answer from north: the value leaves those customers out."


def test_no_stratum_with_an_answer_has_no_value():
    found = surveys.post_stratified(["a", "b"], [0, 0], [0, 0], [10, 20])
    assert (found.state, found.value, found.reason) == ("no_data", None, "No stratum has an answer.")
    with pytest.raises(ValueError, match="answers and no population"):
        surveys.post_stratified(["a"], [1], [2], [0])


def test_what_is_no_answer_from_0_to_10_is_counted_apart():
    found = surveys.nps_counts([10, 9, 8, 7, 6, 0, 11, -1, 8.5, None, math.inf])
    assert (found.promoters, found.passives, found.detractors, found.invalid) == (2, 2, 2, 5)
    assert found.answers == 6


@given(ANSWERS, ANSWERS)
def test_merging_two_groups_is_the_pooled_nps(one, two):
    a, b, both = (surveys.nps_counts(scores) for scores in (one, two, one + two))
    assert both.promoters - both.detractors == a.promoters - a.detractors + b.promoters - b.detractors
    assert both.answers == a.answers + b.answers


@given(ANSWERS)
def test_the_variance_of_one_answer_is_that_of_the_signs(scores):
    found = surveys.nps_counts(scores)
    n, p, d = found.answers, found.promoters / found.answers, found.detractors / found.answers
    signs = [1] * found.promoters + [0] * found.passives + [-1] * found.detractors
    mean = sum(signs) / n
    sample = sum((sign - mean) ** 2 for sign in signs) / (n - 1)
    assert p + d - (p - d) ** 2 == pytest.approx(sample * (n - 1) / n, abs=1e-12)


def test_the_same_respondents_twice_are_compared_pair_by_pair():
    # signs −1 0 1 −1 → 1 1 1 0: changes 2 1 0 1, mean 1, s² = 2/3, t(3, .975) = 3.182446, half 3.182446·√(1/6)
    found = surveys.nps_change_paired([3, 7, 9, 5, None], [9, 10, 10, 8, 10])
    assert (found.state, found.value, found.n) == ("ok", 1.0, 4)
    half = 3.182446 * math.sqrt(1 / 6)
    assert (found.low, found.high) == pytest.approx((1 - half, 1 + half), abs=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "state", "reason"),
    [
        ([], [], "no_data", "Nobody answered both times."),
        ([9, None], [None, 9], "no_data", "Nobody answered both times."),
        ([9], [3], "too_few", "Only one respondent answered both times."),
        ([9, 9], [3, 3], "no_spread", "All 2 respondents changed alike."),
    ],
)
def test_pairs_that_say_nothing_have_no_interval(first, second, state, reason):
    found = surveys.nps_change_paired(first, second)
    assert (found.state, found.reason, found.low, found.high) == (state, reason, None, None)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=2, max_size=30), st.randoms())
def test_the_order_of_respondents_does_not_matter(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    one = surveys.nps_change_paired(*zip(*pairs, strict=True))
    two = surveys.nps_change_paired(*zip(*shuffled, strict=True))
    assert (one.state, one.value, one.low) == (two.state, pytest.approx(two.value), pytest.approx(two.low))
