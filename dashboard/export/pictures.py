"""Pictures for paper and files: our small drawings as SVG, and a metric's trend drawn by Vega without a browser."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import unquote

from dashboard import marks, theme
from dashboard.charts import trends
from dashboard.export import apart
from dashboard.theme import Tokens
from dashboard.wording import say
from data_checks.errors import RequestError
from metrics.definition import MetricDefinition
from metrics.events import Happening
from metrics.period import Period
from metrics.result import MetricResult

Spec = dict[str, Any]
"""A whole Vega-Lite specification, with its values."""
_KEPT = 64
_DRAWN: dict[str, str] = {}
"""Charts as SVG by what they were described with."""
PRINT = dataclasses.replace(theme.LIGHT, name="print", paper="#FFFFFF")
"""The light look on white paper."""
_ADDRESS = re.compile(r'<img [^>]*alt="([^"]*)"[^>]*src="data:image/svg\+xml,([^"]*)"')
_OPENING = re.compile(r"<svg [^>]*viewBox='0 0 (\d+) 26'>")


def svg_of(image: str) -> tuple[str, str]:
    """(SVG, what it says) of one of our small drawings; ('', '') of none."""
    found = _ADDRESS.search(image)
    return (unquote(found[2]), html.unescape(found[1])) if found else ("", "")


def on_axis(image: str, tick: float) -> tuple[str, str]:
    """The same of a position or a rung, with its axis behind it: on a page that lies in the stylesheet."""
    drawn, told = svg_of(image)
    found = _OPENING.match(drawn)
    if found is None:
        return drawn, told
    return f"{found[0]}{marks.scale(PRINT, int(found[1]), tick)}{drawn[found.end() :]}", told


def mark(word: str) -> str:
    """A status mark as SVG."""
    drawn = marks.shape(word, PRINT, 5, 5)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{drawn}</svg>'


def trend_spec(
    results: Sequence[MetricResult],
    judged: Period,
    definition: MetricDefinition,
    currency: str,
    size: tuple[int, int],
    look: Tokens = PRINT,
    events: Sequence[Happening] = (),
) -> tuple[Spec, trends.Trend] | None:
    """A trend as a whole Vega-Lite spec with its values in it, and what it shows; None when no month has a value."""
    drawn = trends.trend(results, judged, definition, currency, look, events)
    if drawn is None:
        return None
    return {
        **drawn.spec,
        "width": size[0],
        "height": size[1],
        "data": {"values": drawn.data.to_pylist()},
        "padding": 10,  # the topmost tick's words stand above the axis
        "autosize": {"type": "fit", "contains": "padding"},
    }, drawn


def svgs(found: Iterable[tuple[Spec, trends.Trend] | None]) -> list[tuple[str, str]]:
    """Trends as SVG, each with its words; two empty texts for none. One is drawn while the next is described, and kept:
    the same board on other paper, or for another reader, draws the same charts. Raises RequestError."""
    asked: list[tuple[str, str]] = []

    def new() -> Iterator[Spec]:
        for one in found:
            asked.append((json.dumps(one[0]), one[1].alt) if one else ("", ""))
            if one and asked[-1][0] not in known:
                yield one[0]

    known = {"": "", **_DRAWN}
    drawn = [one.decode() for one in _draw("svg", new())]
    missing = [text for text, _ in asked if text not in known]
    known.update(zip(missing, drawn, strict=True))
    _keep({text: known[text] for text in missing})
    return [(known[text], alt) for text, alt in asked]


def _keep(drawn: Mapping[str, str]) -> None:
    if len(_DRAWN) + len(drawn) > _KEPT:
        _DRAWN.clear()
    _DRAWN.update(drawn)


def svg(spec: Spec) -> str:
    """A chart as SVG. Raises RequestError."""
    return _draw("svg", [spec])[0].decode()


def png(spec: Spec) -> bytes:
    """A chart as PNG, two dots for each of the screen's. Raises RequestError."""
    return _draw("png", [spec])[0]


def png_of_svg(drawn: str) -> bytes:
    """An SVG as PNG, two dots for each of the screen's. Raises RequestError."""
    return _draw("png_of_svg", [drawn])[0]


def _draw(form: Literal["svg", "png", "png_of_svg"], asked: Iterable[Spec | str]) -> list[bytes]:
    try:
        drawn = apart.work("dashboard.export.draw", map(json.dumps, asked), form)
    except RequestError as error:
        raise RequestError(say("xp_no_picture", why=error)) from None
    return [base64.b64decode(one) for one in json.loads(drawn or "[]")]
