"""A retention looks some periods ahead, but not further than anybody lives."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import Draft

MOST_PERIODS = 1200


def retention_after(draft: Draft) -> Iterator[Problem]:
    """`after` counts periods."""
    retention = draft.file.retention
    if retention is not None and not 1 <= retention.after <= MOST_PERIODS:
        told = f"'after' counts periods from 1 to {MOST_PERIODS}."
        yield Problem(draft.document.place("retention", "after"), told)
