"""The window of a rolling metric is a duration."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.rules.lengths import wrong_length


def rolling_last(draft: Draft) -> Iterator[Problem]:
    """`last: 3 months`."""
    rolling = draft.file.rolling
    if rolling is not None and (found := wrong_length(rolling.last)):
        yield Problem(draft.document.place("rolling", "last"), found)
