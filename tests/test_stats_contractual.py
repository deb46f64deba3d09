"""The shifted-beta-geometric against Fader & Hardie's customers and its own identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from metrics.stats.contractual import (
    expected_payments,
    fit,
    from_surviving,
    log_likelihood,
    residual_payments,
    retention,
    survival,
)

REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def test_the_regular_customers_give_the_published_fit():
    found = fit(from_surviving(REGULAR))
    assert (found.alpha, found.beta) == pytest.approx((0.704, 1.182), abs=2e-3)
    assert found.maximum.log_likelihood == pytest.approx(-1680.3, abs=0.1)
    assert (found.customers, found.renewals) == (1000, 7)


def test_four_renewals_give_the_published_fit():
    found = fit(from_surviving(REGULAR[:5]))
    assert (found.alpha, found.beta) == pytest.approx((0.764, 1.296), abs=2e-3)
    assert found.maximum.log_likelihood == pytest.approx(-1401.56, abs=0.1)


def test_the_projection_goes_to_twice_the_history_and_no_further():
    expected = [0.6267, 0.4738, 0.3880, 0.3321, 0.2923, 0.2625, 0.2390, 0.2201, 0.2044, 0.1912, 0.1799, 0.1700]
    found = fit(from_surviving(REGULAR)).projection()
    assert len(found) == 1 + 2 * 7
    assert found[0] == 1
    assert found[1:13] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("alpha", "beta", "new", "residual"),
    [
        (3.8, 15.2, 4.0089, [3.3098, 3.4510, 3.5865, 3.7168, 3.8421]),
        (0.067, 0.267, 7.9735, [7.6708, 9.4553, 9.8508, 10.0562, 10.1886]),
        (0.704, 1.182, 3.6951, []),
    ],
)
def test_discounted_payments_are_the_published_ones(alpha, beta, new, residual):
    assert expected_payments(alpha, beta, 0.1) == pytest.approx(new, abs=1e-4)
    found = [residual_payments(alpha, beta, 0.1, n) for n in range(1, len(residual) + 1)]
    assert found == pytest.approx(residual, abs=1e-4)


def test_one_retention_rate_would_value_different_customers_alike():
    careless = 1.1 / (1.1 - 0.8)  # 3.667: both have a first renewal rate of .8
    for alpha, beta in ((3.8, 15.2), (0.067, 0.267)):
        assert retention(alpha, beta, 1) == pytest.approx(0.8, abs=1e-3)
        assert expected_payments(alpha, beta, 0.1) > careless + 0.3


parameters = st.floats(0.05, 20)


@given(parameters, parameters, st.floats(0.01, 0.5))
def test_a_new_customer_is_worth_a_payment_and_the_first_residual(alpha, beta, discount):
    later = residual_payments(alpha, beta, discount, 1) / (1 + discount)
    assert expected_payments(alpha, beta, discount) == pytest.approx(1 + later, rel=1e-9)


@given(st.floats(0.05, 12), st.floats(0.05, 12), st.integers(1, 6))
def test_payments_are_the_closed_form_of_the_source(alpha, beta, renewal):
    assert expected_payments(alpha, beta, 0.1) == pytest.approx(hyp2f1(1, beta, alpha + beta, 1 / 1.1), rel=1e-9)
    closed = (beta + renewal - 1) / (alpha + beta + renewal - 1)
    closed *= hyp2f1(1, beta + renewal, alpha + beta + renewal, 1 / 1.1)
    assert residual_payments(alpha, beta, 0.1, renewal) == pytest.approx(closed, rel=1e-9)


def test_payments_stay_finite_where_the_closed_form_does_not():
    # nearly everybody renews: between a rate that stays .995 and one that never loses anybody
    assert 1.1 / (1.1 - 400 / 402) < expected_payments(2, 400, 0.1) < 11


@given(parameters, parameters)
def test_survival_is_the_product_of_retention_which_rises(alpha, beta):
    rates = retention(alpha, beta, np.arange(1, 20))
    assert survival(alpha, beta, np.arange(1, 20)) == pytest.approx(np.cumprod(rates), rel=1e-9)
    assert (np.diff(rates) > 0).all()


@given(parameters, parameters)
def test_the_gradient_is_the_one_of_finite_differences(alpha, beta):
    renewals = from_surviving(REGULAR, REGULAR[:4])
    _, gradient = log_likelihood(alpha, beta, renewals)
    for place, step in enumerate(((1e-6 * alpha, 0), (0, 1e-6 * beta))):
        above, below = (log_likelihood(alpha + s * step[0], beta + s * step[1], renewals)[0] for s in (1, -1))
        assert gradient[place] == pytest.approx((above - below) / (2 * sum(step)), rel=1e-4, abs=1e-2)


def test_cohorts_of_different_age_are_fitted_together():
    found = from_surviving([100, 60, 40], [50, 30])
    assert (found.lost, found.kept) == ((40 + 20, 20), (30, 40))


@pytest.mark.parametrize(
    ("surviving", "status", "sentence"),
    [
        ([1000, 631, 468], "not_enough_history", "not enough history: 2 renewals, 3 are needed"),
        ([1000, 631], "not_enough_history", "not enough history: 1 renewal, 3 are needed"),
        ([100, 100, 100, 100], "not_enough_history", "not enough history: no customer has left yet"),
        ([100, 0, 0, 0], "not_enough_history", "not enough history: all who left did so at the same renewal"),
        ([], "no_data", "There are no contracts."),
        ([0, 0, 0, 0], "no_data", "There are no contracts."),
        (
            [1000, 900, 700, 400, 100],  # the longer they stay the more leave: the model has no room for it
            "no_convergence",
            "The fit did not settle: the renewals do not show how customers differ.",
        ),
    ],
)
def test_what_cannot_be_fitted_is_said(surviving, status, sentence):
    found = fit(from_surviving(surviving))
    assert (found.status, found.sentence) == (status, sentence)


def test_a_cohort_that_grows_and_a_missing_discount_are_errors():
    with pytest.raises(ValueError, match="grows"):
        from_surviving([10, 12])
    with pytest.raises(ValueError, match="it must be at least"):
        expected_payments(1, 1, 0)
    with pytest.raises(ValueError, match="the first is 1"):
        residual_payments(1, 1, 0.1, 0)
