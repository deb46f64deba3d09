"""The wholesaler's customers: who came back, and a half-year forecast held against the half-year that came."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metrics.stats import purchases, retention
from metrics.stats.not_known import NotKnown
from metrics.stats.purchase_history import summarise
from metrics.stats.residual_value import Terms, residual_value
from metrics.stats.spend import fit as fit_spend

pytestmark = pytest.mark.real_data

SEEN_UNTIL, HELD_BACK_UNTIL = np.datetime64("2010-06-10"), np.datetime64("2010-12-09")  # 26 weeks apart


@pytest.fixture(scope="module")
def sales(real_data):
    """Gross sales of known customers, as the README of the data defines them: customer, day, month, amount."""
    path = real_data / "uci-online-retail-2009" / "online_retail_2009_2010.csv.gz"
    lines = pd.read_csv(path, dtype={"Invoice": str, "StockCode": str, "Customer ID": str})
    sold = ~lines["Invoice"].str.startswith(("C", "A")) & (lines["Quantity"] > 0) & (lines["Price"] > 0)
    lines = lines[sold & lines["Customer ID"].notna()]
    at = pd.to_datetime(lines["InvoiceDate"])
    return pd.DataFrame(
        {
            "customer": lines["Customer ID"],
            "day": at.dt.normalize(),
            "month": at.dt.year * 12 + at.dt.month,
            "amount": lines["Quantity"] * lines["Price"],
        }
    )


@pytest.fixture(scope="module")
def first_half(sales):
    return summarise(sales["customer"], sales["day"].to_numpy(), sales["amount"], SEEN_UNTIL)


def grouped(history):
    return purchases.grouped(history.repeats, history.last / 7, history.age / 7)


def test_half_of_the_first_months_customers_buy_eleven_months_later(sales):
    table = retention.active_in_period(sales["customer"], sales["month"], last_finished=2010 * 12 + 11)
    cell = table.cell(2009 * 12 + 12, 11)
    assert (cell.part, cell.whole) == (473, 955)
    assert 100 * cell.value == pytest.approx(49.5288, abs=5e-5)
    assert cell.low < 0.4953 < cell.high
    assert table.cell(2009 * 12 + 12, 12) is None  # December 2010 ends on the 9th


def test_the_forecast_of_the_second_half_year_is_within_fifteen_percent_of_what_came(sales, first_half):
    customers = grouped(first_half)
    model = purchases.fit(customers)
    forecast = purchases.score(model, customers, 26).expected
    later = sales[(sales["day"] > SEEN_UNTIL) & (sales["day"] <= HELD_BACK_UNTIL)]
    came = later[later["customer"].isin(first_half.customers)].drop_duplicates(["customer", "day"])
    assert (len(first_half.customers), len(came)) == (2803, 6793)
    # 6,508 expected: 4.2 % below; the season before Christmas is in no model of purchases
    assert forecast.sum() == pytest.approx(len(came), rel=0.15)


def test_the_more_they_bought_the_more_they_buy_as_forecast(sales, first_half):
    customers = grouped(first_half)
    forecast = purchases.score(purchases.fit(customers), customers, 26).expected
    later = sales[(sales["day"] > SEEN_UNTIL) & (sales["day"] <= HELD_BACK_UNTIL)].drop_duplicates(["customer", "day"])
    came = later.groupby("customer").size().reindex(first_half.customers, fill_value=0).to_numpy()
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 6), (7, 999)):
        bought = (first_half.repeats >= low) & (first_half.repeats <= high)
        assert forecast[bought].mean() == pytest.approx(came[bought].mean(), rel=0.2)


def test_the_page_says_what_was_predicted_and_what_came(sales, first_half, root):
    customers = grouped(first_half)
    forecast = purchases.score(purchases.fit(customers), customers, 26).expected
    later = sales[(sales["day"] > SEEN_UNTIL) & (sales["day"] <= HELD_BACK_UNTIL)].drop_duplicates(["customer", "day"])
    came = later.groupby("customer").size().reindex(first_half.customers, fill_value=0).to_numpy()
    page = (root / "docs" / "methods-data.md").read_text(encoding="utf-8").splitlines()
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 6), (7, 999), (0, 999)):
        bought = (first_half.repeats >= low) & (first_half.repeats <= high)
        cells = f"| {bought.sum():,} | {forecast[bought].sum():,.0f} | {came[bought].sum():,} |"
        assert sum(line.endswith(cells) for line in page) == 1, cells
        for mark, number in (("░", forecast[bought].sum()), ("█", float(came[bought].sum()))):
            drawn = [line for line in page if line.endswith(f"{mark} {number:,.0f}")]
            assert [line.count(mark) for line in drawn] == ([round(number / 40)] if high < 999 or low else [])


def test_half_a_year_shows_nobody_leave_so_three_years_have_no_value(first_half):
    customers = grouped(first_half)
    model = purchases.fit(customers)
    assert model.a == 0
    assert model.note == "This history shows no customer leave; what is expected holds while all stay."
    paid = fit_spend(first_half.repeats, first_half.repeat_spend)
    terms = Terms(horizon=156, rate=0.0027, margin=0.3)
    refused = residual_value(model, paid, customers, first_half.repeat_spend, terms, np.random.default_rng(1))
    assert isinstance(refused, NotKnown)
    assert refused.status == "not_enough_history"
    shorter = Terms(horizon=26, rate=0.0027, margin=0.3)
    value = residual_value(model, paid, customers, first_half.repeat_spend, shorter, np.random.default_rng(1))
    assert value.total.low < value.total.value < value.total.high
