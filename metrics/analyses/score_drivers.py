"""What goes with a score: how its answers move together with what happened, and with the other questions asked.

Goes with; nothing here says that one makes the other. A driver is used where at least half of the answers know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np
import pandas as pd

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from metrics.analyses.driver_table import ANSWERS, SCORE, driver_table
from metrics.asking import known_metric
from metrics.catalog import Catalog
from metrics.definition import MetricDefinition
from metrics.evaluate import SUPPRESSED_BELOW, evaluate
from metrics.language.bound import Aggregate, Value
from metrics.question import Question
from metrics.result import MetricResult
from metrics.stats.drivers import Drivers, Dropped, drivers
from metrics.stats.importance_map import Attribute, ImportanceMap, importance_map
from metrics.stats.intervals import wilson

KNOWN_FROM = 0.5
"""The share of answers that must know a driver; else nearly all answers would be left out for its sake."""
SEED = 1
RESAMPLES = 200


@dataclass(frozen=True)
class ScoreDrivers:
    """`service`: what happened as drivers of the score; `questions`: the other questions of the same sitting, None
    where none are asked; `map`: these by how well they do and how much they matter. `directions`: per numeric driver
    the sign of its correlation with the score. `is_weighted`: the metric weighs answers, which here count alike.
    Without a value to be shown (`result.state`) there is nothing."""

    definition: MetricDefinition
    result: MetricResult
    is_score: bool = True
    is_weighted: bool = False
    service: Drivers | None = None
    questions: Drivers | None = None
    map: ImportanceMap | None = None
    directions: Mapping[str, int] | None = None


def score_drivers(warehouse: Warehouse, catalog: Catalog, question: Question, metric: str) -> ScoreDrivers:
    """What goes with the score of a survey metric in the whole span of the question.

    Raises RequestError for a metric that is no mean, share or NPS of answers.
    """
    definition = known_metric(catalog, metric)
    value = _scored(catalog.bound[definition.metric], metric)
    whole = question.at("all", question.start, question.end)
    (result,) = evaluate(warehouse, catalog, replace(whole, by=()), [metric])[metric]
    if result.value is None:
        return ScoreDrivers(definition, result)
    table = driver_table(warehouse, whole, value)
    service = _drivers(table.answers)
    asked = len(table.questions) >= SUPPRESSED_BELOW
    questions = _drivers(table.questions) if asked else None
    placed = _map(questions, table.tops) if questions is not None else None
    directions = {**_directions(table.answers), **(_directions(table.questions) if asked else {})}
    is_weighted = value.weight is not None
    return ScoreDrivers(definition, result, table.is_score, is_weighted, service, questions, placed, directions)


def is_scored(value: Value) -> TypeGuard[Aggregate]:
    """Whether it is a score that people give: a mean, share or NPS of answers."""
    return isinstance(value, Aggregate) and value.table == ANSWERS and value.function in ("mean", "share", "nps")


def _scored(value: Value, metric: str) -> Aggregate:
    if is_scored(value):
        return value
    raise RequestError(
        f"drivers are those of a score that people give; '{metric}' is no mean, share or NPS of answers."
    )


def _drivers(answers: pd.DataFrame) -> Drivers:
    """Of the columns that enough answers know; the others are listed with why."""
    known = {str(name): float(answers[name].notna().mean()) for name in answers.columns if name != SCORE}
    rare = {name: share for name, share in known.items() if 0 < share < KNOWN_FROM}
    found = drivers(answers.drop(columns=list(rare)), SCORE, np.random.default_rng(SEED), RESAMPLES)
    dropped = [Dropped(name, f"It is known of {share:.0%} of the answers only.") for name, share in rare.items()]
    return replace(found, dropped=(*found.dropped, *dropped))


def _directions(answers: pd.DataFrame) -> dict[str, int]:
    numbers = [name for name in answers.columns if name != SCORE and pd.api.types.is_float_dtype(answers[name])]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {str(name): answers[name].corr(answers[SCORE]) for name in numbers}
    return {name: int(np.sign(value)) for name, value in found.items() if value == value}


def _map(found: Drivers, tops: Mapping[str, tuple[int, int]]) -> ImportanceMap:
    """A question answered by fewer than five people has no place."""
    attributes = []
    for driver in found.drivers:
        top, count = tops.get(driver.name, (0, 0))
        shown = count >= SUPPRESSED_BELOW
        attributes.append(
            Attribute(
                driver.name,
                top / count if shown else None,
                wilson(top, count) if shown else None,
                driver.share,
                (driver.low, driver.high),
            )
        )
    return importance_map(attributes)
