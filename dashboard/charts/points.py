"""The points of a trend: a row for each month, which stretches of the line are dashed, where words stand free. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dashboard import wording
from dashboard.charts import usual as charts_usual
from dashboard.wording import say
from metrics.analyses.usual_range import UsualRange
from metrics.definition import MetricDefinition
from metrics.period import Period
from metrics.result import MetricResult

if TYPE_CHECKING:
    from dashboard.charts.trends import Frame

Row = dict[str, Any]
HEIGHT = 300
NOT_JUDGED = ("too_few", "unripe")
"""States whose value may be seen and is not judged: hollow on dashes, so that no fall is read into them."""
_WIDTHS = (230.0, 700.0)
"""Pixels between the first and the last tick, on a phone and on a desk."""
_WORDS = (10.0, 62.0)
"""From where to where the judged month's value stands beside its point, in pixels."""


def columns(
    results: Sequence[MetricResult],
    values: Sequence[float | None],
    judged: Period,
    definition: MetricDefinition,
    currency: str,
    frame: Frame,
    usual: UsualRange | None,
) -> pa.Table:
    """x, value, run (stretch of one style without a gap), dashed, hollow, kind, the words of each point and where they
    stand, the interval of the judged month, the usual range."""
    points = []
    gaps = 0
    for place, (result, value) in enumerate(zip(results, values, strict=True)):
        if value is None:
            gaps += 1
            continue
        row = _row(place, result, value, judged, definition, currency)
        points.append(row | {"part": gaps} | charts_usual.row(usual, place))
    rows = _stretches(points)
    for row in rows:
        row["note_y"] = _beside_bounds(row["value"], frame)
        is_judged = row["kind"] == "judged"
        row["text_y"], row["text_left"] = _clear_of_line(row, rows, frame) if is_judged else (row["value"], True)
    return pa.Table.from_pylist(rows)


def _row(
    place: int, result: MetricResult, value: float, judged: Period, definition: MetricDefinition, currency: str
) -> Row:
    month = wording.period(result.period)
    note = "" if result.complete else say("month_so_far", month=wording.period(result.period, result.period))
    whole = "judged" if result.period == judged else "month"
    return {
        "x": place + 0.5,
        "value": value,
        "kind": whole if result.complete else "running",
        "hollow": not result.complete or result.state in NOT_JUDGED,
        "text": wording.value(value, definition.unit, currency),
        "note": note,
        "month": month if result.complete else say("month_so_far", month=month),
        "counted": "" if result.n is None else wording.count(result.n),
        "low": result.low,
        "high": result.high,
    }


def _stretches(points: Sequence[Row]) -> list[Row]:
    """The line in stretches of one style. It is dashed to and from a hollow point; where the style changes, the point
    before is there a second time, to start the new stretch."""
    rows: list[Row] = []
    run, before, dashed = -1, None, None
    for point in points:
        if before is None or before["part"] != point["part"]:
            run, dashed = run + 1, None
        else:
            style = before["hollow"] or point["hollow"]
            if dashed is None:
                rows[-1]["dashed"] = style
            elif style != dashed:
                run += 1
                rows.append(before | {"kind": "link", "note": "", "run": f"r{run}", "dashed": style})
            dashed = style
        rows.append(point | {"run": f"r{run}", "dashed": bool(dashed)})
        before = point
    return rows


def line_of_text(frame: Frame) -> float:
    """The height of a line of words, measured on the chart's own axis."""
    return (frame.ticks[-1] - frame.ticks[0]) * 17 / (HEIGHT - 30)


def named_bounds(frame: Frame) -> list[tuple[float, str]]:
    """(where its words stand, which): goal and limit, moved apart when their words would touch."""
    bounds = [(at, name) for at, name in ((frame.goal, "goal"), (frame.limit, "limit")) if at is not None]
    least = line_of_text(frame)
    if len(bounds) == 2 and abs(bounds[0][0] - bounds[1][0]) < least:
        middle = (bounds[0][0] + bounds[1][0]) / 2
        first, second = (name for _, name in sorted(bounds))
        return [(middle - least / 2, first), (middle + least / 2, second)]
    return bounds


def _beside_bounds(at: float, frame: Frame) -> float:
    """Where the words at the right end stand, clear of the words at goal and limit."""
    least = line_of_text(frame)
    bounds = [bound for bound, _ in named_bounds(frame)]
    places = [at, *(bound + side * least for bound in bounds for side in (1, -1))]
    free = [place for place in places if all(abs(place - bound) >= least * 0.999 for bound in bounds)]
    return min(free, key=lambda place: abs(place - at), default=at)


def _clear_of_line(judged: Row, rows: Sequence[Row], frame: Frame) -> tuple[float, bool]:
    """(how high, whether to its left) the judged month's value stands: nearest to its point where it lies on no other
    month, neither on a phone nor on a desk; clear of goal and limit too where that can be."""
    line = line_of_text(frame)
    low, high = frame.ticks[0] + line / 2, frame.ticks[-1] - line / 2
    heights = [judged["value"] + side * step * line / 4 for step in range(2, 13) for side in (1, -1)]
    sides = [is_left for is_left in (True, False) if _has_room(judged["x"], is_left, len(frame.months))] or [True]
    places = [(at, is_left) for at in heights if low <= at <= high for is_left in sides]
    on_line = {is_left: list(_drawn(judged, is_left, rows, frame)) for is_left in sides}
    bounds = [(at, at) for at in (frame.goal, frame.limit) if at is not None]
    for beside in (bounds, []):
        for at, is_left in places:
            taken = on_line[is_left] + beside
            if all(at + line * 0.55 <= bottom or at - line * 0.55 >= top for bottom, top in taken):
                return at, is_left
    return places[0] if places else (float(judged["value"]), sides[0])


def _has_room(x: float, is_left: bool, months: int) -> bool:
    """Whether the value, on that side, stays within the plot on a phone."""
    return (x if is_left else months - x) * _WIDTHS[0] / months >= _WORDS[1]


def _drawn(judged: Row, is_left: bool, rows: Sequence[Row], frame: Frame) -> Iterator[tuple[float, float]]:
    """(lowest, highest) of all that is drawn where the judged value would stand, at both widths."""
    side = -1 if is_left else 1
    for width in _WIDTHS:
        first, last = sorted(judged["x"] + side * pixels * len(frame.months) / width for pixels in _WORDS)
        yield from _months_between(first, last, rows, line_of_text(frame))
        yield from _line_between(first, last, rows)


def _months_between(first: float, last: float, rows: Sequence[Row], line: float) -> Iterator[tuple[float, float]]:
    """The dots, and the rings round some of them."""
    for row in rows:
        if first <= row["x"] <= last:
            room = line * (0.5 if row["is_signal"] else 0.25)
            yield row["value"] - room, row["value"] + room


def _line_between(first: float, last: float, rows: Sequence[Row]) -> Iterator[tuple[float, float]]:
    for start, end in itertools.pairwise(rows):
        left, right = max(first, start["x"]), min(last, end["x"])
        if start["run"] == end["run"] and left < right:
            slope = (end["value"] - start["value"]) / (end["x"] - start["x"])
            ends = [start["value"] + slope * (x - start["x"]) for x in (left, right)]
            yield min(ends), max(ends)
