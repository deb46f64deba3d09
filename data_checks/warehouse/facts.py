"""LoadFacts ↔ JSON: the one row of `_load` that travels inside every version."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

from pydantic import TypeAdapter

from data_checks.warehouse.contract import LoadFacts

_FACTS: TypeAdapter[LoadFacts] = TypeAdapter(LoadFacts)


def to_json(facts: LoadFacts) -> str:
    """The facts as JSON text: instants in ISO 8601, sets as sorted lists."""
    return json.dumps(dataclasses.asdict(facts), default=_plain, ensure_ascii=False)


def from_json(text: str) -> LoadFacts:
    """The facts of to_json's text."""
    return _FACTS.validate_json(text)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a load's facts")
