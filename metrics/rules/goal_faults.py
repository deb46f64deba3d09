"""What is wrong with one setting of red, goal and stretch, wherever it is written: a definition or goals.csv."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definition import MetricDefinition
from metrics.goals.written import SCORES

_POSSIBLE = {
    "percent": "0% to 100%",
    "points": "-100 to 100",
    "minutes": "0 or more",
    "hours": "0 or more",
    "days": "0 or more",
}
Fault = tuple[str, str]
"""Which of red, goal and stretch, and the sentence about it."""


def one_alone(held: MetricDefinition) -> Iterator[Fault]:
    """One alone does not say which side is good; a stretch goal needs both."""
    given = (held.red, held.goal, held.stretch)
    if given != (None, None, None) and None in given[:2]:
        yield "goal", "red and goal come together; give both or neither."


def equal(held: MetricDefinition) -> Iterator[Fault]:
    """Which of them is larger says whether higher is better."""
    if held.goal is not None and held.red == held.goal:
        yield "goal", "goal and red are equal, so nothing lies between good and bad; set them apart."


def outside_unit(held: MetricDefinition) -> Iterator[Fault]:
    """A share is never above 100 %, a time never below zero."""
    low, high = held.bounds
    for key, words in SCORES.items():
        value = getattr(held, key)
        if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
            yield key, f"{words} lies outside what {held.unit} can be: {_POSSIBLE[held.unit]}."


def stretch_short_of_goal(held: MetricDefinition) -> Iterator[Fault]:
    """Otherwise the score would fall while the value improves."""
    red, goal, stretch = held.red, held.goal, held.stretch
    if red is None or goal is None or stretch is None or red == goal:
        return
    if (stretch - goal) * (goal - red) <= 0:
        side = "above" if goal > red else "below"
        yield "stretch", f"the stretch goal must lie beyond the goal, away from red: here {side} the goal."


ALL = (one_alone, equal, outside_unit, stretch_short_of_goal)
