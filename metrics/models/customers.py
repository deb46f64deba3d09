"""What customers are still worth, by where they stand and who they are: one fit told apart, and put to the test.

Everything is of the whole organisation and as of the end of a day. Customers without a contract alone: what is fitted
are purchases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_checks.calendar import Calendar
from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import ModelOf
from metrics.models.fitted import DAYS_A_WEEK, SEED, Bought, Fitter
from metrics.models.purchases import PurchaseLog, slices_of_customers
from metrics.period import floor
from metrics.stats import purchases, residual_value, rfm
from metrics.stats.lifecycle import STAGES
from metrics.stats.not_known import NotKnown
from metrics.stats.residual_value import GroupValue, Terms

SLICES = ("segment", "acquisition_channel", "region")
"""What a customer of any company can be told apart by."""
LEAST = 30
"""Fewer customers than this have no value of their own."""
HELD_BACK_WEEKS = 26
BUCKETS = ((0, 0), (1, 1), (2, 3), (4, 6), (7, None))
"""Purchases after the first until the day of the test: from, to."""


@dataclass(frozen=True)
class Part:
    """Customers alike in one thing, None: it is not known of them. value: margin still to come a customer, with a 95 %
    band, None below LEAST customers; paid: what one has paid so far, on average. total: the value of all together."""

    name: str | None
    customers: int
    paid: float | None
    value: float | None
    low: float | None
    high: float | None
    total: float | None


@dataclass(frozen=True)
class Base:
    """All who ever bought, as of the end of `last`. stages: those of the base by lifecycle, then the others under
    'older'; cuts: by slice, and by year of the first purchase as 'cohort'. scores: customers by recency (rows, 5 the
    latest first) and frequency (columns, 1 first), None where there are too few."""

    last: dt.date
    customers: int
    repeaters: int
    everybody: Part
    stages: tuple[Part, ...]
    cuts: Mapping[str, tuple[Part, ...]]
    scores: tuple[tuple[int, ...], ...] | None
    terms: Terms
    parameters: Mapping[str, float | None]
    spend: Mapping[str, float]


@dataclass(frozen=True)
class Bucket:
    """Customers who had bought so often: the purchases predicted of them, and those that came."""

    least: int
    most: int | None
    customers: int
    predicted: float
    came: int


@dataclass(frozen=True)
class HeldBack:
    """A fit that saw nothing after `seen`, beside what came until `last`."""

    seen: dt.date
    last: dt.date
    weeks: int
    buckets: tuple[Bucket, ...]

    @property
    def everybody(self) -> Bucket:
        parts = self.buckets
        return Bucket(
            0, None, sum(b.customers for b in parts), sum(b.predicted for b in parts), sum(b.came for b in parts)
        )


def customer_base(warehouse: Warehouse, model: ModelOf, last: dt.date) -> Base | NotKnown:
    """The customers by stage, slice and cohort, each group with what it is still worth by the fit of `model`."""
    fitter = Fitter(warehouse)
    both = fitter.spending(model, last)
    if isinstance(both, NotKnown):
        return both
    found, paid, terms = both
    if (n := len(found.history.repeats)) < LEAST:
        return NotKnown("not_enough_history", f"not enough history: {n} customers, {LEAST} are needed")
    mean = found.history.repeat_spend
    value = residual_value.per_customer(found.fit, paid, found.customers, mean, terms)
    if isinstance(value, NotKnown):
        return value
    labels = {"": (np.zeros(len(mean), dtype=np.int64), ("",)), "stage": _stages(found, last)}
    labels |= _slices(warehouse, found) | {"cohort": _cohorts(found, last, warehouse.facts.calendar)}
    cuts = [codes for codes, _ in labels.values()]
    groups = residual_value.by_group(
        found.fit, paid, found.customers, mean, terms, value, cuts, np.random.default_rng(SEED)
    )
    if isinstance(groups, NotKnown):
        return groups
    parts = {
        name: _parts(names, codes, values, found)
        for (name, (codes, names)), values in zip(labels.items(), groups, strict=True)
    }
    (everybody,), stages = parts.pop(""), parts.pop("stage")
    fitted = {"p": paid.p, "q": paid.q, "v": paid.v, "log_likelihood": paid.maximum.log_likelihood}
    return Base(
        last, len(mean), found.fit.repeaters, everybody, stages, parts, _scores(found), terms, found.parameters, fitted
    )


Labels = tuple[NDArray[np.int64], tuple[str | None, ...]]
"""A number per customer, and the names of the numbers."""


def _stages(found: Bought, last: dt.date) -> Labels:
    names = (*STAGES, "older")
    stages = np.where(found.in_base(last), found.stages, "older")
    return np.array([names.index(stage) for stage in stages], dtype=np.int64), names


def _cohorts(found: Bought, last: dt.date, calendar: Calendar) -> Labels:
    """By the year of the first purchase."""
    days, place = np.unique(found.history.age, return_inverse=True)
    first = [floor(last - dt.timedelta(days=int(age)), "year", calendar).isoformat() for age in days]
    names = tuple(sorted(set(first)))
    return np.array([names.index(one) for one in first], dtype=np.int64)[place], names


def _slices(warehouse: Warehouse, found: Bought) -> dict[str, Labels]:
    """By every slice that a source provides, in the order of names, who has none last."""
    provided = warehouse.facts.tables["customers"].provided if "customers" in warehouse.facts.tables else ()
    labels = {}
    for name, values in slices_of_customers(warehouse, [one for one in SLICES if one in provided]).items():
        own = [values.get(int(number)) for number in found.history.customers]
        names = tuple(sorted(set(own), key=lambda one: (one is None, one or "")))
        places = {one: place for place, one in enumerate(names)}
        labels[name] = np.array([places[one] for one in own], dtype=np.int64), names
    return labels


def _parts(
    names: tuple[str | None, ...], codes: NDArray[np.int64], values: tuple[GroupValue, ...], found: Bought
) -> tuple[Part, ...]:
    """The groups that have a customer."""
    spent = np.bincount(codes, weights=found.history.spend, minlength=len(names))
    both = zip(names, values, spent, strict=False)
    return tuple(_part(name, value, float(money)) for name, value, money in both if value.customers)


def _part(name: str | None, value: GroupValue, spent: float) -> Part:
    n, amount = value.customers, value.amount
    if n < LEAST:
        return Part(name, n, None, None, None, None, None)
    return Part(name, n, spent / n, amount.value / n, amount.low / n, amount.high / n, amount.value)


def _scores(found: Bought) -> tuple[tuple[int, ...], ...] | None:
    scored = rfm.rfm(found.history)
    if isinstance(scored, NotKnown):
        return None
    place = (5 - scored.recency.scores) * 5 + scored.frequency.scores - 1
    counts = np.bincount(place, minlength=25).reshape(5, 5)
    return tuple(tuple(int(n) for n in row) for row in counts)


# ── the test ─────────────────────────────────────────────────────────────────────────────────────────


def held_back(warehouse: Warehouse, last: dt.date, weeks: int = HELD_BACK_WEEKS) -> HeldBack | NotKnown:
    """What a fit would have said so many weeks before `last`, beside what came."""
    return predicted_and_came(Fitter(warehouse), last, weeks)


def predicted_and_came(fitter: Fitter, last: dt.date, weeks: int = HELD_BACK_WEEKS) -> HeldBack | NotKnown:
    """The same for the purchases of a fitter."""
    seen = last - dt.timedelta(days=weeks * DAYS_A_WEEK)
    found = fitter.fit(seen)
    if isinstance(found, NotKnown):
        return found
    rows = (found.customers.x, found.customers.t_x, found.customers.age)
    predicted = purchases.expected_next(found.fit.parameters, *rows, float(weeks))[found.customers.group]
    came = _came(fitter.log.until(last), found, seen)
    repeats = found.history.repeats
    buckets = []
    for least, most in BUCKETS:
        own = (repeats >= least) & (repeats <= (most if most is not None else repeats.max(initial=least)))
        buckets.append(Bucket(least, most, int(own.sum()), float(predicted[own].sum()), int(came[own].sum())))
    return HeldBack(seen, last, weeks, tuple(buckets))


def _came(log: PurchaseLog, found: Bought, seen: dt.date) -> NDArray[np.int64]:
    """Purchase days after `seen` of each customer of the history (n,); nobody new, and no refund."""
    later = (log.days > np.datetime64(seen, "D")) & (log.paid >= 0)
    who = log.customers[later]
    place = np.searchsorted(found.history.customers, who)
    place = np.minimum(place, len(found.history.customers) - 1)
    known = found.history.customers[place] == who
    return np.bincount(place[known], minlength=len(found.history.customers))
