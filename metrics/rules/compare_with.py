"""A comparison says how long ago."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem
from metrics.drafts.definition_file import AGO, Draft
from metrics.rules.lengths import wrong_length


def compare_with(draft: Draft) -> Iterator[Problem]:
    """`with: 1 year ago`."""
    compare = draft.file.compare
    if compare is None:
        return
    if not (match := AGO.fullmatch(compare.with_)):
        told = f"'{compare.with_}' is no time ago; write it like '1 year ago'."
        yield Problem(draft.document.place("compare", "with"), told)
    elif found := wrong_length(match[1]):
        yield Problem(draft.document.place("compare", "with"), found)
