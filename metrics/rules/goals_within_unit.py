"""red, goal and stretch are values the metric can have."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.definition_file import Draft
from metrics.goals import SCORES, settings

_POSSIBLE = {
    "percent": "0% to 100%",
    "points": "-100 to 100",
    "minutes": "0 or more",
    "hours": "0 or more",
    "days": "0 or more",
}


def goals_within_unit(draft: Draft) -> Iterator[Problem]:
    """A share is never above 100 %, a time never below zero."""
    low, high = draft.metric.bounds
    for held in settings(draft.metric):
        for key, words in SCORES.items():
            value = getattr(held, key)
            if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
                told = f"{words} lies outside what {draft.metric.unit} can be: {_POSSIBLE[draft.metric.unit]}."
                yield Problem(draft.document.place(key), told)
