"""Where a score stands on the 0–100 axis that all rows share. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from metrics.definition import MetricDefinition
from metrics.scorecard import Card, score_of


def standing(score: float) -> str:
    """The status a score stands for on the axis: 33 is the limit, 67 the goal."""
    return "met" if round(score) >= 67 else "watch" if round(score) >= 33 else "missed"


def standing_of(score: float, cards: Iterable[Card]) -> str:
    """The status a mean score stands for, no bolder than its metrics: met needs one that is surely met."""
    word = standing(score)
    found = {card.status for card in cards}
    return "too_close" if word == "met" and "met" not in found and "too_close" in found else word


def beyond(definition: MetricDefinition, value: float | None, score: float | None) -> int:
    """−1 or 1 when the value lies outside the score axis at that end, else 0."""
    red, goal = definition.red, definition.goal
    if value is None or red is None or goal is None or score not in (0.0, 100.0):
        return 0
    side = 1 if score else -1
    inward = (red - goal if score else goal - red) * 1e-6
    return side if score_of(definition, value + inward) == score else 0
