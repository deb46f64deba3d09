"""A funnel plot: groups by size, what chance explains about the value of all, and who lies outside. A spec as data.

95 and 99.8 % areas, the line of all, dots in one colour; only those outside are squared and named.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dashboard import sentences, wording
from dashboard.charts import trends
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.fair_groups import FairGroup, FairGroups
from metrics.definition import MetricDefinition

HEIGHT = 280
_LABELS = 8
"""Names drawn at most; the sentences below name all of them."""


@dataclass(frozen=True)
class Frame:
    """All a spec depends on beside its points: ticks with their texts, the areas, the line of all and its words."""

    ticks: tuple[float, ...]
    texts: tuple[str, ...]
    curve: tuple[tuple[float, float, float, float, float], ...]
    centre: float
    words: str
    widest: float
    has_outside: bool


@dataclass(frozen=True)
class Funnel:
    """Ready to draw: spec, columns, and the sentence for those who do not see it."""

    spec: dict[str, Any]
    data: pa.Table
    alt: str


def funnel(fair: FairGroups, definition: MetricDefinition, currency: str, theme: Tokens) -> Funnel | None:
    """The funnel of compared groups; None when nothing is compared."""
    if fair.why_not or fair.centre is None:
        return None
    shown = [end for _, limits in fair.curve for end in limits] + [group.value for group in fair.groups]
    low, high = definition.bounds
    shown = [_within(number, low, high) for number in shown]
    ticks = trends.nice_ticks(shown, definition.unit == "percent", definition.unit == "minutes")
    middle = value_text(fair.centre, definition, currency)
    frame = Frame(
        ticks,
        tuple(wording.value(tick, definition.unit, currency, exact=True) for tick in ticks),
        tuple((n, *(min(max(end, ticks[0]), ticks[-1]) for end in limits)) for n, limits in fair.curve),  # type: ignore[misc]
        fair.centre,
        say("funnel_mean", value=middle),
        max(n for n, _ in fair.curve),
        bool(fair.outside),
    )
    names = ", ".join(group.name for group in fair.outside)
    outside = say("funnel_outside", names=names) if names else say("funnel_all_inside")
    alt = say("funnel_alt", name=sentences.title(definition), n=len(fair.groups), value=middle, outside=outside)
    return Funnel(_spec(frame, theme), _columns(fair, definition, currency, theme), alt)


def value_text(number: float, definition: MetricDefinition, currency: str) -> str:
    """A value in the metric's unit."""
    return wording.value(number, definition.unit, currency)


def colour(group: FairGroup, definition: MetricDefinition, theme: Tokens) -> str:
    """Who lies outside in the direction of the goal, or against it; without a goal neither."""
    if not group.outside:
        return theme.series
    if definition.higher_is_better is None:
        return theme.ink
    return theme.met if (group.outside == "above") == definition.higher_is_better else theme.missed


def _within(number: float, low: float | None, high: float | None) -> float:
    """The number, drawn back to where its unit ends."""
    number = number if low is None else max(number, low)
    return number if high is None else min(number, high)


def _columns(fair: FairGroups, definition: MetricDefinition, currency: str, theme: Tokens) -> pa.Table:
    widest = max(n for n, _ in fair.curve)
    rows = [
        {
            "n": float(group.n),
            "value": group.value,
            "name": group.name,
            "text": value_text(group.value, definition, currency),
            "outside": bool(group.outside),
            "left": group.n > widest * 0.6,
            "label": group.name if group in fair.outside[:_LABELS] else "",
            "ink": colour(group, definition, theme),
        }
        for group in fair.groups
    ]
    return pa.Table.from_pylist(rows)


@functools.lru_cache(maxsize=128)
def _spec(frame: Frame, theme: Tokens) -> dict[str, Any]:
    """The Vega-Lite spec as plain data; treat as read-only."""
    y_scale = {"domain": [frame.ticks[0], frame.ticks[-1]], "zero": False, "nice": False}
    step = frame.ticks[1] - frame.ticks[0] if len(frame.ticks) > 1 else 1.0
    texts = f"{json.dumps(frame.texts)}[round((datum.value - {frame.ticks[0]!r}) / {step!r})]"
    y_axis = {"values": list(frame.ticks), "labelExpr": texts, "title": None}
    x_axis = {"title": say("funnel_n"), "grid": False, "tickCount": 5, "titleColor": theme.ink3, "titleFontSize": 12}
    x_axis |= {"titleFontWeight": 400}
    x = {"field": "n", "type": "quantitative", "scale": {"domain": [0, frame.widest], "nice": False}, "axis": x_axis}
    curve = {
        "values": [dict(zip(("n", "far_low", "low", "high", "far_high"), row, strict=True)) for row in frame.curve]
    }
    y = {"type": "quantitative", "scale": y_scale, "axis": y_axis}
    areas = [
        {
            "data": curve,
            "mark": {"type": "area", "color": ink, "interpolate": "monotone"},
            "encoding": {"x": x, "y": {**y, "field": first}, "y2": {"field": last}},
        }
        for first, last, ink in (("far_low", "far_high", theme.hatch), ("low", "high", theme.line))
    ]
    middle = {"values": [{"y": frame.centre, "word": frame.words, "n": frame.widest}]}
    rule = {"data": middle, "mark": {"type": "rule", "color": theme.ink3}, "encoding": {"y": {**y, "field": "y"}}}
    # at the line's end, beyond the plot, where no dot can lie on it
    words = {"type": "text", "align": "left", "dx": 6, "baseline": "middle", "lineBreak": "\n", "lineHeight": 15}
    words |= {"color": theme.ink2, "fontSize": 12}
    named = {"data": middle, "mark": words, "encoding": {"x": x, "y": {**y, "field": "y"}, "text": {"field": "word"}}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": HEIGHT,
        "width": "container",
        "config": trends.config(theme),
        "layer": [*areas, rule, named, *_points(x, {**y, "field": "value"}, theme, frame.has_outside)],
    }


def _points(x: dict[str, Any], y: dict[str, Any], theme: Tokens, has_outside: bool) -> list[dict[str, Any]]:
    """Dots, then squares with their names; a layer that draws nothing would be a picture without words."""
    tip: list[dict[str, Any]] = [
        {"field": name, "type": "nominal", "title": say(f"tip_{name}")} for name in ("name", "text")
    ]
    tip.append({"field": "n", "type": "quantitative", "format": ",.0f", "title": say("tip_n")})
    where = {"x": x, "y": y, "color": {"field": "ink", "type": "nominal", "scale": None}, "tooltip": tip}
    inside = {"filter": "!datum.outside"}
    outside = {"filter": "datum.outside"}
    layers = [
        {"transform": [inside], "mark": {"type": "circle", "size": 44, "opacity": 1}, "encoding": where},
        {"transform": [outside], "mark": {"type": "square", "size": 80, "opacity": 1}, "encoding": where},
    ]
    if not has_outside:
        return layers[:1]
    for left, align, dx in ((False, "left", 9), (True, "right", -9)):
        chosen = [{"filter": f"datum.outside && datum.left == {str(left).lower()}"}]
        mark = {"type": "text", "align": align, "dx": dx, "fontSize": 12.5, "color": theme.ink}
        layers.append({"transform": chosen, "mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "label"}}})
    return layers
