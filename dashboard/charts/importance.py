"""The importance–performance map as a plain Vega-Lite spec: a point a question, the means as lines."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dashboard.charts.drawing import Drawing
from dashboard.charts.trends import config
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.stats.importance_map import ImportanceMap, Placed

_HEIGHT = 320
_ROOM = 0.12


def importance_map(found: ImportanceMap, theme: Tokens) -> Drawing | None:
    """None where fewer than two questions have a place."""
    placed = [one for one in found.placed if one.attribute.has_place]
    if found.performance is None or found.importance is None or len(placed) < 2:
        return None
    rows = [_row(one) for one in sorted(placed, key=lambda one: one.attribute.performance or 0.0)]
    x = _domain([row[end] for row in rows for end in ("x", "x_low", "x_high")])
    for place, row in enumerate(rows):  # neighbours' words on different sides, the rightmost ones to the left
        row |= {"below": (len(rows) - place) % 2 == 0, "left": row["x"] > x[0] + (x[1] - x[0]) * 0.7}
    y = _domain([row[end] for row in rows for end in ("y", "y_low", "y_high")])
    parts = "; ".join(say("sa_map_part", name=row["name"], word=row["word"].lower()) for row in rows)
    alt = say("sa_map_alt", n=len(rows), parts=parts)
    return Drawing(_spec(found.performance, found.importance, x, y, theme), pa.Table.from_pylist(rows), alt)


def _row(one: Placed) -> dict[str, Any]:
    attribute = one.attribute
    across = attribute.performance_ends or (attribute.performance, attribute.performance)
    up = attribute.importance_ends or (attribute.importance, attribute.importance)
    word = say(f"sa_quadrant_{one.quadrant}" if one.quadrant else "sa_quadrant_open")
    return {"name": attribute.name, "word": word, "sure": one.quadrant is not None,
            "x": attribute.performance, "x_low": across[0], "x_high": across[1], "y": attribute.importance,
            "y_low": up[0], "y_high": up[1]}  # fmt: skip


def _domain(values: list[float]) -> tuple[float, float]:
    """All of them with room for words, inside what a share can be."""
    low, high = min(values), max(values)
    room = (high - low) * _ROOM or 0.05
    return max(0.0, low - room), min(1.0, high + room)


def _spec(
    across: float, up: float, x_ends: tuple[float, float], y_ends: tuple[float, float], theme: Tokens
) -> dict[str, Any]:
    percent = "format(datum.value * 100, '.0f') + ' %'"

    def axis(field: str, ends: tuple[float, float], title: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", "scale": {"domain": list(ends), "nice": False, "zero": False},
                "axis": {"title": title, "labelExpr": percent, "tickCount": 5, "grid": False, "titleColor": theme.ink3,
                         "titleFontWeight": 400, "titleFontSize": 12}}  # fmt: skip

    x, y = axis("x", x_ends, say("sa_map_x")), axis("y", y_ends, say("sa_map_y"))
    rule = {"type": "rule", "color": theme.ink3, "strokeDash": [2, 3]}
    corners = [
        {"x": x_ends[place == "right"], "y": y_ends[level == "top"], "word": say(f"sa_quadrant_{name}"),
         "align": place, "baseline": level}
        for name, place, level in (("concentrate_here", "left", "top"), ("keep_up", "right", "top"),
                                   ("low_priority", "left", "bottom"), ("possible_overkill", "right", "bottom"))
    ]  # fmt: skip
    layers: list[dict[str, Any]] = [
        {"data": {"values": [{"x": across}]}, "mark": rule, "encoding": {"x": x}},
        {"data": {"values": [{"y": up}]}, "mark": rule, "encoding": {"y": y}},
        *(
            {"data": {"values": [corner]}, "encoding": {"x": x, "y": y, "text": {"field": "word"}},
             "mark": {"type": "text", "color": theme.ink3, "fontSize": 12, "align": corner["align"],
                      "baseline": corner["baseline"]}}
            for corner in corners
        ),
        {"mark": {"type": "rule", "color": theme.soft, "strokeWidth": 2, "opacity": 0.8},
         "encoding": {"x": {**x, "field": "x_low"}, "x2": {"field": "x_high"}, "y": y}},
        {"mark": {"type": "rule", "color": theme.soft, "strokeWidth": 2, "opacity": 0.8},
         "encoding": {"x": x, "y": {**y, "field": "y_low"}, "y2": {"field": "y_high"}}},
        {"mark": {"type": "point", "stroke": theme.series, "strokeWidth": 1.6, "size": 70, "opacity": 1},
         "encoding": {"x": x, "y": y, "fill": {"condition": {"test": "datum.sure", "value": theme.series},
                                               "value": theme.paper},
                      "tooltip": [{"field": name, "title": say(f"tip_{name}")} for name in ("name", "word")]}},
        *(
            {"transform": [{"filter": f"datum.below == {str(below).lower()} && datum.left == {str(left).lower()}"}],
             "encoding": {"x": x, "y": y, "text": {"field": "name"}},
             "mark": {"type": "text", "color": theme.ink, "fontSize": 12.5, "align": "right" if left else "left",
                      "dx": -9 if left else 9, "dy": 14 if below else -10}}
            for below in (True, False) for left in (True, False)
        ),
    ]  # fmt: skip
    return {"height": _HEIGHT, "width": "container", "config": config(theme), "layer": layers}
