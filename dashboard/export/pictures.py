"""Pictures for paper and files: our small drawings as SVG, and a metric's trend drawn by Vega without a browser.

vl-convert is imported at first need; it may load nothing from anywhere, and knows the fonts that are shipped.
"""

from __future__ import annotations

import dataclasses
import functools
import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from dashboard import charts, marks, theme
from dashboard.theme import Tokens
from metrics.definition import MetricDefinition
from metrics.events import Happening
from metrics.period import Period
from metrics.result import MetricResult

FONTS = Path(__file__).parent / "fonts"
PRINT = dataclasses.replace(theme.LIGHT, name="print", paper="#FFFFFF")
"""The light look on white paper."""
NOWHERE = ["https://nothing.invalid/"]
"""The only place a chart might load data from; there is nothing there. Specs carry their own values."""
_ADDRESS = re.compile(r'<img [^>]*alt="([^"]*)"[^>]*src="data:image/svg\+xml,([^"]*)"')
_OPENING = re.compile(r"<svg [^>]*viewBox='0 0 (\d+) 26'>")
_PNG_SCALE = 2.0


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
) -> tuple[dict[str, Any], charts.Trend] | None:
    """A trend as a whole Vega-Lite spec with its values in it, and what it shows; None when no month has a value."""
    drawn = charts.trend(results, judged, definition, currency, look, events)
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


def svg(spec: dict[str, Any]) -> str:
    """A chart as SVG. Nothing is fetched."""
    return _svg(json.dumps(spec))


@functools.lru_cache(maxsize=64)
def _svg(spec: str) -> str:
    """Kept: an export in another form, or for another paper, draws the same charts again."""
    drawn: str = _converter().vegalite_to_svg(spec, allowed_base_urls=NOWHERE)
    return drawn


def png(spec: dict[str, Any]) -> bytes:
    """A chart as PNG, two dots for each of the screen's."""
    drawn: bytes = _converter().vegalite_to_png(spec, scale=_PNG_SCALE, allowed_base_urls=NOWHERE)
    return drawn


def png_of_svg(drawn: str) -> bytes:
    """An SVG as PNG, two dots for each of the screen's."""
    found: bytes = _converter().svg_to_png(drawn, scale=_PNG_SCALE)
    return found


@functools.lru_cache(maxsize=1)
def _converter() -> Any:
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
