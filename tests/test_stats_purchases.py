"""BG/NBD against Fader, Hardie & Lee's published CDNOW results and its own identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import quad

from metrics.stats import purchases
from tests import cdnow as published

PUBLISHED = (0.243, 4.414, 0.793, 2.426)


@pytest.fixture(scope="module")
def customers(cdnow):
    half = published.summary(cdnow)
    return purchases.grouped(half["x"], half["t_x"], half["age"])


@pytest.fixture(scope="module")
def fitted(customers):
    return purchases.fit(customers)


@pytest.mark.cdnow
def test_the_cdnow_fit_is_the_published_one(fitted):
    assert fitted.parameters == pytest.approx(PUBLISHED, rel=0.002)
    assert fitted.maximum.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert fitted.parameters == pytest.approx((0.242595, 4.41360, 0.792922, 2.42591), rel=1e-5)
    assert (fitted.customers, fitted.repeaters, fitted.note) == (2357, 946, None)


@pytest.mark.cdnow
def test_the_standard_errors_are_those_recomputed_for_the_oracle(fitted):
    assert fitted.maximum.standard_errors() == pytest.approx((0.0126, 0.378, 0.186, 0.705), rel=0.03)


@pytest.mark.cdnow
def test_equal_customers_stand_once_and_give_the_same_likelihood(customers, cdnow):
    half = published.summary(cdnow)
    assert (len(customers.x), customers.count.sum()) == (1016, 2357)
    rows = np.arange(len(half))
    single = purchases.Customers(
        half["x"].to_numpy(), half["t_x"].to_numpy(), half["age"].to_numpy(), np.ones(len(half)), rows
    )
    grouped, one_by_one = (purchases.log_likelihood(PUBLISHED, each) for each in (customers, single))
    assert grouped[0] == pytest.approx(one_by_one[0], rel=1e-9)
    assert grouped[1] == pytest.approx(one_by_one[1], rel=1e-9, abs=1e-8)


@pytest.mark.cdnow
def test_the_order_of_customers_changes_nothing(fitted, cdnow):
    mixed = published.summary(cdnow).sample(frac=1, random_state=3)
    again = purchases.fit(purchases.grouped(mixed["x"], mixed["t_x"], mixed["age"]))
    assert again.parameters == fitted.parameters


@pytest.mark.cdnow
def test_every_customer_is_scored_as_alone(fitted, customers, cdnow):
    half = published.summary(cdnow)
    scored = purchases.score(fitted, customers, 39)
    columns = (half["x"], half["t_x"], half["age"])
    assert scored.expected == pytest.approx(purchases.expected_next(fitted.parameters, *columns, 39), rel=1e-12)
    assert list(scored.evidence) == list(half["x"] > 0)


def test_a_new_customer_is_expected_to_buy_as_published():
    recomputed = (0.242595, 4.41360, 0.792922, 2.42591)  # the published ones with more digits
    assert purchases.expected(recomputed, 52) == pytest.approx(1.4440, abs=5e-4)


def test_two_customers_are_expected_to_buy_as_published():
    often = purchases.expected_next(PUBLISHED, [26], [30.857], [31], 52)
    twice = purchases.expected_next(PUBLISHED, [2], [30.43], [38.86], 39)
    assert often[0] == pytest.approx(25.757, abs=0.01)
    assert twice[0] == pytest.approx(1.226, abs=1e-3)
    assert purchases.alive(PUBLISHED, [2], [30.43], [38.86])[0] == pytest.approx(0.7266, abs=1e-4)


def test_who_bought_once_is_no_evidence_either_way():
    customers = purchases.grouped([0, 1], [0, 3], [30, 30])
    model = purchases.PurchaseFit(*PUBLISHED, maximum=None, customers=2, repeaters=1)
    scored = purchases.score(model, customers, 10)
    assert scored.alive[0] == 1
    assert list(scored.evidence) == [False, True]


small = purchases.grouped([0, 1, 2, 2, 7, 0], [0, 3, 9, 9, 20, 0], [30, 30, 11, 11, 25, 8])
above_zero = st.floats(0.05, 12)


@given(above_zero, st.floats(0.5, 40), above_zero, above_zero)
def test_the_gradient_in_log_parameters_is_the_one_of_finite_differences(r, alpha, a, b):
    logs = np.log([r, alpha, a, b])
    _, gradient = purchases.log_likelihood(np.exp(logs), small)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        above, below = (purchases.log_likelihood(np.exp(logs + way * step), small)[0] for way in (1, -1))
        assert gradient[place] * np.exp(logs[place]) == pytest.approx((above - below) / 2e-5, rel=1e-6, abs=1e-6)


@given(above_zero, st.floats(0.5, 40), st.floats(0.05, 60), above_zero, st.integers(1, 300), st.floats(0.1, 300))
@example(1.0, 1.0, 2.0, 1.0, 99, 118.0)  # r − a whole: SciPy's ₂F₁ overflowed
def test_what_is_expected_is_finite_and_grows_with_time(r, alpha, a, b, x, time):
    early, late = (purchases.expected_next((r, alpha, a, b), [x], [20], [25], t)[0] for t in (time, 2 * time))
    assert 0 <= early <= late < np.inf
    # nobody can buy faster than one who never leaves
    assert late <= (r + x) / (alpha + 25) * 2 * time * (1 + 1e-6)
    assert 0 <= purchases.expected((r, alpha, a, b), time) < np.inf


@pytest.mark.parametrize("parameters", [PUBLISHED, (0.6, 8.0, 1.0, 2.0), (0.6, 8.0, 0.3, 0.7), (0.6, 8.0, 0.2, 0.4)])
def test_a_new_customer_is_expected_as_the_integral_over_all_customers_says(parameters):
    # E[X(t)] = ∫∫ (1 − e^(−λpt))/p over λ ~ gamma(r, α), p ~ beta(a, b); over λ in closed form
    r, alpha, a, b = parameters
    weight = lambda p: p ** (a - 1) * (1 - p) ** (b - 1)  # noqa: E731
    inner = lambda p: (1 - (alpha / (alpha + p * 30)) ** r) / p * weight(p)  # noqa: E731
    halves = [sum(quad(f, *ends, limit=200)[0] for ends in ((0, 0.5), (0.5, 1))) for f in (inner, weight)]
    assert purchases.expected(parameters, 30) == pytest.approx(halves[0] / halves[1], rel=1e-5)


def simulated(generator, n, r, alpha, a, b):
    """x, t_x and T in weeks of n customers, straight from the story of the model."""
    rate, leaves = generator.gamma(r, 1 / alpha, n), generator.beta(a, b, n)
    age, x, last = generator.uniform(27, 39, n), np.zeros(n), np.zeros(n)
    here, now = np.arange(n), np.zeros(n)
    while len(here):
        now[here] += generator.exponential(1 / rate[here])
        here = here[now[here] < age[here]]
        x[here] += 1
        last[here] = now[here]
        here = here[generator.uniform(size=len(here)) > leaves[here]]
    return x, last, age


def test_the_fit_finds_the_parameters_customers_were_made_with():
    truth = (0.8, 6.0, 0.8, 2.4)
    found = purchases.fit(purchases.grouped(*simulated(np.random.default_rng(5), 20_000, *truth)))
    apart = (np.array(found.parameters) - truth) / found.maximum.standard_errors()
    assert np.abs(apart).max() < 3.5


def test_customers_of_whom_none_leaves_are_fitted_without_leaving():
    x, last, age = simulated(np.random.default_rng(6), 3_000, 0.8, 6.0, 1e-9, 1.0)
    customers = purchases.grouped(x, last, age)
    found = purchases.fit(customers)
    assert found.a == 0
    assert (found.r, found.alpha) == pytest.approx((0.8, 6.0), rel=0.1)
    assert found.note == "This history shows no customer leave; what is expected holds while all stay."
    scored = purchases.score(found, customers, 10)
    # (r + x)/(α + T)·t, the mean of the gamma that is left
    assert scored.expected[:5] == pytest.approx((found.r + x[:5]) / (found.alpha + age[:5]) * 10, rel=1e-9)
    assert not scored.evidence.any()
    assert found.draws(7, np.random.default_rng(1)).shape == (7, 4)


def many(x, t_x, age, times):
    return purchases.grouped(*(np.repeat(np.array(values, dtype=float), times) for values in (x, t_x, age)))


@pytest.mark.parametrize(
    ("customers", "status", "sentence"),
    [
        (purchases.grouped([], [], []), "no_data", "There are no customers."),
        (many([1], [5], [30], 99), "not_enough_history", "not enough history: 99 customers, 100 are needed"),
        (
            many([0, 1], [0, 5], [30, 30], [100, 7]),
            "not_enough_history",
            "not enough history: 7 customers came back, 50 are needed",
        ),
        (
            many([0, 1], [0, 20], [30, 30], [100, 60]),
            "not_enough_history",
            "not enough history: the longest known customer covers 1.5 usual gaps between purchases, 3 are needed",
        ),
        (
            many([3], [9], [30], 200),  # all the same: no difference between customers to fit
            "no_convergence",
            "The fit did not settle: the purchases do not show how customers differ.",
        ),
    ],
)
def test_what_cannot_be_fitted_is_said(customers, status, sentence):
    found = purchases.fit(customers)
    assert (found.status, found.sentence) == (status, sentence)


@pytest.mark.parametrize(
    ("x", "t_x", "age"), [(1, 9, 5), (1, 0, 5), (0, 2, 5), (-1, 2, 5), (1.5, 2, 5), (1, 2, np.inf), (np.nan, 2, 5)]
)
def test_purchases_that_cannot_be_are_an_error(x, t_x, age):
    with pytest.raises(ValueError, match="customer 1 has purchases that cannot be"):
        purchases.grouped([0, x], [0, t_x], [3, age])
