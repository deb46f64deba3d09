"""Bars in a table: a length from zero, with the interval of its end. Escaped HTML, no words."""

from __future__ import annotations


def bar(value: float, most: float, low: float | None = None, high: float | None = None, kind: str = "") -> str:
    """A bar as long as `value` is of `most`; the interval as a line about its end. Decorative: the number stands
    beside it."""
    width = _part(value, most)
    ends = ""
    if low is not None and high is not None:
        left, right = _part(low, most), _part(high, most)
        ends = f'<i style="left:{left:.1f}%;width:{max(right - left, 0.4):.1f}%"></i>'
    return f'<span class="bar {kind}" aria-hidden="true"><b style="width:{width:.1f}%"></b>{ends}</span>'


def _part(value: float, most: float) -> float:
    return max(0.0, min(100.0, 100 * value / most)) if most > 0 else 0.0
