"""The stretch goal lies beyond the goal, seen from red."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.definition_file import Draft
from metrics.goals import settings


def stretch_beyond_goal(draft: Draft) -> Iterator[Problem]:
    """Otherwise the score would fall while the value improves."""
    for held in settings(draft.metric):
        red, goal, stretch = held.red, held.goal, held.stretch
        if red is None or goal is None or stretch is None or red == goal:
            continue
        if (stretch - goal) * (goal - red) <= 0:
            side = "above" if goal > red else "below"
            told = f"the stretch goal must lie beyond the goal, away from red: here {side} the goal."
            yield Problem(draft.document.place("stretch"), told)
