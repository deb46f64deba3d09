"""The lag of a driver is a duration."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.rules.lengths import wrong_length
from metrics.rules.subjects import drives_written


def drives_lag(draft: Draft) -> Iterator[Problem]:
    """`drives: [{metric: retention, lag: 2 months, sign: +}]`."""
    for index, lag in drives_written(draft.document, "lag"):
        if found := wrong_length(lag, "2 months"):
            yield Problem(draft.document.place("drives", index, "lag"), found)
