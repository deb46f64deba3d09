"""What a contract is worth when it begins: monthly renewals by the shifted-beta-geometric model times the mean fee."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.stats import contractual, intervals
from metrics.stats.not_known import NotKnown
from metrics.stats.survival import Curve, kaplan_meier

DRAWS = 200
SEED = 20_100
MONTHS_A_YEAR = 12


def contract_value(warehouse: Warehouse, last: dt.date, discount: float) -> Mapping[str, float | None] | NotKnown:
    """Expected discounted fees of a new contract as of the end of a day, with a band from the fit's uncertainty.

    discount: a year, as a fraction; one of zero has no end and is not known.
    """
    if discount <= 0:
        return NotKnown("undefined", "without a discount the fees of a contract that may never end have no sum")
    rows = _rows(warehouse, last)
    fees = [fee for _, _, fee in rows if fee is not None]
    if not rows or not fees:
        return NotKnown("no_data", "there are no contracts with a fee")
    monthly, fee = (1 + discount) ** (1 / MONTHS_A_YEAR) - 1, float(np.mean(fees))
    renewals = _renewals(rows, last)
    fit = contractual.fit(renewals)
    if isinstance(fit, NotKnown):
        return _alike(renewals, monthly, fee, len(rows)) if fit.status == "no_convergence" else fit
    value = fee * contractual.expected_payments(fit.alpha, fit.beta, monthly)
    drawn = fit.maximum.draws(DRAWS, np.random.default_rng(SEED))
    ends = np.quantile([fee * contractual.expected_payments(a, b, monthly) for a, b in drawn], (0.025, 0.975))
    return {
        "value": value, "low": min(value, float(ends[0])), "high": max(value, float(ends[1])), "n": float(len(rows)),
        "alpha": fit.alpha, "beta": fit.beta, "log_likelihood": fit.maximum.log_likelihood, "mean_fee": fee,
        "renewals": float(fit.renewals),
    }  # fmt: skip


@dataclass(frozen=True)
class ContractCurve:
    """How many contracts are left after so many months, as observed and as the model has it.

    observed: by Kaplan–Meier over whole months. predicted: the share left after 0, 1, … months, up to twice the
    history. alpha, beta: of the fit, None where contracts do not differ; then `one_rate` ends each month.
    log_likelihood: None likewise. contracts: how many the fit has seen, ended of which have ended.
    """

    observed: Curve
    predicted: tuple[float, ...]
    contracts: int
    ended: int
    alpha: float | None = None
    beta: float | None = None
    log_likelihood: float | None = None
    one_rate: float | None = None


def contract_curve(warehouse: Warehouse, last: dt.date) -> ContractCurve | NotKnown:
    """The fit behind `contract_lifetime_value` as of the end of a day, beside what it was fitted to."""
    renewals = _renewals(_rows(warehouse, last), last)
    order = np.arange(1, len(renewals.lost) + 1)
    counts = np.array([*renewals.lost, *renewals.kept], dtype=np.int64)
    ended = np.repeat([True, False], len(order))
    observed = kaplan_meier(np.repeat(np.tile(order, 2), counts), np.repeat(ended, counts))
    fit = contractual.fit(renewals)
    if isinstance(observed, NotKnown):
        return observed
    counted = int(counts.sum()), int(sum(renewals.lost))
    if isinstance(fit, NotKnown):
        if fit.status != "no_convergence":
            return fit
        rate = _one_rate(renewals)[0]
        flat = tuple(float((1 - rate) ** month) for month in range(2 * len(order) + 1))
        return ContractCurve(observed, flat, *counted, one_rate=rate)
    return ContractCurve(observed, fit.projection(), *counted, fit.alpha, fit.beta, fit.maximum.log_likelihood)


def _one_rate(renewals: contractual.Renewals) -> tuple[float, float, float]:
    """The share of contracts that ends at a renewal, how many ended, and how many renewals were faced."""
    lost = sum(renewals.lost)
    faced = sum((t + 1) * (a + b) for t, (a, b) in enumerate(zip(renewals.lost, renewals.kept, strict=True)))
    return lost / faced, lost, faced


def _alike(renewals: contractual.Renewals, monthly: float, fee: float, n: int) -> Mapping[str, float | None]:
    """Where contracts show no difference in how long they last, the model's limit: one chance to end for all of them.

    Then payments are (1 + d)/(1 + d − r), with r the share renewing; its interval is Wilson's.
    """
    rate, lost, faced = _one_rate(renewals)
    ends = intervals.wilson(lost, faced) or (rate, rate)

    def worth(chance: float) -> float:
        return fee * (1 + monthly) / (monthly + chance)

    band = {"low": worth(ends[1]), "high": worth(ends[0])}
    return {"value": worth(rate), **band, "n": float(n), "one_rate": rate, "mean_fee": fee, "lost": lost}


def _rows(warehouse: Warehouse, last: dt.date) -> list[tuple[dt.date, dt.date | None, float | None]]:
    contracts = warehouse.table("subscriptions").c
    statement = sa.select(contracts.started_on, contracts.ended_on, contracts.monthly_fee).where(
        contracts.started_on <= last
    )
    found: Any = warehouse.read(statement)
    return [(row[0], row[1], None if row[2] is None else float(row[2])) for row in found]


def _renewals(rows: list[tuple[dt.date, dt.date | None, float | None]], last: dt.date) -> contractual.Renewals:
    """The renewal at which each contract was lost, or the last one it has passed so far.

    One that ends within its third month has paid three times and is lost at the third renewal, whether its end is
    written as the last day or the day after.
    """
    lost: dict[int, float] = {}
    kept: dict[int, float] = {}
    for began, ended, _ in rows:
        over = ended is not None and ended <= last
        if over and ended is not None:
            paid = max(1, _months(began, ended - dt.timedelta(days=1)) + 1)
            lost[paid] = lost.get(paid, 0.0) + 1
        elif months := _months(began, last + dt.timedelta(days=1)):
            kept[months] = kept.get(months, 0.0) + 1
    most = max([0, *lost, *kept])
    order = range(1, most + 1)
    return contractual.Renewals(tuple(lost.get(t, 0.0) for t in order), tuple(kept.get(t, 0.0) for t in order))


def _months(first: dt.date, second: dt.date) -> int:
    months = (second.year - first.year) * MONTHS_A_YEAR + second.month - first.month
    return max(0, months - (second.day < first.day))
