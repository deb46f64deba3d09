"""Cohort tables, churn and repeat purchase, worked by hand and on published purchases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats.not_known import NotKnown
from metrics.stats.retention import (
    active_in_period,
    churn,
    counted_cohorts,
    monthly_from_annual,
    not_yet_churned,
    repeat_purchase,
)
from tests import cdnow as published

EVENTS = {"ann": [1, 2, 3, 3], "ben": [1, 3], "cat": [1], "dan": [2, 3], "eve": [2]}
CUSTOMERS = [name for name, periods in EVENTS.items() for _ in periods]
PERIODS = [period for periods in EVENTS.values() for period in periods]


def test_a_cell_is_who_was_active_of_the_cohort_with_its_wilson_interval():
    table = active_in_period(CUSTOMERS, PERIODS, last_finished=4)
    assert (table.kind, table.cohorts, table.sizes) == ("active_in_period", (1, 2), (3, 2))
    cell = table.cell(1, 2)  # ann and ben of ann, ben, cat
    assert (cell.part, cell.whole, cell.value) == (2, 3, pytest.approx(2 / 3))
    # Wilson by hand: (2/3 + 3.8415/6 ± 1.96·√(2/27 + 3.8415/36)) / (1 + 3.8415/3)
    assert (cell.low, cell.high) == pytest.approx((0.2077, 0.9385), abs=5e-5)


def test_a_finished_period_without_activity_is_zero_and_an_unfinished_one_is_unknown():
    table = active_in_period(CUSTOMERS, PERIODS, last_finished=4)
    assert table.cell(1, 3).value == 0  # period 4 ended and nobody came
    assert table.cell(2, 2).value == 0
    assert table.cell(2, 3) is None  # period 5 has not ended
    assert table.cell(7, 0) is None


def test_activity_in_a_period_that_has_not_ended_is_not_shown_yet():
    table = active_in_period(CUSTOMERS, PERIODS, last_finished=2)
    assert table.cell(1, 2) is None
    assert table.cell(1, 1).value == pytest.approx(1 / 3)


def test_the_line_weighs_cohorts_by_size_and_leaves_unripe_ones_out():
    line = active_in_period(CUSTOMERS, PERIODS, last_finished=3).line()
    assert [(point.part, point.whole) for point in line] == [(5, 5), (2, 5), (2, 3)]  # ann + dan; ann + ben


def test_a_customer_who_pauses_is_kept_but_not_active():
    kept = not_yet_churned([1, 1, 1, 2], [math.nan, 3, 2, math.nan], last_finished=3)
    assert kept.kind == "not_yet_churned"
    assert [kept.cell(1, k).part for k in range(3)] == [3, 2, 1]
    assert kept.cell(2, 1).value == 1


def test_no_events_are_no_data_and_who_left_before_joining_is_an_error():
    assert active_in_period([], [], last_finished=4) == NotKnown("no_data", "There are no events.")
    assert not_yet_churned([], [], 1).status == "no_data"
    with pytest.raises(ValueError, match="left before joining"):
        not_yet_churned([3], [2], 4)


def test_a_cohort_that_is_younger_than_the_last_finished_period_has_no_cell():
    table = active_in_period(["ann"], [5], last_finished=4)
    assert (table.cell(5, 0), table.line()) == (None, (None,))


def test_churn_leaves_out_who_joined_inside_the_period():
    joined = [1, 1, 1, 1, 11, 12]
    left = [math.nan, 15, 25, 5, 15, math.nan]
    found = churn(joined, left, start=10, end=20)  # there at 10: 1st to 3rd; of them the 2nd left
    assert (found.part, found.whole) == (1, 3)


def test_churn_reads_dates():
    joined = np.array(["2024-01-01", "2024-01-01"], dtype="datetime64[D]")
    left = np.array(["NaT", "2024-02-10"], dtype="datetime64[D]")
    found = churn(joined, left, np.datetime64("2024-02-01"), np.datetime64("2024-03-01"))
    assert found.value == 0.5


def test_churn_of_nobody_is_no_data():
    assert churn([5], [math.nan], start=1, end=4) == NotKnown("no_data", "There was no customer at the start.")


def test_monthly_churn_compounds_to_the_annual_one():
    # 1 − .5^(1/12) = .0561257, not .0416667
    assert monthly_from_annual(0.5) == pytest.approx(0.0561257, abs=5e-8)
    assert (monthly_from_annual(0), monthly_from_annual(1)) == (0, 1)
    with pytest.raises(ValueError, match="no share"):
        monthly_from_annual(1.2)


@given(st.floats(0, 1))
def test_twelve_months_of_churn_make_the_year(rate):
    assert 1 - (1 - monthly_from_annual(rate)) ** 12 == pytest.approx(rate, abs=1e-12)


def test_two_purchases_on_one_day_are_no_repeat():
    assert repeat_purchase(["ann", "ann", "ben", "ben"], [1, 1, 1, 2], last_day=9).part == 1


def test_only_customers_whose_whole_window_is_observed_count():
    who, days = ["ann", "ann", "ben", "ben", "cat"], [1, 31, 75, 76, 40]
    found = repeat_purchase(who, days, last_day=90, window_days=30)
    assert (found.part, found.whole) == (0, 2)  # ann came back on the 31st day, ben is not ripe
    refused = repeat_purchase(who, days, last_day=90, window_days=200)
    assert refused == NotKnown("not_enough_history", "not enough history: no customer has been observed for 200 days")
    assert repeat_purchase([], [], 9).status == "no_data"


@pytest.mark.cdnow
def test_the_repeat_rate_of_cdnow_is_the_published_one(cdnow):
    rows = published.purchases(cdnow)
    half = rows[rows["day"] <= "1997-09-30"]
    found = repeat_purchase(half["customer"], half["day"].to_numpy(), np.datetime64("1997-09-30"))
    assert (found.part, found.whole) == (946, 2357)
    assert found.value == pytest.approx(0.40136, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((0.3817, 0.4213), abs=5e-5)


histories = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=1, max_size=60)


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_events_and_their_repetition_change_nothing(events, chance):
    shuffled = [*events, *events]
    chance.shuffle(shuffled)
    assert active_in_period(*zip(*events, strict=True), 8) == active_in_period(*zip(*shuffled, strict=True), 8)


@given(histories)
def test_every_cohort_is_whole_in_its_own_period_and_never_larger_later(events):
    table = active_in_period(*zip(*events, strict=True), 20)
    for cohort, size in zip(table.cohorts, table.sizes, strict=True):
        assert table.cell(cohort, 0).value == 1
        assert all(table.cell(cohort, k).part <= size for k in range(5))
    assert sum(table.sizes) == len({customer for customer, _ in events})


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8)), min_size=1, max_size=40),
    st.integers(0, 9),
)
def test_a_table_from_counts_is_the_one_from_events(events, last):
    """Counted by cohort and period, as a database does, or from every event: the same cells."""
    first: dict[int, int] = {}
    for who, period in events:
        first[who] = min(period, first.get(who, period))
    counts: dict[tuple[int, int], int] = {}
    for who, period in set(events):
        place = (first[who], period - first[who])
        counts[place] = counts.get(place, 0) + 1
    table, other = counted_cohorts(counts, last), active_in_period(*zip(*events, strict=True), last_finished=last)
    begun = [cohort for cohort in other.cohorts if cohort <= last]
    if isinstance(table, NotKnown):
        assert not begun
        return
    assert list(table.cohorts) == begun
    for cohort in begun:
        assert [table.cell(cohort, k) for k in range(12)] == [other.cell(cohort, k) for k in range(12)]
