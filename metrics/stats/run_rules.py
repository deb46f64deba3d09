"""Patterns in a control chart that chance seldom makes: the Western Electric rules and Nelson's.

Sources: Western Electric 1956 (1–4); Nelson 1984 (Journal of Quality Technology 16:237, 1–8); how often each alarms
without cause: Champ & Woodall 1987. Pure and vectorised over any leading axes; time is the last axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rule = Literal["WE1", "WE2", "WE3", "WE4", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"]

DEFAULT_RULES: tuple[Rule, ...] = ("WE1", "WE2", "WE4")
"""All four of Western Electric alarm without cause every 92 points, these three more seldom."""

WORDS: dict[Rule, str] = {
    "WE1": "one point beyond 3σ",
    "WE2": "two of three points beyond 2σ on one side",
    "WE3": "four of five points beyond 1σ on one side",
    "WE4": "eight points in a row on one side",
    "N1": "one point beyond 3σ",
    "N2": "nine points in a row on one side",
    "N3": "six points in a row steadily up or down",
    "N4": "fourteen points in a row up and down in turn",
    "N5": "two of three points beyond 2σ on one side",
    "N6": "four of five points beyond 1σ on one side",
    "N7": "fifteen points in a row within 1σ",
    "N8": "eight points in a row beyond 1σ on either side",
}


@dataclass(frozen=True)
class Signal:
    """A rule that a pattern meets. at: index of the pattern's last point."""

    rule: Rule
    at: int

    @property
    def words(self) -> str:
        return WORDS[self.rule]


def signals(z: ArrayLike, rules: Sequence[Rule] = DEFAULT_RULES, beyond: Flags | None = None) -> tuple[Signal, ...]:
    """Every signal of one chart, by time and rule. z: (x − centre)/σ per period, NaN where the period is missing.

    beyond: which points lie outside their own limits, where those are not ±3σ (exact binomial ones).
    """
    found = {rule: met(z, rule) for rule in rules}
    if beyond is not None:
        found.update({rule: beyond for rule in rules if rule in ("WE1", "N1")})
    return tuple(Signal(rule, int(at)) for at in range(np.size(z)) for rule in rules if found[rule][at])


def met(z: ArrayLike, rule: Rule) -> Flags:
    """Whether the pattern of the rule ends at each point; shape as z.

    A gap (NaN) ends every pattern. A point on the centre line ends a run, equal neighbours end a trend, and of "k of
    m points" the last is one of the k; before the first point and beyond a gap, fewer than m will do.
    """
    return _RULES[rule](np.asarray(z, dtype=float))


def _either_side(pattern: Callable[[Floats], Flags]) -> Callable[[Floats], Flags]:
    return lambda z: pattern(z) | pattern(-z)


def _in_a_row(flags: Flags, length: int) -> Flags:
    """Whether this and the `length` − 1 points before hold."""
    found = flags.copy()
    for lag in range(1, length):
        found &= _before(flags, lag)
    return found


def _before(flags: Flags, lag: int) -> Flags:
    """The flags `lag` points earlier; False before the first."""
    moved = np.zeros_like(flags)
    moved[..., lag:] = flags[..., : max(0, flags.shape[-1] - lag)]
    return moved


def _some_of(count: int, window: int, limit: float) -> Callable[[Floats], Flags]:
    """`count` of `window` points above the limit, the last among them, no gap between."""

    def pattern(z: Floats) -> Flags:
        far, present = z > limit, ~np.isnan(z)
        unbroken, total = present.copy(), far.astype(np.int8)
        for lag in range(1, window):
            unbroken &= _before(present, lag)
            total += unbroken & _before(far, lag)
        return np.asarray(far & (total >= count))

    return pattern


def _up(z: Floats) -> Flags:
    """Whether each point lies above the one before."""
    found = np.zeros(z.shape, dtype=bool)
    found[..., 1:] = z[..., 1:] > z[..., :-1]
    return found


def _alternating(z: Floats) -> Flags:
    """Fourteen points: thirteen steps, each against the one before."""
    up, down = _up(z), _up(-z)
    turns = (up & _before(down, 1)) | (down & _before(up, 1))
    return _in_a_row(turns, 12)


_beyond_3 = _either_side(lambda z: z > 3)
_two_of_three = _either_side(_some_of(2, 3, 2.0))
_four_of_five = _either_side(_some_of(4, 5, 1.0))

_RULES: dict[Rule, Callable[[Floats], Flags]] = {
    "WE1": _beyond_3,
    "WE2": _two_of_three,
    "WE3": _four_of_five,
    "WE4": _either_side(lambda z: _in_a_row(z > 0, 8)),
    "N1": _beyond_3,
    "N2": _either_side(lambda z: _in_a_row(z > 0, 9)),
    "N3": _either_side(lambda z: _in_a_row(_up(z), 5)),
    "N4": _alternating,
    "N5": _two_of_three,
    "N6": _four_of_five,
    "N7": lambda z: _in_a_row(np.abs(z) < 1, 15),
    "N8": lambda z: _in_a_row(np.abs(z) > 1, 8),
}
