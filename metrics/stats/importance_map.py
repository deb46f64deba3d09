"""The importance–performance map: which attributes matter and do badly (Martilla & James 1977). Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.stats.intervals import Interval

Quadrant = Literal["concentrate_here", "keep_up", "low_priority", "possible_overkill"]


@dataclass(frozen=True)
class Attribute:
    """performance: top-2-box share of the attribute; importance: its LMG share; each with its 95 % interval."""

    name: str
    performance: float | None
    performance_ends: Interval | None
    importance: float | None
    importance_ends: Interval | None

    @property
    def has_place(self) -> bool:
        return all(value is not None and math.isfinite(value) for value in (self.performance, self.importance))


@dataclass(frozen=True)
class Placed:
    """quadrant: None where an interval holds a cross-hair or is missing: the attribute is drawn hollow and is in no
    list."""

    attribute: Attribute
    quadrant: Quadrant | None


@dataclass(frozen=True)
class ImportanceMap:
    """performance, importance: the cross-hairs, each the mean of the attributes that have a place."""

    state: Literal["ok", "too_few"]
    reason: str
    performance: float | None
    importance: float | None
    placed: tuple[Placed, ...]

    def in_quadrant(self, quadrant: Quadrant) -> tuple[str, ...]:
        return tuple(one.attribute.name for one in self.placed if one.quadrant == quadrant)


def importance_map(attributes: Sequence[Attribute]) -> ImportanceMap:
    """Every attribute in the order given, against the means. Two with a place are the least to compare."""
    seen = [one for one in attributes if one.has_place]
    if len(seen) < 2:
        reason = f"{len(seen)} of {len(attributes)} attributes can be placed; two are the least to compare."
        return ImportanceMap("too_few", reason, None, None, tuple(Placed(one, None) for one in attributes))
    performance = math.fsum(one.performance or 0.0 for one in seen) / len(seen)
    importance = math.fsum(one.importance or 0.0 for one in seen) / len(seen)
    placed = tuple(Placed(one, _quadrant(one, performance, importance)) for one in attributes)
    return ImportanceMap("ok", "", performance, importance, placed)


def _quadrant(attribute: Attribute, performance: float, importance: float) -> Quadrant | None:
    does = _side(attribute.performance_ends, performance)
    matters = _side(attribute.importance_ends, importance)
    if not attribute.has_place or does == 0 or matters == 0:
        return None
    if matters > 0:
        return "keep_up" if does > 0 else "concentrate_here"
    return "possible_overkill" if does > 0 else "low_priority"


def _side(ends: Interval | None, line: float) -> int:
    """1 above, −1 below, 0 where the interval holds the line or is none."""
    if ends is None or not all(map(math.isfinite, ends)) or ends[0] <= line <= ends[1]:
        return 0
    return 1 if ends[0] > line else -1
