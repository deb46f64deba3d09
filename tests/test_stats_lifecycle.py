"""Histories, RFM scores and lifecycle stages, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats.lifecycle import STAGES, Rules, lifecycle
from metrics.stats.not_known import NotKnown
from metrics.stats.purchase_history import summarise
from metrics.stats.rfm import rfm, score
from tests import cdnow as published

# customer, day, amount: ann buys twice on day 10, gives back on day 20; ben once; cat three times
LOG = [("ann", 0, 5), ("ann", 10, 20), ("ann", 10, 10), ("ann", 20, -4), ("ann", 40, 50), ("ben", 30, 7)]
LOG += [("cat", 5, 1), ("cat", 6, 0), ("cat", 8, 9), ("cat", 99, 9)]


def history(rows, as_of):
    return summarise(*zip(*rows, strict=True), as_of=as_of)


def test_a_day_is_one_purchase_and_a_refund_is_none():
    found = history(LOG, as_of=50)
    assert list(found.customers) == ["ann", "ben", "cat"]
    assert (list(found.repeats), list(found.last), list(found.age)) == ([2, 0, 2], [40, 0, 3], [50, 20, 45])
    assert (list(found.recency), found.refunds) == ([10, 20, 42], 1)
    assert (list(found.spend), list(found.repeat_spend)) == ([85, 7, 10], [40, 0, 9])  # cat's empty day is in no mean


def test_the_gaps_of_a_customer_are_their_own():
    found = history(LOG, as_of=50)
    # ann: gaps 10 and 30, their 90th percentile 10 + .9·20; ben has none; cat: 1 and 2
    assert found.own_gap == pytest.approx([28, np.inf, 1.9])
    assert list(found.pause) == [30, 0, 2]


def test_nothing_bought_is_no_data():
    assert summarise([], [], [], 5) == NotKnown("no_data", "There are no purchases.")
    assert summarise(["ann"], [1], [-5.0], 5).status == "no_data"
    with pytest.raises(ValueError, match="not finite"):
        summarise(["ann"], [1], [np.nan], 5)


@pytest.mark.cdnow
def test_the_raw_cdnow_log_gives_the_published_summary(cdnow):
    rows = published.purchases(cdnow)
    found = summarise(rows["customer"], rows["day"].to_numpy(), rows["amount"], np.datetime64("1997-09-30"))
    assert (len(found.customers), found.repeats.sum(), (found.repeats == 0).sum()) == (2357, 2457, 1411)
    given = published.summary(cdnow)
    assert np.array_equal(found.repeats, given["x"])
    assert np.allclose(found.last / 7, given["t_x"])
    assert np.allclose(found.age / 7, given["age"])
    assert np.allclose(found.repeat_spend, given["m"], atol=0.006)  # printed with two decimals


def test_ten_values_make_two_of_each_score():
    assert list(score(range(10)).scores) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert list(score(range(10), low_is_good=True).scores) == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert score(range(10)).note is None


def test_equal_values_share_one_score_and_that_is_said():
    # six zeros have average rank 3.5, ceil(17.5/10) = 2; 7 to 10 give 4, 4, 5, 5
    found = score([0, 0, 0, 0, 0, 0, 1, 2, 3, 4])
    assert list(found.scores) == [2] * 6 + [4, 4, 5, 5]
    assert found.note == "5 different values give 3 different scores, as equal values stay together."


def test_all_the_same_is_one_score_and_four_customers_are_too_few():
    assert set(score([7] * 9).scores) == {3}
    assert score([1, 2, 3, 4]) == NotKnown("no_data", "There are 4 customers; scores need 5.")
    with pytest.raises(ValueError, match="not finite"):
        score([1, 2, 3, 4, np.inf])


@pytest.mark.cdnow
def test_the_many_who_came_once_are_not_split_by_chance(cdnow):
    bought = published.summary(cdnow)["x"] + 1
    found = score(bought)
    # 1,411 of 2,357 share the lowest frequency: average rank 706, ceil(5·706/2357) = 2
    assert set(found.scores[bought == 1]) == {2}
    assert (found.scores == 2).sum() == 1411
    assert found.note.endswith("as equal values stay together.")


def test_rfm_reads_the_history():
    rows = [(f"c{i}", day, 10.0 * (i + 1)) for i in range(5) for day in range(0, 10 * (i + 1), 10)]
    found = rfm(history(rows, as_of=50))
    assert list(found.recency.scores) == list(found.frequency.scores) == list(found.monetary.scores) == [1, 2, 3, 4, 5]
    assert rfm(history(LOG, 50)).status == "no_data"


@given(st.lists(st.integers(0, 5), min_size=5, max_size=60))
def test_a_higher_value_never_has_a_lower_score_and_equal_ones_the_same(values):
    found = dict(zip(values, score(values).scores, strict=True))
    ordered = [found[value] for value in sorted(found)]
    assert ordered == sorted(ordered)
    assert list(score(values).scores) == [found[value] for value in values]
    assert all(1 <= given <= 5 for given in ordered)


CASES = {
    "new": ([0, 30], 60, 0.1),  # the first rule that holds wins
    "lapsed": ([0, 10, 20, 30], 400, 0.1),
    "reactivated": ([0, 300], 310, 0.6),
    "at_risk by chance": ([0, 40, 80, 120], 125, 0.3),
    "at_risk by own rhythm": ([0, 10, 20, 30, 40, 50, 60, 70, 80, 90], 130, 0.9),
    "at_risk by silence": ([0], 200, 1.0),
    "active": ([0, 40, 80, 120], 125, 0.9),
}


@pytest.mark.parametrize("name", CASES)
def test_a_stage_follows_its_rule(name):
    days, as_of, alive = CASES[name]
    found = lifecycle(history([("ann", day, 1.0) for day in days], as_of), [alive], Rules())
    assert found.stages[0] == name.split()[0]


def test_the_rules_are_printed_with_their_thresholds():
    said = Rules(window_days=30, pause_days=60).sentences()
    assert tuple(said) == STAGES
    assert said["reactivated"] == "bought within the last 30 days after more than 60 without"
    with pytest.raises(ValueError, match="a window of 90 days and a pause of 30"):
        Rules(pause_days=30)
    with pytest.raises(ValueError, match="no chance"):
        lifecycle(history(LOG, 50), [0.5, 0.5, np.nan], Rules())


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 700)), min_size=1, max_size=40),
    st.data(),
    st.integers(1, 300),
)
def test_every_customer_stands_in_exactly_one_stage(events, data, window):
    past = history([(who, day, 1.0) for who, day in events], as_of=700)
    n = len(past.customers)
    alive = data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n))
    found = lifecycle(past, alive, Rules(window_days=window, pause_days=2 * window))
    assert sum(found.counts.values()) == n == len(found.stages)
    assert set(found.stages) <= set(STAGES)
