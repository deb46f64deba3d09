"""What is said for a value of a wrong type, from what pydantic found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WANTED = {
    "list_type": "a list is needed here, like [a, b]",
    "tuple_type": "a list is needed here, like [a, b]",
    "dict_type": "keys with values are needed here, like {a: b}",
    "int_parsing": "a whole number is needed here",
    "int_type": "a whole number is needed here",
    "int_from_float": "a whole number is needed here",
    "int_parsing_size": "this number is too long",
    "float_parsing": "a number is needed here",
    "float_type": "a number is needed here",
    "bool_parsing": "true or false is needed here",
    "bool_type": "true or false is needed here",
    "date_type": "a day is needed here, like 2026-12-31",
    "date_parsing": "a day is needed here, like 2026-12-31",
    "date_from_datetime_inexact": "a day is needed here, like 2026-12-31",
    "date_from_datetime_parsing": "a day is needed here, like 2026-12-31",
}


def wanted(found: Any, schema: Mapping[str, Any]) -> str | None:
    """What is needed where pydantic `found` something else; None for what it says well itself."""
    if found["type"] == "string_type":
        return _text(found["input"])
    if found["type"] == "dataclass_type":
        return f"keys with values are needed here, like {_example(found['ctx']['class_name'], schema)}"
    return WANTED.get(found["type"])


def _text(written: object) -> str:
    if written is None:
        return "nothing stands here; write a text, or leave the key out"
    if isinstance(written, list | tuple | dict):
        return f"one text is needed here, and this is {'keys with values' if isinstance(written, dict) else 'a list'}"
    return "a text is needed here; put a number, a date or yes and no in quotes"


def _example(name: str, schema: Mapping[str, Any]) -> str:
    """The keys that are needed, else the first two that may stand."""
    found = schema.get("$defs", {}).get(name, {})
    keys = found.get("required") or list(found.get("properties", ()))[:2]
    return f"{{{', '.join(f'{key}: …' for key in keys) or 'a: b'}}}"
