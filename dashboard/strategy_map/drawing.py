"""The arrows of a strategy map as one picture that stretches with the page. Pure."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

from dashboard import marks
from dashboard.strategy_map.layout import BELOW, Arrow, Point
from dashboard.theme import Tokens

_WIDE = 1000
_HEAD = 9
VERDICTS = ("supported", "not_supported", "too_little_data", "contradicts")


@functools.lru_cache(maxsize=64)
def arrows(drawn: tuple[Arrow, ...], verdicts: tuple[str, ...], height: float, theme: Tokens, alt: str) -> str:
    """Every arrow by its verdict, which its words say too; no stroke stretches with the picture."""
    paths = "".join(_arrow(one, verdict, theme) for one, verdict in zip(drawn, verdicts, strict=True))
    return marks.stretched(paths, _WIDE, round(height), alt, "arrows")


@functools.lru_cache(maxsize=16)
def sample(verdict: str, theme: Tokens) -> str:
    """A piece of line as a verdict is drawn, to stand beside its word."""
    colour, style = _stroke(verdict, theme)
    return marks.picture(f'<path d="M0 5h26" stroke="{colour}" {style}/>', 26, 10, "", "sample")


def _stroke(verdict: str, theme: Tokens) -> tuple[str, str]:
    """(colour, width and dashes): never a colour of a status, for a link is not judged good or bad."""
    return {
        "supported": (theme.series, 'stroke-width="2.4"'),
        "contradicts": (theme.ink, 'stroke-width="2" stroke-dasharray="9 5"'),
        "too_little_data": (theme.ink3, 'stroke-width="1.4" stroke-dasharray="1.5 4" stroke-linecap="round"'),
    }.get(verdict, (theme.ink3, 'stroke-width="1.4"'))


def _arrow(one: Arrow, verdict: str, theme: Tokens) -> str:
    colour, style = _stroke(verdict, theme)
    points = [(x * _WIDE, y) for x, y in one.points]
    up = one.arc > 0 or points[-1][1] < points[-2][1]
    x, y = points[-1]
    back = y + (_HEAD if up else -_HEAD)
    line = _arc(points, one.arc) if one.arc else _curve([*points[:-1], (x, back)])
    return (
        f'<path d="{line}" fill="none" stroke="{colour}" {style} vector-effect="non-scaling-stroke"/>'
        f'<path d="M{x - 4.5:.1f} {back:.1f}L{x:.1f} {y:.1f}L{x + 4.5:.1f} {back:.1f}z" fill="{colour}"/>'
    )


def _arc(points: Sequence[Point], side: int) -> str:
    (x1, y), (x2, _) = points
    far = y + side * BELOW * 0.7
    return f"M{x1:.1f} {y:.1f}C{x1:.1f} {far:.1f} {x2:.1f} {far:.1f} {x2:.1f} {y + side * _HEAD:.1f}"


def _curve(points: Sequence[Point]) -> str:
    """Upright at every point."""
    drawn = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        middle = (y1 + y2) / 2
        drawn += f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    return drawn
