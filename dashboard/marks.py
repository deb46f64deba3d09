"""Small pictures as <img> data addresses: the score axis, the ladder, sparklines. Drawn once, cached.

A picture holds no text (page fonts do not reach it) and says what it shows in its alt. What a page repeats a hundred
times stands once in its stylesheet: the marks beside words, which are decorative, and the axis behind a position. Pure
functions of their arguments and the theme.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from dashboard.theme import Tokens

LIMIT, GOAL = 33.0, 67.0
_POSITION, _RUNG = 156, 250
"""How wide the axis of a metric's row and of the ladder is."""
_SHAPES = {
    "met": '<circle cx="5" cy="5" r="4.5" fill="{c}"/>',
    "watch": '<path d="M5 .4 9.8 9.4H.2z" fill="{c}"/>',
    "missed": '<rect x=".7" y=".7" width="8.6" height="8.6" fill="{c}"/>',
    "too_close": '<circle cx="5" cy="5" r="4" fill="{paper}" stroke="{c}" stroke-width="1.2"/>'
    '<path d="M5 1a4 4 0 0 0 0 8z" fill="{c}"/>',
    "withheld": '<circle cx="5" cy="5" r="4" fill="none" stroke="{c}" stroke-width="1.2"/>'
    '<path d="M2.4 7.6 7.6 2.4" stroke="{c}" stroke-width="1.2"/>',
    "too_few": '<circle cx="5" cy="5" r="4" fill="none" stroke="{c}" stroke-width="1.3" stroke-dasharray="1.7 1.45"/>',
    "suppressed": '<circle cx="5" cy="5" r="4" fill="none" stroke="{c}" stroke-width="1.2"/>'
    '<path d="M2.6 5h4.8" stroke="{c}" stroke-width="1.2"/>',
    "no_data": '<circle cx="5" cy="5" r="4" fill="none" stroke="{c}" stroke-width="1.2"/>',
    "no_goal": '<path d="M2.5 5h5" stroke="{c}" stroke-width="1.4"/>',
    "not_provided": "",
}
_ALIKE = {"unripe": "too_few", "not_judged": "suppressed", "passed": "met", "warning": "watch", "failed": "missed",
          "noted": "no_data"}  # fmt: skip


def colour(word: str, theme: Tokens) -> str:
    """The colour of a mark; what is not judged has none."""
    shape = _ALIKE.get(word, word)
    marks = {"met": theme.met, "watch": theme.watch_mark, "missed": theme.missed, "too_close": theme.too_close}
    return marks.get(shape, theme.ink3)


def along(score: float, kind: str) -> float:
    """Where a score stands on a `position` or a `rung`, as a part of the picture's width."""
    width = _POSITION if kind == "position" else _RUNG
    return _x(score, width) / width


def scale(theme: Tokens, width: int, tick: float) -> str:
    """The SVG of the 0–100 axis alone, as it lies behind a position or a rung of that width."""
    return _axis(theme, width, 26, tick)


def shape(word: str, theme: Tokens, x: float, y: float, size: float = 10) -> str:
    """The SVG of a status mark centred at (x, y)."""
    drawn = _SHAPES[_ALIKE.get(word, word)].format(c=colour(word, theme), paper=theme.paper)
    scale = size / 10
    return f'<g transform="translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({scale:g})">{drawn}</g>'


def mark(word: str, theme: Tokens) -> str:
    """A status mark to stand beside its word; the stylesheet has its shape and its colour. '' for a state without a
    shape: a mark that is not masked would be a filled square, the shape of missed."""
    del theme  # other pictures are drawn in it
    name = _ALIKE.get(word, word)
    return f'<span class="mark m-{name}"></span>' if _SHAPES[name] else ""


def stylesheet(theme: Tokens) -> str:
    """The CSS of what stands in every row: the marks, whose colours are the variables, and the axes in this theme's."""
    marks = {word: _address(drawn.format(c="#000", paper="none"), 10, 10) for word, drawn in _SHAPES.items() if drawn}
    rules = [f'.stHtml .m-{word}{{--shape:url("{address}");{_background(word)}}}' for word, address in marks.items()]
    for kind, width, tick in (("position", _POSITION, 4), ("rung", _RUNG, 5)):
        address = _address(_axis(theme, width, 26, tick), width, 26)
        rules.append(f'.stHtml img.{kind}{{background:url("{address}") 0 0/100% 100%;print-color-adjust:exact}}')
    return "\n".join(rules)


def _background(word: str) -> str:
    names = {"met": "met", "watch": "watch-mark", "missed": "missed", "too_close": "too-close"}
    return f"background:var(--{names[word]})" if word in names else ""


@functools.lru_cache(maxsize=4096)
def position(
    score: float | None,
    low: float | None,
    high: float | None,
    word: str,
    theme: Tokens,
    alt: str,
    off: int = 0,
) -> str:
    """What stands on a metric row's score axis: 95 % interval as a pale bar, status mark. The axis lies behind.

    `off`: −1 or 1 when the value lies beyond that end; an arrowhead then points there from the mark.
    """
    width, drawn = _POSITION, ""
    if low is not None and high is not None:
        left, right = _x(min(low, high), width), _x(max(low, high), width)
        drawn += (
            f'<rect x="{left:.1f}" y="11.2" width="{max(right - left, 1):.1f}" height="3.6" rx="1.8" '
            f'fill="{colour(word, theme)}" fill-opacity=".45"/>'
        )
    if score is not None:
        drawn += shape(word, theme, _x(score, width) - 5 * off, 13)
        drawn += arrowhead(word, theme, width, off) if off else ""
    return picture(drawn, width, 26, alt, "position")


def arrowhead(word: str, theme: Tokens, width: int, side: int) -> str:
    """The SVG of a small arrowhead at one end of an axis."""
    base, tip = (width - 6, width - 0.5) if side > 0 else (6, 0.5)
    return f'<path d="M{base} 9.2L{tip} 13L{base} 16.8z" fill="{colour(word, theme)}"/>'


@functools.lru_cache(maxsize=1024)
def ladder(score: float | None, before: float | None, word: str, theme: Tokens, alt: str, big: bool = False) -> str:
    """One rung: status mark at the score, hollow dot at the score before, joined by a line. The axis lies behind."""
    width, size, drawn = _RUNG, 14 if big else 11, ""
    if score is not None and before is not None:
        drawn += (
            f'<path d="M{_x(before, width):.1f} 13H{_x(score, width):.1f}" stroke="{theme.ink3}" stroke-width="1.4"/>'
        )
        drawn += (
            f'<circle cx="{_x(before, width):.1f}" cy="13" r="3" fill="{theme.paper}" stroke="{theme.ink3}" '
            'stroke-width="1.3"/>'
        )
    if score is not None:
        drawn += shape(word, theme, _x(score, width), 13, size)
    return picture(drawn, width, 26, alt, "rung")


@functools.lru_cache(maxsize=4096)
def sparkline(values: tuple[float | None, ...], goal: float | None, theme: Tokens, alt: str) -> str:
    """The last months as a line: shape, not scale. A gap stays a gap, a lonely month is a dot; the goal, always within
    the picture, is dotted."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    held = known if goal is None else [*known, goal]
    lowest, spread = min(held), (max(held) - min(held)) or 1.0
    points = [
        (3 + place * 98 / max(len(values) - 1, 1), None if value is None else 22 - (value - lowest) / spread * 18)
        for place, value in enumerate(values)
    ]
    drawn = ""
    if goal is not None:
        y = 22 - (goal - lowest) / spread * 18
        drawn += f'<path d="M3 {y:.1f}H101" stroke="{theme.ink3}" stroke-width="1" stroke-dasharray="1.5 2"/>'
    for run in _runs(points):
        if len(run) == 1:
            drawn += f'<circle cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="1.8" fill="{theme.series}"/>'
        else:
            line = "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
            drawn += (
                f'<path d="M{line}" fill="none" stroke="{theme.series}" stroke-width="1.4" stroke-linejoin="round"/>'
            )
    x, last = points[-1]
    if last is not None:
        drawn += f'<circle cx="{x:.1f}" cy="{last:.1f}" r="2.2" fill="{theme.series}"/>'
    return picture(drawn, 104, 26, alt, "spark")


@functools.lru_cache(maxsize=2048)
def trend(
    values: tuple[float | None, ...],
    limit: float | None,
    goal: float | None,
    events: tuple[float, ...],
    theme: Tokens,
    alt: str,
) -> str:
    """Months on an axis that holds limit and goal: the goal zone, the limit dashed, events (in months from the first
    one's start) dotted; a gap stays a gap."""
    width, height, top, bottom = 280, 96, 8.0, 88.0
    known = [value for value in (*values, limit, goal) if value is not None]
    lowest, spread = min(known), (max(known) - min(known)) or 1.0

    def y(value: float) -> float:
        return bottom - (value - lowest) / spread * (bottom - top)

    def x(months: float) -> float:
        return 4 + months * (width - 8) / len(values)

    drawn = ""
    if limit is not None and goal is not None:
        edge = 0 if goal > limit else height
        drawn += f'<rect x="4" y="{min(edge, y(goal)):.1f}" width="{width - 8}" height="{abs(edge - y(goal)):.1f}" '
        drawn += f'fill="{theme.band}"/>'
        drawn += f'<path d="M4 {y(goal):.1f}H{width - 4}" stroke="{theme.met}" stroke-width="1"/>'
        drawn += (
            f'<path d="M4 {y(limit):.1f}H{width - 4}" stroke="{theme.missed}" stroke-width="1" stroke-dasharray="4 3"/>'
        )
    for at in events:
        drawn += f'<path d="M{x(at):.1f} 0V{height}" stroke="{theme.ink3}" stroke-width="1" stroke-dasharray="1 3"/>'
    points = [(x(place + 0.5), None if value is None else y(value)) for place, value in enumerate(values)]
    for run in _runs(points):
        line = "L".join(f"{across:.1f} {down:.1f}" for across, down in run)
        drawn += f'<path d="M{line}" fill="none" stroke="{theme.series}" stroke-width="1.8" stroke-linejoin="round"/>'
        drawn += "".join(
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{3.6 if across == points[-1][0] else 1.6}" '
            f'fill="{theme.series}"/>'
            for across, down in run
        )
    return picture(drawn, width, height, alt, "trend")


@functools.lru_cache(maxsize=1024)
def beside(
    at: float, low: float | None, high: float | None, ours: float | None, is_own: bool, theme: Tokens, alt: str
) -> str:
    """A value on an axis that several share (all as parts of it, 0–1): its interval as a pale bar, ours as a thin line
    through every row; our own mark is filled, another's hollow."""
    width, height = 300, 26

    def x(part: float) -> float:
        return 7 + max(0.0, min(1.0, part)) * (width - 14)

    drawn = f'<path d="M7 13H{width - 7}" stroke="{theme.line}" stroke-width="1.2"/>'
    if ours is not None:
        drawn += f'<path d="M{x(ours):.1f} 0V26" stroke="{theme.series}" stroke-width="1" stroke-opacity=".55"/>'
    ink = theme.series if is_own else theme.bench
    if low is not None and high is not None:
        drawn += (
            f'<rect x="{x(low):.1f}" y="11" width="{max(x(high) - x(low), 1):.1f}" height="4" rx="2" '
            f'fill="{ink}" fill-opacity=".4"/>'
        )
    fill = ink if is_own else theme.paper
    drawn += f'<circle cx="{x(at):.1f}" cy="13" r="4.6" fill="{fill}" stroke="{ink}" stroke-width="1.8"/>'
    return picture(drawn, width, height, alt, "beside")


@functools.lru_cache(maxsize=256)
def shares(parts: tuple[tuple[str, int], ...], theme: Tokens, alt: str) -> str:
    """Where the rows of a table went, as one bar; the few that are in quarantine stay visible."""
    whole = sum(number for _, number in parts) or 1
    drawn, x = "", 0.0
    for name, number in parts:
        width = max(number / whole * 160, 1.5) if number else 0.0
        drawn += (
            f'<rect x="{min(x, 160 - width):.1f}" width="{width:.1f}" height="9" fill="{_share_colour(name, theme)}"/>'
        )
        x += width
    return picture(drawn, 160, 9, alt, "shares")


def swatch(name: str, theme: Tokens) -> str:
    """A little square of a bar's colour, to stand beside its word."""
    return picture(f'<rect width="9" height="9" fill="{_share_colour(name, theme)}"/>', 9, 9, "", "swatch")


def _share_colour(name: str, theme: Tokens) -> str:
    colours = {"published": theme.series, "quarantined": theme.missed, "folded": theme.soft, "filtered": theme.bench}
    return colours[name]


@functools.lru_cache(maxsize=2048)
def contribution(part: float, is_mix: bool, theme: Tokens, alt: str = "") -> str:
    """What a part adds or takes, −1 to 1 of the largest, as a bar from a zero line; the mix of groups is paler."""
    width, height, middle = 120, 14, 60.0
    size = max(abs(part) * 58, 0.8) if part else 0.0
    fill = theme.soft if is_mix else theme.series
    drawn = (
        f'<rect x="{middle - (size if part < 0 else 0):.1f}" y="2.5" width="{size:.1f}" height="9" fill="{fill}"/>'
        f'<path d="M{middle} 0v14" stroke="{theme.ink3}" stroke-width="1"/>'
    )
    return _image(drawn, width, height, alt, "contribution")


def _runs(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Stretches of points without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if run]


def _x(score: float, width: int) -> float:
    """Where a score stands; the ends keep room for half a mark."""
    return 7 + max(0.0, min(100.0, score)) / 100 * (width - 14)


def _axis(theme: Tokens, width: int, height: int, tick: float) -> str:
    middle = height / 2
    limit, goal, end = _x(LIMIT, width), _x(GOAL, width), _x(100, width)
    return (
        f'<rect x="{goal:.1f}" y="{middle - 6}" width="{end - goal:.1f}" height="12" fill="{theme.band}"/>'
        f'<path d="M{_x(0, width):.1f} {middle}H{end:.1f}" stroke="{theme.line}" stroke-width="1.2"/>'
        f'<path d="M{limit:.1f} {middle - tick}v{2 * tick}" stroke="{theme.missed}" stroke-width="1.2"/>'
        f'<path d="M{goal:.1f} {middle - 6.5}v13" stroke="{theme.ink}" stroke-width="1.3"/>'
    )


def picture(drawn: str, width: int, height: int, alt: str, kind: str) -> str:
    """Any drawing as a picture of this size."""
    return _image(drawn, width, height, alt, kind)


def stretched(drawn: str, width: int, height: int, alt: str, kind: str) -> str:
    """A drawing that takes whatever width its place has; its height stays."""
    return _image(drawn, width, height, alt, kind, ' preserveAspectRatio="none"')


def _image(drawn: str, width: int, height: int, alt: str, kind: str, fit: str = "") -> str:
    address = _address(drawn, width, height, fit).replace("%3C", "<")  # allowed there, and shorter
    return f'<img class="{kind}" width="{width}" height="{height}" alt="{html.escape(alt)}" src="{address}">'


def _address(drawn: str, width: int, height: int, fit: str = "") -> str:
    """A picture as an address that may stand between double quotes, in a style too."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"{fit}>{drawn}</svg>'
    return "data:image/svg+xml," + quote(svg.replace('"', "'"), safe=" /:=,.-'()")


@functools.lru_cache(maxsize=1024)
def importance(share: float, low: float, high: float, most: float, theme: Tokens, alt: str) -> str:
    """A share as a bar from zero with its 95 % interval as a thin line; `most`: what the full width stands for."""
    width = 180
    ends = [max(0.0, min(end / (most or 1.0), 1.0)) * (width - 4) for end in (share, low, high)]
    drawn = f'<rect x="0" y="5" width="{max(ends[0], 0.5):.1f}" height="10" fill="{theme.series}"/>'
    drawn += f'<path d="M{ends[1]:.1f} 10H{ends[2]:.1f}" stroke="{theme.ink3}" stroke-width="1.4"/>'
    drawn += f'<path d="M{ends[1]:.1f} 6.5V13.5M{ends[2]:.1f} 6.5V13.5" stroke="{theme.ink3}" stroke-width="1.2"/>'
    return picture(drawn, width, 20, alt, "importance")
