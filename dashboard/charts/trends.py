"""Charts: a Vega spec built once per frame and kept, and the Arrow columns that go into it.

The only file that knows Altair, beside theme's colours. A month stands at its middle; the line breaks at a gap;
limit and goal are always inside the axis; one colour for the data.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pyarrow as pa

from dashboard import sentences, wording
from dashboard.charts import points
from dashboard.charts import usual as charts_usual
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.analyses.usual_range import usual_range
from metrics.definition import MetricDefinition
from metrics.events import Happening
from metrics.period import Period
from metrics.result import MetricResult

_MOST_EVENTS = 12
_WIDTH_OF_A_NUMBER = 0.05
"""The part of the axis that a number needs, also on a phone."""
_HIDDEN = ("withheld", "suppressed")


@dataclass(frozen=True)
class Frame:
    """All that a trend's spec depends on: its axes and constant marks, not its points."""

    months: tuple[str, ...]
    ticks: tuple[float, ...]
    tick_texts: tuple[str, ...]
    goal: float | None
    limit: float | None
    goal_text: str
    limit_text: str
    higher_is_better: bool
    withheld: tuple[int, ...]
    events: tuple[tuple[float, str], ...] = ()
    has_usual: bool = False
    has_counted: bool = False


@dataclass(frozen=True)
class Trend:
    """A trend ready to draw: spec, columns, the sentence for those who do not see it, where the axis starts.

    `events`: what happened in its months, by the numbers it bears there; `events_left_out`: how many earlier ones.
    `few`: why some months are hollow though they are over, '' where none is. `usual`: what its usual range is and what
    lies outside, '' without one.
    """

    spec: dict[str, Any]
    data: pa.Table
    alt: str
    axis_start: str
    has_hollow: bool
    has_gap: bool
    events: tuple[Happening, ...] = ()
    events_left_out: int = 0
    few: str = ""
    usual: str = ""


def trend(
    results: Sequence[MetricResult],
    judged: Period,
    definition: MetricDefinition,
    currency: str,
    theme: Tokens,
    events: Sequence[Happening] = (),
) -> Trend | None:
    """One metric month by month; None when no month has a value that may be shown."""
    values = [None if result.state in _HIDDEN else result.value for result in results]
    first = next((place for place, value in enumerate(values) if value is not None), None)
    if first is None:
        return None
    results, values = list(results[first:]), values[first:]
    within = [one for one in events if results[0].period.start <= one.day < results[-1].period.end]
    drawn = tuple(within[-_MOST_EVENTS:])
    usual = usual_range(results, definition.bounds)
    frame = _frame(results, [*values, *charts_usual.ends(usual)], judged, definition, currency)
    frame = replace(frame, events=_event_marks(results, drawn), has_usual=usual is not None)
    known = [value for value in values if value is not None]
    return Trend(
        spec=_spec(frame, theme),
        data=points.columns(results, values, judged, definition, currency, frame, usual),
        alt=_sentence(results, known, definition, currency),
        axis_start=frame.tick_texts[0] if frame.ticks[0] else "",
        has_hollow=any(not result.complete for result in results if result.value is not None),
        has_gap=any(value is None for value in values),
        events=drawn,
        events_left_out=len(within) - len(drawn),
        few=_why_hollow(results, definition),
        usual=charts_usual.told(usual, results, definition, currency),
    )


def _why_hollow(results: Sequence[MetricResult], definition: MetricDefinition) -> str:
    """Why months that are over are not judged, though their value is drawn."""
    states = {one.state for one in results if one.complete and one.value is not None}
    told = [say(f"trend_{state}", n=definition.min_n) for state in points.NOT_JUDGED if state in states]
    return " ".join(told)


def _event_marks(results: Sequence[MetricResult], events: Sequence[Happening]) -> tuple[tuple[float, str], ...]:
    """(place on the axis, number) of each event; those too near each other to be read share the first one's words."""
    places = []
    for event in events:
        month = next(place for place, one in enumerate(results) if one.period.start <= event.day < one.period.end)
        span = results[month].period
        places.append(month + (event.day - span.start).days / (span.end - span.start).days)
    marks: list[tuple[float, str]] = []
    first = 0
    for number, place in enumerate(places):
        near = number > 0 and place - places[first] < len(results) * _WIDTH_OF_A_NUMBER
        first = first if near else number
        if near:
            marks[first] = (places[first], f"{first + 1}–{number + 1}")
        marks.append((place, "" if near else str(number + 1)))
    return tuple(marks)


def _frame(
    results: Sequence[MetricResult],
    values: Sequence[float | None],
    judged: Period,
    definition: MetricDefinition,
    currency: str,
) -> Frame:
    ends = [end for result in results if result.period == judged for end in (result.low, result.high)]
    inside = [*values, *ends, definition.goal, definition.red]
    known = [number for number in inside if number is not None]
    ticks = nice_ticks(known, definition.unit == "percent", definition.unit == "minutes")
    return Frame(
        months=tuple(wording.period_mark(result.period) for result in results),
        ticks=ticks,
        tick_texts=tuple(_tick(tick, definition, currency) for tick in ticks),
        goal=definition.goal,
        limit=definition.red,
        goal_text=say("goal_zone", goal=sentences.goal_text(definition, currency)),
        limit_text=say("limit_line", limit=sentences.limit_text(definition, currency)),
        higher_is_better=definition.higher_is_better is not False,
        withheld=tuple(place for place, result in enumerate(results) if result.state == "withheld"),
        has_counted=all(result.n is not None for result in results if result.value is not None),
    )


def _tick(at: float, definition: MetricDefinition, currency: str) -> str:
    """A tick's text: zero without a unit where that is a time, whole hours without minutes."""
    if definition.unit == "minutes" and at % 60 == 0:
        return f"{at / 60:,.0f}{wording.SPACE}h" if at else "0"
    return wording.value(at, definition.unit, currency, exact=True)


def nice_ticks(numbers: Sequence[float], is_share: bool = False, is_minutes: bool = False) -> tuple[float, ...]:
    """About six round ticks that hold all numbers; a share stays within 0–100 %, minutes step by parts of an hour."""
    low, high = min(numbers), max(numbers)
    spread = (high - low) or abs(high) or 1.0
    rough = spread / 5
    size = 10.0 ** math.floor(math.log10(rough))
    steps = [size * factor for factor in (1, 2, 2.5, 5, 10)]
    if is_minutes and rough > 5:
        steps = [10, 15, 30, 60, 120, 180, 240, 360, 720, *(1440 * days for days in (1, 2, 5, 10, 20, 50, 100, 1000))]
    step = next((step for step in steps if step >= rough), steps[-1])
    start, stop = math.floor((low - spread * 0.04) / step), math.ceil((high + spread * 0.04) / step)
    if low >= 0:
        start = max(start, 0)
    ticks = [round(place * step, 12) for place in range(start, stop + 1)]
    return tuple(tick for tick in ticks if not is_share or low < 0 or tick <= 1 or tick < high)


@functools.lru_cache(maxsize=256)
def _spec(frame: Frame, theme: Tokens) -> dict[str, Any]:
    """The Vega-Lite spec of a frame as plain data; treat as read-only."""
    layers = [*_ground(frame, theme), *_lines(frame, theme)]
    chart = alt.layer(*layers).properties(height=points.HEIGHT, width="container").configure(**config(theme))
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec.pop("data", None)
    return _with_own_data(spec, spec.pop("datasets", {}))


def _with_own_data(spec: dict[str, Any], datasets: dict[str, Any]) -> dict[str, Any]:
    """Constant marks carry their values in the layer: a spec with named data sets loses the columns handed to it."""
    for layer in spec["layer"]:
        named = layer.get("data", {}).get("name")
        if named in datasets:
            layer["data"] = {"values": datasets[named]}
        elif named is not None:
            del layer["data"]  # the columns handed over with the spec
    return spec


def _ground(frame: Frame, theme: Tokens) -> list[Any]:
    """What stands behind the points: withheld months, goal zone, goal and limit with their words, the usual range."""
    low, high = frame.ticks[0], frame.ticks[-1]
    named = {name: at for at, name in points.named_bounds(frame)}
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[low, high], zero=False, nice=False),
        axis=alt.Axis(values=list(frame.ticks), labelExpr=_lookup(frame.ticks, frame.tick_texts), title=None),
    )
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, len(frame.months)], nice=False),
        axis=alt.Axis(
            values=[place + 0.5 for place in _labelled(len(frame.months))],
            labelExpr=f"{json.dumps(frame.months)}[floor(datum.value)]",
            title=None,
            grid=False,
        ),
    )
    layers: list[Any] = [_constant(y=low, x=0).mark_point(opacity=0).encode(x=x, y=y)]
    for place in frame.withheld:
        base = _constant(x=place, x2=place + 1, y=low, y2=high, word=say("withheld").lower())
        layers.append(
            base.mark_rect(color=theme.hatch).encode(
                x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.Y("y:Q"), y2=alt.Y2("y2:Q")
            )
        )
        words = base.mark_text(color=theme.ink3, baseline="bottom", dy=-4, fontSize=12, align="left")
        layers.append(words.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("word:N")))
    if frame.goal is not None:
        zone = _constant(x=0, x2=len(frame.months), y=frame.goal, y2=high if frame.higher_is_better else low)
        layers.append(
            zone.mark_rect(color=theme.band).encode(
                x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.Y("y:Q"), y2=alt.Y2("y2:Q")
            )
        )
        layers += _rule(frame.goal, named["goal"], frame.goal_text, theme.met, len(frame.months), dash=None)
    if frame.limit is not None:
        layers += _rule(frame.limit, named["limit"], frame.limit_text, theme.missed, len(frame.months), dash=[4, 3])
    for at, number in frame.events:
        base = _constant(x=at, y=low, y2=high, word=number)
        line = base.mark_rule(color=theme.ink3, strokeDash=[1, 3], strokeWidth=1)
        layers.append(line.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), y2=alt.Y2("y2:Q")))
        words = base.mark_text(color=theme.ink3, baseline="bottom", dy=-3, fontSize=12)
        layers.append(words.encode(x=alt.X("x:Q"), y=alt.Y("y2:Q"), text=alt.Text("word:N")))
    return [*layers, *(charts_usual.marks(_points(), theme) if frame.has_usual else ())]


def _rule(at: float, words_at: float, words: str, colour: str, end: int, dash: list[int] | None) -> list[Any]:
    """A horizontal line with its name at the right end, outside the plot."""
    base = _constant(x=0, x2=end, y=at, words_y=words_at, word=words)
    line = base.mark_rule(color=colour, strokeDash=dash or [1, 0], strokeWidth=1).encode(
        x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.Y("y:Q")
    )
    name = base.mark_text(color=colour, align="left", dx=6, fontSize=12, baseline="middle")
    return [line, name.encode(x=alt.X("x2:Q"), y=alt.Y("words_y:Q"), text=alt.Text("word:N"))]


def _lines(frame: Frame, theme: Tokens) -> list[Any]:
    """The data: line, dots, the judged month with its interval and value; what is not judged hollow on dashes."""
    base = _points()
    judged = base.transform_filter("datum.kind == 'judged'")
    running = base.transform_filter("datum.kind == 'running'")
    interval = judged.transform_filter("isValid(datum.low) && isValid(datum.high)")
    by_run = alt.Detail("run:N")
    months = base.transform_filter("datum.kind == 'month'")
    number: dict[str, Any] = {"fontWeight": 600, "fontSize": 12.5, "baseline": "middle"}
    number |= {"dx": alt.expr("datum.text_left ? -10 : 10"), "align": alt.expr("datum.text_left ? 'right' : 'left'")}
    value: dict[str, Any] = {"y": alt.Y("text_y:Q"), "text": alt.Text("text:N")}
    hollow: dict[str, Any] = {"fill": theme.paper, "stroke": theme.series, "strokeWidth": 1.6, "opacity": 1}
    return [
        interval.mark_rule(color=theme.soft, strokeWidth=3, opacity=0.8).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        base.transform_filter("!datum.dashed").mark_line(color=theme.series, strokeWidth=1.8).encode(detail=by_run),
        base.transform_filter("datum.dashed")
        .mark_line(color=theme.series, strokeWidth=1.5, strokeDash=[2, 3])
        .encode(detail=by_run),
        months.transform_filter("!datum.hollow").mark_circle(color=theme.series, size=26, opacity=1),
        months.transform_filter("datum.hollow").mark_point(size=28, **hollow),
        judged.transform_filter("!datum.hollow").mark_circle(color=theme.series, size=64, opacity=1),
        judged.transform_filter("datum.hollow").mark_point(size=64, **hollow),
        judged.mark_text(stroke=theme.paper, strokeWidth=4, **number).encode(**value),  # clears what lies behind it
        judged.mark_text(color=theme.ink, **number).encode(**value),
        running.mark_point(size=42, **hollow),
        running.mark_text(color=theme.series, dx=6, align="left", fontSize=12).encode(
            x=alt.XDatum(len(frame.months), type="quantitative"),  # with goal and limit: nearer it would be cut off
            y=alt.Y("note_y:Q"),
            text=alt.Text("note:N"),
        ),
        base.transform_filter("datum.kind != 'link'")
        .mark_point(fill="transparent", strokeWidth=0, size=320, opacity=1)
        .encode(tooltip=_told(frame)),
    ]


def _told(frame: Frame) -> list[Any]:
    """What a point says of itself under the pointer."""
    shown = ["month", "text", *(["counted"] if frame.has_counted else [])]
    return [alt.Tooltip(f"{name}:N", title=say(f"tip_{name}")) for name in shown]


def _points() -> alt.Chart:
    """The columns handed over with the spec."""
    return alt.Chart(alt.NamedData("columns")).encode(x=alt.X("x:Q"), y=alt.Y("value:Q"))


def _constant(**values: Any) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[values]))


def _lookup(numbers: Sequence[float], texts: Sequence[str]) -> str:
    """A Vega expression from a tick's place in the list to its text: rounding never reaches the screen."""
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1.0
    return f"{json.dumps(list(texts))}[round((datum.value - {numbers[0]!r}) / {step!r})]"


def _labelled(months: int) -> list[int]:
    """Every third month counted from the newest, or each when there are few."""
    stride = 1 if months <= 8 else 3
    return [place for place in range(months) if (months - 1 - place) % stride == 0]


def _sentence(
    results: Sequence[MetricResult], known: Sequence[float], definition: MetricDefinition, currency: str
) -> str:
    """The trend in one sentence."""
    ends = {"start_value": known[0], "end_value": known[-1], "low": min(known), "high": max(known)}
    spoken = {name: wording.value(number, definition.unit, currency) for name, number in ends.items()}
    goal = sentences.goal_text(definition, currency)
    return say(
        "trend_alt",
        name=sentences.title(definition),
        grain=say(f"grain_{results[0].period.grain}"),
        first=wording.period_short(results[0].period),
        last=wording.period_short(results[-1].period),
        goal=say("trend_alt_goal", goal=goal) if goal else "",
        **spoken,
    )


def config(theme: Tokens) -> dict[str, Any]:
    """Type, grid and frame of every chart."""
    axis = {"labelColor": theme.ink3, "labelFontSize": 12, "tickColor": theme.line, "domainColor": theme.line}
    return {
        # The picture is described as a whole; a layer without marks would be an unnamed one. A mark tells nothing of
        # itself unless it says what: its columns have names of ours.
        "mark": {"aria": False, "tooltip": None},
        "background": "transparent",
        "font": "Inter, system-ui, sans-serif",
        "view": {"stroke": None, "clip": False},
        "axis": axis,
        "axisY": axis | {"grid": True, "gridColor": theme.grid, "domain": False, "ticks": False, "labelPadding": 8},
        "axisX": axis | {"grid": False, "labelPadding": 6, "tickSize": 4},
    }
