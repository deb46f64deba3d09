"""Aggregates of a mapping with `group_by`: the same rows always give the same value, and text is not ordered as text.

An engine with many threads meets the lines of a group in any order, so what depends on it is rewritten to depend on
the line's place (`__row`), or refused.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from data_checks.expression import Expression, ExpressionError, engine, literal, result_type, select_of

_ANY = ("any_value", "arbitrary")
_BY_OTHER = ("arg_min", "arg_max", "min_by", "max_by", "argmin", "argmax", "arg_min_null", "arg_max_null")
_LISTS = ("string_agg", "group_concat", "listagg", "list", "array_agg", "first", "last")
_UNSTEADY = re.compile(r"^(approx_.*|reservoir_quantile|mode)$")


def steady(expression: Expression) -> Expression:
    """The expression with an `ordered` text that gives the same value on every run.

    Raises ExpressionError for an aggregate that cannot.
    """
    select = select_of(expression.text)
    changed = False
    for node in _functions(select["select_list"][0]):
        name = node["function_name"].lower()
        if _UNSTEADY.match(name):
            raise ExpressionError(f"{name}() may give another value on every run; use arg_min(x, y), min() or median()")
        if name in _LISTS and not node["order_bys"]["orders"]:
            wish = "arg_max(x, y)" if name == "last" else "arg_min(x, y)"
            raise ExpressionError(f"{name}() depends on an order that nobody gave; use {wish}")
        if name in _ANY and not node["order_bys"]["orders"]:
            node["function_name"] = "arg_min"
            node["children"].append(_node("__row"))
            changed = True
        elif name in _BY_OTHER and len(node["children"]) == 2:
            by = node["children"][1]
            node["children"][1] = _with_place(by)
            changed = True
    return dataclasses.replace(expression, ordered=_text(select)) if changed else expression


def text_compared(expression: Expression, columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(aggregate, source column) of every min, max, arg_min … that would compare text. `columns`: their SQL types."""
    for node in _functions(select_of(expression.text)["select_list"][0]):
        name, place = node["function_name"].lower(), 0
        if name in _BY_OTHER:
            place = 1
        elif name not in ("min", "max", "median", "quantile_disc"):
            continue
        if len(node["children"]) <= place:
            continue
        inner = [part["column_names"][0] for part in _all(node["children"][place]) if part.get("column_names")]
        argument = Expression(_text(_select(node["children"][place])), tuple(inner))
        if inner and result_type(argument, columns) == "VARCHAR":
            yield name, inner[0]


def _with_place(by: Mapping[str, Any]) -> Mapping[str, Any]:
    """Among equals the earlier (arg_min) or later (arg_max) line; a line without the value takes no part."""
    text = _text(_select(by))
    return _node(f"case when ({text}) is not null then row({text}, __row) end")


def _node(text: str) -> Mapping[str, Any]:
    node: Mapping[str, Any] = select_of(text)["select_list"][0]
    return node


def _select(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**select_of("1"), "select_list": [item]}


def _text(select: Mapping[str, Any]) -> str:
    """The one item of a select as SQL text again."""
    tree = json.dumps({"error": False, "statements": [{"node": select, "named_param_map": []}]})
    row = engine().cursor().execute(f"select json_deserialize_sql({literal(tree)}::json)").fetchone()
    return str(row[0] if row else "").removeprefix("SELECT ")


def _functions(node: Any) -> Iterator[dict[str, Any]]:
    return (part for part in _all(node) if part.get("class") == "FUNCTION")


def _all(node: Any) -> Iterator[dict[str, Any]]:
    """Every node below, the inner ones first, so that a rewritten one is not met again."""
    if isinstance(node, dict):
        for key, value in node.items():
            if not (node.get("class") == "CONSTANT" and key == "value"):
                yield from _all(value)
        yield node
    elif isinstance(node, list):
        for value in list(node):
            yield from _all(value)
