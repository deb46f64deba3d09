"""Due times as stems from a common "now" line, and bars of a backlog: small pictures, drawn once. Pure functions.

Hours near now and days far from it share one axis: it is stretched near now, like a logarithm on both sides.
"""

from __future__ import annotations

import functools
import math

from dashboard.marks import colour, picture, shape
from dashboard.theme import Tokens

PAST, AHEAD = 7 * 24 * 60, 2 * 24 * 60
"""Minutes from now to the ends of the axis."""
TICKS = ((-1440, "−1 d"), (-120, "−2 h"), (0, ""), (120, "+2 h"), (1440, "+1 d"))
"""Minutes from now and what the head says there; '' is now itself."""
_WIDTH, _HEIGHT, _EDGE = 260, 26, 8
_NEAR = 30
"""Minutes about now within which the axis runs evenly."""


def place(minutes: float) -> float:
    """Where a moment stands, as a part of the axis (0–1)."""
    low, high = _stretched(-PAST), _stretched(AHEAD)
    return min(1.0, max(0.0, (_stretched(minutes) - low) / (high - low)))


def percent(minutes: float) -> float:
    """The same as per cent of the picture's width, for words above it."""
    return 100 * _x(minutes) / _WIDTH


def _stretched(minutes: float) -> float:
    return math.copysign(math.log1p(abs(minutes) / _NEAR), minutes)


def _x(minutes: float) -> float:
    return _EDGE + place(minutes) * (_WIDTH - 2 * _EDGE)


@functools.lru_cache(maxsize=1024)
def stem(minutes: int, word: str, theme: Tokens, alt: str) -> str:
    """A due time `minutes` from now (before it: negative), with the mark of its word; '' words are a plain dot."""
    now, at, ink = _x(0), _x(minutes), colour(word, theme) if word else theme.ink3
    drawn = "".join(
        f'<path d="M{_x(tick):.1f} 5v16" stroke="{theme.line}" stroke-width="1"/>' for tick, _ in TICKS if tick
    )
    drawn += f'<path d="M{now:.1f} 13H{at:.1f}" stroke="{ink}" stroke-width="1.8"/>'
    drawn += f'<path d="M{now:.1f} 3v20" stroke="{theme.ink}" stroke-width="1.3"/>'
    dot = f'<circle cx="{at:.1f}" cy="13" r="3" fill="{ink}"/>'
    return picture(drawn + (shape(word, theme, at, 13) if word else dot), _WIDTH, _HEIGHT, alt, "stem")


@functools.lru_cache(maxsize=256)
def bar(now: int, before: int, most: int, theme: Tokens, alt: str) -> str:
    """A count as a bar from zero, with a tick where it was before; `most`: the longest bar of its list."""
    scale = 158 / max(most, 1)
    drawn = f'<rect y="4" width="{now * scale:.1f}" height="10" fill="{theme.series}"/>'
    at = before * scale
    drawn += f'<path d="M{at + 0.7:.1f} 1v16" stroke="{theme.paper}" stroke-width="4"/>'
    drawn += f'<path d="M{at + 0.7:.1f} 1v16" stroke="{theme.ink}" stroke-width="1.4"/>'
    return picture(drawn, 160, 18, alt, "age")
