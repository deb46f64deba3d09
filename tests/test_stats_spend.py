"""Gamma–Gamma and residual value against Fader & Hardie's published CDNOW results and by direct summation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import purchases, spend
from metrics.stats.likelihood import Maximum
from metrics.stats.residual_value import Terms, discounted_purchases, rate_per_unit, residual_value
from tests import cdnow as published

PUBLISHED = (6.25, 3.74, 15.44)
BUYING = (0.243, 4.414, 0.793, 2.426)


@pytest.fixture(scope="module")
def half(cdnow):
    return published.summary(cdnow)


@pytest.mark.cdnow
def test_the_cdnow_fit_is_the_published_one(half):
    found = spend.fit(half["x"], half["m"])
    assert found.parameters == pytest.approx(PUBLISHED, abs=0.02)
    assert found.maximum.log_likelihood == pytest.approx(-4055.92, abs=0.02)
    assert (found.customers, found.without_spend) == (946, 0)
    assert found.correlation == pytest.approx(0.114, abs=5e-4)
    assert found.warning is None


@pytest.mark.cdnow
def test_the_fit_does_not_depend_on_the_currency(half):
    pounds, pence = spend.fit(half["x"], half["m"]), spend.fit(half["x"], half["m"] * 100)
    assert (pence.p, pence.q, pence.v) == pytest.approx((pounds.p, pounds.q, pounds.v * 100), rel=1e-4)


def test_the_published_customer_lies_between_own_mean_and_the_populations():
    assert spend.population_mean(PUBLISHED) == pytest.approx(35.22, abs=5e-3)
    found = spend.expected_spend(PUBLISHED, [3, 0, 3], [35, 0, 0])
    assert found[0] == pytest.approx(35.028, abs=5e-3)
    assert found[1] == found[2] == spend.population_mean(PUBLISHED)


@given(st.floats(0.2, 20), st.floats(0.2, 20), st.floats(0.1, 50))
def test_the_gradient_is_the_one_of_finite_differences(p, q, v):
    x, m = [1, 1, 2, 5], [3.0, 9.0, 4.0, 2.5]
    logs = np.log([p, q, v])
    _, gradient = spend.log_likelihood(np.exp(logs), x, m)
    for place in range(3):
        step = np.zeros(3)
        step[place] = 1e-5
        above, below = (spend.log_likelihood(np.exp(logs + way * step), x, m)[0] for way in (1, -1))
        assert gradient[place] * np.exp(logs[place]) == pytest.approx((above - below) / 2e-5, rel=1e-5, abs=1e-5)


def made(generator, n, p, q, v, x=None):
    x = generator.integers(1, 6, n) if x is None else x
    nu = generator.gamma(q, 1 / v, n)
    return x, generator.gamma(p * x, 1 / nu) / x


def test_the_fit_finds_the_parameters_customers_were_made_with():
    found = spend.fit(*made(np.random.default_rng(2), 20_000, 6.0, 4.0, 15.0))
    apart = (np.array(found.parameters) - (6.0, 4.0, 15.0)) / found.maximum.standard_errors()
    assert np.abs(apart).max() < 3.5


def test_no_mean_no_value():
    found = spend.fit(*made(np.random.default_rng(2), 5_000, 6.0, 0.6, 15.0))
    assert found.status == "undefined"
    assert found.sentence == (
        "The mean spend does not exist for these customers (q = 0.58, above 1 is needed)."  # made with 0.6
    )
    with pytest.raises(ValueError, match="does not exist"):
        spend.population_mean((6, 1, 15))


def test_who_came_back_without_paying_is_counted_and_left_out():
    x, m = made(np.random.default_rng(2), 500, 6.0, 4.0, 15.0)
    found = spend.fit([*x, 3, 0], [*m, 0, 0])
    assert (found.customers, found.without_spend) == (500, 1)


def test_often_and_much_going_together_is_warned_about():
    generator = np.random.default_rng(4)
    x, m = made(generator, 2_000, 6.0, 4.0, 15.0)
    found = spend.fit(x, m * x)
    assert found.correlation > 0.3
    assert found.warning.startswith("Who buys often also spends more (correlation 0.")


def test_what_cannot_be_fitted_is_said():
    few = spend.fit([1] * 49, list(range(1, 50)))
    assert few.sentence == "not enough history: 49 customers came back and paid, 50 are needed"
    same = spend.fit([2] * 80, [5.0] * 80)
    assert (same.status, same.sentence) == (
        "undefined", "All 80 customers spend the same, so their differences cannot be fitted."
    )  # fmt: skip
    with pytest.raises(ValueError, match="refunds belong outside"):
        spend.fit([1, 1], [5, -5])


# ── residual value ───────────────────────────────────────────────────────────────────────────────────


def test_fifteen_percent_a_year_is_so_much_a_week():
    assert rate_per_unit(0.15) == pytest.approx(0.002688, abs=5e-7)


HISTORIES = ([0, 0, 2, 26, 7], [0, 0, 30.43, 30.857, 1], [38.86, 0, 38.86, 31, 39])


@pytest.mark.parametrize("parameters", [BUYING, (0.3, 0.05, 0.9, 0.4), (2.0, 300.0, 1.2, 8.0), (0.8, 9.6, 0, 1)])
@pytest.mark.parametrize("horizon", [1, 12, 156, 520])
def test_discounted_purchases_are_the_sum_period_by_period(parameters, horizon):
    rate = 0.002688
    until = [purchases.expected_next(parameters, *HISTORIES, k) for k in range(horizon + 1)]
    summed = sum(np.exp(-rate * k) * (until[k] - until[k - 1]) for k in range(1, horizon + 1))
    assert discounted_purchases(parameters, *HISTORIES, horizon, rate) == pytest.approx(summed, rel=1e-6)


def test_without_discount_they_are_the_expected_purchases():
    found = discounted_purchases(BUYING, *HISTORIES, 156, 0)
    assert found == pytest.approx(purchases.expected_next(BUYING, *HISTORIES, 156), rel=1e-6)


@pytest.fixture(scope="module")
def valued(half):
    customers = purchases.grouped(half["x"], half["t_x"], half["age"])
    bought, paid = purchases.fit(customers), spend.fit(half["x"], half["m"])
    terms = Terms(horizon=156, rate=rate_per_unit(0.15), margin=0.3)
    return bought, paid, residual_value(bought, paid, customers, half["m"], terms, np.random.default_rng(1))


@pytest.mark.cdnow
def test_the_company_is_worth_the_sum_of_its_customers(valued, half):
    bought, paid, found = valued
    until = [purchases.expected_next(bought.parameters, half["x"], half["t_x"], half["age"], k) for k in range(157)]
    times = sum(np.exp(-found.terms.rate * k) * (until[k] - until[k - 1]) for k in range(1, 157))
    worth = 0.3 * times * spend.expected_spend(paid.parameters, half["x"], half["m"])
    assert found.per_customer == pytest.approx(worth, rel=1e-6)
    assert found.total.value == pytest.approx(worth.sum(), rel=1e-6)


@pytest.mark.cdnow
def test_deciles_are_tenths_fall_in_value_and_sum_to_the_total(valued):
    _, _, found = valued
    values = [decile.amount.value for decile in found.deciles]
    assert values == sorted(values, reverse=True)
    assert sum(values) == pytest.approx(found.total.value)
    assert [decile.customers for decile in found.deciles] == [236, 236, 236, 235, 236, 236, 235, 236, 236, 235]


@pytest.mark.cdnow
def test_bands_hold_the_values_and_come_again_with_the_same_seed(valued, half):
    bought, paid, found = valued
    for amount in (found.total, *(decile.amount for decile in found.deciles)):
        assert 0 < amount.low < amount.value < amount.high
    customers = purchases.grouped(half["x"], half["t_x"], half["age"])
    again = residual_value(bought, paid, customers, half["m"], found.terms, np.random.default_rng(1))
    assert again.total == found.total


def small_company(a, q):
    """Two customers and the fits of a company, with little uncertainty."""
    sure = tuple(tuple(1e-4 * (i == j) for j in range(4)) for i in range(4))
    bought = purchases.PurchaseFit(0.243, 4.414, a, 2.426, Maximum((0.243, 4.414, a or 1, 2.426), 0, sure), 2, 1)
    three = tuple(row[:3] for row in sure[:3])
    paid = spend.SpendFit(6.25, q, 15.44, Maximum((6.25, q, 15.44), 0, three), 2, 0, None)
    return bought, paid, purchases.grouped([0, 2], [0, 30], [38, 38])


def test_a_tenth_of_customers_who_bought_once_has_a_band_too():
    bought, paid, customers = small_company(a=0.793, q=3.74)
    found = residual_value(bought, paid, customers, [0, 35], Terms(52, 0.0027, 0.3), np.random.default_rng(1))
    assert [decile.customers for decile in found.deciles] == [1, 1]
    assert all(decile.amount.low < decile.amount.value < decile.amount.high for decile in found.deciles)


def test_a_value_is_refused_where_too_many_draws_have_no_mean_spend():
    bought, paid, customers = small_company(a=0.793, q=1.001)
    found = residual_value(bought, paid, customers, [0, 35], Terms(52, 0.0027, 0.3), np.random.default_rng(1))
    assert found.status == "undefined"


def test_nobody_seen_to_leave_is_no_reason_to_believe_that_nobody_will():
    bought, paid, customers = small_company(a=0.0, q=3.74)
    found = residual_value(bought, paid, customers, [0, 35], Terms(156, 0.0027, 0.3), np.random.default_rng(1))
    assert (found.status, found.sentence) == (
        "not_enough_history",
        "not enough history: no customer is seen to leave within 38 units of time, "
        "so nothing tells who is left after 156",
    )


@pytest.mark.parametrize("terms", [(0, 0.1, 0.3), (52, -0.1, 0.3), (52, np.nan, 0.3), (52, 0.1, 1.3)])
def test_terms_that_cannot_be_are_an_error(terms):
    with pytest.raises(ValueError, match="a horizon of"):
        Terms(*terms)
