"""A metric's past months and those ahead on one axis: line, expected months, bands of 80 and 95 %, goal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dashboard import wording
from dashboard.charts import trends
from dashboard.charts.drawing import Drawing
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.forecasting import Outlook, is_used

_PAST = 18
_HEIGHT = 260


def ahead(found: Outlook, currency: str, theme: Tokens) -> Drawing:
    """One row per month; a past one has a value, one ahead the middle and the ends of both bands."""
    definition = found.definition
    past = found.history[-_PAST:]
    rows: list[dict[str, Any]] = [
        {"x": place + 0.5, "month": wording.month_short(one.period.start), "value": one.value if is_used(one) else None}
        for place, one in enumerate(past)
    ]
    for place, (period, point) in enumerate(zip(found.periods, found.points, strict=True), len(past)):
        bands = {name: getattr(point, name) for name in ("low_80", "high_80", "low_95", "high_95")}
        rows.append({"x": place + 0.5, "month": wording.month_short(period.start), "middle": point.value, **bands})
    names = ("x", "value", "middle", "low_80", "high_80", "low_95", "high_95")
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    shown = [row.get("value", row.get("middle")) for row in rows]
    columns["month"] = [row["month"] for row in rows]
    columns["text"] = [None if one is None else wording.value(one, definition.unit, currency) for one in shown]
    kinds = {name: pa.float64() if name in names else pa.string() for name in columns}
    data = pa.table({name: pa.array(column, kinds[name]) for name, column in columns.items()})
    goal = found.chance.goal if found.chance is not None else None
    numbers = [value for name in names[1:] for value in columns[name] if value is not None]
    ticks = trends.nice_ticks([*numbers, *([] if goal is None else [goal])], definition.unit == "percent")
    texts = [wording.value(tick, definition.unit, currency, exact=True) for tick in ticks]
    last = found.points[-1]
    alt = say(
        "mx_fc_alt",
        name=definition.name,
        n=len(past),
        ahead=len(found.points),
        value=wording.value(last.value, definition.unit, currency),
        interval=wording.interval(last.low_95, last.high_95, definition.unit, currency),
    )
    goal_text = "" if goal is None else wording.value(goal, definition.unit, currency, exact=True)
    return Drawing(_spec(columns["month"], ticks, texts, goal, goal_text, theme), data, alt)


def _spec(
    months: list[Any], ticks: tuple[float, ...], texts: list[str], goal: float | None, goal_text: str, theme: Tokens
) -> dict[str, Any]:
    """The Vega-Lite spec as plain data; the columns are handed over beside it."""
    places = list(range(0, len(months), 3))
    x = {
        "field": "x", "type": "quantitative", "scale": {"domain": [0, len(months)], "nice": False},
        "axis": {"values": [place + 0.5 for place in places], "title": None, "grid": False,
                 "labelExpr": _lookup([place + 0.5 for place in places], [months[place] for place in places])},
    }  # fmt: skip
    y = {"type": "quantitative", "scale": {"domain": [ticks[0], ticks[-1]], "zero": False, "nice": False},
         "axis": {"values": list(ticks), "labelExpr": _lookup(ticks, texts), "title": None}}  # fmt: skip
    layers: list[dict[str, Any]] = [
        _band("95", theme.hatch, x, y),
        _band("80", theme.line, x, y),
        {"mark": {"type": "line", "color": theme.series, "strokeWidth": 2,
                  "point": {"color": theme.series, "size": 22}},
         "encoding": {"x": x, "y": {"field": "value", **y}}},
        {"mark": {"type": "line", "color": theme.series, "strokeWidth": 1.6, "strokeDash": [4, 3],
                  "point": {"filled": False, "fill": theme.paper, "color": theme.series, "size": 30}},
         "encoding": {"x": x, "y": {"field": "middle", **y}}},
    ]  # fmt: skip
    layers += [_told(name, x, y) for name in ("value", "middle")]
    if goal is not None:
        data = {"values": [{"goal": goal, "x": 0.1, "word": say("mx_fc_goal", goal=goal_text)}]}
        text = {"type": "text", "color": theme.met, "align": "left", "baseline": "bottom", "dy": -3, "fontSize": 12}
        at = {"y": {"field": "goal", **y}}
        layers.append({"mark": {"type": "rule", "color": theme.met, "strokeWidth": 1}, "data": data, "encoding": at})
        layers.append({"mark": text, "data": data, "encoding": {**at, "x": x, "text": {"field": "word"}}})
    return {"layer": layers, "height": _HEIGHT, "width": "container", "config": trends.config(theme)}


def _band(name: str, colour: str, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """The area between the ends of a band; none where there is no month ahead."""
    return {
        "mark": {"type": "area", "color": colour, "opacity": 1},
        "transform": [{"filter": f"isValid(datum.low_{name})"}],
        "encoding": {"x": x, "y": {"field": f"low_{name}", **y}, "y2": {"field": f"high_{name}"}},
    }


def _told(name: str, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """What a month says of itself under the pointer: its value, or what is expected."""
    titles = {"month": say("tip_month"), "text": say("tip_text" if name == "value" else "tip_middle")}
    tip = [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]
    return {
        "mark": {"type": "point", "fill": "transparent", "strokeWidth": 0, "size": 320},
        "transform": [{"filter": f"isValid(datum.{name})"}],
        "encoding": {"x": x, "y": {"field": name, **y}, "tooltip": tip},
    }


def _lookup(numbers: Sequence[float], texts: Sequence[str]) -> str:
    """A Vega expression from an evenly spaced number to its text."""
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1.0
    return f"{json.dumps(list(texts))}[round((datum.value - {numbers[0]!r}) / {step!r})]"
