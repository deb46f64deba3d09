"""An id belongs to one definition."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.rules.subjects import Whole


def defined_once(whole: Whole) -> Iterator[Problem]:
    """Neither of two counts: which one stood would depend on the names of their files."""
    for drafts in whole.twice.values():
        first, *others = drafts
        for draft in others:
            told = f"'{draft.metric.metric}' is defined twice; first at {first.metric.place}. Rename or remove one."
            yield Problem(draft.metric.place, told)
