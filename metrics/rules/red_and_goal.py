"""red and goal come together: one alone does not say which side is good."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.goals.written import OWN, settings
from metrics.rules.goal_faults import one_alone


def red_and_goal(draft: Draft) -> Iterator[Problem]:
    """A stretch goal needs them too. A goal of one team needs a red that holds for that team."""
    if [draft.document.data.get(key) == OWN for key in ("red", "goal")].count(True) == 1:
        told = f"red and goal come together; where one is '{OWN}', both are."
        yield Problem(draft.document.place("metric"), told)
        return
    for held in settings(draft.metric):
        for _, told in one_alone(held):
            yield Problem(draft.document.place("metric"), told)
