"""The stretch goal lies beyond the goal, seen from red."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.goals.written import settings
from metrics.rules.goal_faults import stretch_short_of_goal


def stretch_beyond_goal(draft: Draft) -> Iterator[Problem]:
    """Otherwise the score would fall while the value improves."""
    for held in settings(draft.metric):
        for key, told in stretch_short_of_goal(held):
            yield Problem(draft.document.place(key), told)
