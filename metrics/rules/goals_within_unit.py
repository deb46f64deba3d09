"""red, goal and stretch are values the metric can have."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.goals.written import settings
from metrics.rules.goal_faults import outside_unit


def goals_within_unit(draft: Draft) -> Iterator[Problem]:
    """A share is never above 100 %, a time never below zero."""
    for held in settings(draft.metric):
        for key, told in outside_unit(held):
            yield Problem(draft.document.place(key), told)
