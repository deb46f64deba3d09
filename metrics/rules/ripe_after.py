"""A value ripens within a time somebody waits for."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft
from metrics.rules.lengths import wrong_length


def ripe_after(draft: Draft) -> Iterator[Problem]:
    """`ripe_after: 90 days`."""
    written = draft.file.ripe_after
    if written is not None and (found := wrong_length(written, "90 days")):
        yield Problem(draft.document.place("ripe_after"), found)
