"""Curves of customers who stay: a band, a line in steps, and its words at the end. Plain Vega-Lite specs."""

from __future__ import annotations

import functools
from typing import Any

import pyarrow as pa

from dashboard import survival_sentences, wording
from dashboard.charts.drawing import Drawing
from dashboard.charts.trends import config
from dashboard.survival_sentences import AT_LEAST, DAYS_A_MONTH
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.models.contracts import ContractCurve
from metrics.stats.survival import Curve

_HEIGHT = 260
_AHEAD = 24
"""Months that a prediction is drawn beyond what was observed."""


def survival(curve: Curve, theme: Tokens) -> Drawing | None:
    """One curve in months with its band; None when too few are observed from the start."""
    rows = points(curve)
    read = survival_sentences.marks(curve)
    if len(rows) < 2 or not read:
        return None
    shown = [month for month in (12, 24, 36, 60) if month in read] or read[-1:]
    parts = [
        say("sv_alt_part", share=wording.value(curve.at(survival_sentences.days(month)), "percent"),
            months=survival_sentences.months(month))
        for month in shown
    ]  # fmt: skip
    alt = say("sv_alt", name=say("sv_all"), shares=", ".join(parts))
    return Drawing(_survival_spec(rows[-1]["months"], theme), pa.Table.from_pylist(rows), alt)


def points(curve: Curve) -> list[dict[str, float | None]]:
    """(months, share, low, high) from 1 at the start, until too few are observed."""
    until = curve.drawn_until(AT_LEAST)
    if until is None:
        return []
    rows: list[dict[str, float | None]] = [{"months": 0.0, "share": 1.0, "low": 1.0, "high": 1.0}]
    for step in curve.steps:
        if step.time <= until:
            low, high = (step.low, step.high) if step.low is not None else (None, None)
            rows.append({"months": step.time / DAYS_A_MONTH, "share": step.survival, "low": low, "high": high})
    return [*rows, {**rows[-1], "months": until / DAYS_A_MONTH}]


@functools.lru_cache(maxsize=64)
def _survival_spec(last: float, theme: Tokens) -> dict[str, Any]:
    x, y = _axes(last)
    base = {"interpolate": "step-after"}
    return {
        "height": _HEIGHT,
        "width": "container",
        "config": config(theme),
        "layer": [
            {"mark": {"type": "area", "color": theme.series, "opacity": 0.16, **base},
             "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "color": theme.series, "strokeWidth": 1.8, **base},
             "encoding": {"x": x, "y": {**y, "field": "share"}}},
        ],
    }  # fmt: skip


def contract_curve(found: ContractCurve, theme: Tokens) -> Drawing | None:
    """Observed as steps with their band, predicted as a dashed line that goes on; None without enough observed."""
    rows: list[dict[str, Any]] = []
    until = int(found.observed.drawn_until(AT_LEAST) or 0)
    if until < 1:
        return None
    steps = {int(step.time): step for step in found.observed.steps}
    low, high = 1.0, 1.0
    for month in range(until + 1):
        step = steps.get(month)
        if step is not None and step.low is not None and step.high is not None:
            low, high = step.low, step.high
        rows.append(
            {"months": month, "share": found.observed.at(month), "low": low, "high": high, "of": "observed", "word": ""}
        )
    end = min(until + _AHEAD, len(found.predicted) - 1)
    rows += [{"months": month, "share": found.predicted[month], "of": "predicted"} for month in range(end + 1)]
    for last in (rows[until], rows[-1]):
        last["word"] = say(f"cc_{last['of']}")
    alt = say(
        "cc_alt", months=survival_sentences.months(until),
        observed=wording.value(found.observed.at(until), "percent"),
        predicted=wording.value(found.predicted[min(until, len(found.predicted) - 1)], "percent"),
    )  # fmt: skip
    return Drawing(_contract_spec(float(end), theme), pa.Table.from_pylist(rows), alt)


@functools.lru_cache(maxsize=64)
def _contract_spec(last: float, theme: Tokens) -> dict[str, Any]:
    x, y = _axes(last)
    encoding = {"x": x, "y": {**y, "field": "share"}}
    observed, predicted = ([{"filter": f"datum.of == '{of}'"}] for of in ("observed", "predicted"))
    words = {"type": "text", "fontSize": 12, "align": "left", "dx": 6}
    return {
        "height": _HEIGHT,
        "width": "container",
        "config": config(theme),
        "layer": [
            {"transform": observed, "mark": {"type": "area", "color": theme.series, "opacity": 0.16},
             "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"transform": observed, "mark": {"type": "line", "color": theme.series, "strokeWidth": 1.8},
             "encoding": encoding},
            {"transform": predicted, "encoding": encoding,
             "mark": {"type": "line", "color": theme.ink2, "strokeWidth": 1.4, "strokeDash": [4, 3]}},
            {"transform": [*observed, {"filter": "datum.word"}], "encoding": {**encoding, "text": {"field": "word"}},
             "mark": {**words, "color": theme.series, "align": "right", "dx": 0, "dy": 22}},
            {"transform": [*predicted, {"filter": "datum.word"}], "encoding": {**encoding, "text": {"field": "word"}},
             "mark": {**words, "color": theme.ink2, "align": "right", "dx": 0, "dy": 16}},
        ],
    }  # fmt: skip


def _axes(last: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Months from 0, marked by years; shares from 0 to 100 %."""
    step = 12 if last > 18 else 3
    ticks = list(range(0, int(last) + 1, step))
    text = {"field": "months", "type": "quantitative"}
    x = {**text, "scale": {"domain": [0, last], "nice": False}, "axis": {"values": ticks, "title": None, "grid": False}}
    y = {"type": "quantitative", "scale": {"domain": [0, 1]},
         "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "title": None,
                  "labelExpr": f"format(datum.value * 100, '.0f') + '{wording.SPACE}%'"}}  # fmt: skip
    return x, y
