"""Shares of R² against Grömping 2006 (swiss) and Johnson's weights on mtcars, and what shares must always do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.stats.relative_importance import lmg_shares, relative_weights
from tests.known_tables import cars, swiss


def correlated(table, outcome, columns):
    return np.corrcoef(table[[*columns, outcome]].to_numpy().T)[None]


def random_matrix(seed, columns, rows=40):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns + 1))
    x[:, -1] += x[:, :-1].sum(axis=1)
    return np.corrcoef(x.T)[None]


def r2(matrix):
    x, y = matrix[0, :-1, :-1], matrix[0, :-1, -1]
    return float(y @ np.linalg.pinv(x, hermitian=True) @ y)


def test_the_shares_of_fertility_in_switzerland():
    columns = ["agriculture", "examination", "education", "catholic", "infant_mortality"]
    shares = lmg_shares(correlated(swiss(), "fertility", columns))[0]
    assert shares == pytest.approx([0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592], abs=1e-7)
    assert shares.sum() == pytest.approx(0.70673500, abs=1e-7)


@pytest.mark.parametrize(
    ("columns", "weights", "percent"),
    [
        (
            ["cyl", "disp", "hp", "gear"],
            [0.2284797, 0.2221469, 0.2321744, 0.0963886],
            [29.32274, 28.50999, 29.79691, 12.37037],
        ),
        (
            ["cyl", "disp", "hp", "wt"],
            [0.2096904, 0.1883043, 0.1799590, 0.2706812],
            [24.70914, 22.18908, 21.20570, 31.89607],
        ),
    ],
)
def test_the_relative_weights_of_the_cars(columns, weights, percent):
    found = relative_weights(correlated(cars(), "mpg", columns))[0]
    assert found == pytest.approx(weights, abs=1e-6)
    assert 100 * found / found.sum() == pytest.approx(percent, abs=1e-4)


def test_independent_drivers_share_their_squared_correlations():
    matrix = np.array([[[1, 0, 0.6], [0, 1, 0.3], [0.6, 0.3, 1]]])
    for method in (lmg_shares, relative_weights):
        assert method(matrix)[0] == pytest.approx([0.36, 0.09])


@given(st.integers(0, 10**6), st.integers(1, 7))
def test_shares_are_not_negative_and_sum_to_r2(seed, columns):
    matrix = random_matrix(seed, columns)
    for method in (lmg_shares, relative_weights):
        shares = method(matrix)[0]
        assert shares.min() >= 0
        assert shares.sum() == pytest.approx(r2(matrix), abs=1e-9)


@given(st.integers(0, 10**6), st.permutations(range(5)))
def test_the_order_of_the_columns_does_not_matter(seed, order):
    matrix = random_matrix(seed, 5)
    turned = matrix[:, [*order, 5]][:, :, [*order, 5]]
    for method in (lmg_shares, relative_weights):
        assert method(turned)[0] == pytest.approx(method(matrix)[0][order], abs=1e-10)


def test_the_same_driver_twice_shares_equally():
    matrix = np.array([[[1, 1, 0.2, 0.6], [1, 1, 0.2, 0.6], [0.2, 0.2, 1, 0.3], [0.6, 0.6, 0.3, 1]]])
    for method in (lmg_shares, relative_weights):
        shares = method(matrix)[0]
        assert shares[0] == pytest.approx(shares[1])
        assert shares.sum() == pytest.approx(r2(matrix), abs=1e-9)


def test_dummies_of_one_category_share_as_one():
    # joined, b and c are a group of two: half of what they add alone and half of what they add after a
    matrix = random_matrix(3, 3)
    alone = [r2(matrix[:, [*columns, 3]][:, :, [*columns, 3]]) for columns in ([0], [1, 2])]
    whole = r2(matrix)
    shares = lmg_shares(matrix, [1, 2])[0]
    assert shares == pytest.approx([(alone[0] + whole - alone[1]) / 2, (alone[1] + whole - alone[0]) / 2])


def test_many_matrices_are_each_their_own():
    stack = np.concatenate([random_matrix(seed, 4) for seed in range(5)])
    for method in (lmg_shares, relative_weights):
        assert method(stack)[3] == pytest.approx(method(stack[3:4])[0], abs=1e-12)


def test_twelve_drivers_are_exact_and_thirteen_are_sampled_close_by():
    matrix = random_matrix(9, 12, 200)
    exact = lmg_shares(matrix)[0]
    # a thirteenth that goes with nothing changes no share
    wider = np.eye(14)[None].copy()
    keep = [*range(12), 13]
    wider[np.ix_([0], keep, keep)] = matrix
    sampled = lmg_shares(wider, rng=np.random.default_rng(1))[0]
    assert sampled[:12] == pytest.approx(exact, abs=0.01)
    assert sampled.sum() == pytest.approx(exact.sum(), abs=1e-9)
    assert sampled[12] == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="13 drivers have too many orders"):
        lmg_shares(wider)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_the_sampled_shares_of_groups_sum_to_r2(seed):
    matrix = random_matrix(seed, 15)
    shares = lmg_shares(matrix, [2, 1, 1] + [1] * 11, np.random.default_rng(seed))[0]
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(r2(matrix), abs=1e-9)


def test_sizes_must_fill_the_matrix():
    with pytest.raises(ValueError, match="2 columns of drivers and an outcome in a matrix of 4"):
        lmg_shares(random_matrix(1, 3), [1, 1])
