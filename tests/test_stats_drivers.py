"""The report on drivers: intervals, missing answers, categories, and every case in which it must hold back."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.stats.drivers import drivers
from metrics.stats.resampled_correlations import correlations
from tests.known_tables import swiss


def rng():
    return np.random.default_rng(7)


def answers(n=400, columns=3, seed=1):
    """Scores that move together; the outcome is mostly the first, then the second, and never the last."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, columns)) + 0.5 * random.normal(size=(n, 1))
    weights = [1.0, 0.5, *[0.0] * (columns - 2)]
    table = pd.DataFrame(x, columns=[f"d{i}" for i in range(columns)])
    table["score"] = x @ weights + random.normal(size=n)
    return table


def shares(found):
    return {driver.name: driver.share for driver in found.drivers}


def test_clear_drivers_come_largest_first_with_intervals_around_their_shares():
    found = drivers(answers(), "score", rng())
    assert (found.state, found.reason, found.n) == ("ok", "", 400)
    assert [driver.name for driver in found.drivers] == ["d0", "d1", "d2"]
    assert all(driver.low < driver.share < driver.high for driver in found.drivers)
    assert sum(shares(found).values()) == pytest.approx(found.r2)
    assert sum(driver.weight for driver in found.drivers) == pytest.approx(found.r2)
    assert found.r2_low < found.r2 < found.r2_high


def test_forty_seven_provinces_do_not_tell_five_drivers_apart():
    found = drivers(swiss(), "fertility", rng())
    assert found.state == "not_distinguishable"
    assert found.reason == "Only 47 answers for 5 columns of drivers; 50 are needed to tell the drivers apart."
    assert shares(found)["education"] == pytest.approx(0.26013468, abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_noise_has_no_drivers(seed):
    table = pd.DataFrame(np.random.default_rng(seed).normal(size=(300, 6)), columns=list("abcdey"))
    found = drivers(table, "y", rng())
    assert (found.state, found.r2_low) == ("not_distinguishable", 0)
    assert found.reason == "All drivers together may explain nothing of the outcome, so they cannot be told apart."


def test_the_bootstrap_spreads_as_correlations_do():
    # the standard error of a correlation r is (1 − r²)/√n; here r = .5, n = 2000: .01677
    random = np.random.default_rng(2)
    x = random.normal(size=2000)
    y = 0.5 * x + math.sqrt(0.75) * random.normal(size=2000)
    found = correlations(np.column_stack([x, y]), 2000, rng())[1:, 0, 1]
    assert found.std() == pytest.approx(0.75 / math.sqrt(2000), rel=0.08)


@settings(max_examples=15)
@given(st.randoms())
def test_the_order_of_answers_changes_nothing_not_even_the_intervals(random):
    table = answers(120)
    order = random.sample(range(120), 120)
    one, two = drivers(table, "score", rng(), 20), drivers(table.iloc[order], "score", rng(), 20)
    assert [d.share for d in two.drivers] == pytest.approx([d.share for d in one.drivers], abs=1e-12)
    assert [d.low for d in two.drivers] == pytest.approx([d.low for d in one.drivers], abs=1e-12)


def test_the_unit_of_a_driver_does_not_matter():
    table = answers()
    other = table.assign(d0=1000 * table["d0"] + 1e6, score=-table["score"])
    one, two = drivers(table, "score", rng()), drivers(other, "score", rng())
    assert shares(two) == pytest.approx(shares(one), abs=1e-9)


# ── missing answers ──────────────────────────────────────────────────────────────────────────────────


def with_holes(table, rate, seed=3):
    holes = np.random.default_rng(seed).random((len(table), table.shape[1] - 1)) < rate
    return pd.concat([table.drop(columns="score").mask(holes), table["score"]], axis=1)


def test_few_holes_leave_each_pair_the_answers_that_have_both():
    table = with_holes(answers(600), 0.05)
    found = drivers(table, "score", rng())
    assert found.answers == "pairwise"
    present = table.notna().astype(int)
    assert found.n == (present.T @ present).to_numpy().min() > len(table.dropna())
    assert correlations(table.to_numpy(), 0, rng())[0] == pytest.approx(table.corr().to_numpy(), abs=1e-9)


def test_many_holes_leave_the_complete_answers():
    table = with_holes(answers(600), 0.2)
    found, complete = drivers(table, "score", rng()), drivers(table.dropna(), "score", rng())
    assert (found.answers, found.n) == ("complete", len(table.dropna()))
    assert shares(found) == pytest.approx(shares(complete), abs=1e-12)


def test_pairwise_intervals_are_near_those_of_full_answers():
    table = answers(3000)
    full, holed = drivers(table, "score", rng()), drivers(with_holes(table, 0.02), "score", rng())
    for one, two in zip(full.drivers, holed.drivers, strict=True):
        assert two.share == pytest.approx(one.share, abs=0.02)
        assert two.high - two.low == pytest.approx(one.high - one.low, rel=0.3, abs=0.004)


def test_impossible_pairwise_correlations_are_made_possible():
    # three columns that are seen only two by two and contradict each other
    x = np.linspace(-1, 1, 60)
    hole = np.full(60, np.nan)
    table = np.concatenate([np.column_stack(c) for c in ((x, x, hole), (x, hole, x), (hole, x, -x))])
    found = correlations(table, 0, rng())[0]
    assert np.linalg.eigvalsh(found).min() >= -1e-9
    assert np.diag(found) == pytest.approx([1, 1, 1])


def test_infinity_is_missing():
    table = answers(600)
    table.loc[0, "d0"] = math.inf
    table.loc[1, "score"] = -math.inf
    found = drivers(table, "score", rng())
    assert (found.state, found.n) == ("ok", 598)


# ── categories ───────────────────────────────────────────────────────────────────────────────────────


def test_a_category_is_one_driver_whatever_its_values_are_called():
    table = answers(600)
    table["plan"] = np.where(table["d0"] > 0.5, "gold", np.where(table["d0"] < -0.5, "basic", "silver"))
    found = drivers(table, "score", rng())
    renamed = drivers(table.replace({"plan": {"gold": "a", "basic": "b", "silver": "z"}}), "score", rng())
    assert set(shares(found)) == {"d0", "d1", "d2", "plan"}
    assert shares(renamed) == pytest.approx(shares(found), abs=1e-9)
    assert {driver.weight for driver in found.drivers} == {None}


def test_yes_and_no_are_a_number():
    table = answers(600)
    found = drivers(table.assign(d0=table["d0"] > 0), "score", rng())
    assert found.drivers[0].weight is not None


def test_an_identifier_is_no_driver():
    table = answers(100).assign(customer=[f"c{i}" for i in range(100)])
    found = drivers(table, "score", rng())
    assert [(one.name, one.reason) for one in found.dropped] == [
        ("customer", "It has 100 values; a category has at most 30.")
    ]


# ── nothing to say ───────────────────────────────────────────────────────────────────────────────────


def test_columns_that_never_vary_are_dropped_and_listed():
    table = answers().assign(same=3.0, one="x", empty=np.nan, blank=None)
    found = drivers(table, "score", rng())
    assert {(one.name, one.reason) for one in found.dropped} == {
        ("same", "It is always the same."),
        ("one", "It is always the same."),
        ("empty", "It has no value."),
        ("blank", "It has no value."),
    }
    assert set(shares(found)) == {"d0", "d1", "d2"}


def test_a_driver_that_varies_only_in_incomplete_answers_is_dropped():
    table = answers(100)
    table["late"] = [1.0] * 50 + [2.0] * 50
    table.loc[50:, "d0"] = np.nan
    found = drivers(table, "score", rng())
    assert [(one.name, one.reason) for one in found.dropped] == [("late", "It is the same in every complete answer.")]


def test_equal_drivers_share_equally_and_a_singular_matrix_is_no_obstacle():
    table = answers().assign(copy=lambda t: t["d0"])
    table["sum"] = table["d0"] + table["d1"]
    found = drivers(table, "score", rng())
    assert shares(found)["copy"] == pytest.approx(shares(found)["d0"])
    assert all(math.isfinite(d.share + d.low + d.high + d.weight) for d in found.drivers)
    assert found.r2 == pytest.approx(drivers(answers(), "score", rng()).r2)


@pytest.mark.parametrize(
    ("table", "state", "reason"),
    [
        ({"x": [], "y": []}, "no_data", "No answer has a value of 'y'."),
        ({"x": [1.0, 2.0], "y": [math.nan, math.nan]}, "no_data", "No answer has a value of 'y'."),
        (
            {"x": [1.0, 2.0, 3.0], "y": [4.0, 4.0, 4.0]},
            "no_spread",
            "'y' is always the same, so nothing can go with it.",
        ),
        ({"x": [1.0, 1.0, 1.0], "y": [4.0, 5.0, 4.0]}, "no_data", "No column varies, so there is no driver."),
        ({"y": [4.0, 5.0, 4.0]}, "no_data", "No column varies, so there is no driver."),
        ({"x": [1.0, 2.0, 3.0], "y": [4.0, 5.0, 4.0]}, "too_few", "Only 3 answers for one column of drivers."),
        (
            {"x": [1.0, None, 3.0, None], "z": [None, 2.0, None, 4.0], "y": [4.0, 5.0, 4.0, 1.0]},
            "no_data",
            "No column varies, so there is no driver.",
        ),
    ],
)
def test_answers_that_say_nothing(table, state, reason):
    found = drivers(pd.DataFrame(table, dtype=float), "y", rng())
    assert (found.state, found.reason, found.drivers, found.r2) == (state, reason, (), None)


def test_a_rare_answer_that_some_resamples_miss_has_a_share_all_the_same():
    table = answers(200).assign(rare=[1.0] + [0.0] * 199)
    found = drivers(table, "score", rng())
    assert all(math.isfinite(d.low + d.high) for d in found.drivers)


def test_an_outcome_in_words_is_refused():
    with pytest.raises(ValueError, match="the outcome 'y' is not numeric"):
        drivers(pd.DataFrame({"x": [1, 2], "y": ["a", "b"]}), "y", rng())
