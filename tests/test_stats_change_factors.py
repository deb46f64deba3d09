"""Products split among their factors: Das Gupta 1993, two factors and ex. 2.1, and permutations by hand."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats.change_factors import factor_effects

FACTORS = st.integers(1, 5).flatmap(lambda p: st.tuples(*[st.lists(st.floats(-50, 50), min_size=p, max_size=p)] * 2))


def effects(old, new):
    names = [f"f{i}" for i in range(len(old))]
    found = factor_effects(dict(zip(names, old, strict=True)), dict(zip(names, new, strict=True)))
    return [one.value for one in found.effects]


@pytest.mark.parametrize(
    ("old", "new", "parts", "within"),
    [
        ((0.6, 0.5), (0.3, 0.45), (-0.1425, -0.0225), 1e-12),
        ((10930, 0.717892), (16591, 0.825974), (4369.913, 1487.262), 5e-4),
    ],
)
def test_two_factors_are_das_guptas(old, new, parts, within):
    assert effects(old, new) == pytest.approx(parts, abs=within)


@given(FACTORS)
def test_the_effects_are_the_mean_over_all_orders_and_sum_to_the_change(factors):
    old, new = factors
    orders = list(permutations(range(len(old))))
    wanted = [0.0] * len(old)
    for order in orders:
        state = list(old)
        for j in order:
            before = math.prod(state)
            state[j] = new[j]
            wanted[j] += (math.prod(state) - before) / len(orders)
    size = max(1.0, *(abs(x) for x in (*old, *new))) ** len(old)
    found = effects(old, new)
    assert found == pytest.approx(wanted, abs=1e-12 * size)
    assert math.fsum(found) == pytest.approx(math.prod(new) - math.prod(old), abs=1e-12 * size)


def test_with_errors_each_effect_has_an_interval():
    # Δa·½(b₀ + b₁) for a 10 ± 1 → 20 ± 1, b 2 → 2 exactly: slope ½(2 + 2) by a, so 2·√2; b's slopes are ∓15, no error
    found = factor_effects({"a": 10, "b": 2}, {"a": 20, "b": 2}, ({"a": 1, "b": 0}, {"a": 1, "b": 0}))
    a, b = found.effects
    assert (a.value, a.high - a.value) == (20, pytest.approx(1.959964 * 2 * math.sqrt(2), rel=1e-6))
    assert (b.value, b.low, a.is_clear, b.is_clear) == (0, None, True, False)


def test_without_errors_nothing_is_called_clear():
    found = factor_effects({"a": 1}, {"a": 9})
    assert (found.effects[0].value, found.effects[0].is_clear) == (8, False)


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_a_factor_without_a_value_is_no_data(missing):
    found = factor_effects({"customers": 3, "orders": 2}, {"customers": 3, "orders": missing})
    assert (found.state, found.reason, found.effects) == ("no_data", "'orders' has no value in the later period.", ())


def test_other_factors_are_refused():
    for old, new in (({"a": 1}, {"b": 1}), ({}, {})):
        with pytest.raises(ValueError, match="the same factors"):
            factor_effects(old, new)
