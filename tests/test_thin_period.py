"""A complete month that holds next to nothing says so, and which month was the last busy one."""

from __future__ import annotations

import dataclasses

import pytest

from data_checks.calendar import EVERYBODYS
from metrics.period import Period, period_at, step
from metrics.scorecard import Scorecard
from metrics.thin_period import busy_before
from tests import dashboard_fixture as fixture

# Tickets of a real help desk by the month of their solution, February 2016 to January 2017, counted with pandas from
# the last event of each. The upper quartile of the first eleven is (375 + 3,990) / 2 = 2,182.5.
SOLVED = (36, 6878, 7794, 3990, 375, 90, 46, 33, 51, 29, 21, 5)
OPENED = (207, 8995, 7934, 3633, 0, 0, 0, 0, 0, 0, 0, 0)
"""(0 + 207) / 2 = 103.5 is the upper quartile of the first eleven."""
EVEN = (900, 1000, 1100, 1000, 900, 1000, 1100, 1000, 900, 1000, 1100, 1000)


def months_before(months: int) -> Period:
    """So many months before October 2026."""
    return period_at(step(fixture.OCTOBER.start, "month", -months), "month", EVERYBODYS)


def board(*counted: tuple[int, ...], complete: bool = True) -> Scorecard:
    """A board of October whose metrics counted so many in so many months, the last of them October."""
    branch = fixture.scorecard(fixture.LINES[: len(counted)]).branches[0]
    assert len(branch.cards) == len(counted)
    cards = []
    for card, counts in zip(branch.cards, counted, strict=True):
        months = [months_before(back) for back in reversed(range(len(counts)))]
        trend = tuple(
            dataclasses.replace(card.result, period=month, n=n) for month, n in zip(months, counts, strict=True)
        )
        cards.append(dataclasses.replace(card, result=trend[-1], trend=trend))
    whole = fixture.scorecard(())
    return dataclasses.replace(whole, branches=(dataclasses.replace(branch, cards=tuple(cards)),), complete=complete)


def test_after_the_last_export_the_last_busy_month_is_named() -> None:
    # Busy is half of 2,182.5 solved and half of 103.5 opened: both for the last time in the fourth of twelve months.
    assert busy_before(board(SOLVED, OPENED)) == months_before(8)


def test_a_month_like_the_others_is_not_thin() -> None:
    assert busy_before(board(EVEN, EVEN)) is None


@pytest.mark.parametrize(("last", "thin"), [(105, False), (104, True)])
def test_thin_is_less_than_a_tenth_of_the_upper_quartile(last: int, thin: bool) -> None:
    # Sorted, the eleven before are 900 ×3, 1,000 ×5, 1,100 ×3: the upper quartile lies between the 8th and the 9th.
    assert (busy_before(board((*EVEN[:-1], last))) == months_before(1)) is thin


def test_one_metric_of_three_makes_no_month_thin() -> None:
    assert busy_before(board(SOLVED, EVEN, EVEN)) is None
    assert busy_before(board(SOLVED, SOLVED, EVEN)) == months_before(8)


def test_a_great_campaign_in_three_months_of_twelve_makes_no_other_thin() -> None:
    campaign = (100, 100, 5000, 5000, 100, 100, 100, 100, 100, 100, 100, 100)
    assert busy_before(board(campaign)) is None


def test_of_few_rows_and_few_months_nothing_is_concluded() -> None:
    assert busy_before(board((20, 25, 29, 20, 0))) is None
    assert busy_before(board((9000, 9000, 9000, 1))) is None


def test_a_month_that_is_not_over_is_not_called_thin() -> None:
    assert busy_before(board(SOLVED, OPENED, complete=False)) is None


def test_an_older_value_says_nothing_of_the_month() -> None:
    thin = board(SOLVED)
    card = thin.branches[0].cards[0]
    older = dataclasses.replace(card, result=dataclasses.replace(card.result, period=fixture.SEPTEMBER))
    branch = dataclasses.replace(thin.branches[0], cards=(older,))
    assert busy_before(dataclasses.replace(thin, branches=(branch,))) is None
