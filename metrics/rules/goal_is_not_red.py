"""goal and red are two different values."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.definition_file import Draft
from metrics.goals import settings


def goal_is_not_red(draft: Draft) -> Iterator[Problem]:
    """Which of them is larger says whether higher is better."""
    for held in settings(draft.metric):
        if held.goal is not None and held.red == held.goal:
            told = "goal and red are equal, so nothing lies between good and bad; set them apart."
            yield Problem(draft.document.place("goal"), told)
