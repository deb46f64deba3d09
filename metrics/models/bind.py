"""A model as written → what it reads and how it is fitted. Its inputs are written in the language of formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping

from data_checks.contract import Contract
from metrics.definition import Model
from metrics.language.bind import Binder
from metrics.language.bound import Aggregate, ModelName, ModelOf
from metrics.language.formula import parse
from metrics.period import duration

STAGES = ("new", "active", "at_risk", "lapsed", "reactivated")
"""Of the lifecycle, each customer in exactly one."""
INPUTS: Mapping[ModelName, tuple[str, ...]] = {
    "lifetime_value": (
        "sum(orders.revenue - orders.cost where sold and customer_id is not null)",
        "distinct(orders.customer_id where sold)",
    ),
    "contract_lifetime_value": (
        "sum(subscriptions.monthly_fee)",
        "distinct(subscriptions.customer_id active during)",
    ),
    "lifecycle": ("distinct(orders.customer_id where sold)",),
}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)%")


def bind_model(model: Model, tables: Mapping[str, Contract]) -> ModelOf | None:
    """The model with its inputs; None when a setting cannot be read, which a rule says."""
    horizon, discount = duration(model.horizon), percent(model.discount)
    if horizon is None or discount is None:
        return None
    inputs = tuple(_input(text, tables) for text in INPUTS[model.name])
    return ModelOf(model.name, inputs, horizon, discount, tuple(sorted(set(model.stages), key=_order)))


def percent(text: str) -> float | None:
    """'10%' as a fraction; None for anything else, or more than all."""
    match = _PERCENT.fullmatch(text.strip())
    value = float(match[1]) / 100 if match else None
    return value if value is not None and value <= 1 else None


def _order(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def _input(text: str, tables: Mapping[str, Contract]) -> Aggregate:
    binder = Binder(tables, _no_metric, frozenset())
    value = binder.formula(parse(text))
    assert isinstance(value, Aggregate), binder.faults
    return value


def _no_metric(name: str) -> None:
    """Inputs name no metric."""
    del name
