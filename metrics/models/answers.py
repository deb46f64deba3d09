"""A model's answer for a question: kept with the load, or fitted now; nothing for a part of the organisation."""

from __future__ import annotations

import datetime as dt
import json
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.asking import as_of
from metrics.language.bound import ModelOf
from metrics.models.fitted import WHY, Fitter, Parts
from metrics.period import period_at, shifted
from metrics.question import Group, Question
from metrics.sql.prepared import ANSWERS
from metrics.sql.rollup import key_of, prepared_of

CUT = "model"
"""How the answers of models are told from others in the table of answers."""
OF_PURCHASES = ("lifetime_value", "lifecycle")
MONTHS = 14
"""Of a screen: a year, the same month before it, and the one compared with."""
LOOKED_BACK = 3
"""So many months earlier may be opened, too, before anything is fitted for a reader."""
WITH_BAND = 3
"""The unfinished month, the last whole one and the one before it: what a screen shows, not what it draws as a line. A
question of more periods is a line, too, and has bands there only."""
MOST_ROWS = 1_000_000
"""Orders whose purchases a load fits while it runs: some seconds. It does not read more than it may fit."""
MOST_FITS = MONTHS
"""Periods of one question: the last ones are answered. A board looks back further for what ripens late, and a model
does not."""
TOO_LONG = f"of one question the last {MOST_FITS} periods are fitted; ask with an earlier end for those before"
_fitted: weakref.WeakKeyDictionary[Warehouse, dict[tuple[ModelOf, dt.date, bool], Parts]] = weakref.WeakKeyDictionary()


def model_answers(
    models: Sequence[ModelOf], question: Question, warehouse: Warehouse
) -> dict[ModelOf, Mapping[Group, Parts]]:
    """What each model says at the end of every period asked. Nothing for a filter, a slice or some teams alone, whose
    customers are not theirs alone, nor by days and weeks."""
    if question.by or question.where or question.scope.teams is not None or question.grain in ("day", "week"):
        return {model: {} for model in models}
    kept = _kept(models, warehouse)
    fitter = Fitter(warehouse)
    return {model: _answer(model, question, fitter, kept.get(key_of(model), {})) for model in models}


def _answer(model: ModelOf, question: Question, fitter: Fitter, kept: Mapping[dt.date, Parts]) -> Mapping[Group, Parts]:
    ends = {period.start: _last_day(period.end, question) for period in question.periods}
    found: dict[Group, Parts] = {}
    banded = set(_ends(fitter.warehouse)[:WITH_BAND])
    is_line = len(ends) > WITH_BAND
    for count, (start, last) in enumerate(ends.items()):
        group: Group = (None if question.grain == "all" else start, ())
        if start >= question.as_of.end:
            continue  # nothing is known of a period that has not begun
        if count < len(ends) - MOST_FITS:
            found[group] = {f"{WHY}{TOO_LONG}": 0.0}
            continue
        is_enough = last in kept and (is_line or _has_band(kept[last]))
        found[group] = (
            kept[last] if is_enough else _fit_now(model, last, fitter, with_band=not is_line or last in banded)
        )
    return found


def prepare_models(models: Iterable[ModelOf], warehouse: Warehouse) -> tuple[list[dict[str, Any]], set[str]]:
    """Rows of ANSWERS for the months of a screen, and the names of the models kept. What takes longer to read than a
    load may be made to wait is fitted after it (see fit_later)."""
    models = tuple(models)
    if any(one.name in OF_PURCHASES for one in models) and _is_long(warehouse):
        return [], set()
    return _fitted_rows(models, warehouse), {_name(one) for one in models}


def are_left(models: Iterable[ModelOf], warehouse: Warehouse) -> bool:
    """Whether the load left models to be fitted after it that nobody has fitted yet."""
    left = [model for model in models if _name(model) not in prepared_of(warehouse).answered]
    return bool(left) and _is_long(warehouse) and not {key_of(one) for one in left} <= _later(warehouse).keys()


def fit_later(models: Iterable[ModelOf], warehouse: Warehouse) -> str:
    """What the models say for the months of a screen, as the text that a published version keeps beside it."""
    rows = [{**row, "period": row["period"].isoformat()} for row in _fitted_rows(tuple(models), warehouse)]
    return json.dumps({"load": warehouse.facts.load_id, "loaded_at": str(warehouse.facts.loaded_at), "rows": rows})


def _is_long(warehouse: Warehouse) -> bool:
    return warehouse.facts.tables["orders"].rows > MOST_ROWS


def _fitted_rows(models: Sequence[ModelOf], warehouse: Warehouse) -> list[dict[str, Any]]:
    fitter, ends = Fitter(warehouse), _ends(warehouse)
    return [
        {"item": key_of(one), "cut": CUT, "period": last, "slice": None, "part": part, "value": value}
        for last in ends
        for one in models
        for part, value in fitter.parts(one, last, with_band=last in ends[:WITH_BAND]).items()
    ]


def _ends(warehouse: Warehouse) -> list[dt.date]:
    """The last days of the months of a screen and of the earlier ones it may be turned to, the newest first."""
    reach = as_of(warehouse.facts)
    month = period_at(reach.day, "month", warehouse.facts.calendar)
    return [
        reach.day,
        *(shifted(month, -back).end - dt.timedelta(days=1) for back in range(1, MONTHS + LOOKED_BACK + 1)),
    ]


def _name(model: ModelOf) -> str:
    return f"{key_of(model)} {CUT}"


def _kept(models: Sequence[ModelOf], warehouse: Warehouse) -> Mapping[str, Mapping[dt.date, Parts]]:
    """What was fitted with the load, by the model's key and the last day it stands for."""
    answered = prepared_of(warehouse).answered
    keys = sorted(key_of(model) for model in models if _name(model) in answered)
    if not keys:
        return _later(warehouse) if _is_long(warehouse) else {}
    table = ANSWERS.c
    statement = sa.select(table.item, table.period, table.part, table.value).where(
        table.item.in_(keys), table.cut == CUT
    )
    found: dict[str, dict[dt.date, dict[str, float | None]]] = {}
    row: Any
    for row in warehouse.read(statement):
        item, last, part, value = row
        found.setdefault(item, {}).setdefault(last, {})[part] = value
    return found


def _later(warehouse: Warehouse) -> Mapping[str, Mapping[dt.date, Parts]]:
    """The same of what was fitted after the load. Nothing of a text that cannot be read, or is of another load: whoever
    asks then fits what it asks for."""
    found: dict[str, dict[dt.date, dict[str, float | None]]] = {}
    try:
        told = json.loads(warehouse.later() or "{}")
        if (told.get("load"), told.get("loaded_at")) != (warehouse.facts.load_id, str(warehouse.facts.loaded_at)):
            return {}
        for row in told["rows"]:
            last = dt.date.fromisoformat(row["period"])
            found.setdefault(row["item"], {}).setdefault(last, {})[row["part"]] = row["value"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return found


def _last_day(end: dt.date, question: Question) -> dt.date:
    """The last day of a period, or of the data in it."""
    return min(end - dt.timedelta(days=1), question.as_of.day)


def _has_band(parts: Parts) -> bool:
    """Whether nothing is missing beside the value: its ends, or it has none of its own."""
    return parts.get("value") is None or parts.get("low") is not None


def _fit_now(model: ModelOf, last: dt.date, fitter: Fitter, with_band: bool) -> Parts:
    """What was fitted is remembered; the purchases it was fitted to take too much room."""
    known = _fitted.setdefault(fitter.warehouse, {})
    if (model, last, with_band) not in known:
        known[model, last, with_band] = fitter.parts(model, last, with_band)
    return known[model, last, with_band]
