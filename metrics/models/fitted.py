"""One model as of one day: what it says, with n, interval, parameters and, where it says nothing, why.

Everything is of the whole organisation. The same purchases give the same figures: draws have a fixed seed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import ModelOf
from metrics.models.contracts import contract_value
from metrics.models.purchases import PurchaseLog, read_purchases
from metrics.period import Duration
from metrics.stats import lifecycle, purchases, residual_value, spend
from metrics.stats.not_known import NotKnown
from metrics.stats.purchase_history import History

Parts = Mapping[str, float | None]
WHY = "why: "
"""How the part that says why there is no figure begins; the sentence follows."""
DAYS_A_WEEK = 7
SEED = 20_100
BASE_MONTHS = 24
RULES = lifecycle.Rules()


@dataclass
class Fitter:
    """Fits models of one published version; purchases are read once, and a day's fit serves every model that asks."""

    warehouse: Warehouse
    _log: PurchaseLog | None = None
    _bought: dict[dt.date, Bought | NotKnown] = field(default_factory=dict)

    def parts(self, model: ModelOf, last: dt.date, with_band: bool = True) -> Parts:
        """What the model says as of the end of a day. The band of a lifetime value takes as long as all the rest; a
        line of many months goes without."""
        if model.name == "contract_lifetime_value":
            found = contract_value(self.warehouse, last, model.discount)
        elif model.name == "lifecycle":
            found = self._stages(model, last)
        else:
            found = self._lifetime(model, last, with_band)
        return {f"{WHY}{found.sentence}": 0.0} if isinstance(found, NotKnown) else found

    @property
    def log(self) -> PurchaseLog:
        if self._log is None:
            self._log = read_purchases(self.warehouse)
        return self._log

    def fit(self, last: dt.date) -> Bought | NotKnown:
        """How often they buy, as of the end of a day."""
        if last not in self._bought:
            self._bought[last] = _bought(self.log.until(last), last)
        return self._bought[last]

    def _lifetime(self, model: ModelOf, last: dt.date, with_band: bool) -> Parts | NotKnown:
        """Residual margin of a customer over the horizon, on average of all who ever bought."""
        both = self.spending(model, last)
        if isinstance(both, NotKnown):
            return both
        found, paid, terms = both
        mean, margin = found.history.repeat_spend, terms.margin
        generator = np.random.default_rng(SEED)
        draws = residual_value.DRAWS if with_band else 0
        worth = residual_value.residual_value(found.fit, paid, found.customers, mean, terms, generator, draws)
        if isinstance(worth, NotKnown):
            return worth
        n, total = len(mean), worth.total
        band = {"low": total.low / n, "high": total.high / n} if with_band else {}
        spent = {"p": paid.p, "q": paid.q, "v": paid.v, "spend_log_likelihood": paid.maximum.log_likelihood}
        return {"value": total.value / n, **band, "n": float(n), "margin": margin, **found.parameters, **spent}

    def spending(self, model: ModelOf, last: dt.date) -> tuple[Bought, spend.SpendFit, residual_value.Terms] | NotKnown:
        """Both fits behind a lifetime value as of the end of a day, and the terms the model's definition sets."""
        found = self.fit(last)
        if isinstance(found, NotKnown):
            return found
        margin = self.log.until(last).margin
        if margin is None or not 0 <= margin <= 1:
            return NotKnown("undefined", "the margin of what was sold is not known, or negative")
        paid = spend.fit(found.history.repeats, found.history.repeat_spend)
        if isinstance(paid, NotKnown):
            return paid
        weeks = max(1, round(model.horizon.mean_days / DAYS_A_WEEK))
        return found, paid, residual_value.Terms(weeks, residual_value.rate_per_unit(model.discount), margin)

    def _stages(self, model: ModelOf, last: dt.date) -> Parts | NotKnown:
        """How many of those who bought in the last two years stand in the stages asked."""
        found = self.fit(last)
        if isinstance(found, NotKnown):
            return found
        base = found.stages[found.in_base(last)]
        return {"y": float(np.isin(base, model.stages).sum()), "n": float(len(base)), **found.parameters}


@dataclass(frozen=True)
class Bought:
    """Who bought until a day, and the model of how often they do."""

    history: History
    customers: purchases.Customers
    fit: purchases.PurchaseFit

    @property
    def stages(self) -> NDArray[np.str_]:
        """The stage of the lifecycle of each customer (n,), in the order of the history."""
        rows = (self.customers.x, self.customers.t_x, self.customers.age)
        chance = purchases.alive(self.fit.parameters, *rows)[self.customers.group]
        return lifecycle.lifecycle(self.history, np.clip(chance, 0.0, 1.0), RULES).stages

    def in_base(self, last: dt.date) -> NDArray[np.bool_]:
        """Who bought within the months that the stages are counted over (n,)."""
        first = Duration(BASE_MONTHS, "month").before(last + dt.timedelta(days=1))
        return self.history.recency <= (last - first).days

    @property
    def parameters(self) -> dict[str, float | None]:
        fit = self.fit
        named = dict(zip(("r", "alpha", "a", "b"), map(float, fit.parameters), strict=True))
        return {**named, "log_likelihood": fit.maximum.log_likelihood, "repeaters": float(fit.repeaters)}


def _bought(log: PurchaseLog, last: dt.date) -> Bought | NotKnown:
    history = log.history(last)
    if isinstance(history, NotKnown):
        return history
    # By the middle of the week, so that a million customers are a few thousand different ones: what is expected of
    # the published customers moves by 0.04 %. By the week's end it would be 2 %.
    weeks = (np.maximum(np.ceil(days / DAYS_A_WEEK) - 0.5, 0.0) for days in (history.last, history.age))
    customers = purchases.grouped(history.repeats, *weeks)
    fit = purchases.fit(customers)
    return fit if isinstance(fit, NotKnown) else Bought(history, customers, fit)
