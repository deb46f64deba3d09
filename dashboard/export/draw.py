"""Draws pictures with vl-convert, in a process of its own: `python -m dashboard.export.draw svg` reads a Vega-Lite
specification a line, and writes the pictures as a list of base64 texts. Nothing is fetched: specifications carry their
values, and the only address they may load from does not exist.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import vl_convert

FONTS = Path(__file__).parent / "fonts"
NOWHERE = ["https://nothing.invalid/"]
"""The only place a chart might load data from; there is nothing there."""
_PNG_SCALE = 2.0
"""Two dots for each of the screen's."""
_WARM = {"mark": "bar", "data": {"values": [{"a": 1}]}, "encoding": {"x": {"field": "a", "type": "quantitative"}}}
"""Drawn first: the engine starts, half a second, while the first picture is still being described."""


def _svg(spec: dict[str, Any]) -> bytes:
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=NOWHERE).encode()


def _png(spec: dict[str, Any]) -> bytes:
    return vl_convert.vegalite_to_png(spec, scale=_PNG_SCALE, allowed_base_urls=NOWHERE)


def _png_of_svg(drawn: str) -> bytes:
    return vl_convert.svg_to_png(drawn, scale=_PNG_SCALE)


_FORMS: dict[str, Callable[[Any], bytes]] = {"svg": _svg, "png": _png, "png_of_svg": _png_of_svg}


def main(form: str) -> str:
    """The pictures of all lines, once there are no more: who writes them reads nothing before."""
    vl_convert.register_font_directory(str(FONTS))
    if form != "png_of_svg":
        _svg(_WARM)
    drawn = [_FORMS[form](json.loads(line)) for line in sys.stdin.buffer]
    return json.dumps([base64.b64encode(one).decode() for one in drawn])


def _reason(told: str) -> list[str]:
    """vl-convert's heading and the reason below it, without where in its own code that was."""
    lines = [line.strip() for line in told.splitlines()]
    return [line for line in lines if line and not line.startswith("at ")][:2]


if __name__ == "__main__":
    try:
        sys.stdout.write(main(sys.argv[1]))
    except ValueError as error:
        sys.exit(" ".join(_reason(str(error))))
