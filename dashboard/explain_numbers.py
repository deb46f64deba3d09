"""The numbers of a change explained, as they are written: as many decimals each, so that a reader can add them up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from dashboard.wording import MINUS, SPACE
from metrics.definition import MetricDefinition

_FINEST = 6


@dataclass(frozen=True)
class Scale:
    """How numbers of one metric are written here: all with as many decimals, so that a reader can add them up."""

    by: Decimal
    digits: int
    unit: str
    step: str

    def number(self, value: float | Decimal) -> Decimal:
        exact = Decimal(value) if isinstance(value, float) else value
        return (exact * self.by).quantize(Decimal(1).scaleb(-self.digits))

    def value(self, value: float) -> str:
        return f"{written(self.number(value))}{self.unit}"

    def part(self, shown: Decimal) -> str:
        return f"{signed(shown)}{self.step}"

    def interval(self, low: float, high: float) -> str:
        return f"{signed(self.number(low))} to {signed(self.number(high))}{self.step}"


_UNITS = {"minutes": "min", "hours": "h", "days": "days"}


def scale_of(definition: MetricDefinition, before: float, after: float, currency: str) -> Scale:
    """Three figures of the value at least, and two of the change."""
    percent = definition.unit == "percent"
    by = 100 if percent else 1
    least = 1 if definition.unit in ("percent", "points") else _places(max(abs(before), abs(after)) * by, 2)
    is_count = definition.unit == "number" and before == round(before) and after == round(after)
    digits = 0 if is_count else min(_FINEST, max(least, _places(abs(after - before) * by, 1)))
    name = currency if definition.unit == "currency" else _UNITS.get(definition.unit, "")
    unit = f"{SPACE}%" if percent else f"{SPACE}{name}" if name else ""
    return Scale(Decimal(by), digits, unit, f"{SPACE}pt" if percent else unit)


def _places(size: float, more: int) -> int:
    """Decimal places for the first figure and `more` behind it; 0 for nothing."""
    return max(0, more - math.floor(math.log10(size))) if size > 1e-12 else 0


def written(number: Decimal) -> str:
    """The number as people read it."""
    return f"{number:,}".replace("-", MINUS if number else "")


def signed(number: Decimal) -> str:
    """The number with its sign; zero has both."""
    return f"{'+' if number > 0 else ''}{written(number)}" if number else f"±{abs(number):,}"
