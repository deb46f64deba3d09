"""The lag of a driver is a duration."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.definition_file import Draft
from metrics.rules.lengths import wrong_length


def drives_lag(draft: Draft) -> Iterator[Problem]:
    """`drives: [{metric: retention, lag: 2 months, sign: +}]`."""
    for index, drive in enumerate(draft.file.drives):
        if drive.lag is not None and (found := wrong_length(drive.lag, "2 months")):
            yield Problem(draft.document.place("drives", index, "lag"), found)
