"""The purchases a model is fitted to: every sold order of a known customer, read once for all its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from data_checks.warehouse.contract import Warehouse
from metrics.stats.not_known import NotKnown
from metrics.stats.purchase_history import History, summarise


@dataclass(frozen=True)
class PurchaseLog:
    """One row a customer and day, in this order. days: numpy days; paid, earned: revenue and margin, currency.
    earned is not a number where a cost is unknown."""

    customers: NDArray[Any]
    days: NDArray[np.datetime64]
    paid: NDArray[np.float64]
    earned: NDArray[np.float64]

    def until(self, last: dt.date) -> PurchaseLog:
        """What had been bought by the end of a day."""
        return self._only(self.days <= np.datetime64(last, "D"))

    def since(self, first: dt.date) -> PurchaseLog:
        """The purchases of those alone who bought on or after a day."""
        recent = self.customers[self.days >= np.datetime64(first, "D")]
        return self._only(np.isin(self.customers, recent))

    def _only(self, kept: NDArray[np.bool_]) -> PurchaseLog:
        return PurchaseLog(self.customers[kept], self.days[kept], self.paid[kept], self.earned[kept])

    def history(self, as_of: dt.date) -> History | NotKnown:
        """One row a customer as of the end of a day; money in whole cents, so that rounding brings nothing new."""
        return summarise(self.customers, self.days, self.paid, np.datetime64(as_of, "D"))

    @property
    def margin(self) -> float | None:
        """Earned for each unit of money paid, of the purchases whose cost is known; None without any."""
        known = np.isfinite(self.earned) & (self.paid > 0)
        paid = float(self.paid[known].sum())
        return float(self.earned[known].sum()) / paid if paid > 0 else None


def read_purchases(warehouse: Warehouse) -> PurchaseLog:
    """The log of the whole organisation."""
    log = _sold(warehouse).subquery()
    statement = (
        sa.select(log.c.customer, log.c.ordered_on, sa.func.sum(log.c.revenue), sa.func.sum(log.c.revenue - log.c.cost))
        .group_by(log.c.customer, log.c.ordered_on)
        .order_by(log.c.customer, log.c.ordered_on)
    )
    who, when, paid, earned = (column.to_numpy() for column in warehouse.columns(statement).columns)
    return PurchaseLog(
        who.astype(np.int64, copy=False),
        when.astype("datetime64[D]", copy=False),
        paid.astype(np.float64, copy=False),
        earned.astype(np.float64, copy=False),
    )


def slices_of_customers(warehouse: Warehouse, names: Sequence[str]) -> dict[str, dict[int, str | None]]:
    """Columns of the customers by the numbers that the log gives them; who is in no list of customers is left out."""
    if not names:
        return {}
    sold = _sold(warehouse).subquery()
    numbered = sa.select(sold.c.customer, sold.c.customer_id).distinct().subquery()
    known = warehouse.table("customers")
    joined = numbered.join(known, known.c.customer_id == numbered.c.customer_id)
    statement = sa.select(numbered.c.customer, *(known.c[name] for name in names)).select_from(joined)
    rows: Any = warehouse.read(statement)
    return {name: {int(row[0]): row[place] for row in rows} for place, name in enumerate(names, 1)}


def _sold(warehouse: Warehouse) -> sa.Select[Any]:
    """Sold orders of known customers, who are numbered from 1 in the order of their ids."""
    orders = warehouse.table("orders").c
    number = sa.func.dense_rank().over(order_by=orders.customer_id)
    columns = (number.label("customer"), orders.customer_id, orders.ordered_on, orders.revenue, orders.cost)
    return sa.select(*columns).where(
        orders.sold, orders.customer_id.is_not(None), orders.revenue.is_not(None), orders.ordered_on.is_not(None)
    )
