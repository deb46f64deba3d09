"""goal and red are two different values."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.goals.written import settings
from metrics.rules.goal_faults import equal


def goal_is_not_red(draft: Draft) -> Iterator[Problem]:
    """Which of them is larger says whether higher is better."""
    for held in settings(draft.metric):
        for key, told in equal(held):
            yield Problem(draft.document.place(key), told)
