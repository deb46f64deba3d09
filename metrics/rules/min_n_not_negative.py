"""The least number of answers is a count."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft


def min_n_not_negative(draft: Draft) -> Iterator[Problem]:
    """0 judges every value."""
    if draft.file.min_n < 0:
        told = "min_n counts answers, so it is 0 or more; 0 judges every value."
        yield Problem(draft.document.place("min_n"), told)
